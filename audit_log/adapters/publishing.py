# SPDX-License-Identifier: Apache-2.0
"""The checkpointer's side of the database: reads the tree, keeps notes, shows them."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import Engine, func, insert, select, text, update
from sqlalchemy.dialects import postgresql

from audit_log.adapters.reader import published_of, read_bundle, read_tile
from audit_log.adapters.tables import CHECKPOINT, FORK_EVIDENCE, LOG_SIGNING, LOG_STATE
from audit_log.domain.errors import HeadMismatch, LogMismatch
from audit_log.domain.note import VerifierKey
from audit_log.ports import Published
from audit_log.usecases.be_witnessed import STOPPED

_BAR: Final = text(
    "INSERT INTO log_signing AS s (log_id, state, since, witness_barred)"
    " VALUES (1, :state, :at, :keys) ON CONFLICT (log_id) DO UPDATE SET"
    " witness_barred = ARRAY(SELECT DISTINCT unnest(s.witness_barred || excluded.witness_barred)"
    "  ORDER BY 1) WHERE NOT s.witness_barred @> excluded.witness_barred"
)


class PostgresPublisherStore:
    """A `PublisherStore` and a `WitnessedStore`; see the ports for what each method guarantees.

    `witness_keys` are the keys with which this node witnesses others.
    """

    def __init__(self, engine: Engine, witness_keys: Sequence[VerifierKey] = ()) -> None:
        self._engine = engine
        self._witness_keys = [str(one) for one in witness_keys]

    def tile(self, level: int, index: int) -> bytes:
        """Give a tile as wide as it is now; LookupError when it has no hash yet."""
        with self._engine.connect() as connection:
            return read_tile(connection, level, index)

    def bundle(self, index: int) -> Sequence[bytes]:
        """Give the entries of a bundle, as many as there are; LookupError when there are none."""
        with self._engine.connect() as connection:
            return read_bundle(connection, index)

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

    def evidence(self) -> Sequence[bytes]:
        """Give the notes signed by our own key that others hold and our tree once did not."""
        with self._engine.connect() as connection:
            return [bytes(n) for n in connection.execute(select(FORK_EVIDENCE.c.note)).scalars()]

    def shown(self) -> Published | None:
        """Give the newest published checkpoint."""
        wanted = select(CHECKPOINT).where(CHECKPOINT.c.published_at.is_not(None))
        newest = wanted.order_by(CHECKPOINT.c.size.desc()).limit(1)
        with self._engine.connect() as connection:
            return published_of(connection.execute(newest).one_or_none())

    def witnessed(self, size: int, note: bytes, at: datetime) -> None:
        """Show the checkpoint of this size with its cosignatures; fewer never replace more."""
        kept = CHECKPOINT.c.witnessed_note
        with self._engine.begin() as connection:
            connection.execute(
                update(CHECKPOINT)
                .where(
                    CHECKPOINT.c.size == size,
                    CHECKPOINT.c.published_at.is_not(None),
                    kept.is_(None) | (func.length(kept) < len(note)),
                )
                .values(
                    witnessed_note=note, witnessed_at=func.coalesce(CHECKPOINT.c.witnessed_at, at)
                )
            )

    def keep_evidence(self, witness: str, note: bytes, at: datetime) -> bool:
        """Keep a note signed by our own key that our tree does not contain; False if it is kept."""
        row = {"digest": sha256(note).digest(), "witness": witness, "note": note, "found_at": at}
        with self._engine.begin() as connection:
            return (
                connection.execute(
                    postgresql.insert(FORK_EVIDENCE)
                    .values(row)
                    .on_conflict_do_nothing()
                    .returning(FORK_EVIDENCE.c.digest)
                ).one_or_none()
                is not None
            )

    def say_signing(self, state: str, at: datetime) -> None:
        """Let everybody know whether the log signs; what is said already keeps its time."""
        said = postgresql.insert(LOG_SIGNING).values(log_id=1, state=state, since=at)
        with self._engine.begin() as connection:
            connection.execute(
                said.on_conflict_do_update(
                    index_elements=[LOG_SIGNING.c.log_id],
                    set_={"state": state, "since": at},
                    where=LOG_SIGNING.c.state != state,
                )
            )

    def bar_witness(self, at: datetime) -> None:
        """Bar the keys with which this node witnesses others, for good."""
        if self._witness_keys:
            said = {"state": STOPPED, "at": at, "keys": self._witness_keys}
            with self._engine.begin() as connection:
                connection.execute(_BAR, said)
