# SPDX-License-Identifier: Apache-2.0
"""What lookups over a whole file's staged rows have in common, as pieces of SQL."""

from typing import Any

from sqlalchemy import FromClause, Select, and_, exists, select

from consent_registry.adapters.tables import (
    CONSENT_EVENT,
    DATASET_MEMBER,
    IMPORT_ROW,
    IMPORTED_LINE,
    LISTED_APPROVAL,
    PARTICIPANT,
    WITHDRAWAL,
)
from consent_registry.domain.approvals import Widening
from consent_registry.domain.batches import Format, ImportBatch
from consent_registry.domain.history import Kind


def source_line(batch: ImportBatch) -> Any:
    """Give the line by which a staged row's consent is an event: a FHIR resource has its own."""
    return IMPORT_ROW.c.first_line if batch.format is Format.CSV else IMPORT_ROW.c.line


def joining_after_leaving(batch: ImportBatch) -> Select[Any]:
    """Give the rows that bring in somebody who withdrew from everything."""
    return (
        select(IMPORT_ROW.c.line)
        .join(PARTICIPANT, PARTICIPANT.c.pseudonym == IMPORT_ROW.c.participant)
        .join(WITHDRAWAL, (WITHDRAWAL.c.pid == PARTICIPANT.c.pid) & WITHDRAWAL.c.everywhere)
        .where(*joins(batch))
        .distinct()
    )


def joins(batch: ImportBatch) -> tuple[Any, ...]:
    """Say in SQL that a staged row's yes brings somebody into a dataset."""
    rows, member = IMPORT_ROW.c, DATASET_MEMBER.c
    there = exists().where(member.dataset == rows.dataset, member.pid == PARTICIPANT.c.pid)
    return (
        rows.import_id == batch.import_id,
        rows.kind == Kind.GIVEN.value,
        rows.told_of.is_(None),
        ~there,
        not_recorded_before(batch),
    )


def not_recorded_before(batch: ImportBatch) -> Any:
    """Say in SQL that a staged row's consent is no event of the same file.

    Two separate refusals, which PostgreSQL joins; of one over both it would ask for each row.
    """
    lines, events = IMPORTED_LINE.alias("taken_in"), CONSENT_EVENT.alias("earlier")
    return and_(~exists().where(is_of(lines, batch)), ~exists().where(is_of(events, batch)))


def is_of(table: FromClause, batch: ImportBatch) -> Any:
    """Say in SQL that a row was made of the staged row's line of the same file."""
    return and_(
        table.c.file_sha256 == batch.file_sha256,
        table.c.mapping == batch.mapping,
        table.c.line == source_line(batch),
    )


def approved() -> Any:
    """Say in SQL that an approval of a staged row's consent is listed and not used yet."""
    rows, approval = IMPORT_ROW.c, LISTED_APPROVAL.c
    return exists().where(
        approval.widening == Widening.NO_TO_YES.value,
        approval.pid == PARTICIPANT.c.pid,
        approval.dataset == rows.dataset,
        approval.dated == rows.expressed_at,
        approval.used.is_(False),
    )
