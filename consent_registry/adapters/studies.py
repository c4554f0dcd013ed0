# SPDX-License-Identifier: Apache-2.0
"""`Studies` on PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select
from sqlalchemy.dialects import postgresql

from consent_registry.adapters.sets import among
from consent_registry.adapters.tables import STUDY_DATASET, STUDY_VERSION
from consent_registry.domain.studies import Placement, Reach, Study
from shared.ids import DatasetId


class SqlStudies:
    """The port `Studies`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, version: Study) -> bool:
        """Insert a row unless its number is taken."""
        values = {column.name: getattr(version, column.name) for column in STUDY_VERSION.columns}
        statement = postgresql.insert(STUDY_VERSION).values(values).on_conflict_do_nothing()
        added = self._connection.execute(statement.returning(STUDY_VERSION.c.version))
        return added.one_or_none() is not None

    def get(self, study: str) -> Study | None:
        """Read the newest."""
        row = self._connection.execute(_newest().where(STUDY_VERSION.c.study == study))
        found = row.one_or_none()
        return None if found is None else _study(found)

    def every(self) -> Sequence[Study]:
        """Read the newest of each."""
        return [_study(row) for row in self._connection.execute(_newest())]

    def versions(self, study: str) -> Sequence[Study]:
        """Read all of one."""
        wanted = select(STUDY_VERSION).where(STUDY_VERSION.c.study == study)
        rows = self._connection.execute(wanted.order_by(STUDY_VERSION.c.version))
        return [_study(row) for row in rows]

    def place(self, dataset: DatasetId, study: str, at: datetime) -> None:
        """Insert the next row; the held dataset keeps everybody else from it."""
        placed = STUDY_DATASET.c
        wanted = select(func.coalesce(func.max(placed.number), 0)).where(placed.dataset == dataset)
        number = int(self._connection.execute(wanted).scalar_one()) + 1
        values = {"dataset": dataset, "number": number, "study": study, "recorded_at": at}
        self._connection.execute(insert(STUDY_DATASET).values(values))

    def of(self, datasets: Sequence[DatasetId]) -> Mapping[DatasetId, Study]:
        """Read the newest of both tables."""
        placed, described = _placed().subquery(), _newest().subquery()
        wanted = (
            select(placed.c.dataset.label("placed"), described)
            .join(described, described.c.study == placed.c.study)
            .where(among(placed.c.dataset, datasets))
        )
        rows = self._connection.execute(wanted)
        return {DatasetId(row.placed): _study(row) for row in rows}

    def datasets(self, study: str) -> Sequence[DatasetId]:
        """Read the newest placements."""
        placed = _placed().subquery().c
        wanted = select(placed.dataset).where(placed.study == study).order_by(placed.dataset)
        return [DatasetId(name) for name in self._connection.execute(wanted).scalars()]

    def reach(self, datasets: Sequence[DatasetId]) -> Reach:
        """Read both tables, whole for what is asked for."""
        placed = STUDY_DATASET.c
        wanted = select(STUDY_DATASET).where(among(placed.dataset, datasets))
        placements: dict[DatasetId, list[Placement]] = {}
        for row in self._connection.execute(wanted.order_by(placed.dataset, placed.number)):
            made = Placement(study=row.study, since=row.recorded_at)
            placements.setdefault(DatasetId(row.dataset), []).append(made)
        names = {one.study for found in placements.values() for one in found} - {""}
        return Reach(placements=placements, versions={one: self.versions(one) for one in names})


def _newest() -> Select[Any]:
    said = STUDY_VERSION.c
    newest = select(STUDY_VERSION).ext(postgresql.distinct_on(said.study))
    return newest.order_by(said.study, said.version.desc())


def _placed() -> Select[Any]:
    placed = STUDY_DATASET.c
    chosen = select(placed.dataset, placed.study).ext(postgresql.distinct_on(placed.dataset))
    return chosen.order_by(placed.dataset, placed.number.desc())


def _study(row: Row[Any]) -> Study:
    return Study(
        study=row.study,
        version=row.version,
        title=row.title,
        controller=row.controller,
        purpose=row.purpose,
        ethics=row.ethics,
        starts_on=row.starts_on,
        data_until=row.data_until,
        recorded_at=row.recorded_at,
        later_datasets=row.later_datasets,
    )
