# SPDX-License-Identifier: Apache-2.0
"""Say in the dry run, and again in earnest, what each consent entered in error would close.

What it does close is found when it is recorded: another file may have come in by then.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from consent_registry.domain.batches import FaultAt, ImportBatch, StagedRow
from consent_registry.domain.row_codes import Fault, RowCode
from consent_registry.domain.voids import to_void
from consent_registry.ports import UnitOfWork
from shared.ids import DatasetId

_AT_ONCE: Final = 2_000
_CLOSES: Final = Fault("status", RowCode.FHIR_VOIDS)
_CLOSES_NOTHING: Final = Fault("status", RowCode.FHIR_VOIDS_NOTHING)


def note_voids(uow: UnitOfWork, batch: ImportBatch) -> None:
    """Put a note to each staged consent that was entered in error."""
    rows = sorted(uow.imports.in_error(batch.import_id), key=_dataset)
    if not rows:
        return
    closing = _closing_in_file(uow, batch)
    for dataset, of_dataset in groupby(rows, key=_dataset):
        known = list(of_dataset)
        for start in range(0, len(known), _AT_ONCE):
            closing |= _closing(uow, dataset, known[start : start + _AT_ONCE])
    notes = [
        FaultAt(staged.line, _CLOSES if staged.line in closing else _CLOSES_NOTHING)
        for staged in sorted(rows, key=lambda staged: staged.line)
    ]
    uow.imports.put_faults(batch.import_id, notes)


def _dataset(staged: StagedRow) -> DatasetId:
    return DatasetId(staged.row.dataset)


def _closing_in_file(uow: UnitOfWork, batch: ImportBatch) -> set[int]:
    """Give the lines about a consent that the same file would take in."""
    found: set[int] = set()
    for versions in uow.imports.in_several_rows(batch.import_id):
        names = {one for staged in versions if staged.row.kind.grants for one in _names(staged)}
        found |= {
            staged.line
            for staged in versions
            if not staged.row.kind.grants and not names.isdisjoint(_names(staged))
        }
    return found


def _closing(uow: UnitOfWork, dataset: DatasetId, rows: Sequence[StagedRow]) -> set[int]:
    """Give the lines about a consent that was taken in before."""
    pids = uow.people.pids([staged.row.participant for staged in rows])
    members = uow.people.members(dataset, list(pids.values()), [])
    ordinals = {member.pid: member.ordinal for member in members}
    events = uow.events.of_members(dataset, sorted(ordinals.values()))
    found: set[int] = set()
    for staged in rows:
        ordinal = ordinals.get(pids.get(staged.row.participant, ""))
        if ordinal is not None and to_void(_names(staged), events.get(ordinal, ())):
            found.add(staged.line)
    return found


def _names(staged: StagedRow) -> frozenset[str]:
    return frozenset(staged.row.references)
