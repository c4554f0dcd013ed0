# SPDX-License-Identifier: Apache-2.0
"""How the file of an import becomes numbered records and a reader of them, by its format.

What judging does with rows knows nothing of formats. A file that is none of its format at all is
named by one code, and nothing of it is staged.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final, Protocol

from consent_registry.domain.batches import Format, ImportBatch
from consent_registry.domain.csv_lines import numbered_records
from consent_registry.domain.fhir.files import TooLarge, numbered_lines, read_bundle
from consent_registry.domain.fhir.mapping import OWN, FhirMapping
from consent_registry.domain.fhir.rows import FhirReader
from consent_registry.domain.fhir.statement import Coded, Release
from consent_registry.domain.form_demand import FormUse
from consent_registry.domain.row_codes import Fault, RowCode
from consent_registry.domain.rows import Row, RowReader, check_header
from consent_registry.domain.studies import KnownStudies
from consent_registry.usecases.tools import Tools

_RELEASES: Final = {
    Format.FHIR_R4_LINES: Release.R4,
    Format.FHIR_R4_BUNDLE: Release.R4,
    Format.FHIR_R5_LINES: Release.R5,
    Format.FHIR_R5_BUNDLE: Release.R5,
}
_BUNDLES: Final = frozenset({Format.FHIR_R4_BUNDLE, Format.FHIR_R5_BUNDLE})


class Reader(Protocol):
    """Judges one record by itself."""

    def read(self, record: Any, /) -> Row | tuple[Fault, ...]:
        """Give the row, or everything that is wrong with it."""
        ...

    def whose(self, record: Any, /) -> tuple[str, str] | None:
        """Give participant and dataset of a record, good or bad; None when they cannot be told."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The records with their lines, None for one that cannot be read, which `unreadable` names."""

    reader: Reader
    records: Iterator[tuple[int, Any]]
    unreadable: RowCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What rows may name: datasets, studies, and forms by the rule of each dataset."""

    datasets: Set[str]
    studies: KnownStudies
    forms: FormUse


def open_reading(
    batch: ImportBatch,
    chunks: Iterable[bytes],
    known: Known,
    tools: Tools,
) -> Reading | RowCode:
    """Give what reads a file, or the code of why nothing does."""
    if batch.format is Format.CSV:
        return _csv(batch, chunks, known, tools)
    mapping = _mapping(batch, tools)
    if mapping is None:
        return RowCode.FHIR_NO_MAPPING
    records: Iterator[tuple[int, Any]] = numbered_lines(chunks)
    identifiers: Callable[[str], Sequence[Coded]] = _nobody
    if batch.format in _BUNDLES:
        try:
            entries = read_bundle(chunks)
        except TooLarge:
            return RowCode.FHIR_TOO_LARGE
        if entries is None:
            return RowCode.FHIR_UNREADABLE
        records, people = iter(entries.consents), entries.people
        identifiers = lambda reference: people.get(reference, ())  # noqa: E731 - one line, one use
    policy = tools.policy_at(batch.received_at)
    reader = FhirReader(
        mapping,
        _RELEASES[batch.format],
        diseases=tools.diseases,
        known_dataset=known.datasets.__contains__,
        now=batch.received_at,
        identifiers=identifiers,
        forms=known.forms,
        vocabulary=policy.vocabulary,
        yes_ahead=policy.yes_ahead,
        studies=known.studies,
    )
    return Reading(reader=reader, records=records, unreadable=RowCode.FHIR_UNREADABLE)


def release_of(format_: Format) -> Release | None:
    """Say which FHIR release a format is in; None for CSV."""
    return _RELEASES.get(format_)


def _csv(
    batch: ImportBatch,
    chunks: Iterable[bytes],
    known: Known,
    tools: Tools,
) -> Reading | RowCode:
    records = numbered_records(chunks)
    _, first = next(records, (1, None))
    header = check_header(first) if first is not None else None
    if header is None:
        return RowCode.HEADER
    policy = tools.policy_at(batch.received_at)
    reader = RowReader(
        header,
        diseases=tools.diseases,
        known_dataset=known.datasets.__contains__,
        now=batch.received_at,
        forms=known.forms,
        vocabulary=policy.vocabulary,
        yes_ahead=policy.yes_ahead,
        studies=known.studies,
    )
    return Reading(reader=reader, records=records, unreadable=RowCode.UNREADABLE_TEXT)


def _mapping(batch: ImportBatch, tools: Tools) -> FhirMapping | None:
    """Find the very file that was named when the import came; a mended one is another."""
    found = (one for one in (OWN, *tools.fhir_mappings) if one.number == batch.mapping)
    return next(found, None)


def _nobody(_: str) -> Sequence[Coded]:
    return ()
