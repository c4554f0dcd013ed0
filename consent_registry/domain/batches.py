# SPDX-License-Identifier: Apache-2.0
"""An import from the file's arrival to its last consent, and rows seen together.

The rows of one participant and dataset form one consent and stand or fall together: half a consent
is not what the person signed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, NamedTuple

from consent_registry.domain.diseases import Diseases
from consent_registry.domain.form_demand import FormUse
from consent_registry.domain.row_codes import Fault, RowCode
from consent_registry.domain.rows import Row
from shared.principal import Principal

ROWS_PER_TRANSACTION: Final = 2_000
REPORTED_FAULTS: Final = 1_000


class Mode(Enum):
    """What one bad row does to the good ones."""

    ALL_OR_NOTHING = "all_or_nothing"
    VALID_ROWS_ONLY = "valid_rows_only"


class Format(Enum):
    """What a file is written in; the value is what is stored."""

    CSV = "csv"
    FHIR_R4_LINES = "fhir_r4_ndjson"
    FHIR_R4_BUNDLE = "fhir_r4_bundle"
    FHIR_R5_LINES = "fhir_r5_ndjson"
    FHIR_R5_BUNDLE = "fhir_r5_bundle"


class ImportState(Enum):
    """Where an import stands. RECEIVED and STAGED look the same from outside."""

    RECEIVED = "received"  # the file is here, no row has been looked at
    APPLYING = "applying"  # every row has been judged, the good ones are being recorded
    FINISHED = "finished"
    REFUSED = "refused"  # nothing was kept
    FAILED = "failed"  # the file is no consent CSV at all
    CANCELLED = "cancelled"  # somebody ended it; what was recorded by then stays

    @property
    def wire(self) -> str:
        """The word of the API."""
        return "staged" if self is ImportState.RECEIVED else self.value

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to it."""
        return self not in {ImportState.RECEIVED, ImportState.APPLYING}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportBatch:
    """One file. `bad` counts rows that were refused; `repeated` those recorded by an earlier run.

    `mapping` is the version of the reader, or stands for the FHIR mapping file that was named.
    `done_line` is the first line of the last consent recorded: where to go on after a kill.
    """

    import_id: str
    source: str
    mode: Mode
    dry_run: bool
    mapping: int
    file_sha256: bytes
    state: ImportState
    received_at: datetime
    actor: Principal
    finished_at: datetime | None = None
    rows: int = 0
    bad: int = 0
    applied: int = 0
    repeated: int = 0
    done_line: int = 0
    failure: str = ""
    format: Format = Format.CSV


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelWish:
    """Somebody wants an import to end."""

    import_id: str
    actor: Principal
    at: datetime


class ImportCancelled(Exception):
    """The import is not to go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import is, in rows: read one by one, judged together, recorded."""

    staged: int
    checked: int
    committed: int


class StagedRow(NamedTuple):
    """A row that waits to be recorded, with its line in the file (the header of a CSV is line 1).

    In a Bundle the entries are the lines. A FHIR Consent is one row with every alternative, and
    several of one person are versions, which share their `first_line`.
    """

    line: int
    first_line: int
    row: Row


class NextRows(NamedTuple):
    """Staged rows to be recorded next, in order.

    Where they are `new`, none of their participants was known and none of their local ids was taken
    when they were read: whoever came since, the register's keys tell.
    """

    rows: Sequence[StagedRow]
    new: bool


class FaultAt(NamedTuple):
    """A fault and the line it was found in."""

    line: int
    fault: Fault


def judge_together(rows: Sequence[StagedRow]) -> list[FaultAt]:
    """Find what the rows of one participant and dataset have against each other.

    A row that repeats an earlier one word for word is itself the only one refused. Two rows that
    give one alternative different contents are both refused: nobody may choose for the person.
    """
    first = rows[0]
    found: list[FaultAt] = []
    seen: dict[int, StagedRow] = {}
    for staged in rows:
        earlier = seen.setdefault(staged.row.alternative, staged)
        if earlier is not staged:
            duplicate = Fault("alternative", RowCode.DUPLICATE, f"see line {earlier.line}")
            found.append(FaultAt(staged.line, duplicate))
            if earlier.row != staged.row:
                other = Fault("alternative", RowCode.DUPLICATE, f"see line {staged.line}")
                found.append(FaultAt(earlier.line, other))
        elif _shared(staged.row) != _shared(first.row):
            found.append(FaultAt(staged.line, Fault("", RowCode.ROWS_DIFFER)))
    return found


def judge_form(rows: Sequence[StagedRow], forms: FormUse, diseases: Diseases) -> list[FaultAt]:
    """Find whether no answers to a registered form make all alternatives of one consent."""
    first = rows[0].row
    if not first.kind.grants:
        return []
    texts = tuple(staged.row.alternative_text for staged in rows)
    faults = forms.judge_texts(first.form_version, texts, diseases)
    return [FaultAt(staged.line, fault) for staged in rows for fault in faults]


def whole_after(rows: Sequence[StagedRow], faults: Sequence[FaultAt]) -> bool:
    """Say whether the consent is still whole without the faulty rows.

    It is when each refused row only repeated a row that stays.
    """
    refused = {fault.line for fault in faults}
    kept = {staged.row for staged in rows if staged.line not in refused}
    return all(staged.row in kept for staged in rows)


def _shared(row: Row) -> tuple[object, ...]:
    return (
        row.local_id,
        row.kind,
        row.expressed_at,
        row.effective_from,
        row.effective_to,
        row.form_version,
        row.told_of,
    )
