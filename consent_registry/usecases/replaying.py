# SPDX-License-Identifier: Apache-2.0
"""Erasures outlive the backups from before them: whatever a restored database lacks is done again.

Done at the start of every process, before it reads anybody, and now and then afterwards. What is
remembered outside the database and not done in it is one of two: the database was restored from
before the erasure, or the erasure's own commit failed. Either way two people had decided it, no
legal hold forbade it then, and it is done now. What comes after the registry's own part goes on as
with any erasure: outbox, audit log and contact points may have been restored as well.
"""

import logging
from collections.abc import Sequence
from typing import Final

from consent_registry.domain.batches import ImportState
from consent_registry.domain.destroyed import Destroyed
from consent_registry.domain.erasure import Account, Erasure, Part
from consent_registry.domain.errors import ParticipantUnknown, TryAgain
from consent_registry.domain.stops import StopKind
from consent_registry.ports import OutsideErasures, UnitOfWork
from consent_registry.usecases.erasing_parts import destroy_here
from consent_registry.usecases.import_cancelling import end_import
from consent_registry.usecases.stopping import hold_person, set_stop
from consent_registry.usecases.tools import Tools

ATTEMPTS: Final = 5
REPLAYED: Final = "replayed"
_NOBODY: Final = "erasures_file"
_log: Final = logging.getLogger(__name__)


def replay(*, tools: Tools, outside: OutsideErasures) -> bool:
    """Do what is lacking, each in transactions of its own; False, for there is no more.

    It may be killed anywhere and be done again. Raises ErasuresUnreadable, and TryAgain when
    somebody else is at it.
    """
    known = outside.known().erasures
    with tools.reads() as uow:
        lacking = _lacking(uow, known)
        here = uow.erasures.destroyed()
    for one in lacking:
        _again(one, tools)
    there = {one.erasure_id for one in known}
    if fresh := [one for one in here if one.erasure_id not in there]:
        outside.remember(fresh)  # from before there was a file, or the file was lost
    return False


def _lacking(uow: UnitOfWork, known: Sequence[Destroyed]) -> list[Destroyed]:
    there = uow.destruction.still_there([one.pid for one in known])
    return [one for one in known if one.pid in there]


def _again(one: Destroyed, tools: Tools) -> None:
    _end_imports(one, tools)
    for _ in range(ATTEMPTS):
        if _confirm(one, tools):
            break
    else:
        raise TryAgain
    _destroy(one, tools)


def _end_imports(one: Destroyed, tools: Tools) -> None:
    """End what was taken in before she was erased: her rows may be in it, and were judged then."""
    with tools.reads() as uow:
        waiting = uow.destruction.imports_from(one.at)
    for import_id in waiting:
        with tools.units() as uow:
            batch = uow.imports.hold(import_id)
            if batch is None:
                raise TryAgain
            if batch.state in (ImportState.RECEIVED, ImportState.APPLYING):
                end_import(uow, batch, tools)
                uow.commit()


def _confirm(one: Destroyed, tools: Tools) -> bool:
    """Put the erasure on record as confirmed, and take her out of every use; False to try again."""
    with tools.units() as uow:
        found = uow.erasures.of(one.pid)
        if found is not None and found.confirmed_at is not None:
            return True
        if not uow.people.erased(one.pid):
            try:
                held = hold_person(uow, one.pid)
            except ParticipantUnknown:
                return False
            if held is None:
                return False
            kind = StopKind.ERASURE
            set_stop(uow, tools, held, kind, begins=True, principal=None, request_id=one.erasure_id)
        by = Account(issuer=tools.issuer, subject=_NOBODY)
        found = uow.erasures.of(one.pid)
        if found is None:
            uow.erasures.add(
                Erasure(
                    erasure_id=one.erasure_id,
                    pid=one.pid,
                    ground=one.ground,
                    asked_at=one.at,
                    asked_by=by,
                    request_id=one.request_id,
                    done={},
                )
            )
        uow.erasures.confirm(one.erasure_id if found is None else found.erasure_id, by, one.at)
        uow.commit()
    return True


def _destroy(one: Destroyed, tools: Tools) -> None:
    """Do the registry's part again, in one transaction."""
    with tools.units() as uow:
        datasets = uow.datasets.hold([dataset.dataset for dataset in uow.datasets.every()])
        found = uow.erasures.of(one.pid)
        if found is None or not uow.destruction.still_there([one.pid]):
            return  # another process was faster
        erasure = uow.erasures.hold(found.erasure_id) or found
        destroy_here(uow, tools, erasure, datasets, REPLAYED)
        now = tools.clock.now()
        for part in (Part.IMPORTS, Part.REGISTRY):
            uow.erasures.done(erasure.erasure_id, part, now)
        if Part.LOG in erasure.done:  # the log has forgotten what came back here alone
            for account in uow.erasures.accounts(erasure.erasure_id):
                uow.erasures.forget_account(erasure.erasure_id, account)
        uow.commit()
    _log.critical(
        "an erasure was done again: the database was restored from before it",
        extra={"erasure_id": erasure.erasure_id},
    )
