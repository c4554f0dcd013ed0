# SPDX-License-Identifier: Apache-2.0
"""`Releases` on PostgreSQL, and the release in use as every process sees it."""

import threading
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.postgresql import insert

from consent_registry.adapters.tables import MONDO_ACTIVATION, MONDO_RELEASE
from consent_registry.domain.disease_files import Release, read_release
from consent_registry.domain.diseases import Diseases

_NEWEST = (
    select(MONDO_ACTIVATION.c.sha256, MONDO_ACTIVATION.c.activated_at)
    .order_by(MONDO_ACTIVATION.c.number.desc())
    .limit(1)
)


class SqlReleases:
    """The port `Releases`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, release: Release, raw: bytes) -> None:
        """Store a release once."""
        values = {
            "sha256": bytes.fromhex(release.sha256),
            "version": release.version,
            "terms": release.terms,
            "document": raw,
            "loaded_at": release.loaded_at,
        }
        self._connection.execute(insert(MONDO_RELEASE).values(values).on_conflict_do_nothing())

    def activate(self, sha256: str, at: datetime) -> None:
        """Add an activation."""
        self._connection.execute(
            insert(MONDO_ACTIVATION).values(sha256=bytes.fromhex(sha256), activated_at=at)
        )

    def every(self) -> Sequence[Release]:
        """Give the releases without their bytes."""
        newest = self._connection.execute(_NEWEST).one_or_none()
        active = {bytes(newest.sha256): newest.activated_at} if newest is not None else {}
        columns = [column for column in MONDO_RELEASE.c if column.name != "document"]
        wanted = select(*columns).order_by(MONDO_RELEASE.c.loaded_at.desc(), MONDO_RELEASE.c.sha256)
        return [
            Release(
                sha256=bytes(row.sha256).hex(),
                version=row.version,
                terms=row.terms,
                loaded_at=row.loaded_at,
                active_since=active.get(bytes(row.sha256)),
            )
            for row in self._connection.execute(wanted)
        ]


class DiseasesInUse:
    """Gives the active release, or the operator's file while none was ever activated.

    Asks the database which one is active each time, and reads a release once per process.
    """

    def __init__(self, engine: Engine, until_loaded: Diseases) -> None:
        self._engine = engine
        self._until_loaded = until_loaded
        self._lock = threading.Lock()
        self._held: tuple[bytes, Diseases] | None = None

    def __call__(self, known_at: datetime | None) -> Diseases:
        """Give the hierarchy to decide by now, or the one in use at an instant, which is read."""
        wanted = _NEWEST
        if known_at is not None:
            wanted = wanted.where(MONDO_ACTIVATION.c.activated_at <= known_at)
        with self._engine.connect() as connection:
            newest = connection.execute(wanted).one_or_none()
            if newest is None:
                return self._until_loaded
            sha256 = bytes(newest.sha256)
            with self._lock:
                if self._held is not None and self._held[0] == sha256:
                    return self._held[1]
                found = self._read(connection, sha256)
                if known_at is None:
                    self._held = (sha256, found)
                return found

    @staticmethod
    def _read(connection: Connection, sha256: bytes) -> Diseases:
        wanted = select(MONDO_RELEASE.c.document).where(MONDO_RELEASE.c.sha256 == sha256)
        return read_release(bytes(connection.execute(wanted).scalar_one()))
