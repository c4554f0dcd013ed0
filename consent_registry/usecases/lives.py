# SPDX-License-Identifier: Apache-2.0
"""Life state with wishes after death, preferences about contact and results, evidence quality.

A death and a doubt narrow at once. Taking a recorded death back needs somebody else. Preferences
change nothing about the use of data, and nothing about the use of data asks for them.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from consent_registry.domain.errors import EvidenceUnknown, LifeStateClash, SecondPersonNeeded
from consent_registry.domain.history import same_consents
from consent_registry.domain.lives import (
    Evidence,
    Life,
    Preferences,
    Quality,
    Wish,
    evidence,
    life,
    preferences,
)
from consent_registry.domain.person_events import PersonKind, PersonRecord
from consent_registry.domain.records import Channel
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.mandated import records_of, then
from consent_registry.usecases.people_changes import PersonDraft, Recording, change_people
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
from shared.errors import FieldFault, Forbidden, ValidationFailed
from shared.ids import EventId
from shared.principal import Principal

DESK: Final = "consents.write"
LOOKING: Final = "consents.read"
PREFERENCES: Final = "preferences.read"
_GOOD: Final = frozenset({Quality.VERIFIED, Quality.UNCHECKED})
_T = TypeVar("_T")
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeFacts:
    """What is known of a person's life, as of an instant, as known at another."""

    pseudonym: str
    effective_at: datetime
    known_at: datetime
    life: Life
    preferences: Preferences
    evidence: tuple[Evidence, ...]


def record_death(
    pseudonym: str,
    died_at: datetime,
    source: str,
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel = Channel.API,
) -> Life:
    """Record that somebody has died; `source` is the SHA-256 of the notice. It narrows at once.

    Raises LifeStateClash when a death is recorded already.
    """
    _require_desk(principal)
    _require(_digest_faults(source, "/source"))
    if died_at > tools.clock.now():
        _require([FieldFault("/died_at", "not in the future")])

    def step(recording: Recording, pid: str) -> Life:
        if _life(recording, pid).died_at is not None:
            raise LifeStateClash
        recording.add(
            PersonDraft(
                pids=(pid,),
                kind=PersonKind.DIED,
                body={"source": source},
                effective_from=died_at,
            )
        )
        return _life(recording, pid)

    return _change(pseudonym, step, tools=tools, principal=principal, channel=channel)


def correct_death(
    pseudonym: str,
    source: str,
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel = Channel.API,
) -> Life:
    """Take a recorded death back, which may widen: by somebody else than whoever recorded it.

    The wrong record stays to be seen; as known today she never died. Permits stay as narrow.
    """
    _require_desk(principal)
    _require(_digest_faults(source, "/source"))

    def step(recording: Recording, pid: str) -> Life:
        deaths = [one for one in _records(recording, pid) if one.kind is PersonKind.DIED]
        if _life(recording, pid).died_at is None:
            raise LifeStateClash
        if any(one.actor in {None, (principal.issuer, principal.subject)} for one in deaths):
            raise SecondPersonNeeded
        recording.add(
            PersonDraft(
                pids=tuple(sorted({one.pid for one in deaths}))[:1],
                kind=PersonKind.DEATH_CORRECTED,
                body={"source": source},
                effective_from=min(one.effective_from for one in deaths),
            )
        )
        return _life(recording, pid)

    return _change(pseudonym, step, tools=tools, principal=principal, channel=channel)


def set_wish(
    pseudonym: str,
    wish: Wish,
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel = Channel.API,
) -> Life:
    """Record what should happen after her death; only she says it, or a desk from her paper."""
    draft = _wish_draft(wish, tools)

    def step(recording: Recording, pid: str) -> Life:
        if _life(recording, pid).died_at is not None:
            raise LifeStateClash
        recording.add(draft(pid))
        return _life(recording, pid)

    return _change(pseudonym, step, tools=tools, principal=principal, channel=channel)


def set_preferences(
    pseudonym: str,
    wanted: Preferences,
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel = Channel.API,
) -> Preferences:
    """Record a whole statement of preferences, for a desk or for herself."""

    def step(recording: Recording, pid: str) -> Preferences:
        recording.add(_preferences_draft(pid, wanted))
        return preferences(_records(recording, pid), recording.recorded_at)

    return _change(pseudonym, step, tools=tools, principal=principal, channel=channel)


def set_own_wishes(
    wanted: Preferences,
    wish: Wish | None,
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel,
) -> None:
    """Record preferences, and a wish if one is given, for whoever this login is linked to."""

    def step(recording: Recording) -> None:
        (pid,) = own(recording.uow)
        recording.add(_preferences_draft(pid, wanted))
        if wish is not None and wish is not _life(recording, pid).wish:
            recording.add(_wish_draft(wish, tools)(pid))

    def own(uow: UnitOfWork) -> Sequence[str]:
        return (access.oneself(uow, principal),)

    change_people(own, step, tools=tools, principal=principal, channel=channel)


def look_at_evidence(
    pseudonym: str,
    consent_event: str,
    quality: Quality,
    sha256: str,
    *,
    evidence_id: str | None = None,
    tools: Tools,
    principal: Principal,
    channel: Channel = Channel.API,
) -> Evidence:
    """Record a look at a piece of evidence of one consent; None for `evidence_id` adds one.

    A worse quality narrows at once where the policy lets it bind. After one that was disputed, lost
    or rejected, somebody else than who found that has to record a good one.
    """
    _require_desk(principal)
    _require(_digest_faults(sha256, "/sha256"))

    def step(recording: Recording, pid: str) -> Evidence:
        consent = _records_of_consent(recording, pid, consent_event)
        if not consent:
            raise EvidenceUnknown
        records = _records(recording, pid)
        _require_same_paper(records, evidence_id, consent_event)
        _require_next_look(records, consent, quality, principal)
        matter = recording.add(
            PersonDraft(
                pids=(pid,),
                kind=PersonKind.EVIDENCE,
                matter=evidence_id,
                about=consent_event,
                body={"quality": quality.value, "sha256": sha256},
            )
        )
        return evidence(_records(recording, pid), recording.recorded_at)[matter]

    return _change(pseudonym, step, tools=tools, principal=principal, channel=channel)


def life_of(
    pseudonym: str,
    effective_at: datetime | None,
    known_at: datetime | None,
    *,
    tools: Tools,
    principal: Principal,
) -> LifeFacts:
    """Say what is known of a person's life, for a desk or for herself."""
    with tools.reads() as uow:
        pid = access.participant(uow, principal, pseudonym, LOOKING)
        return _facts(uow, pid, effective_at, known_at, tools)


def own_life(*, tools: Tools, principal: Principal) -> LifeFacts:
    """Say what is known of whoever this login is linked to. Raises NotLinked."""
    with tools.reads() as uow:
        return _facts(uow, access.oneself(uow, principal), None, None, tools)


def preferences_of(
    pseudonym: str,
    effective_at: datetime | None = None,
    known_at: datetime | None = None,
    *,
    tools: Tools,
    principal: Principal,
) -> LifeFacts:
    """Say whom she wants to hear from and which results, for those who may contact people."""
    with tools.reads() as uow:
        pid = access.participant(uow, principal, pseudonym, PREFERENCES)
        return _facts(uow, pid, effective_at, known_at, tools)


def _facts(
    uow: UnitOfWork,
    pid: str,
    effective_at: datetime | None,
    known_at: datetime | None,
    tools: Tools,
) -> LifeFacts:
    records = records_of(uow, pid, known_at)
    at, known = then(records, effective_at, known_at, tools)
    papers = evidence(records, at, known)
    return LifeFacts(
        pseudonym=uow.people.pseudonym(pid),
        effective_at=at,
        known_at=known,
        life=life(records, at, known),
        preferences=preferences(records, at, known),
        evidence=tuple(papers[key] for key in sorted(papers)),
    )


def _change(
    pseudonym: str,
    step: Callable[[Recording, str], _T],
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel,
) -> _T:
    def found(uow: UnitOfWork) -> Sequence[str]:
        return (access.participant(uow, principal, pseudonym, DESK),)

    return change_people(
        found,
        lambda recording: step(recording, found(recording.uow)[0]),
        tools=tools,
        principal=principal,
        channel=channel,
    )


def _records(recording: Recording, pid: str) -> Sequence[PersonRecord]:
    return records_of(recording.uow, pid)


def _life(recording: Recording, pid: str) -> Life:
    return life(_records(recording, pid), recording.recorded_at)


def _wish_draft(wish: Wish, tools: Tools) -> Callable[[str], PersonDraft]:
    if wish is Wish.UNSAID:
        raise ValidationFailed(
            "the wish has faults", faults=[FieldFault("/wish", "continue, stop, ask_relatives")]
        )
    body: Mapping[str, JSON] = {"wish": wish.value}
    return lambda pid: PersonDraft(pids=(pid,), kind=PersonKind.WISH, body=body)


def _preferences_draft(pid: str, wanted: Preferences) -> PersonDraft:
    return PersonDraft(
        pids=(pid,),
        kind=PersonKind.PREFERENCES,
        body={
            "topics": sorted(topic.value for topic in wanted.topics),
            "findings": sorted(finding.value for finding in wanted.findings),
            "no_contact": wanted.no_contact,
        },
    )


def _records_of_consent(recording: Recording, pid: str, consent_event: str) -> frozenset[EventId]:
    """Give every record of one consent, corrections of it included; none if it is not hers."""
    for member in recording.uow.people.memberships(pid):
        found = recording.uow.events.of_members(member.dataset, [member.ordinal])
        events = [one.event() for one in found.get(member.ordinal, ()) if one.kind.grants]
        if any(one.event_id == consent_event for one in events):
            return same_consents([EventId(consent_event)], events)
    return frozenset()


def _require_same_paper(
    records: Sequence[PersonRecord], evidence_id: str | None, consent_event: str
) -> None:
    """Let a piece of evidence stay about the record that it was first looked at for."""
    about = {one.about for one in records if _looks(one) and one.matter == evidence_id}
    if evidence_id is not None and about != {consent_event}:
        raise EvidenceUnknown


def _require_next_look(
    records: Sequence[PersonRecord],
    consent: Collection[str],
    quality: Quality,
    principal: Principal,
) -> None:
    """Let a look pass: what may widen needs two people, whichever record of a consent it is of."""
    if quality not in _GOOD:
        return
    looks = sorted((one for one in records if _looks(one)), key=lambda one: one.recorded_at)
    for one in {one.matter: one for one in looks}.values():
        bad = one.body.get("quality") not in {good.value for good in _GOOD}
        mine = one.actor in {None, (principal.issuer, principal.subject)}
        if one.about in consent and bad and mine:
            raise SecondPersonNeeded


def _looks(record: PersonRecord) -> bool:
    return record.kind is PersonKind.EVIDENCE


def _digest_faults(text: str, pointer: str) -> list[FieldFault]:
    if _SHA256.fullmatch(text):
        return []
    return [FieldFault(pointer, "the SHA-256 of the paper, in lower-case hex")]


def _require(faults: list[FieldFault]) -> None:
    if faults:
        raise ValidationFailed("what is recorded has faults", faults=faults)


def _require_desk(principal: Principal) -> None:
    if DESK not in principal.scopes:
        raise Forbidden("this is a desk's to record")
