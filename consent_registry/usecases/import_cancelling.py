# SPDX-License-Identifier: Apache-2.0
"""End an import before its time: what was recorded stays, and nothing else of it is kept.

Whoever asks leaves a wish that the worker looks for between two transactions, and while it judges.
So what stays is whole consents, and `applied` says exactly how many rows they were.
"""

from dataclasses import replace

from consent_registry.domain.batches import (
    CancelWish,
    ImportBatch,
    ImportCancelled,
    ImportState,
)
from consent_registry.domain.errors import ImportEnded, ImportUnknown
from consent_registry.domain.identifiers import is_own_id
from consent_registry.ports import Imports, UnitOfWork
from consent_registry.usecases.imports import Report, import_report, record_end
from consent_registry.usecases.tools import Tools
from shared.principal import Principal


def cancel_import(import_id: str, *, tools: Tools, principal: Principal) -> Report:
    """Cancel an import, at once or as soon as the worker's present transaction has ended.

    Asked again, the same. Raises ImportUnknown, and ImportEnded when it ended otherwise.
    """
    with tools.units() as uow:
        batch = uow.imports.get(import_id) if is_own_id(import_id) else None
        if batch is None:
            raise ImportUnknown
        if batch.state.ended and batch.state is not ImportState.CANCELLED:
            raise ImportEnded
        wish = CancelWish(import_id=import_id, actor=principal, at=tools.clock.now())
        uow.imports.wish_cancelled(wish)
        uow.commit()
    cancel_if_wished(import_id, tools=tools)
    return import_report(import_id, every_fault=False, tools=tools)


def cancel_if_wished(import_id: str, *, tools: Tools) -> bool:
    """End an import that is to be cancelled, unless somebody is working on it at this moment."""
    with tools.units() as uow:
        batch = uow.imports.hold(import_id)
        if batch is None or batch.state.ended or not end_if_wished(uow, batch, tools):
            return False
        uow.commit()
    return True


def end_if_wished(uow: UnitOfWork, batch: ImportBatch, tools: Tools) -> bool:
    """End a held import as cancelled if somebody wished it; the caller commits."""
    wish = uow.imports.cancel_wish(batch.import_id)
    if wish is None:
        return False
    end_import(uow, batch, tools, actor=wish.actor)
    return True


def end_import(
    uow: UnitOfWork, batch: ImportBatch, tools: Tools, *, actor: Principal | None = None
) -> None:
    """End a held import as cancelled; the caller commits."""
    ended = replace(batch, state=ImportState.CANCELLED, finished_at=tools.clock.now())
    uow.imports.keep(ended)
    uow.imports.clear(batch.import_id, rows=True, file=True)
    record_end(uow, ended, tools.clock.now(), actor=actor)


def go_on(imports: Imports, import_id: str) -> None:
    """Raise ImportCancelled when this import is not to go on."""
    if imports.cancel_wish(import_id) is not None:
        raise ImportCancelled
