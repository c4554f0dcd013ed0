# SPDX-License-Identifier: Apache-2.0
"""Several whole consents of one person in one dataset and one file: versions, one after the other.

A FHIR resource is a whole consent, so a file may say what somebody allowed first and what later.
Their order is that of what they say and never that of the file: a grant stands where it was
expressed, a no where it takes effect or was said, whichever is later; at a tie the no comes last,
because the narrower wins. What was entered in error is looked for behind all of them. Two grants of
one moment with different content are a contradiction: nobody chooses for the person.
"""

from collections.abc import Sequence, Set
from datetime import datetime
from typing import Final

from consent_registry.domain.batches import FaultAt, StagedRow
from consent_registry.domain.history import Kind
from consent_registry.domain.row_codes import Fault, RowCode
from consent_registry.domain.rows import Row

MAX_VERSIONS: Final = 100
"""Fewer than the rows of one transaction, in which all versions of a person are recorded."""


def in_order(rows: Sequence[StagedRow]) -> list[StagedRow]:
    """Give versions as they followed each other, whatever their order in the file."""
    return sorted(rows, key=_place)


def judge_versions(rows: Sequence[StagedRow]) -> list[FaultAt]:
    """Find what the versions have against each other; `rows` are by line.

    One that repeats an earlier line word for word is itself the only one refused. The fault of a
    contradiction names the other line.
    """
    if len(rows) > MAX_VERSIONS:
        return [FaultAt(staged.line, Fault("", RowCode.FHIR_TOO_MANY)) for staged in rows]
    if len({staged.row.local_id for staged in rows}) > 1:
        taken = Fault("local_id", RowCode.LOCAL_ID_TAKEN)
        return [FaultAt(staged.line, taken) for staged in rows]
    found: list[FaultAt] = []
    kept: dict[Row, int] = {}
    grants: dict[datetime, int] = {}
    for staged in rows:
        row, line = staged.row._replace(references=()), staged.line
        if row.kind is Kind.INVALIDATED:
            continue
        if row in kept:
            found.append(_same(line, kept[row]))
            continue
        kept[row] = line
        if not row.kind.grants:
            continue
        other = grants.setdefault(row.expressed_at, line)
        if other != line:
            found += [_same(line, other), _same(other, line)]
    return found


def after_a_no(ordered: Sequence[StagedRow]) -> list[int]:
    """Give the lines of every grant behind the first no."""
    nos = [at for at, staged in enumerate(ordered) if _is_no(staged)]
    later = ordered[nos[0] :] if nos else ()
    return [staged.line for staged in later if staged.row.kind.grants]


def unapproved_in(ordered: Sequence[StagedRow], unlisted: Set[int]) -> list[int]:
    """Give the lines of grants that follow a no of the same file without an approval of their own.

    `unlisted` are the lines that have none. What follows such a grant still follows the no.
    """
    found: list[int] = []
    said_no = False
    for staged in ordered:
        if _is_no(staged):
            said_no = True
        elif said_no and staged.line in unlisted:
            found.append(staged.line)
        else:
            said_no = False
    return found


def _is_no(staged: StagedRow) -> bool:
    kind = staged.row.kind
    return not kind.grants and kind is not Kind.INVALIDATED


def _same(line: int, other: int) -> FaultAt:
    return FaultAt(line, Fault("", RowCode.DUPLICATE, f"see line {other}"))


def _place(staged: StagedRow) -> tuple[bool, tuple[datetime, bool, str, datetime, str, int]]:
    row = staged.row
    grants = row.kind.grants
    moment = row.expressed_at if grants else max(row.effective_from, row.expressed_at)
    said = (moment, not grants, row.kind.value, row.effective_from, row.form_version, staged.line)
    return row.kind is Kind.INVALIDATED, said
