# SPDX-License-Identifier: Apache-2.0
"""Say that two participants are one person: proposed, confirmed by somebody else, undone.

From the proposal on each of the two is treated as the more protected of both. Confirming joins
their choices; undoing parts them again, and every event stays where it was recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.errors import (
    MergeSettled,
    MergeUnknown,
    ParticipantUnknown,
    SecondPersonNeeded,
)
from consent_registry.domain.identifiers import is_name, is_own_id
from consent_registry.domain.person_events import PersonKind
from consent_registry.domain.records import Channel
from consent_registry.domain.ties import Merge, MergeState, merges
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.erasing import ask_for_joined
from consent_registry.usecases.mandated import then
from consent_registry.usecases.people_changes import PersonDraft, Recording, change_people
from consent_registry.usecases.tools import Tools
from shared.errors import FieldFault, ValidationFailed
from shared.principal import Principal

DESK: Final = "consents.write"
LOOKING: Final = "consents.read"
_MAX_CHARS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeStatus:
    """A merge with the pseudonyms of the two; `yours` says whether the caller proposed it."""

    merge: Merge
    pseudonyms: tuple[str, ...]
    yours: bool


def propose_merge(
    one: str,
    other: str,
    why: str,
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel = Channel.API,
) -> MergeStatus:
    """Propose that two participants are one person; nothing widens by it, and much may narrow.

    Raises MergeSettled when a merge of these two is pending or confirmed already.
    """
    principal.require(DESK)
    if one == other or not 0 < len(why) <= _MAX_CHARS or not why.isprintable():
        faults = [FieldFault("/other", "another participant")] if one == other else []
        if not 0 < len(why) <= _MAX_CHARS or not why.isprintable():
            faults.append(FieldFault("/why", "1 to 500 printable characters"))
        raise ValidationFailed("the merge has faults", faults=faults)

    def step(recording: Recording) -> MergeStatus:
        pids = _named(recording.uow, (one, other))
        for merge in _merges(recording, pids):
            if merge.pids == frozenset(pids) and merge.state is not MergeState.UNDONE:
                raise MergeSettled
        draft = PersonDraft(pids=pids, kind=PersonKind.MERGE_PROPOSED, body={"why": why})
        return _status(recording, recording.add(draft))

    return change_people(
        lambda uow: _named(uow, (one, other)),
        step,
        tools=tools,
        principal=principal,
        channel=channel,
    )


def confirm_merge(
    merge_id: str, *, tools: Tools, principal: Principal, channel: Channel = Channel.API
) -> MergeStatus:
    """Confirm a pending merge. Raises SecondPersonNeeded for whoever proposed it.

    Where one of the two is to be erased, the other is asked for too, and so is every name of hers.
    Where it cannot be read who did, nobody can confirm; undo it and propose it anew.
    """
    return _settle(merge_id, PersonKind.MERGE_CONFIRMED, tools, principal, channel)


def undo_merge(
    merge_id: str, *, tools: Tools, principal: Principal, channel: Channel = Channel.API
) -> MergeStatus:
    """Undo a merge, pending or confirmed; one that is confirmed needs no less than a second look.

    Undoing what one has confirmed oneself widens nothing that was not allowed before the merge.
    """
    return _settle(merge_id, PersonKind.MERGE_UNDONE, tools, principal, channel)


def _settle(
    merge_id: str, kind: PersonKind, tools: Tools, principal: Principal, channel: Channel
) -> MergeStatus:
    principal.require(DESK)

    def step(recording: Recording) -> MergeStatus:
        merge = _status(recording, merge_id).merge
        if kind is PersonKind.MERGE_CONFIRMED:
            if merge.state is not MergeState.PENDING:
                raise MergeSettled
            if merge.proposed_by in {None, (principal.issuer, principal.subject)}:
                raise SecondPersonNeeded
        elif merge.state is MergeState.UNDONE:
            raise MergeSettled
        people = _of(recording.uow, merge_id, kind)
        gone = next((pid for pid in sorted(merge.pids) if pid not in people), None)
        recording.add(PersonDraft(pids=tuple(people), kind=kind, matter=merge_id, about=gone))
        if kind is PersonKind.MERGE_CONFIRMED:
            ask_for_joined(recording.uow, tools, merge.pids, principal=principal)
        return _status(recording, merge_id)

    return change_people(
        lambda uow: _of(uow, merge_id, kind),
        step,
        tools=tools,
        principal=principal,
        channel=channel,
    )


def pending_merges(
    effective_at: datetime | None = None,
    known_at: datetime | None = None,
    *,
    tools: Tools,
    principal: Principal,
) -> Sequence[MergeStatus]:
    """Give the merges that wait, or waited at an instant, for somebody, the oldest first.

    A merge counts from when it is recorded, so that the earlier of the two instants decides.
    """
    principal.require(DESK)
    named = [one for one in (effective_at, known_at) if one is not None]
    upto = min(named, default=None)
    with tools.reads() as uow:
        found: list[MergeStatus] = []
        for merge_id in uow.person_events.unsettled_merges(upto):
            people = uow.person_events.of(uow.person_events.pids_of(merge_id))
            records = [one for of in people.values() for one in of]
            at, _ = then(records, upto, None, tools)
            merge = next(one for one in merges(records, at) if one.merge_id == merge_id)
            found.append(_seen(uow, merge, principal))
    return found


def merges_of(
    pseudonym: str,
    effective_at: datetime | None = None,
    known_at: datetime | None = None,
    *,
    tools: Tools,
    principal: Principal,
) -> Sequence[MergeStatus]:
    """Give every merge that a participant was part of by an instant, as known at another."""
    principal.require(LOOKING)
    with tools.reads() as uow:
        (pid,) = _named(uow, (pseudonym,))
        records = uow.person_events.of([pid]).get(pid, ())
        found = merges(records, *then(records, effective_at, known_at, tools))
        return [_seen(uow, merge, principal) for merge in found]


def _named(uow: UnitOfWork, pseudonyms: tuple[str, ...]) -> tuple[str, ...]:
    found = [uow.people.pid(name) if is_name(name) else None for name in pseudonyms]
    known = tuple(pid for pid in found if pid is not None)
    if len(known) != len(pseudonyms):
        raise ParticipantUnknown
    return known


def _of(uow: UnitOfWork, merge_id: str, kind: PersonKind) -> Sequence[str]:
    """Give the two of a merge; to undo one, whoever of them was not erased."""
    pids = uow.person_events.pids_of(merge_id) if is_own_id(merge_id) else frozenset()
    if len(pids) < 2:  # noqa: PLR2004 - a merge is about two people
        raise MergeUnknown
    here = [pid for pid in sorted(pids) if not uow.people.erased(pid)]
    return here if here and kind is PersonKind.MERGE_UNDONE else sorted(pids)


def _merges(recording: Recording, pids: Sequence[str]) -> Sequence[Merge]:
    people = recording.uow.person_events.of(pids)
    return merges([one for of in people.values() for one in of], recording.recorded_at)


def _status(recording: Recording, merge_id: str) -> MergeStatus:
    pids = recording.uow.person_events.pids_of(merge_id)
    for merge in _merges(recording, sorted(pids)):
        if merge.merge_id == merge_id:
            return _seen(recording.uow, merge, recording.principal)
    raise MergeUnknown


def _seen(uow: UnitOfWork, merge: Merge, principal: Principal) -> MergeStatus:
    return MergeStatus(
        merge=merge,
        pseudonyms=tuple(sorted(uow.people.pseudonym(pid) for pid in merge.pids)),
        yours=merge.proposed_by == (principal.issuer, principal.subject),
    )
