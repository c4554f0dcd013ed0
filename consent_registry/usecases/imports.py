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
    Format,
    ImportBatch,
    ImportState,
    Mode,
    Progress,
)
from consent_registry.domain.errors import ImportUnknown
from consent_registry.domain.fhir.mapping import PLACET, FhirMapping, find_mapping
from consent_registry.domain.identifiers import is_own_id
from consent_registry.domain.rows import MAPPING_VERSION
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.facts import fact
from consent_registry.usecases.import_reading import release_of
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
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
    format_: Format = Format.CSV,
    mapping: str = PLACET,
) -> ImportBatch:
    """Keep a file whole, or not at all, for the worker to import.

    `mapping` names how a FHIR consent is read; its digest stands in the entry, and its number in
    each event.
    """
    fhir = _fhir_mapping(format_, mapping, tools)
    _require_source(source)
    now = tools.clock.now()
    batch = ImportBatch(
        import_id=tools.ids.new(),
        source=source,
        mode=mode,
        dry_run=dry_run,
        mapping=fhir.number if fhir else MAPPING_VERSION,
        format=format_,
        file_sha256=b"",
        state=ImportState.RECEIVED,
        received_at=now,
        actor=principal,
    )
    with tools.units() as uow:
        uow.imports.open(batch)
        digest, size = _keep_content(uow, batch.import_id, content)
        batch = replace(batch, file_sha256=digest)
        uow.imports.keep(batch)
        extra: dict[str, JSON] = {
            "import_id": batch.import_id,
            "file_sha256": digest.hex(),
            "dry_run": dry_run,
            "format": format_.value,
            **_named(fhir),
        }
        uow.record(
            fact(
                STARTED,
                now,
                actor=principal,
                reason=mode.value,
                counts={"bytes": size},
                extra=extra,
            )
        )
        uow.commit()
    return batch


def _keep_content(uow: UnitOfWork, import_id: str, content: Iterable[bytes]) -> tuple[bytes, int]:
    """Keep a file's pieces; gives SHA-256 and size of the whole. Raises when there is nothing."""
    digest, size = hashlib.sha256(), 0
    for number, chunk in enumerate(content):
        digest.update(chunk)
        size += len(chunk)
        uow.imports.add_chunk(import_id, number, chunk)
    if size == 0:
        raise ValidationFailed("the file is empty", faults=[FieldFault("", "send a file")])
    return digest.digest(), size


def _require_source(source: str) -> None:
    if not _SOURCE.fullmatch(source):
        fault = FieldFault("/query/source", "at most 64 letters, digits or . _ - : @ +")
        raise ValidationFailed("the source has the wrong form", faults=[fault])


def _named(mapping: FhirMapping | None) -> dict[str, JSON]:
    """Name a mapping in the open part of an entry."""
    return {} if mapping is None else {"mapping": mapping.name, "mapping_sha256": mapping.digest}


def _fhir_mapping(format_: Format, name: str, tools: Tools) -> FhirMapping | None:
    release = release_of(format_)
    if release is None:
        return None
    found = find_mapping(tools.fhir_mappings, name)
    if found is None or release not in found.releases:
        fault = FieldFault("/query/mapping", "no mapping of this name for this FHIR release")
        raise ValidationFailed("the mapping is not known here", faults=[fault])
    return found


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
