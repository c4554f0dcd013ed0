# SPDX-License-Identifier: Apache-2.0
"""Record a minor's own will beside her guardians', and the ages from which it counts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from consent_registry.domain.assent import (
    Ages,
    Will,
    ages,
    ages_body,
    ages_of,
)
from consent_registry.domain.errors import (
    AssentMatterUnknown,
    NobodyDecides,
    SecondPersonNeeded,
)
from consent_registry.domain.mandates import guardians, mandates
from consent_registry.domain.person_events import PersonKind, PersonRecord
from consent_registry.domain.records import Channel
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.cases import memberships
from consent_registry.usecases.mandated import records_of
from consent_registry.usecases.people_changes import PersonDraft, Recording, change_people
from consent_registry.usecases.reaching import decided_by, waiting_decisions
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.will import here_in
from shared.canonical import JSON
from shared.errors import FieldFault, Forbidden, ValidationFailed
from shared.ids import DatasetId
from shared.principal import Principal

DESK: Final = "consents.write"
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWord:
    """What a minor says. An assent names the consent event or pending decision it is to.

    `datasets` are what a dissent is to, None meaning all. `evidence` is the SHA-256 of the paper
    a desk records it from; `said_at` its date, for a dissent alone: only what narrows is dated
    back as it is.
    """

    will: Will
    about: str | None = None
    datasets: tuple[DatasetId, ...] | None = None
    evidence: str = ""
    said_at: datetime | None = None


def say_own(
    wanted: NewWord, *, tools: Tools, principal: Principal, channel: Channel = Channel.API
) -> None:
    """Record what the person behind this login says of herself. Raises NotLinked."""
    if wanted.will is Will.UNABLE or wanted.said_at is not None or wanted.evidence:
        raise Forbidden("this is a desk's to record")

    def found(uow: UnitOfWork) -> Sequence[str]:
        return (access.oneself(uow, principal),)

    def step(recording: Recording) -> None:
        _record(recording, found(recording.uow)[0], wanted)

    change_people(found, step, tools=tools, principal=principal, channel=channel)


def say_no_too(
    ended: Sequence[DatasetId] | None, *, tools: Tools, principal: Principal, channel: Channel
) -> None:
    """Record her no where she has withdrawn herself while others decide; elsewhere nothing."""
    with tools.reads() as uow:
        pid = access.oneself(uow, principal)
        if not uow.person_events.known([pid]):
            return
        now = tools.clock.now()
        here = here_in(uow, pid, now, None, records_of(uow, pid))
    meant = [one.dataset for one in here if one.guarded and not one.dissent]
    if ended is not None:
        meant = [one for one in meant if one in ended]
    if meant:
        wanted = NewWord(will=Will.DISSENT, datasets=None if ended is None else tuple(meant))
        say_own(wanted, tools=tools, principal=principal, channel=channel)


def record_word(
    pseudonym: str,
    wanted: NewWord,
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel = Channel.API,
) -> None:
    """Record, at a desk, what a minor said on paper; what widens needs the paper's digest.

    A login that is hers records her own word. A guardian records none: her no is a withdrawal.
    """
    if DESK not in principal.scopes:
        with tools.reads() as uow:
            access.participant(uow, principal, pseudonym, DESK)
        say_own(wanted, tools=tools, principal=principal, channel=channel)
        return
    _check(wanted, tools.clock.now())

    def found(uow: UnitOfWork) -> Sequence[str]:
        return (access.participant(uow, principal, pseudonym, DESK),)

    def step(recording: Recording) -> None:
        _record(recording, found(recording.uow)[0], wanted)

    change_people(found, step, tools=tools, principal=principal, channel=channel)


def record_ages(
    pseudonym: str,
    born_on: date,
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel = Channel.API,
) -> None:
    """Record from when a minor's will counts, by the policy in force; the date itself is not kept.

    Whoever recorded ages before may only make them earlier: later ones widen, and need somebody
    else.
    """
    if DESK not in principal.scopes:
        raise Forbidden("this is a desk's to record")
    now = tools.clock.now()
    if born_on > now.date():
        raise ValidationFailed(
            "the ages have faults", faults=[FieldFault("/born_on", "not in the future")]
        )

    def found(uow: UnitOfWork) -> Sequence[str]:
        return (access.participant(uow, principal, pseudonym, DESK),)

    def step(recording: Recording) -> None:
        pid = found(recording.uow)[0]
        put_ages(recording, pid, born_on, correcting=True)

    change_people(found, step, tools=tools, principal=principal, channel=channel)


def put_ages(recording: Recording, pid: str, born_on: date, *, correcting: bool = False) -> None:
    """Record ages unless others are known; `correcting` replaces those."""
    minors = recording.tools.policy_at(recording.recorded_at).minors
    wanted = ages_of(born_on, minors.needed_from, minors.dissent_from)
    told = [one for one in records_of(recording.uow, pid) if one.kind is PersonKind.AGES]
    known = ages(told)
    if told and (wanted == known or not correcting):
        return
    mine = {one.actor for one in told} & {None, _login(recording.principal)}
    if told and mine and _later(wanted, known):
        raise SecondPersonNeeded
    recording.add(PersonDraft(pids=(pid,), kind=PersonKind.AGES, body=ages_body(wanted)))


def _record(recording: Recording, pid: str, wanted: NewWord) -> None:
    """Record a word, if somebody decides in her place where it is meant."""
    uow, at = recording.uow, recording.recorded_at
    records = records_of(uow, pid)
    held = mandates(records)
    guarded = {one.dataset for one in memberships(uow, pid) if guardians(held, one.dataset, at)}
    meant = guarded if wanted.datasets is None else set(wanted.datasets)
    if wanted.will is Will.ASSENT:
        meant = guarded & _assented_in(uow, pid, records, wanted.about, recording)
    if not meant or not meant <= guarded:
        raise NobodyDecides
    everywhere = wanted.will is not Will.ASSENT and wanted.datasets is None
    body: dict[str, JSON] = {
        "will": wanted.will.value,
        "datasets": None if everywhere else sorted(meant),
        "evidence": wanted.evidence,
    }
    draft = PersonDraft(
        pids=(pid,),
        kind=PersonKind.ASSENT,
        body=body,
        about=wanted.about if wanted.will is Will.ASSENT else None,
        effective_from=wanted.said_at,
    )
    recording.add(draft)


def _assented_in(
    uow: UnitOfWork,
    pid: str,
    records: Sequence[PersonRecord],
    about: str | None,
    recording: Recording,
) -> frozenset[DatasetId]:
    """Give where the consent holds, or the decision that waits would; of no other one.

    A choice for a study may be what holds in several datasets.
    """
    for pending in waiting_decisions(uow, records):
        if pending.decision_id == about:
            return frozenset(decided_by(uow, pid, pending.proposal))
    here = here_in(uow, pid, recording.recorded_at, None, records)
    found = frozenset(one.dataset for one in here if about is not None and one.consent == about)
    if not found:
        raise AssentMatterUnknown
    return found


def _later(one: Ages, other: Ages) -> bool:
    pairs = ((one.needed_from, other.needed_from), (one.counts_from, other.counts_from))
    return any(new is not None and (old is None or new > old) for new, old in pairs)


def _login(principal: Principal) -> tuple[str, str]:
    return principal.issuer, principal.subject


def _check(wanted: NewWord, now: datetime) -> None:
    faults: list[FieldFault] = []
    if wanted.said_at is not None and wanted.will is not Will.DISSENT:
        faults.append(FieldFault("/said_at", "only a dissent is dated back"))
    if wanted.said_at is not None and wanted.said_at > now:
        faults.append(FieldFault("/said_at", "not in the future"))
    if not _SHA256.fullmatch(wanted.evidence) and (
        wanted.evidence or wanted.will is not Will.DISSENT
    ):
        faults.append(FieldFault("/evidence", "the SHA-256 of the paper, in lower-case hex"))
    if faults:
        raise ValidationFailed("what is recorded has faults", faults=faults)
