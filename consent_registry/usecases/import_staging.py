# SPDX-License-Identifier: Apache-2.0
"""Judge every row of a file before any is recorded: the first half of an import's work.

One transaction from the first row to the verdict: killed at any point, it starts again. The file
is read as a stream; faults name line, column and code and repeat nothing of the row.
"""

import operator
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any, Final, NamedTuple

from consent_registry.domain.batches import (
    FaultAt,
    Format,
    ImportBatch,
    ImportCancelled,
    ImportState,
    Mode,
    judge_form,
    judge_together,
    whole_after,
)
from consent_registry.domain.diseases import Diseases
from consent_registry.domain.form_demand import FormUse
from consent_registry.domain.row_codes import Fault, RowCode
from consent_registry.domain.rows import Row
from consent_registry.domain.studies import KnownStudies
from consent_registry.domain.versions import after_a_no, in_order, judge_versions, unapproved_in
from consent_registry.ports import Imports, UnitOfWork
from consent_registry.usecases.cases import left_everything
from consent_registry.usecases.forms import form_use_of
from consent_registry.usecases.import_cancelling import cancel_if_wished, end_if_wished, go_on
from consent_registry.usecases.import_consents import against_leaving
from consent_registry.usecases.import_reading import Known, Reading, open_reading
from consent_registry.usecases.import_studies import SAID_OTHERWISE, note_said_otherwise
from consent_registry.usecases.import_voiding import note_voids
from consent_registry.usecases.imports import record_end
from consent_registry.usecases.tools import Tools

_ROWS_AT_ONCE: Final = 5_000
_UNAPPROVED: Final = Fault("state", RowCode.APPROVAL_MISSING)


def stage_next(*, tools: Tools) -> bool:
    """Judge the longest waiting file; False when none is waiting."""
    with tools.units() as uow:
        batch = uow.imports.claim(ImportState.RECEIVED)
        if batch is None:
            return False
        cancelled = False
        try:
            if not end_if_wished(uow, batch, tools):
                _judge(uow, batch, tools)
        except ImportCancelled:
            cancelled = True  # nothing of the judging stays
        else:
            uow.commit()
    if cancelled:
        cancel_if_wished(batch.import_id, tools=tools)
    return True


def _judge(uow: UnitOfWork, batch: ImportBatch, tools: Tools) -> None:
    finished = _stage(uow, batch, tools)
    uow.imports.keep(finished)
    uow.imports.clear(batch.import_id, rows=finished.state.ended, file=True)
    if finished.state.ended:
        record_end(uow, finished, tools.clock.now())


def _stage(uow: UnitOfWork, batch: ImportBatch, tools: Tools) -> ImportBatch:
    datasets = uow.datasets.every()
    known = Known(
        datasets={str(dataset.dataset) for dataset in datasets},
        studies=KnownStudies(
            names={study.study for study in uow.studies.every()},
            reach=uow.studies.reach([dataset.dataset for dataset in datasets]),
        ),
        forms=form_use_of(uow, datasets),
    )
    chunks = uow.imports.chunks(batch.import_id)
    reading = open_reading(batch, chunks, known, tools)
    if isinstance(reading, RowCode):
        return _failed(uow, batch, reading, tools)
    count = _judge_rows(uow.imports, batch.import_id, reading, tools)
    _judge_consents(uow.imports, batch, known.forms, tools.diseases)
    _note_left(uow, batch)
    note_said_otherwise(uow, batch)
    _drop_consents(uow.imports, batch)
    if batch.format is not Format.CSV:
        note_voids(uow, batch)
    repeated = uow.imports.drop_repeated(batch)
    bad = uow.imports.faulty_rows(batch.import_id)
    judged = replace(batch, rows=count, bad=bad, repeated=repeated, state=ImportState.APPLYING)
    if batch.mode is Mode.ALL_OR_NOTHING and bad:
        return _ended(judged, ImportState.REFUSED, tools)
    return _ended(judged, ImportState.FINISHED, tools) if batch.dry_run else judged


def _failed(uow: UnitOfWork, batch: ImportBatch, why: RowCode, tools: Tools) -> ImportBatch:
    uow.imports.put_faults(batch.import_id, [FaultAt(1, Fault("", why))])
    failed = replace(batch, rows=0, bad=1, failure=why.code)
    return _ended(failed, ImportState.FAILED, tools)


def _ended(batch: ImportBatch, state: ImportState, tools: Tools) -> ImportBatch:
    return replace(batch, state=state, finished_at=tools.clock.now())


class _Part(NamedTuple):
    """Records judged one by one: rows with their lines, bad ones with whose they are, faults."""

    good: list[tuple[int, Row]]
    bad: list[tuple[int, str, str]]
    faults: list[FaultAt]


def _judge_rows(imports: Imports, import_id: str, reading: Reading, tools: Tools) -> int:
    """Stage the good rows and note the bad ones; gives how many rows there were."""
    count, records = 0, list(islice(reading.records, _ROWS_AT_ONCE))
    while records:
        part = _judged(reading, records)
        count += len(records)
        # Whatever is asked after the rows are handed over waits until they are stored.
        records = list(islice(reading.records, _ROWS_AT_ONCE))
        go_on(imports, import_id)
        imports.note_bad(import_id, part.bad)
        imports.put_faults(import_id, part.faults)
        imports.stage(import_id, part.good)
        _tell(import_id, count, tools)
    return count


def _judged(reading: Reading, records: Sequence[tuple[int, Any]]) -> _Part:
    reader, part = reading.reader, _Part([], [], [])
    for line, fields in records:
        unreadable = (Fault("", reading.unreadable),)
        judged = unreadable if fields is None else reader.read(fields)
        if isinstance(judged, Row):
            part.good.append((line, judged))
            continue
        part.faults.extend(FaultAt(line, fault) for fault in judged)
        whose = None if fields is None else reader.whose(fields)
        if whose is not None:
            part.bad.append((line, *whose))
    return part


def _tell(import_id: str, rows: int, tools: Tools) -> None:
    """Let others see how far the judging is, which they cannot inside its transaction."""
    with tools.units() as aside:
        aside.imports.note_progress(import_id, rows)
        aside.commit()


def _judge_consents(
    imports: Imports, batch: ImportBatch, forms: FormUse, diseases: Diseases
) -> None:
    """Judge what rows owe each other and the register."""
    import_id, versions = batch.import_id, batch.format is not Format.CSV
    imports.gather(import_id)
    for rows in imports.in_several_rows(import_id):
        if versions:
            faults = judge_versions(rows)
        else:
            faults = judge_together(rows) or judge_form(rows, forms, diseases)
        if not faults:
            continue
        imports.put_faults(import_id, faults)
        lines = sorted({fault.line for fault in faults})
        if whole_after(rows, faults):
            imports.drop_rows(import_id, lines)
        else:
            imports.set_aside(import_id, lines)
    go_on(imports, import_id)
    _note(
        imports, import_id, imports.misplaced(import_id), Fault("local_id", RowCode.LOCAL_ID_TAKEN)
    )
    noes, corrected = imports.against_her_word(batch)
    _note(imports, import_id, noes, Fault("state", RowCode.NO_TO_YES))
    _note(imports, import_id, corrected, SAID_OTHERWISE)
    _note(imports, import_id, imports.unapproved(batch), _UNAPPROVED)
    go_on(imports, import_id)


def _note_left(uow: UnitOfWork, batch: ImportBatch) -> None:
    """Refuse who is to join by one name and left everything by another, as in earnest."""
    joining = uow.imports.joining_merged(batch)
    pids = uow.people.pids([one.row.participant for one in joining])
    left = left_everything(uow, pids.values())
    unlisted = frozenset(uow.imports.unlisted(batch, [one.line for one in joining]))
    found: list[FaultAt] = []
    for one in joining:
        approved = partial(operator.not_, one.line in unlisted)
        fault = against_leaving(one.row, left.get(pids[one.row.participant]), approved)
        if fault is not None:
            found.append(FaultAt(one.line, fault))
    uow.imports.put_faults(batch.import_id, found)
    uow.imports.set_aside(batch.import_id, [one.line for one in found])


def _drop_consents(imports: Imports, batch: ImportBatch) -> None:
    import_id = batch.import_id
    rest = imports.drop_consents(import_id)
    incomplete = Fault("", RowCode.CONSENT_INCOMPLETE)
    imports.put_faults(import_id, [FaultAt(line, incomplete) for line in rest])
    if batch.format is not Format.CSV:
        _judge_versions(imports, batch)


def _judge_versions(imports: Imports, batch: ImportBatch) -> None:
    """Refuse each grant that turns a no of the same file into a yes, and nothing before the no."""
    ordered = map(in_order, imports.in_several_rows(batch.import_id))
    histories = [one for one in ordered if after_a_no(one)]
    asked = [line for one in histories for line in after_a_no(one)]
    unlisted = frozenset(imports.unlisted(batch, asked))
    faults = [
        FaultAt(line, SAID_OTHERWISE if one[0].row.study else _UNAPPROVED)
        for one in histories
        for line in unapproved_in(one, unlisted)
    ]
    imports.put_faults(batch.import_id, faults)
    imports.drop_rows(batch.import_id, [fault.line for fault in faults])


def _note(imports: Imports, import_id: str, lines: Sequence[int], fault: Fault) -> None:
    imports.put_faults(import_id, [FaultAt(line, fault) for line in lines])
    imports.set_aside(import_id, lines)
