# SPDX-License-Identifier: Apache-2.0
"""The consents of staged rows: what is recorded together, and in which order."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

from consent_registry.domain.batches import Format, ImportBatch, StagedRow
from consent_registry.domain.history import Kind
from consent_registry.domain.records import Source
from consent_registry.domain.row_codes import Fault, RowCode
from consent_registry.domain.rows import Row
from consent_registry.domain.terms import Terms, read_written
from consent_registry.domain.versions import in_order

_TERMS_REMEMBERED: Final = 20_000


class Consent(NamedTuple):
    """All rows of one participant and dataset, by alternative; of FHIR one resource."""

    rows: Sequence[StagedRow]
    pid: str
    terms: Terms | None

    @property
    def first(self) -> StagedRow:
        """The row on the consent's first line."""
        return self.rows[0]


def against_leaving(
    row: Row, left_at: datetime | None, approved: Callable[[], bool]
) -> Fault | None:
    """Judge a row that is to bring somebody in who may have withdrawn from everything.

    `left_at` is when she last did, by any name of hers; `approved` is asked only where it matters.
    """
    if left_at is None or not row.kind.grants:
        return None
    if row.expressed_at <= left_at:
        return Fault("state", RowCode.NO_TO_YES)
    return None if approved() else Fault("state", RowCode.APPROVAL_MISSING)


def rounds_of(format_: Format, rows: Sequence[StagedRow]) -> list[list[StagedRow]]:
    """Give the rows that are recorded in one step: of FHIR's, one version of each person.

    Each step has a later recorded time than the one before, by which histories tell them apart.
    """
    if format_ is Format.CSV:
        return [list(rows)] if rows else []
    rounds: list[list[StagedRow]] = []
    for _, versions in groupby(rows, key=lambda staged: staged.first_line):
        for number, version in enumerate(in_order(list(versions))):
            if number == len(rounds):
                rounds.append([])
            rounds[number].append(version._replace(first_line=version.line))
    return rounds


def consents_of(rows: Sequence[StagedRow], pids: Mapping[str, str]) -> list[Consent]:
    """Give the consents of these rows, which stand by their first lines."""
    grouped = groupby(rows, key=lambda staged: staged.first_line)
    consents: list[Consent] = []
    for group in (list(found) for _, found in grouped):
        ordered = group
        if len(group) > 1:
            ordered = sorted(group, key=lambda staged: staged.row.alternative)
        terms = _terms(tuple(staged.row.alternative_text for staged in ordered))
        consents.append(Consent(rows=group, pid=pids[group[0].row.participant], terms=terms))
    return consents


@lru_cache(maxsize=_TERMS_REMEMBERED)
def _terms(texts: tuple[str, ...]) -> Terms | None:
    """Read a consent's alternatives, in their own order; a no may have none.

    Remembered across transactions: most people of a file chose what others chose.
    """
    return read_written(texts)


def in_error(staged: StagedRow) -> bool:
    """Say whether a row is about a consent that never was one."""
    return staged.row.kind is Kind.INVALIDATED


def source_of(batch: ImportBatch, consent: Consent) -> Source:
    """Give the line by which what is recorded of a consent is found again."""
    line = consent.first.first_line
    return Source(file_sha256=batch.file_sha256, line=line, mapping=batch.mapping)
