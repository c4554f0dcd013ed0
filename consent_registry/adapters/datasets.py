# SPDX-License-Identifier: Apache-2.0
"""`Datasets` and `Withdrawals` on PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update
from sqlalchemy.dialects.postgresql import insert

from consent_registry.adapters.sets import among
from consent_registry.adapters.tables import DATASET, DATASET_MEMBER, WITHDRAWAL
from consent_registry.domain.register import Dataset, Withdrawal
from consent_registry.domain.windows import Window
from shared.ids import DatasetId, Revision


class SqlDatasets:
    """The port `Datasets`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, dataset: Dataset) -> bool:
        """Register a dataset unless its name is taken."""
        collected = dataset.collected
        values: dict[str, object] = {
            "collected_first": collected.first if collected else None,
            "collected_last": collected.last if collected else None,
            "data_categories": list(dataset.data_categories),
        }
        names = (column.name for column in DATASET.columns if column.name not in values)
        values |= {name: getattr(dataset, name) for name in names}
        statement = insert(DATASET).values(values).on_conflict_do_nothing()
        added = self._connection.execute(statement.returning(DATASET.c.dataset))
        return added.one_or_none() is not None

    def get(self, dataset: DatasetId) -> Dataset | None:
        """Give a dataset."""
        found = self._connection.execute(select(DATASET).where(DATASET.c.dataset == dataset))
        row = found.one_or_none()
        return _dataset(row) if row is not None else None

    def every(self) -> Sequence[Dataset]:
        """Give all datasets by name."""
        return [_dataset(row) for row in self._connection.execute(_by_name())]

    def table_then(self, dataset: DatasetId, known_at: datetime) -> tuple[int, int]:
        """Count members, and the instants at which some were added."""
        added = DATASET_MEMBER.c.added_at
        wanted = select(func.count(), func.count(added.distinct())).where(
            DATASET_MEMBER.c.dataset == dataset, added <= known_at
        )
        members, versions = self._connection.execute(wanted).one()
        return int(members), int(versions)

    def hold(self, datasets: Sequence[DatasetId]) -> Mapping[DatasetId, Dataset]:
        """Lock the rows in the order of their names."""
        wanted = _by_name().where(among(DATASET.c.dataset, datasets)).with_for_update()
        held = [_dataset(row) for row in self._connection.execute(wanted)]
        return {dataset.dataset: dataset for dataset in held}

    def demand(self, dataset: DatasetId, form: str) -> None:
        """Store the form's name."""
        self._connection.execute(
            update(DATASET).where(DATASET.c.dataset == dataset).values(form=form)
        )

    def keep(self, dataset: Dataset) -> None:
        """Store what moves."""
        self._connection.execute(
            update(DATASET)
            .where(DATASET.c.dataset == dataset.dataset)
            .values(
                revision=dataset.revision,
                members=dataset.members,
                table_version=dataset.table_version,
                recorded_at=dataset.recorded_at,
            )
        )


class SqlWithdrawals:
    """The port `Withdrawals`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, withdrawal: Withdrawal) -> None:
        """Keep a withdrawal."""
        self._connection.execute(
            insert(WITHDRAWAL).values(
                withdrawal_id=withdrawal.withdrawal_id,
                pid=withdrawal.pid,
                recorded_at=withdrawal.recorded_at,
                revisions=[[name, revision] for name, revision in withdrawal.revisions],
                idempotency_key=withdrawal.idempotency_key,
                request_sha256=withdrawal.request_sha256,
                everywhere=withdrawal.everywhere,
            )
        )

    def get(self, withdrawal_id: str) -> Withdrawal | None:
        """Give a withdrawal."""
        wanted = select(WITHDRAWAL).where(WITHDRAWAL.c.withdrawal_id == withdrawal_id)
        return _withdrawal(self._connection.execute(wanted).one_or_none())

    def everywhere(self, pids: Iterable[str]) -> Sequence[Withdrawal]:
        """Give those from everything."""
        wanted = select(WITHDRAWAL).where(among(WITHDRAWAL.c.pid, pids), WITHDRAWAL.c.everywhere)
        rows = self._connection.execute(wanted.order_by(WITHDRAWAL.c.recorded_at)).all()
        return [found for row in rows if (found := _withdrawal(row)) is not None]

    def of(self, pid: str) -> Sequence[Withdrawal]:
        """Read a participant's withdrawals."""
        wanted = select(WITHDRAWAL).where(WITHDRAWAL.c.pid == pid)
        rows = self._connection.execute(wanted.order_by(WITHDRAWAL.c.recorded_at)).all()
        return [_some(row) for row in rows]

    def by_key(self, pid: str, idempotency_key: str) -> Withdrawal | None:
        """Give the withdrawal that a key named before."""
        wanted = select(WITHDRAWAL).where(
            WITHDRAWAL.c.pid == pid, WITHDRAWAL.c.idempotency_key == idempotency_key
        )
        return _withdrawal(self._connection.execute(wanted).one_or_none())


def _by_name() -> Any:
    return select(DATASET).order_by(DATASET.c.dataset)


def _dataset(row: Row[Any]) -> Dataset:
    return Dataset(
        dataset=DatasetId(row.dataset),
        title=row.title,
        controller=row.controller,
        country=row.country,
        legal_regime=row.legal_regime,
        created_at=row.created_at,
        revision=Revision(row.revision),
        members=row.members,
        table_version=row.table_version,
        recorded_at=row.recorded_at,
        consent_role=row.consent_role,
        form=row.form,
        collected=_window(row.collected_first, row.collected_last),
        data_categories=tuple(row.data_categories),
    )


def _window(first: date | None, last: date | None) -> Window | None:
    return None if first is None and last is None else Window(first=first, last=last)


def _withdrawal(row: Row[Any] | None) -> Withdrawal | None:
    return None if row is None else _some(row)


def _some(row: Row[Any]) -> Withdrawal:
    return Withdrawal(
        withdrawal_id=row.withdrawal_id,
        pid=row.pid,
        recorded_at=row.recorded_at,
        revisions=tuple((DatasetId(name), Revision(number)) for name, number in row.revisions),
        idempotency_key=row.idempotency_key,
        request_sha256=bytes(row.request_sha256),
        everywhere=row.everywhere,
    )
