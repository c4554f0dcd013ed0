# SPDX-License-Identifier: Apache-2.0
"""The ended sessions of a service in its database: every process and replica knows them at once."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Engine, MetaData, Table, Text, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from shared.clock import Clock
from shared.pages.endings import SessionsUnknown, digest_of


def ended_session_table(metadata: MetaData) -> Table:
    """Declare `ended_session`; `shared.migration_steps` creates it."""
    return Table(
        "ended_session",
        metadata,
        Column("digest", Text, primary_key=True),
        Column("until", DateTime(timezone=True), nullable=False),
    )


class SqlEndedSessions:
    """The port `shared.pages.endings.EndedSessions`."""

    def __init__(self, engine: Engine, table: Table, clock: Clock) -> None:
        self._engine = engine
        self._table = table
        self._clock = clock

    def end(self, session_id: str, *, until: datetime) -> None:
        """Keep its digest, and drop those that are over anyway."""
        table = self._table
        one = insert(table).values(digest=digest_of(session_id), until=until)
        try:
            with self._engine.begin() as connection:
                connection.execute(delete(table).where(table.c.until < self._clock.now()))
                connection.execute(one.on_conflict_do_nothing())
        except SQLAlchemyError as fault:
            raise SessionsUnknown("the end of the session could not be kept") from fault

    def has(self, session_id: str) -> bool:
        """Look for its digest."""
        wanted = select(self._table.c.until).where(self._table.c.digest == digest_of(session_id))
        try:
            with self._engine.connect() as connection:
                return connection.execute(wanted).first() is not None
        except SQLAlchemyError as fault:
            raise SessionsUnknown("the sessions cannot be read") from fault
