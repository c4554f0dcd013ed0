# SPDX-License-Identifier: Apache-2.0
"""Give one person's consents as FHIR: what holds at an instant, as known at another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.cases import Held as Found
from consent_registry.domain.fhir.statement import Release
from consent_registry.domain.fhir.writing import CONSENT_BASIS, Held, basis_of, write_consent
from consent_registry.domain.history import Standing, State, first_records, standing_at
from consent_registry.domain.records import EventRecord
from consent_registry.domain.regimes import Moment
from consent_registry.domain.register import Dataset, Member
from consent_registry.domain.stops import acts
from consent_registry.domain.study_choices import event_of, said_on
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.cases import held_one, stops_then
from consent_registry.usecases.mandated import decided_in_her_place
from consent_registry.usecases.study_consents import choices_in
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
from shared.clock import to_rfc3339
from shared.ids import DatasetId, EventId
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
    """Give a Bundle (collection) with one Consent for each choice: for a dataset, or for a study.

    What a choice for a study does in a dataset is not written again there: taken in elsewhere, that
    would be a choice of its own.

    A desk gets the holder's local ids too, without which nobody can import them; the person
    herself, and whoever she hands the file to, does not.
    """
    with tools.reads() as uow:
        pid = access.participant(uow, principal, pseudonym, DESK)
        found = [
            write_consent(held, release)
            for held in (
                *_held(uow, pid, as_of, tools, named=DESK in principal.scopes),
                *_of_studies(uow, pid, as_of, tools),
            )
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
        deciding = next((one for one in records if one.event_id == standing.event_id), None)
        if standing.state is not State.NOT_ASKED and deciding is not None:
            found.append(
                Held(
                    participant=pseudonym,
                    dataset=dataset.dataset,
                    local_id=member.local_id if named else "",
                    controller=dataset.controller,
                    standing=standing,
                    expressed_at=deciding.expressed_at,
                    starts_at=deciding.effective_from,
                    ends_at=deciding.effective_to,
                    form_version=deciding.form_version,
                    bases=(basis_of(dataset),),
                    by_guardian=_by_guardian(uow, member.pid, records, deciding.event_id),
                )
            )
    return found


def _by_guardian(
    uow: UnitOfWork, pid: str, records: Sequence[EventRecord], event_id: EventId
) -> bool:
    """Say whether somebody decided in her place; so it is with whatever is left of that."""
    first = first_records([one.event() for one in records])
    return decided_in_her_place(uow, pid, first.get(event_id, event_id))


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
    (_, member), events = of, [one.event() for one in records]
    own = standing_at(events, *times)
    if own.state is not State.GIVEN:
        return own
    found = held_one(uow, member, events, *times)
    if _kept_back(uow, tools, of, found, times):
        return own._replace(state=State.PENDING_RECONSENT, terms=None)
    return own._replace(state=found.standing.state, terms=found.standing.terms)


def _kept_back(
    uow: UnitOfWork,
    tools: Tools,
    of: tuple[Dataset, Member],
    found: Found,
    times: tuple[datetime, datetime | None],
) -> bool:
    """Say whether something beside her choice keeps data from being used for what is new."""
    dataset, member = of
    rules = tools.rules(dataset, times[0])
    stops = stops_then(uow, member.pid, *times)
    return any(rules.barred(bar, Moment.NEW) for bar in found.bars) or any(
        acts(kind, rules, Moment.NEW) for kind in stops
    )


def _of_studies(uow: UnitOfWork, pid: str, as_of: AsOf, tools: Tools) -> Iterator[Held]:
    """Give what she said of studies; of a yes that is kept back anywhere, that it awaits her."""
    pseudonym = uow.people.pseudonym(pid)
    for choice in choices_in(uow, tools, pid, as_of.effective_at, as_of.known_at):
        standing = choice.standing
        said = next((one for one in choice.events if one.event_id == standing.event_id), None)
        if said is None:
            continue
        at = as_of.effective_at or max(tools.clock.now(), said.recorded_at)
        times = (at, as_of.known_at)
        if standing.state is State.GIVEN and _study_kept_back(uow, tools, pid, standing, times):
            standing = standing._replace(state=State.PENDING_RECONSENT, terms=None)
        told = tuple(sorted(said_on(said).datasets or ()))
        datasets = (uow.datasets.get(name) for name in told)
        bases = sorted({basis_of(one) for one in datasets if one is not None})
        yield Held(
            participant=pseudonym,
            dataset=DatasetId(""),
            local_id="",
            controller=choice.study.controller if choice.study else choice.name,
            standing=standing,
            expressed_at=event_of(said).expressed_at,
            starts_at=said.effective_from,
            ends_at=said.effective_to,
            form_version=said.body.get("form_version", ""),
            study=choice.name,
            told_of=told,
            bases=tuple(bases) or (CONSENT_BASIS,),
        )


def _study_kept_back(
    uow: UnitOfWork,
    tools: Tools,
    pid: str,
    standing: Standing,
    times: tuple[datetime, datetime | None],
) -> bool:
    members = uow.people.memberships(pid)
    for member in members:
        dataset = uow.datasets.get(member.dataset)
        events = uow.events.of_members(member.dataset, [member.ordinal]).get(member.ordinal, ())
        found = held_one(uow, member, [one.event() for one in events], *times)
        reached = found.standing.event_id == standing.event_id
        if (
            dataset is not None
            and reached
            and _kept_back(uow, tools, (dataset, member), found, times)
        ):
            return True
    return not members and bool(stops_then(uow, pid, *times))
