# SPDX-License-Identifier: Apache-2.0
"""What this node has seen of the logs it witnesses: a row a log.

A submission costs two statements, each a transaction of its own: one reads, one compares and
replaces. No lock is held while a submission is judged, and nothing waits for anybody.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import Engine, select, text
from sqlalchemy.dialects.postgresql import insert

from audit_log.adapters.tables import WITNESS_LOG, WITNESS_STATE
from audit_log.domain.note import VerifierKey, parse_vkey
from audit_log.domain.submission import Held, origin_digest
from audit_log.ports import WatchedLog

_FIND: Final = text(
    "SELECT s.size, s.root, l.vkey, (SELECT witness_barred FROM log_signing) AS barred"
    " FROM witness_state AS s JOIN witness_log AS l USING (origin)"
    " WHERE s.origin = :origin"
)
_REPLACE: Final = text(
    "UPDATE witness_state SET size = :size, root = :root, note = :note, seen_at = :at"
    " WHERE origin = :origin AND size = :old_size AND root = :old_root"
)


class PostgresWitnessStore:
    """A `WitnessStore`; see the port for what each method guarantees."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._single = engine.execution_options(isolation_level="AUTOCOMMIT")

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

    def find(self, origin: str) -> WatchedLog | None:
        """Give the log of this origin; None when it is not witnessed."""
        with self._single.connect() as connection:
            rows = connection.execute(_FIND, {"origin": origin}).all()
        if not rows:
            return None
        return WatchedLog(
            keys=tuple(parse_vkey(row.vkey) for row in rows),
            held=Held(size=rows[0].size, root=bytes(rows[0].root)),
            barred=frozenset(rows[0].barred or ()),
        )

    def replace(self, origin: str, before: Held, after: Held, note: bytes, at: datetime) -> bool:
        """Hold another tree in place of `before`, if that is what is held."""
        said = {
            "origin": origin,
            "old_size": before.size,
            "old_root": before.root,
            "size": after.size,
            "root": after.root,
            "note": note,
            "at": at,
        }
        with self._single.connect() as connection:
            return connection.execute(_REPLACE, said).rowcount == 1

    def note(self, digest: str) -> bytes | None:
        """Give the newest note cosigned for the log whose origin has this hex SHA-256."""
        wanted = select(WITNESS_STATE.c.note).where(WITNESS_STATE.c.digest == digest)
        with self._single.connect() as connection:
            note = connection.execute(wanted).scalar_one_or_none()
        return None if note is None else bytes(note)
