# SPDX-License-Identifier: Apache-2.0
"""What the data steward's templates show. Formats only."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flask_babel import format_decimal, format_timedelta, gettext

from consent_registry.domain.acknowledgements import NodeStanding, NodeStep
from consent_registry.domain.batches import ImportBatch, ImportState
from consent_registry.usecases.imports import Report

_NOTHING: Final = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportLine:
    """One import in the list."""

    import_id: str
    received_at: datetime
    state: str
    rows: str
    recorded: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultLine:
    """One kind of fault, how many rows have it, and the first line of those."""

    code: str
    message: str
    times: str
    first_line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportView:
    """One import: numbers of rows as text, and the faults by kind."""

    import_id: str
    state: str
    tone: str
    dry_run: bool
    received_at: datetime
    finished_at: datetime | None
    read: str
    checked: str
    recorded: str
    refused: str
    repeated: str
    faults: tuple[FaultLine, ...]
    ended: bool
    cancelled: bool
    cancelling: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeView:
    """One node and dataset. How many changes it lacks is not there: each may be of one person."""

    node: str
    dataset: str
    in_step: bool
    acknowledged_at: datetime | None
    seen_at: datetime | None
    lacks: str
    overdue: bool
    retired: NodeStep | None


def line(batch: ImportBatch) -> ImportLine:
    """Make a line of the list."""
    return ImportLine(
        import_id=batch.import_id,
        received_at=batch.received_at,
        state=_state(batch.state),
        rows=format_decimal(batch.rows),
        recorded=format_decimal(batch.applied),
    )


def progress(report: Report) -> ImportView:
    """Make the page of one import."""
    batch, done = report.batch, report.progress
    return ImportView(
        import_id=batch.import_id,
        state=gettext("Cancelling") if report.cancelling else _state(batch.state),
        tone=_tone(batch.state),
        dry_run=batch.dry_run,
        received_at=batch.received_at,
        finished_at=batch.finished_at,
        read=format_decimal(done.staged),
        checked=format_decimal(done.checked),
        recorded=format_decimal(done.committed),
        refused=format_decimal(batch.bad),
        repeated=format_decimal(batch.repeated),
        faults=_faults(report),
        ended=batch.state.ended,
        cancelled=batch.state is ImportState.CANCELLED,
        cancelling=report.cancelling,
    )


def node(found: NodeStanding) -> NodeView:
    """Make a line of the nodes."""
    lacks = gettext("Nothing")
    if found.age > _NOTHING:
        age = str(format_timedelta(found.age, threshold=1.5))
        lacks = gettext("For %(age)s", age=age)
    word = found.word
    return NodeView(
        node=word.node,
        dataset=word.dataset,
        in_step=word.revision == found.newest,
        acknowledged_at=word.acknowledged_at,
        seen_at=word.seen_at,
        lacks=lacks,
        overdue=found.overdue,
        retired=found.retired,
    )


def _faults(report: Report) -> tuple[FaultLine, ...]:
    times = Counter(at.fault.what for at in report.faults)
    first = {at.fault.what: at.line for at in reversed(report.faults)}
    return tuple(
        FaultLine(
            code=what.code,
            message=what.message,
            times=format_decimal(number),
            first_line=str(first[what]),
        )
        for what, number in sorted(times.items(), key=lambda item: item[0].code)
    )


def _state(state: ImportState) -> str:
    words: dict[ImportState, str] = {
        ImportState.RECEIVED: gettext("Being checked"),
        ImportState.APPLYING: gettext("Being recorded"),
        ImportState.FINISHED: gettext("Finished"),
        ImportState.REFUSED: gettext("Refused"),
        ImportState.FAILED: gettext("Not readable"),
        ImportState.CANCELLED: gettext("Cancelled"),
    }
    return words[state]


def _tone(state: ImportState) -> str:
    if not state.ended:
        return "wait"
    return "good" if state is ImportState.FINISHED else "bad"
