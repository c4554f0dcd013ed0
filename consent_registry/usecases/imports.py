# SPDX-License-Identifier: Apache-2.0
"""Take in a consent file, and say how its import goes. Judging and recording is the worker's."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from consent_registry.domain.batches import (
    REPORTED_FAULTS,
    FaultAt,
    ImportBatch,
    ImportState,
    Mode,
    Progress,
)
from consent_registry.domain.errors import ImportUnknown
from consent_registry.domain.identifiers import is_own_id
from consent_registry.domain.rows import MAPPING_VERSION
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.facts import fact
from consent_registry.usecases.tools import Tools
from shared.errors import FieldFault, ValidationFailed
from shared.principal import Principal

STARTED: Final = "placet.import.started.v1"
FINISHED: Final = "placet.import.finished.v1"
LISTED_IMPORTS: Final = 50
_SOURCE: Final = re.compile(r"[A-Za-z0-9._:@+-]{0,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An import and its faults, at most `REPORTED_FAULTS` unless all were asked for.

    `cancelling` says that somebody wants it to end, and it has not yet.
    """

    batch: ImportBatch
    good: int
    faults: Sequence[FaultAt]
    progress: Progress
    cancelling: bool = False


def receive_import(
    content: Iterable[bytes],
    *,
    mode: Mode,
    dry_run: bool,
    source: str,
    tools: Tools,
    principal: Principal,
) -> ImportBatch:
    """Keep a file whole, or not at all, for the worker to import."""
    if not _SOURCE.fullmatch(source):
        fault = FieldFault("/query/source", "at most 64 letters, digits or . _ - : @ +")
        raise ValidationFailed("the source has the wrong form", faults=[fault])
    now = tools.clock.now()
    batch = ImportBatch(
        import_id=tools.ids.new(),
        source=source,
        mode=mode,
        dry_run=dry_run,
        mapping=MAPPING_VERSION,
        file_sha256=b"",
        state=ImportState.RECEIVED,
        received_at=now,
        actor=principal,
    )
    with tools.units() as uow:
        uow.imports.open(batch)
        digest, size = hashlib.sha256(), 0
        for number, chunk in enumerate(content):
            digest.update(chunk)
            size += len(chunk)
            uow.imports.add_chunk(batch.import_id, number, chunk)
        if size == 0:
            raise ValidationFailed("the file is empty", faults=[FieldFault("", "send a CSV file")])
        batch = replace(batch, file_sha256=digest.digest())
        uow.imports.keep(batch)
        uow.record(
            fact(
                STARTED,
                now,
                actor=principal,
                reason=mode.value,
                counts={"bytes": size},
                extra={
                    "import_id": batch.import_id,
                    "file_sha256": digest.hexdigest(),
                    "dry_run": dry_run,
                },
            )
        )
        uow.commit()
    return batch


def import_report(import_id: str, *, every_fault: bool, tools: Tools) -> Report:
    """Say how an import goes, with its faults by line. Raises ImportUnknown."""
    with tools.reads() as uow:
        batch = uow.imports.get(import_id) if is_own_id(import_id) else None
        if batch is None:
            raise ImportUnknown
        limit = None if every_fault else REPORTED_FAULTS
        faults = uow.imports.faults(import_id, limit)
        read = uow.imports.progress(import_id)
        cancelling = not batch.state.ended and uow.imports.cancel_wish(import_id) is not None
    # The first line may be bad itself, and is no row.
    good = 0 if batch.state is ImportState.RECEIVED else max(0, batch.rows - batch.bad)
    progress = Progress(staged=max(read, batch.rows), checked=batch.rows, committed=batch.applied)
    return Report(batch=batch, good=good, faults=faults, progress=progress, cancelling=cancelling)


def newest_imports(*, tools: Tools) -> Sequence[ImportBatch]:
    """Give the imports that arrived last, newest first."""
    with tools.reads() as uow:
        return uow.imports.newest(LISTED_IMPORTS)


def record_end(
    uow: UnitOfWork, batch: ImportBatch, at: datetime, *, actor: Principal | None = None
) -> None:
    """Put on record how an import ended; `actor` is who ended it, else who handed it in."""
    uow.record(
        fact(
            FINISHED,
            at,
            actor=actor or batch.actor,
            reason=batch.state.value,
            counts={
                "rows": batch.rows,
                "bad": batch.bad,
                "applied": batch.applied,
                "repeated": batch.repeated,
            },
            extra={"import_id": batch.import_id, "dry_run": batch.dry_run},
        )
    )
