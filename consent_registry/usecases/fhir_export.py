# SPDX-License-Identifier: Apache-2.0
"""Give one person's consents as FHIR: what holds at an instant, as known at another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from consent_registry.domain.fhir.statement import Release
from consent_registry.domain.fhir.writing import Held, write_consent
from consent_registry.domain.history import Standing, State, standing_at
from consent_registry.domain.records import EventRecord
from consent_registry.domain.regimes import Moment
from consent_registry.domain.register import Dataset, Member
from consent_registry.domain.stops import acts
from consent_registry.domain.study_choices import event_of, said_of_studies
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.cases import held_one, stops_then
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
from shared.clock import to_rfc3339
from shared.principal import Principal

DESK: Final = "consents.read"


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """At which instant, and as known at which other; None means now."""

    effective_at: datetime | None = None
    known_at: datetime | None = None


def export_consents(
    pseudonym: str, release: Release, as_of: AsOf, *, tools: Tools, principal: Principal
) -> Mapping[str, JSON]:
    """Give a Bundle (collection) with one Consent for each dataset that the person was asked in.

    A desk gets the holder's local ids too, without which nobody can import them; the person
    herself, and whoever she hands the file to, does not.
    """
    with tools.reads() as uow:
        pid = access.participant(uow, principal, pseudonym, DESK)
        found = [
            write_consent(held, release)
            for held in _held(uow, pid, as_of, tools, named=DESK in principal.scopes)
        ]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": to_rfc3339(tools.clock.now()),
        "entry": [{"resource": one} for one in found if one is not None],
    }


def _held(uow: UnitOfWork, pid: str, as_of: AsOf, tools: Tools, *, named: bool) -> list[Held]:
    found: list[Held] = []
    pseudonym = uow.people.pseudonym(pid)
    for member in uow.people.memberships(pid):
        dataset = uow.datasets.get(member.dataset)
        if dataset is None:
            continue
        records = uow.events.of_members(member.dataset, [member.ordinal]).get(member.ordinal, ())
        at = as_of.effective_at or dataset.now(tools.clock.now())
        standing = _standing(uow, tools, (dataset, member), records, (at, as_of.known_at))
        deciding = _deciding(uow, member, records, standing)
        if standing.state is not State.NOT_ASKED and deciding is not None:
            held = _one(pseudonym, dataset, standing=standing, deciding=deciding)
            found.append(replace(held, local_id=member.local_id) if named else held)
    return found


def _standing(
    uow: UnitOfWork,
    tools: Tools,
    of: tuple[Dataset, Member],
    records: Sequence[EventRecord],
    times: tuple[datetime, datetime | None],
) -> Standing:
    """Say what holds of her here; whoever reads the file sees neither her other names nor a stop.

    A consent that something else keeps from being used is written as one that awaits her: a reader
    that took it for active would use what this registry does not.
    """
    (dataset, member), events = of, [one.event() for one in records]
    own = standing_at(events, *times)
    if own.state not in {State.GIVEN, State.NOT_ASKED}:
        return own
    rules = tools.rules(dataset, times[0])
    found = held_one(uow, member, events, *times)
    if own.state is State.NOT_ASKED:  # a choice for the study may decide in its place
        own = found.standing
        if own.state is not State.GIVEN:
            return own
    barred = any(rules.barred(bar, Moment.NEW) for bar in found.bars)
    stops = stops_then(uow, member.pid, *times)
    if barred or any(acts(kind, rules, Moment.NEW) for kind in stops):
        return own._replace(state=State.PENDING_RECONSENT, terms=None)
    return own._replace(state=found.standing.state, terms=found.standing.terms)


def _deciding(
    uow: UnitOfWork, member: Member, records: Sequence[EventRecord], standing: Standing
) -> "_Deciding | None":
    """Give when that was said which decides: of the dataset, or of its study."""
    for one in records:
        if one.event_id == standing.event_id:
            return _Deciding(
                one.expressed_at, one.effective_from, one.effective_to, one.form_version
            )
    for said in said_of_studies(uow.person_events.of([member.pid]).get(member.pid, ())):
        if said.event_id == standing.event_id:
            event = event_of(said)
            return _Deciding(
                event.expressed_at,
                event.effective_from,
                event.effective_to,
                said.body.get("form_version", ""),
            )
    return None


@dataclass(frozen=True, slots=True)
class _Deciding:
    expressed_at: datetime
    effective_from: datetime
    effective_to: datetime | None
    form_version: str


def _one(pseudonym: str, dataset: Dataset, *, standing: Standing, deciding: _Deciding) -> Held:
    return Held(
        participant=pseudonym,
        dataset=dataset.dataset,
        local_id="",
        controller=dataset.controller,
        standing=standing,
        expressed_at=deciding.expressed_at,
        starts_at=deciding.effective_from,
        ends_at=deciding.effective_to,
        form_version=deciding.form_version,
    )
