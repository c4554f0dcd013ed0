# SPDX-License-Identifier: Apache-2.0
"""The staged rows that an import records next, read while the database stores the last ones.

Staged rows do not change while their import is being recorded, so what was read early is what would
be read later. Whatever goes wrong here, the rows are read again by whoever needs them.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from consent_registry.domain.batches import NextRows

Read = Callable[[Connection], NextRows]
Place = tuple[str, int, int]
"""An import, the line after which to read, and how many rows."""


@dataclass(slots=True)
class _Reading:
    place: Place
    thread: threading.Thread
    rows: list[NextRows] = field(default_factory=list)


class ReadAhead:
    """At most one reading under way, on a connection of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._reading: _Reading | None = None

    def begin(self, place: Place, read: Read) -> None:
        """Begin to read what follows, unless a reading is under way."""
        with self._lock:
            if self._reading is not None and self._reading.thread.is_alive():
                return
            rows: list[NextRows] = []
            thread = threading.Thread(
                target=self._run, args=(read, rows), name="read-ahead", daemon=True
            )
            self._reading = _Reading(place=place, thread=thread, rows=rows)
            thread.start()

    def take(self, place: Place) -> NextRows | None:
        """Give what was read for this place, once; None when nothing was."""
        with self._lock:
            reading = self._reading
            if reading is None or reading.place != place:
                return None
            self._reading = None
        reading.thread.join()
        return reading.rows[0] if reading.rows else None

    def _run(self, read: Read, rows: list[NextRows]) -> None:
        try:
            with self._engine.connect() as connection:
                rows.append(read(connection))
        except SQLAlchemyError:
            return  # the rows are read again in the import's own transaction
