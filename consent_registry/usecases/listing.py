# SPDX-License-Identifier: Apache-2.0
"""The desk's lists of mandates and deaths: the newest first, a page at a time.

A page begins below a key, so that what is recorded meanwhile moves nothing: no entry is shown twice
and none is passed over. Whoever was erased is in no list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from consent_registry.domain.identifiers import is_own_id
from consent_registry.domain.mandates import Mandate, mandates
from consent_registry.domain.person_events import PersonKind
from consent_registry.ports import UnitOfWork
from consent_registry.ports.person_events import Listed
from consent_registry.usecases.mandated import now_for
from consent_registry.usecases.tools import Tools
from shared.clock import from_rfc3339, to_rfc3339
from shared.errors import FieldFault, ValidationFailed
from shared.principal import Principal

DESK: Final = "consents.write"
PAGE_SIZE: Final = 50
_BETWEEN: Final = "~"


class MandateState(Enum):
    """Whether a mandate gives power now."""

    IN_FORCE = "in_force"
    ENDED = "ended"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateEntry:
    """One mandate, whose it is, and how it stands now."""

    pseudonym: str
    mandate: Mandate
    state: MandateState


@dataclass(frozen=True, slots=True, kw_only=True)
class DeathEntry:
    """One death as it was recorded; `stands` is false once it was taken back."""

    pseudonym: str
    died_at: datetime
    recorded_at: datetime
    stands: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MandatePage:
    """One page of mandates; `next_before` begins the next one, None on the last."""

    entries: tuple[MandateEntry, ...]
    next_before: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeathPage:
    """One page of deaths; `next_before` begins the next one, None on the last."""

    entries: tuple[DeathEntry, ...]
    next_before: str | None


def list_mandates(
    before: str | None,
    effective_at: datetime | None = None,
    known_at: datetime | None = None,
    *,
    tools: Tools,
    principal: Principal,
) -> MandatePage:
    """Give a page of every mandate that had begun by an instant, as known at another."""
    principal.require(DESK)
    with tools.reads() as uow:
        listed, following = _page(uow, PersonKind.MANDATE_RECORDED, before, known_at)
        found = [_mandate(uow, one, (effective_at, known_at), tools) for one in listed]
    entries = tuple(one for one in found if one is not None)
    return MandatePage(entries=entries, next_before=following)


def list_deaths(
    before: str | None,
    effective_at: datetime | None = None,
    known_at: datetime | None = None,
    *,
    tools: Tools,
    principal: Principal,
) -> DeathPage:
    """Give a page of every death by an instant as known at another, also those taken back."""
    principal.require(DESK)
    with tools.reads() as uow:
        listed, following = _page(uow, PersonKind.DIED, before, known_at)
        found = [_death(uow, one, known_at) for one in listed]
    died = tuple(one for one in found if effective_at is None or one.died_at <= effective_at)
    return DeathPage(entries=died, next_before=following)


def _page(
    uow: UnitOfWork, kind: PersonKind, before: str | None, known_at: datetime | None
) -> tuple[Sequence[Listed], str | None]:
    key = None if before is None else _key(before)
    found = uow.person_events.listed(kind, key, PAGE_SIZE + 1, known_at)
    shown = found[:PAGE_SIZE]
    if len(found) == len(shown):
        return shown, None
    return shown, f"{to_rfc3339(shown[-1].recorded_at)}{_BETWEEN}{shown[-1].event_id}"


def _key(before: str) -> tuple[datetime, str]:
    """Read where a page begins. Raises ValidationFailed for what no page has given."""
    at, _, event_id = before.partition(_BETWEEN)
    fault = FieldFault("/query/before", "as the page before gave it")
    if not is_own_id(event_id):
        raise ValidationFailed("there is no such page", faults=[fault])
    try:
        return from_rfc3339(at), event_id
    except ValueError:
        raise ValidationFailed("there is no such page", faults=[fault]) from None


def _mandate(
    uow: UnitOfWork,
    listed: Listed,
    times: tuple[datetime | None, datetime | None],
    tools: Tools,
) -> MandateEntry | None:
    """Say how a mandate stood; None when it had not begun."""
    records = uow.person_events.of([listed.pid]).get(listed.pid, ())
    effective_at, known_at = times
    held = mandates(records, known_at)
    mandate = next(one for one in held if one.mandate_id == listed.matter)
    at = effective_at or now_for(tools, held)
    if mandate.begins > at:
        return None
    state = MandateState.IN_FORCE if mandate.in_force(at) else MandateState.ENDED
    return MandateEntry(
        pseudonym=uow.people.pseudonym(listed.pid),
        mandate=mandate,
        state=state if mandate.readable else MandateState.UNREADABLE,
    )


def _death(uow: UnitOfWork, listed: Listed, known_at: datetime | None) -> DeathEntry:
    records = uow.person_events.of([listed.pid]).get(listed.pid, ())
    death = next(one for one in records if one.event_id == listed.event_id)
    corrected = any(
        one.kind is PersonKind.DEATH_CORRECTED
        and one.recorded_at > death.recorded_at
        and (known_at is None or one.recorded_at <= known_at)
        for one in records
    )
    return DeathEntry(
        pseudonym=uow.people.pseudonym(listed.pid),
        died_at=death.effective_from,
        recorded_at=death.recorded_at,
        stands=not corrected,
    )
