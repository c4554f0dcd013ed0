# SPDX-License-Identifier: Apache-2.0
"""Rows of an import in staging: as they are put there, and as they are read back."""

from collections.abc import Iterator, Sequence, Set
from typing import Any, Final

from sqlalchemy import Connection, Row, or_, select, true

from consent_registry.adapters.copy_text import instant
from consent_registry.adapters.tables import DATASET_MEMBER, IMPORT_ROW, PARTICIPANT
from consent_registry.domain.batches import NextRows, StagedRow
from consent_registry.domain.history import Kind
from consent_registry.domain.rows import Row as ConsentRow
from shared.ids import DatasetId

# Without the import, which whoever reads them knows: a UUID takes the driver longer than the rest.
STAGED: Final = tuple(column for column in IMPORT_ROW.columns if column.name != "import_id")
_KINDS: Final = {kind.value: kind for kind in Kind}


def written(import_id: str, rows: Sequence[tuple[int, ConsentRow]]) -> list[tuple[object, ...]]:
    """Give rows, each with its line, as the columns of `IMPORT_ROW`."""
    return [
        (
            import_id,
            line,
            first_line,
            row.participant,
            row.dataset,
            row.local_id,
            row.alternative,
            row.alternative_text,
            row.kind.value,
            instant(row.expressed_at),
            instant(row.effective_from),
            instant(row.effective_to) if row.effective_to else None,
            row.form_version,
            " ".join(row.references) or None,
            None if row.told_of is None else " ".join(row.told_of),
        )
        for line, first_line, row in _with_first_lines(rows)
    ]


def _with_first_lines(
    rows: Sequence[tuple[int, ConsentRow]],
) -> Iterator[tuple[int, int, ConsentRow]]:
    """Give rows with the first line of those before them that are of the same consent.

    Most files have a person's rows together: what is put right here, no statement need update.
    """
    first_line, whose = 0, ("", "")
    for line, row in rows:
        if (row.participant, row.dataset) != whose:
            first_line, whose = line, (row.participant, row.dataset)
        yield line, first_line, row


def next_rows(
    connection: Connection, import_id: str, after: int, limit: int
) -> Sequence[StagedRow]:
    """Read the rows behind a consent, and one more."""
    wanted = (
        select(*STAGED)
        .where(IMPORT_ROW.c.import_id == import_id, IMPORT_ROW.c.first_line > after)
        .order_by(IMPORT_ROW.c.first_line, IMPORT_ROW.c.line)
        .limit(limit + 1)
    )
    return [staged(row) for row in connection.execute(wanted).all()]


def rows_ahead(
    connection: Connection, import_id: str, after: int, limit: int, coming: Set[str]
) -> NextRows:
    """Read rows as `next_rows` does, and look whether anybody in them is on record, or `coming`.

    Each is looked up by herself, as in `sets.picked`.
    """
    rows = next_rows(connection, import_id, after, limit)
    if not rows or not coming.isdisjoint(staged.row.participant for staged in rows):
        return NextRows(rows, new=False)
    waiting = (
        select(IMPORT_ROW)
        .where(IMPORT_ROW.c.import_id == import_id)
        .where(IMPORT_ROW.c.first_line.between(after + 1, rows[-1].first_line))
        .subquery("waiting")
    )
    person, member = PARTICIPANT.c, DATASET_MEMBER.c
    known = select(person.pid).where(person.pseudonym == waiting.c.participant)
    taken = select(member.pid).where(
        member.dataset == waiting.c.dataset, member.local_id == waiting.c.local_id
    )
    found = (
        select(each.c.pid).select_from(waiting.join(each, true())).exists()
        for each in (one.offset(0).lateral() for one in (known, taken))
    )
    return NextRows(rows, new=not connection.execute(select(or_(*found))).scalar_one())


def staged(row: Row[Any]) -> StagedRow:
    """Give a row as it was staged; its columns are those of `STAGED`."""
    line, first_line, participant, dataset, local_id, alternative, text, *rest = tuple(row)
    kind, expressed_at, effective_from, effective_to, form_version, names, told_of = rest
    consent = ConsentRow(
        participant=participant,
        dataset=dataset,
        local_id=local_id,
        alternative=alternative,
        alternative_text=text,
        kind=_KINDS[kind],
        expressed_at=expressed_at,
        effective_from=effective_from,
        effective_to=effective_to,
        form_version=form_version,
        references=tuple(names.split()) if names else (),
        told_of=None if told_of is None else tuple(map(DatasetId, told_of.split())),
    )
    return StagedRow(line, first_line, consent)
