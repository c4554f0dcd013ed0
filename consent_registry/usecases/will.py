# SPDX-License-Identifier: Apache-2.0
"""What a minor said of herself, and what it does where others decide. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.assent import Word, ages, assented, dissents, origins_of, words
from consent_registry.domain.bars import Bar
from consent_registry.domain.history import State
from consent_registry.domain.mandates import guardians, mandates
from consent_registry.domain.person_events import PersonRecord
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.cases import held_one, memberships
from consent_registry.usecases.mandated import records_of
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId
from shared.principal import Principal

LOOKING: Final = "consents.read"
RECORDING: Final = "consents.write"


@dataclass(frozen=True, slots=True, kw_only=True)
class MinorHere:
    """One dataset of a minor: who decides, what her will does there, and what it may be to.

    `consent` is the event that holds now, if a guardian's or her own does; `missing` and `dissent`
    say whether her yes is missing and whether a no of hers stands; `agreed` that she said yes to
    that consent, or cannot say.
    """

    dataset: DatasetId
    guarded: bool
    consent: str | None
    missing: bool
    dissent: bool
    agreed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MinorWill:
    """Everything said, oldest first, and what it adds up to; both instants are echoed.

    `needed` and `counts` say whether the ages are reached; None when they are not known.
    """

    pseudonym: str
    effective_at: datetime
    known_at: datetime
    needed: bool | None
    counts: bool | None
    words: tuple[Word, ...]
    datasets: tuple[MinorHere, ...]


def will_of(
    pseudonym: str,
    effective_at: datetime | None = None,
    known_at: datetime | None = None,
    *,
    tools: Tools,
    principal: Principal,
) -> MinorWill:
    """Say what a minor said and what it does, to a desk or to herself."""
    with tools.reads() as uow:
        pid = access.participant(uow, principal, pseudonym, LOOKING)
        return _will(uow, pid, effective_at, known_at, tools)


def own_will(*, tools: Tools, principal: Principal) -> MinorWill:
    """Say it of the participant this login is linked to. Raises NotLinked."""
    with tools.reads() as uow:
        return _will(uow, access.oneself(uow, principal), None, None, tools)


def _will(
    uow: UnitOfWork,
    pid: str,
    effective_at: datetime | None,
    known_at: datetime | None,
    tools: Tools,
) -> MinorWill:
    records = records_of(uow, pid)
    latest = max([tools.clock.now(), *(one.recorded_at for one in records)])
    at, known = effective_at or latest, known_at or latest
    reached = ages(records, known)
    return MinorWill(
        pseudonym=uow.people.pseudonym(pid),
        effective_at=at,
        known_at=known,
        needed=_reached(reached.needed_from, at),
        counts=_reached(reached.counts_from, at),
        words=tuple(words(records, at, known)),
        datasets=tuple(here_in(uow, pid, at, known, records)),
    )


def here_in(
    uow: UnitOfWork,
    pid: str,
    at: datetime,
    known_at: datetime | None,
    records: Sequence[PersonRecord],
) -> list[MinorHere]:
    """Say what a minor's will does in each of her datasets, from events the caller has read."""
    held = mandates(records, known_at)
    told = words(records, at, known_at)
    found: list[MinorHere] = []
    for member in memberships(uow, pid):
        of_member = uow.events.of_members(member.dataset, [member.ordinal])
        events = [one.event() for one in of_member.get(member.ordinal, ())]
        now = held_one(uow, member, events, at, known_at)
        given = now.standing.event_id if now.standing.state is State.GIVEN else None
        found.append(
            MinorHere(
                dataset=member.dataset,
                guarded=bool(guardians(held, member.dataset, at)),
                consent=given,
                missing=Bar.ASSENT_MISSING in now.bars,
                dissent=bool(dissents(told, member.dataset)),
                agreed=given is not None
                and assented(told, member.dataset, given, origins_of(records, given)),
            )
        )
    return found


def _reached(since: datetime | None, at: datetime) -> bool | None:
    return None if since is None else since <= at


def will_at_desk(pseudonym: str, *, tools: Tools, principal: Principal) -> MinorWill:
    """Say it to whoever records what a minor said on paper. Raises ParticipantUnknown."""
    principal.require(RECORDING)
    with tools.reads() as uow:
        pid = access.participant(uow, principal, pseudonym, RECORDING)
        return _will(uow, pid, None, None, tools)
