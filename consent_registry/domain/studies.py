# SPDX-License-Identifier: Apache-2.0
"""Studies: under which name, for what and until when people gave their data. Groups datasets.

A study is described in versions, the newest of which counts; what was said before stays readable.
It is what a participant recognises, what she can leave in one step, and a scope of consents: which
datasets her word about a study reaches is said here (ADR 0031).
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from shared.ids import DatasetId


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One version of a study's description.

    `purpose` is said in the words that participants were told, `ethics` is the reference of the
    committee's approval and may be empty. `data_until` is the last day on which its data may be
    given to research that is new, None when no such day was told; permits given before run on.
    `later_datasets` says that participants were told that a yes to the study is one to the datasets
    that are put in it afterwards too.
    """

    study: str
    version: int
    title: str
    controller: str
    purpose: str
    ethics: str
    starts_on: date
    data_until: date | None
    recorded_at: datetime
    later_datasets: bool = False

    def ended(self, at: datetime) -> bool:
        """Say whether its last day is over at an instant; days are those of UTC."""
        return self.data_until is not None and at.astimezone(UTC).date() > self.data_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """That a dataset is in a study from an instant on; an empty name: in none."""

    study: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which datasets a word about a study reaches.

    `placements` are those of each dataset in the order in which they were made, `versions` those of
    each study. A placement counts from the instant at which it is recorded and is never dated back.
    """

    placements: Mapping[DatasetId, Sequence[Placement]] = field(default_factory=dict)
    versions: Mapping[str, Sequence[Study]] = field(default_factory=dict)

    def within(self, datasets: Set[DatasetId]) -> "Reach":
        """Give the same of some datasets only."""
        placed = {one: made for one, made in self.placements.items() if one in datasets}
        return Reach(placements=placed, versions=self.versions)

    def study_of(self, dataset: DatasetId, at: datetime) -> str:
        """Give the study that a dataset is in at an instant; empty for none."""
        found = [one.study for one in self.placements.get(dataset, ()) if one.since <= at]
        return found[-1] if found else ""

    def of_yes(self, said: "Said", dataset: DatasetId, at: datetime) -> bool:
        """Say whether a yes reaches a dataset at an instant.

        Only while the dataset is in the study; and only what was in it when she said so, unless she
        had been told that more would come. One that cannot be read reaches all of it: it permits
        nothing, and nothing older stands behind it.
        """
        if self.study_of(dataset, at) != said.study:
            return False
        return said.datasets is None or dataset in said.datasets or self._told_of_later(said)

    def of_no(self, study: str, said_at: datetime, dataset: DatasetId, at: datetime) -> bool:
        """Say whether a no recorded at `said_at` reaches a dataset at an instant.

        Whatever was in the study when she said so, and whatever came into it at any time since: a
        no that has reached a dataset stays with it, wherever the dataset is put. At a tie it does.
        """
        first, last = min(said_at, at), max(said_at, at)
        placed = self.placements.get(dataset, ())
        ends = [*(one.since for one in placed[1:]), None]
        return any(
            one.study == study and one.since <= last and (end is None or end >= first)
            for one, end in zip(placed, ends, strict=False)
        )

    def _told_of_later(self, said: "Said") -> bool:
        versions = self.versions.get(said.study, ())
        return any(one.later_datasets for one in versions if one.version == said.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a yes to a study was given on; None where that cannot be read.

    The version of the description that counted then, and the datasets that were in it.
    """

    study: str
    version: int | None
    datasets: frozenset[DatasetId] | None


NOWHERE: Final = Reach()
_SCOPE: Final = "study/"


def scope_of(study: str) -> str:
    """Give the name of a study as a scope beside datasets, none of which has such a name."""
    return f"{_SCOPE}{study}"


def study_in(scope: str) -> str:
    """Give the study that a scope is; empty for a dataset."""
    return scope.removeprefix(_SCOPE) if scope.startswith(_SCOPE) else ""


def version_at(versions: Sequence[Study], at: datetime) -> int:
    """Say which version of a description counted at an instant; 0 before there was one."""
    return max((one.version for one in versions if one.recorded_at <= at), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownStudies:
    """The studies that a file may name, and which datasets have been in them since when."""

    names: Set[str] = frozenset()
    reach: Reach = NOWHERE

    def placed(self, study: str, at: datetime) -> tuple[DatasetId, ...]:
        """Give the datasets that were in a study at an instant, by name."""
        found = self.reach.placements
        return tuple(one for one in sorted(found) if self.reach.study_of(one, at) == study)


NO_STUDIES: Final = KnownStudies()
