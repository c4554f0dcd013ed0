# SPDX-License-Identifier: Apache-2.0
"""The checkpointer's side of the database: reads the tree, keeps notes, shows them."""

from datetime import datetime

from sqlalchemy import Engine, func, insert, select, update

from audit_log.adapters.reader import published_of, read_tile
from audit_log.adapters.tables import CHECKPOINT, LOG_STATE
from audit_log.domain.errors import HeadMismatch, LogMismatch
from audit_log.ports import Published


class PostgresPublisherStore:
    """A `PublisherStore`; see the port for what each method guarantees."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def tile(self, level: int, index: int) -> bytes:
        """Give a tile as wide as it is now; LookupError when it has no hash yet."""
        with self._engine.connect() as connection:
            return read_tile(connection, level, index)

    def head(self) -> tuple[int, bytes]:
        """Give the committed size and root."""
        with self._engine.connect() as connection:
            row = connection.execute(select(LOG_STATE.c.size, LOG_STATE.c.root)).one_or_none()
        if row is None:
            raise LogMismatch("the database holds no log")
        return row.size, bytes(row.root)

    def newest(self) -> Published | None:
        """Give the newest checkpoint kept, published or not."""
        with self._engine.connect() as connection:
            wanted = select(CHECKPOINT).order_by(CHECKPOINT.c.size.desc()).limit(1)
            return published_of(connection.execute(wanted).one_or_none())

    def published_size(self) -> int | None:
        """Give the size of the newest published checkpoint."""
        wanted = select(func.max(CHECKPOINT.c.size)).where(CHECKPOINT.c.published_at.is_not(None))
        with self._engine.connect() as connection:
            size: int | None = connection.execute(wanted).scalar_one()
        return size

    def keep(self, checkpoint: Published) -> None:
        """Keep a signed checkpoint durably; raise HeadMismatch unless it is larger than all."""
        with self._engine.begin() as connection:
            connection.execute(select(LOG_STATE.c.log_id).with_for_update())
            largest = connection.execute(select(func.max(CHECKPOINT.c.size))).scalar_one()
            if largest is not None and checkpoint.size <= largest:
                raise HeadMismatch("a checkpoint of this size or a larger one is kept already")
            connection.execute(
                insert(CHECKPOINT).values(
                    size=checkpoint.size,
                    root=checkpoint.root,
                    note=checkpoint.note,
                    signed_at=checkpoint.signed_at,
                )
            )

    def publish(self, size: int, at: datetime) -> None:
        """Let readers see the checkpoint of this size."""
        with self._engine.begin() as connection:
            connection.execute(
                update(CHECKPOINT)
                .where(CHECKPOINT.c.size == size, CHECKPOINT.c.published_at.is_(None))
                .values(published_at=at)
            )
