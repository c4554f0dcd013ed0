# SPDX-License-Identifier: Apache-2.0
"""What this node has seen of the logs it witnesses: a row a log, locked while it is judged."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.dialects.postgresql import insert

from audit_log.adapters.tables import WITNESS_LOG, WITNESS_STATE
from audit_log.domain.errors import LogNotWitnessed
from audit_log.domain.note import VerifierKey, parse_vkey
from audit_log.domain.submission import Held, origin_digest


class _Row:
    """A `Holding` over a locked row."""

    def __init__(self, connection: Connection, origin: str, held: Held) -> None:
        self._connection = connection
        self._origin = origin
        self._held = held

    @property
    def held(self) -> Held:
        """The last tree cosigned; the empty one before the first."""
        return self._held

    def keep(self, held: Held, note: bytes, at: datetime) -> None:
        """Replace it by a larger tree, or by the same one with a newer note."""
        self._connection.execute(
            update(WITNESS_STATE)
            .where(WITNESS_STATE.c.origin == self._origin)
            .values(size=held.size, root=held.root, note=note, seen_at=at)
        )
        self._held = held


class PostgresWitnessStore:
    """A `WitnessStore`; see the port for what each method guarantees."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def watch(self, key: VerifierKey, at: datetime) -> bool:
        """Witness the log that the key is named after; False when that key was there already."""
        nothing = Held()
        with self._engine.begin() as connection:
            connection.execute(
                insert(WITNESS_STATE)
                .values(
                    origin=key.name,
                    digest=origin_digest(key.name),
                    size=nothing.size,
                    root=nothing.root,
                )
                .on_conflict_do_nothing()
            )
            added = connection.execute(
                insert(WITNESS_LOG)
                .values(vkey=str(key), origin=key.name, added_at=at)
                .on_conflict_do_nothing()
                .returning(WITNESS_LOG.c.vkey)
            ).one_or_none()
        return added is not None

    def keys(self, origin: str) -> Sequence[VerifierKey]:
        """Give the keys that may sign for this origin; none when it is not witnessed."""
        wanted = select(WITNESS_LOG.c.vkey).where(WITNESS_LOG.c.origin == origin)
        with self._engine.connect() as connection:
            return [parse_vkey(vkey) for vkey in connection.execute(wanted).scalars()]

    @contextmanager
    def hold(self, origin: str) -> Iterator[_Row]:
        """Take hold of a witnessed log: the row's lock is held until the transaction ends."""
        wanted = select(WITNESS_STATE.c.size, WITNESS_STATE.c.root).where(
            WITNESS_STATE.c.origin == origin
        )
        with self._engine.begin() as connection:
            row = connection.execute(wanted.with_for_update()).one_or_none()
            if row is None:
                raise LogNotWitnessed("no log of this origin is witnessed here")
            yield _Row(connection, origin, Held(size=row.size, root=bytes(row.root)))

    def note(self, digest: str) -> bytes | None:
        """Give the newest note cosigned for the log whose origin has this hex SHA-256."""
        wanted = select(WITNESS_STATE.c.note).where(WITNESS_STATE.c.digest == digest)
        with self._engine.connect() as connection:
            note = connection.execute(wanted).scalar_one_or_none()
        return None if note is None else bytes(note)
