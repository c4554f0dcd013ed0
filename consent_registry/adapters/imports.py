# SPDX-License-Identifier: Apache-2.0
"""`Imports` on PostgreSQL: rows in staging and lookups over whole files, as single statements.

Nothing here judges a consent: a lookup says which lines, the use case says what that means.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from sqlalchemy import (
    Connection,
    delete,
    exists,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql

from consent_registry.adapters.copying import copy_behind, copy_rows
from consent_registry.adapters.import_batches import BatchStore, faults_of
from consent_registry.adapters.import_lookups import (
    approved,
    is_of,
    joining_after_leaving,
    joins,
    not_recorded_before,
)
from consent_registry.adapters.read_ahead import ReadAhead
from consent_registry.adapters.sets import among
from consent_registry.adapters.staged_rows import STAGED, next_rows, rows_ahead, staged, written
from consent_registry.adapters.tables import (
    CONSENT_EVENT,
    DATASET_MEMBER,
    IMPORT_BAD,
    IMPORT_FAULT,
    IMPORT_ROW,
    IMPORTED_LINE,
    PARTICIPANT,
    PERSON_EVENT,
    STANDING,
    WITHDRAWAL,
)
from consent_registry.domain.batches import ImportBatch, NextRows, StagedRow
from consent_registry.domain.history import Kind, State
from consent_registry.domain.person_events import PersonKind
from consent_registry.domain.rows import Row as ConsentRow

_ROW_COLUMNS: Final = tuple(column.name for column in IMPORT_ROW.columns)
_BAD_COLUMNS: Final = tuple(column.name for column in IMPORT_BAD.columns)
_LINES_AT_ONCE: Final = 20_000
_ROWS_IN_A_PIECE: Final = 5_000


class SqlImports(BatchStore):
    """The port `Imports`."""

    def __init__(self, connection: Connection, ahead: ReadAhead) -> None:
        super().__init__(connection)
        self._ahead = ahead

    def stage(self, import_id: str, rows: Sequence[tuple[int, ConsentRow]]) -> None:
        """Copy rows in; until `gather`, only rows that follow each other count as one consent."""
        copied = written(import_id, rows)
        copy_behind(self._connection, IMPORT_ROW, _ROW_COLUMNS, copied)

    def note_bad(self, import_id: str, rows: Sequence[tuple[int, str, str]]) -> None:
        """Copy notes in."""
        if rows:
            copied = ((import_id, *row) for row in rows)
            copy_rows(self._connection, IMPORT_BAD, _BAD_COLUMNS, copied)

    def set_aside(self, import_id: str, lines: Sequence[int]) -> None:
        """Note staged lines as bad, those noted already excepted."""
        rows = IMPORT_ROW.c
        for start in range(0, len(lines), _LINES_AT_ONCE):
            part = lines[start : start + _LINES_AT_ONCE]
            staged = select(rows.import_id, rows.line, rows.participant, rows.dataset).where(
                rows.import_id == import_id, among(rows.line, part)
            )
            statement = postgresql.insert(IMPORT_BAD).from_select(list(_BAD_COLUMNS), staged)
            self._connection.execute(statement.on_conflict_do_nothing())

    def gather(self, import_id: str) -> None:
        """Only consents whose rows do not follow each other have anything to update.

        The rows are counted for the planner first: nobody else knows that the table was filled just
        now, and as an empty one it would be read whole for each 2,000 rows, or for each member.
        """
        self._connection.execute(text("SELECT count_staged_rows()"))
        of_import = IMPORT_ROW.c.import_id == import_id
        scattered = (
            select(
                IMPORT_ROW.c.participant,
                IMPORT_ROW.c.dataset,
                func.min(IMPORT_ROW.c.line).label("first_line"),
            )
            .where(of_import)
            .group_by(IMPORT_ROW.c.participant, IMPORT_ROW.c.dataset)
            .having(func.max(IMPORT_ROW.c.first_line) > func.min(IMPORT_ROW.c.line))
            .subquery()
        )
        self._connection.execute(
            update(IMPORT_ROW)
            .where(
                of_import,
                IMPORT_ROW.c.participant == scattered.c.participant,
                IMPORT_ROW.c.dataset == scattered.c.dataset,
                IMPORT_ROW.c.first_line != scattered.c.first_line,
            )
            .values(first_line=scattered.c.first_line)
        )

    def in_several_rows(self, import_id: str) -> Iterator[Sequence[StagedRow]]:
        """Read them in pieces: in some files they are most rows of a million."""
        of_import = IMPORT_ROW.c.import_id == import_id
        later = select(IMPORT_ROW.c.first_line).where(
            of_import, IMPORT_ROW.c.line != IMPORT_ROW.c.first_line
        )
        wanted = (
            select(*STAGED)
            .where(of_import, IMPORT_ROW.c.first_line.in_(later))
            .order_by(IMPORT_ROW.c.first_line, IMPORT_ROW.c.line)
        )
        pieces = {"yield_per": _ROWS_IN_A_PIECE}
        rows = map(staged, self._connection.execute(wanted, execution_options=pieces))
        for _, consent in groupby(rows, key=lambda staged: staged.first_line):
            yield list(consent)

    def in_error(self, import_id: str) -> Sequence[StagedRow]:
        """Read them all: they are what somebody has mended by hand."""
        wanted = (
            select(*STAGED)
            .where(IMPORT_ROW.c.import_id == import_id, IMPORT_ROW.c.kind == Kind.INVALIDATED.value)
            .order_by(IMPORT_ROW.c.line)
        )
        return [staged(row) for row in self._connection.execute(wanted)]

    def about_studies(self, batch: ImportBatch) -> Iterator[Sequence[StagedRow]]:
        """Read them in pieces."""
        rows = IMPORT_ROW.c
        wanted = select(*STAGED).where(
            rows.import_id == batch.import_id,
            rows.told_of.is_not(None),
            not_recorded_before(batch),
        )
        pieces = {"yield_per": _ROWS_IN_A_PIECE}
        found = self._connection.execute(wanted.order_by(rows.line), execution_options=pieces)
        for piece in found.partitions():
            yield [staged(row) for row in piece]

    def drop_rows(self, import_id: str, lines: Sequence[int]) -> None:
        """Delete single rows."""
        self._connection.execute(
            delete(IMPORT_ROW).where(
                IMPORT_ROW.c.import_id == import_id, among(IMPORT_ROW.c.line, lines)
            )
        )

    def misplaced(self, import_id: str) -> Sequence[int]:
        """Compare within the file, then with the members."""
        rows = IMPORT_ROW.c
        shared_ids = (
            select(rows.dataset, rows.local_id)
            .where(rows.import_id == import_id)
            .group_by(rows.dataset, rows.local_id)
            .having(func.min(rows.participant) != func.max(rows.participant))
            .subquery()
        )
        within = select(rows.line).where(
            rows.import_id == import_id,
            rows.dataset == shared_ids.c.dataset,
            rows.local_id == shared_ids.c.local_id,
        )
        member = DATASET_MEMBER.c
        against = (
            select(rows.line)
            .join(DATASET_MEMBER, member.dataset == rows.dataset)
            .join(PARTICIPANT, PARTICIPANT.c.pid == member.pid)
            .where(rows.import_id == import_id)
        )
        by_local_id = against.where(
            member.local_id == rows.local_id, PARTICIPANT.c.pseudonym != rows.participant
        )
        by_person = against.where(
            PARTICIPANT.c.pseudonym == rows.participant, member.local_id != rows.local_id
        )
        found: set[int] = set()
        for wanted in (within, by_local_id, by_person):
            found.update(self._connection.execute(wanted).scalars())
        return sorted(found)

    def against_her_word(self, batch: ImportBatch) -> tuple[Sequence[int], Sequence[int]]:
        """Look up what `history.has_said_no` and `is_corrected` say, for a whole file at once."""
        rows, events = IMPORT_ROW.c, CONSENT_EVENT.c
        no = events.kind.in_([Kind.REFUSED.value, Kind.WITHDRAWN.value]) & (
            func.greatest(events.effective_from, events.expressed_at) >= rows.expressed_at
        )
        corrected = (events.kind == Kind.CORRECTED.value) & (
            events.expressed_at == rows.expressed_at
        )
        wanted = (
            select(rows.line, no.label("is_no"))
            .join(PARTICIPANT, PARTICIPANT.c.pseudonym == rows.participant)
            .join(
                DATASET_MEMBER,
                (DATASET_MEMBER.c.dataset == rows.dataset)
                & (DATASET_MEMBER.c.pid == PARTICIPANT.c.pid),
            )
            .join(
                CONSENT_EVENT,
                (events.dataset == rows.dataset) & (events.ordinal == DATASET_MEMBER.c.ordinal),
            )
            .where(
                rows.import_id == batch.import_id,
                rows.kind == Kind.GIVEN.value,
                no | corrected,
                not_recorded_before(batch),
            )
            .distinct()
        )
        lines = self._connection.execute(wanted).all()
        found = {row.line for row in lines if row.is_no}
        put_right = {row.line for row in lines} - found
        left = joining_after_leaving(batch).where(WITHDRAWAL.c.recorded_at >= rows.expressed_at)
        found.update(self._connection.execute(left).scalars())
        return sorted(found), sorted(put_right - found)

    def unapproved(self, batch: ImportBatch) -> Sequence[int]:
        """Look up what `approvals.ends_in_a_no` says of the projection, and who is approved."""
        rows, standing = IMPORT_ROW.c, STANDING.c
        wanted = (
            select(rows.line)
            .join(PARTICIPANT, PARTICIPANT.c.pseudonym == rows.participant)
            .join(
                DATASET_MEMBER,
                (DATASET_MEMBER.c.dataset == rows.dataset)
                & (DATASET_MEMBER.c.pid == PARTICIPANT.c.pid),
            )
            .join(
                STANDING,
                (standing.dataset == rows.dataset) & (standing.ordinal == DATASET_MEMBER.c.ordinal),
            )
            .where(
                rows.import_id == batch.import_id,
                rows.kind == Kind.GIVEN.value,
                standing.ends_at.is_(None),
                standing.state.in_([State.REFUSED.value, State.WITHDRAWN.value]),
                ~approved(),
                not_recorded_before(batch),
            )
        )
        told = {line for lines in self.against_her_word(batch) for line in lines}
        found = set(self._connection.execute(wanted).scalars())
        left = joining_after_leaving(batch).where(~approved())
        found.update(self._connection.execute(left).scalars())
        return sorted(found - told)

    def joining_merged(self, batch: ImportBatch) -> Sequence[StagedRow]:
        """Begin with the few who were ever merged."""
        rows, bad, person = IMPORT_ROW.c, IMPORT_BAD.c, PERSON_EVENT.c
        aside = exists().where(bad.import_id == rows.import_id, bad.line == rows.line)
        merged = select(person.pid).where(person.kind == PersonKind.MERGE_PROPOSED.value)
        wanted = (
            select(*STAGED)
            .join(PARTICIPANT, PARTICIPANT.c.pseudonym == rows.participant)
            .where(PARTICIPANT.c.pid.in_(merged), *joins(batch), ~aside)
        )
        found = self._connection.execute(wanted.order_by(rows.line))
        return [staged(row) for row in found]

    def unlisted(self, batch: ImportBatch, lines: Sequence[int]) -> Sequence[int]:
        """Look among the approvals; whom the registry does not know has none."""
        rows, found = IMPORT_ROW.c, set[int]()
        known = PARTICIPANT.c.pseudonym == rows.participant
        for start in range(0, len(lines), _LINES_AT_ONCE):
            wanted = (
                select(rows.line)
                .outerjoin(PARTICIPANT, known)
                .where(
                    rows.import_id == batch.import_id,
                    among(rows.line, lines[start : start + _LINES_AT_ONCE]),
                    ~approved(),
                    not_recorded_before(batch),
                )
            )
            found.update(self._connection.execute(wanted).scalars())
        return sorted(found)

    def drop_consents(self, import_id: str) -> Sequence[int]:
        """Delete by participant and dataset."""
        rows, bad = IMPORT_ROW.c, IMPORT_BAD.c
        statement = (
            delete(IMPORT_ROW)
            .where(
                rows.import_id == import_id,
                bad.import_id == import_id,
                bad.participant == rows.participant,
                bad.dataset == rows.dataset,
            )
            .returning(rows.line)
        )
        dropped = set(self._connection.execute(statement).scalars())
        wanted = select(IMPORT_FAULT.c.line).where(faults_of(import_id)).distinct()
        return sorted(dropped - set(self._connection.execute(wanted).scalars()))

    def drop_repeated(self, batch: ImportBatch) -> int:
        """Delete rows whose consent is an event of this file already."""
        return sum(
            self._connection.execute(
                delete(IMPORT_ROW).where(
                    IMPORT_ROW.c.import_id == batch.import_id, is_of(table, batch)
                )
            ).rowcount
            for table in (IMPORTED_LINE, CONSENT_EVENT)
        )

    def next_rows(self, batch: ImportBatch, limit: int) -> NextRows:
        """Read one row more, to see whether the last consent is whole; then read ahead.

        Of rows that were not read ahead nobody has looked whether they are new.
        """
        place = (batch.import_id, batch.done_line, limit)
        found = self._ahead.take(place)
        if found is None:
            found = NextRows(next_rows(self._connection, *place), new=False)
        rows = found.rows
        if len(rows) <= limit:
            return found
        whole = [staged for staged in rows if staged.first_line != rows[-1].first_line]
        following = (batch.import_id, whole[-1].first_line, limit)
        coming = frozenset(staged.row.participant for staged in whole)
        self._ahead.begin(following, lambda other: rows_ahead(other, *following, coming))
        return NextRows(whole, new=found.new)
