# SPDX-License-Identifier: Apache-2.0
"""`Cohorts` on PostgreSQL."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pyroaring import BitMap
from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql

from consent_registry.adapters.sets import among
from consent_registry.adapters.tables import (
    COHORT,
    COHORT_NARROWED,
)
from consent_registry.domain import purpose
from consent_registry.domain.bitmaps import canonical_bytes, from_bytes
from consent_registry.domain.cohort_uses import CohortUse, Gone, NamedCohort
from consent_registry.domain.projects import PermitFor
from consent_registry.domain.register import (
    BoundCohort,
    FrozenCohort,
    Holding,
    LiveCohort,
    Narrowed,
    Project,
)
from shared.ids import ApplicationId, CohortId, DatasetId, Ordinal, PermitId, Revision

_RULING_WITHDRAWN: Final = ""
_BITMAPS_AT_ONCE: Final = 8
_ORDINALS: Final = 1 << 32  # as many as a bitmap can hold
_LEFT_UNREAD: Final = text(
    "SELECT u.number, n.cause, array_agg(n.ordinal) AS ordinals"
    " FROM json_to_recordset(CAST(:uses AS json))"
    "  AS u(number int, cohort uuid, revision bigint, then_at timestamptz)"
    " JOIN cohort_narrowed AS n ON n.cohort_id = u.cohort"
    "  AND n.revision > u.revision AND n.left_at <= u.then_at"
    " GROUP BY u.number, n.cause"
)


class SqlCohorts:
    """The port `Cohorts`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, cohort: FrozenCohort) -> None:
        """Keep a new frozen cohort."""
        self._connection.execute(
            insert(COHORT).values(
                cohort_id=cohort.cohort_id,
                dataset=cohort.dataset,
                application_id=cohort.application_id,
                purpose=cohort.purpose.to_json(),
                revision=cohort.revision,
                frozen_at=cohort.frozen_at,
                void_at=cohort.void_at,
                counts=dict(cohort.counts),
                reasons=dict(cohort.reasons),
                salt=cohort.salt,
                digest=cohort.digest,
                bitmap=canonical_bytes(cohort.bitmap),
                manifest=cohort.manifest,
                rulings=list(cohort.rulings),
                checked_under=cohort.checked_under,
            )
        )

    def get(self, cohort_id: CohortId) -> FrozenCohort | None:
        """Give a frozen cohort."""
        found = self._connection.execute(select(COHORT).where(COHORT.c.cohort_id == cohort_id))
        row = found.one_or_none()
        return _frozen(row) if row is not None else None

    def bind(
        self,
        cohort: FrozenCohort,
        permit_id: PermitId,
        *,
        at: datetime,
        revision: Revision,
        lapses: Sequence[tuple[str, int]],
        project: Project | None = None,
    ) -> None:
        """Make it live."""
        self._connection.execute(
            update(COHORT)
            .where(COHORT.c.cohort_id == cohort.cohort_id)
            .values(
                permit_id=permit_id,
                bound_at=at,
                bound_revision=revision,
                lapses=[[time, ordinal] for time, ordinal in lapses],
                project_title=None if project is None else project.title,
                project_organisation=None if project is None else project.organisation,
                project_until=None if project is None else project.until,
            )
        )

    def end(self, cohort_id: CohortId, at: datetime) -> None:
        """Keep the end."""
        self._connection.execute(
            update(COHORT).where(COHORT.c.cohort_id == cohort_id).values(ended_at=at)
        )

    def of_permit(self, permit_id: PermitId) -> BoundCohort | None:
        """Look the permit up; it is unique."""
        found = self._connection.execute(select(COHORT).where(COHORT.c.permit_id == permit_id))
        row = found.one_or_none()
        return None if row is None else _bound(row)

    def left(self, cohort_id: CohortId, ordinal: Ordinal) -> Sequence[Narrowed]:
        """Read the one row there may be."""
        wanted = select(COHORT_NARROWED).where(
            COHORT_NARROWED.c.cohort_id == cohort_id, COHORT_NARROWED.c.ordinal == ordinal
        )
        return [
            Narrowed(
                cohort_id=cohort_id,
                ordinal=ordinal,
                revision=Revision(row.revision),
                left_at=row.left_at,
                cause=row.cause,
            )
            for row in self._connection.execute(wanted)
        ]

    def gone(self, cohort_id: CohortId, upto: Revision) -> BitMap:
        """Read by the cohort."""
        wanted = select(COHORT_NARROWED.c.ordinal).where(
            COHORT_NARROWED.c.cohort_id == cohort_id, COHORT_NARROWED.c.revision <= upto
        )
        return BitMap(self._connection.execute(wanted).scalars())

    def named(
        self, cohorts: Sequence[CohortId], permits: Sequence[PermitId]
    ) -> Sequence[NamedCohort]:
        """Leave the bitmaps where they are: each may hold a million people."""
        one = COHORT.c
        wanted = select(
            one.cohort_id, one.dataset, one.digest, one.salt, one.purpose, one.permit_id
        ).where(or_(among(one.cohort_id, cohorts), among(one.permit_id, permits)))
        return [
            NamedCohort(
                cohort_id=CohortId(row.cohort_id),
                dataset=DatasetId(row.dataset),
                digest=row.digest,
                salt=bytes(row.salt),
                purpose=purpose.from_json(row.purpose),
                permit_id=None if row.permit_id is None else PermitId(row.permit_id),
            )
            for row in self._connection.execute(wanted)
        ]

    def left_unread(self, uses: Mapping[int, tuple[CohortId, CohortUse]]) -> Mapping[int, Gone]:
        """Look up each use by the index of revisions, in one statement."""
        listed = [
            {
                "number": number,
                "cohort": cohort_id,
                "revision": -1 if one.revision is None else one.revision,
                "then_at": one.then.isoformat(),
            }
            for number, (cohort_id, one) in uses.items()
        ]
        found: dict[int, dict[str, BitMap]] = {}
        for row in self._connection.execute(_LEFT_UNREAD, {"uses": json.dumps(listed)}):
            found.setdefault(row.number, {})[row.cause] = BitMap(row.ordinals)
        return found

    def holding(
        self, dataset: DatasetId, ordinal: Ordinal, cohorts: Sequence[CohortId]
    ) -> Mapping[CohortId, Holding]:
        """Look into one bitmap after the other: each may hold a million people."""
        gone = and_(
            COHORT_NARROWED.c.cohort_id == COHORT.c.cohort_id, COHORT_NARROWED.c.ordinal == ordinal
        )
        wanted = (
            select(COHORT.c.cohort_id, COHORT.c.digest, COHORT.c.bitmap, COHORT_NARROWED.c.revision)
            .outerjoin(COHORT_NARROWED, gone)
            .where(COHORT.c.dataset == dataset, among(COHORT.c.cohort_id, cohorts))
            .execution_options(yield_per=_BITMAPS_AT_ONCE)
        )
        return {
            CohortId(row.cohort_id): Holding(
                digest=row.digest,
                within=ordinal < _ORDINALS and ordinal in from_bytes(bytes(row.bitmap)),
                left=None if row.revision is None else Revision(row.revision),
            )
            for row in self._connection.execute(wanted)
        }

    def under(self, permit_id: PermitId) -> FrozenCohort | None:
        """Give the permit's cohort; a permit has one."""
        found = self._connection.execute(select(COHORT).where(COHORT.c.permit_id == permit_id))
        row = found.one_or_none()
        return _frozen(row) if row is not None else None

    def permits_for(
        self, dataset: DatasetId, ordinal: Ordinal, limit: int | None
    ) -> Sequence[PermitFor]:
        """Look into one bitmap after the other: each may hold a million people."""
        gone = and_(
            COHORT_NARROWED.c.cohort_id == COHORT.c.cohort_id, COHORT_NARROWED.c.ordinal == ordinal
        )
        wanted = (
            select(COHORT, COHORT_NARROWED.c.left_at)
            .outerjoin(COHORT_NARROWED, gone)
            .where(COHORT.c.dataset == dataset, COHORT.c.bound_revision.is_not(None))
            .order_by(COHORT.c.bound_revision.desc())
            .limit(limit)
            .execution_options(yield_per=_BITMAPS_AT_ONCE)
        )
        rows = ((_bound(row), row.left_at) for row in self._connection.execute(wanted))
        return [
            PermitFor(bound=bound, within=ordinal in bound.frozen.bitmap, left_at=left_at)
            for bound, left_at in rows
        ]

    def live(self, dataset: DatasetId) -> Sequence[LiveCohort]:
        """Give the live cohorts less those who left."""
        wanted = (
            select(COHORT)
            .where(COHORT.c.dataset == dataset, COHORT.c.bound_revision.is_not(None))
            .order_by(COHORT.c.bound_revision)
        )
        rows = self._connection.execute(wanted).all()
        gone = self._gone([row.cohort_id for row in rows])
        return [
            LiveCohort(
                frozen=_frozen(row),
                members=from_bytes(bytes(row.bitmap)) - gone.get(row.cohort_id, BitMap()),
                lapses=tuple((time, ordinal) for time, ordinal in row.lapses),
                ruling_withdrawn=row.checked_under == _RULING_WITHDRAWN,
            )
            for row in rows
        ]

    def unchecked(self, dataset: DatasetId, grounds: str) -> Sequence[CohortId]:
        """Compare the digests; an empty one differs from all."""
        wanted = (
            select(COHORT.c.cohort_id)
            .where(COHORT.c.dataset == dataset, COHORT.c.bound_revision.is_not(None))
            .where(COHORT.c.checked_under.is_distinct_from(grounds))
            .order_by(COHORT.c.bound_revision)
        )
        return [CohortId(found) for found in self._connection.execute(wanted).scalars()]

    def checked(self, cohort_id: CohortId, grounds: str) -> None:
        """Store the digest."""
        self._check_under(COHORT.c.cohort_id == cohort_id, grounds)

    def uncheck(self, dataset: DatasetId, ruling_id: str) -> None:
        """Empty the digest of whatever names the ruling."""
        named = COHORT.c.rulings.contains([ruling_id])
        self._check_under(and_(COHORT.c.dataset == dataset, named), _RULING_WITHDRAWN)

    def _check_under(self, which: ColumnElement[bool], digest: str) -> None:
        self._connection.execute(update(COHORT).where(which).values(checked_under=digest))

    def _gone(self, cohorts: Sequence[str]) -> dict[str, BitMap]:
        if not cohorts:
            return {}
        left = COHORT_NARROWED.c
        wanted = (
            select(left.cohort_id, func.array_agg(left.ordinal).label("ordinals"))
            .where(among(left.cohort_id, cohorts))
            .group_by(left.cohort_id)
        )
        found = self._connection.execute(wanted)
        return {row.cohort_id: BitMap(row.ordinals) for row in found}

    def narrow(self, gone: Sequence[Narrowed]) -> None:
        """Note who left, once."""
        rows = [
            {
                "cohort_id": one.cohort_id,
                "ordinal": one.ordinal,
                "revision": one.revision,
                "left_at": one.left_at,
                "cause": one.cause,
            }
            for one in gone
        ]
        if rows:
            statement = postgresql.insert(COHORT_NARROWED).on_conflict_do_nothing()
            self._connection.execute(statement, rows)


def _bound(row: Row[Any]) -> BoundCohort:
    project = None
    if row.project_title is not None:
        project = Project(
            title=row.project_title, organisation=row.project_organisation, until=row.project_until
        )
    return BoundCohort(
        frozen=_frozen(row),
        bound_at=row.bound_at,
        lapses=tuple((time, ordinal) for time, ordinal in row.lapses),
        project=project,
    )


def _frozen(row: Row[Any]) -> FrozenCohort:
    return FrozenCohort(
        cohort_id=CohortId(row.cohort_id),
        dataset=DatasetId(row.dataset),
        application_id=ApplicationId(row.application_id),
        purpose=purpose.from_json(row.purpose),
        revision=Revision(row.revision),
        frozen_at=row.frozen_at,
        void_at=row.void_at,
        counts=row.counts,
        reasons=row.reasons,
        salt=bytes(row.salt),
        digest=row.digest,
        bitmap=from_bytes(bytes(row.bitmap)),
        manifest=row.manifest,
        checked_under=row.checked_under or "",
        rulings=tuple(row.rulings),
        permit_id=PermitId(row.permit_id) if row.permit_id is not None else None,
        bound_revision=Revision(row.bound_revision) if row.bound_revision is not None else None,
        ended_at=row.ended_at,
    )
