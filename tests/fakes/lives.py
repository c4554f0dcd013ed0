# SPDX-License-Identifier: Apache-2.0
"""Cases built step by step in memory: people, their datasets, and what happened to them."""

import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from consent_registry.domain.cases import Case, Everything
from consent_registry.domain.history import ConsentEvent, Kind
from consent_registry.domain.person_events import PersonKind, PersonRecord, personal_part
from consent_registry.domain.records import Channel
from consent_registry.domain.register import Member
from consent_registry.domain.studies import Placement, Reach, Study
from consent_registry.domain.terms import Terms, canonical_text
from shared.canonical import JSON
from shared.ids import DatasetId, Ordinal
from tests.fakes.consent_factories import NOON, event, terms

ONE, TWO = DatasetId("GDI-ZZ-DATASET-1"), DatasetId("GDI-ZZ-DATASET-2")
STUDY, TOLD = "GDI-ZZ-STUDY-1", "GDI-ZZ-STUDY-2"
TICK = timedelta(seconds=1)
MEMBERS = (("a", ONE), ("b", ONE), ("b", TWO), ("c", TWO))


def record(
    pid: str,
    kind: PersonKind,
    at: datetime = NOON,
    *,
    number: int = 1,
    matter: str = "m",
    about: str | None = None,
    effective_from: datetime | None = None,
    effective_to: datetime | None = None,
    body: dict[str, JSON] | None = None,
) -> PersonRecord:
    """Build an event of a person that is effective when it is recorded."""
    return PersonRecord(
        event_id=f"{pid}-{number}",
        pid=pid,
        number=number,
        kind=kind,
        matter=matter,
        about=about,
        effective_from=effective_from or at,
        effective_to=effective_to,
        recorded_at=at,
        channel=Channel.API,
        personal=personal_part(body or {}, None),
    )


@dataclass(slots=True)
class Lives:
    """What happened so far; each step is a second after the one before."""

    now: datetime = NOON
    records: list[PersonRecord] = field(default_factory=list)
    consents: dict[tuple[str, DatasetId], list[ConsentEvent]] = field(
        default_factory=lambda: {key: [] for key in MEMBERS}
    )
    everywhere: dict[str, list[Everything]] = field(default_factory=dict)
    placements: dict[DatasetId, list[Placement]] = field(default_factory=dict)

    @property
    def case(self) -> Case:
        """The case as it stands."""
        return Case(
            members=tuple(
                Member(dataset=dataset, ordinal=Ordinal(n), pid=pid, local_id=f"{n}")
                for n, (pid, dataset) in enumerate(MEMBERS)
            ),
            records={pid: [one for one in self.records if one.pid == pid] for pid in "abc"},
            consents={key: list(events) for key, events in self.consents.items()},
            everywhere={pid: list(found) for pid, found in self.everywhere.items()},
            reach=self.reach,
        )

    @property
    def reach(self) -> Reach:
        """Where the datasets are; of `TOLD` people heard that more would come, of `STUDY` not."""
        return Reach(
            placements={name: list(found) for name, found in self.placements.items()},
            versions={name: [_study(name)] for name in (STUDY, TOLD)},
        )

    def place(self, dataset: DatasetId, study: str) -> None:
        """Put a dataset in a study, or with an empty name in none."""
        self.now += TICK
        self.placements.setdefault(dataset, []).append(Placement(study=study, since=self.now))

    def speak(self, pid: str, study: str, kind: PersonKind, said: Terms | None = None) -> None:
        """Record a choice for a study."""
        body: dict[str, JSON] = {}
        if kind is PersonKind.STUDY_GIVEN:
            there = [one for one in (ONE, TWO) if self.reach.study_of(one, self.now) == study]
            body = {
                "terms": json.loads(canonical_text(said or terms())),
                "version": 1,
                "datasets": list(there),
            }
        self.note(pid, kind, body=body, study=study)

    def say(self, pid: str, dataset: DatasetId, kind: Kind, said: Terms | None = None) -> None:
        """Record a consent event."""
        self.now += TICK
        if (pid, dataset) in self.consents:
            chosen = (said or terms()) if kind.grants else None
            self.consents[(pid, dataset)].append(event(kind, self.now, terms=chosen))

    def leave(self, pid: str) -> None:
        """Withdraw from everything."""
        self.now += TICK
        named = frozenset(dataset for one, dataset in MEMBERS if one == pid)
        for dataset in sorted(named):
            closing = event(Kind.WITHDRAWN, self.now)
            self.consents[(pid, dataset)].append(closing)
            whole = Everything(event=closing, recorded_in=named)
        self.everywhere.setdefault(pid, []).append(whole)

    def note(
        self,
        pid: str,
        kind: PersonKind,
        *,
        matter: str | None = None,
        about: str | None = None,
        until: datetime | None = None,
        body: dict[str, JSON] | None = None,
        study: str = "",
    ) -> str:
        """Record an event of one person; gives its matter."""
        self.now += TICK
        name = matter or f"m{len(self.records)}"
        made = self._next(pid, kind, name, about)
        part = personal_part(body or {}, None)
        self.records.append(replace(made, effective_to=until, personal=part, study=study))
        return name

    def merge(self, one: str, other: str, *kinds: PersonKind, matter: str | None = None) -> str:
        """Record steps of a merge with both."""
        name = matter or f"m{len(self.records)}"
        for kind in kinds:
            self.now += TICK
            self.records += [
                self._next(pid, kind, name, about) for pid, about in ((one, other), (other, one))
            ]
        return name

    def _next(self, pid: str, kind: PersonKind, matter: str, about: str | None) -> PersonRecord:
        mine = [one for one in self.records if one.pid == pid]
        return record(pid, kind, self.now, number=len(mine) + 1, matter=matter, about=about)


def _study(name: str) -> Study:
    return Study(
        study=name,
        version=1,
        title="Hearts",
        controller="A hospital",
        purpose="To learn.",
        ethics="",
        starts_on=date(2020, 1, 1),
        data_until=None,
        recorded_at=NOON - timedelta(days=1),
        later_datasets=name == TOLD,
    )
