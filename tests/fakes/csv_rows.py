# SPDX-License-Identifier: Apache-2.0
"""Rows of the consent CSV for tests: a good one, changed cell by cell, read by the real reader."""

from consent_registry.domain.row_codes import Fault
from consent_registry.domain.rows import COLUMNS, Row, RowReader
from tests.fakes.any_form import AnyForm
from tests.fakes.consent_factories import NOON, extract

GOOD = {
    "participant": "P-0001",
    "dataset": "GDI-ZZ-DATASET-1",
    "local_id": "S-0001",
    "alternative": "1",
    "permission": "HMB",
    "modifiers": "NPU;GS=FI,SE",
    "diseases": "",
    "state": "given",
    "signed_on": "2025-01-15",
    "effective_from": "",
    "effective_to": "2030-01-15",
    "form_version": "broad-2",
}


def reader(columns: tuple[str, ...] = COLUMNS) -> RowReader:
    return RowReader(
        columns,
        diseases=extract(),
        known_dataset=lambda name: name == "GDI-ZZ-DATASET-1",
        now=NOON,
        forms=AnyForm(),
    )


def read(columns: tuple[str, ...] = COLUMNS, /, **changes: str) -> Row | tuple[Fault, ...]:
    return reader(columns).read([{**GOOD, **changes}.get(name, "") for name in columns])


def good(**changes: str) -> Row:
    row = read(**changes)
    assert isinstance(row, Row), row
    return row
