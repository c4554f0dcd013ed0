# SPDX-License-Identifier: Apache-2.0
"""Retire a data node that was shut down for good, and take that back.

A retired node is told nothing, so that it admits nobody as soon as what it knows is too old, and it
owes no acknowledgement. Retiring stops, and one person does it; taking it back lets a node decide
again, and somebody else does that. Both are entries of the log, with the hash of the reason.
"""

import hashlib
from datetime import timedelta
from typing import Final

from consent_registry.domain.acknowledgements import NodeStep
from consent_registry.domain.errors import NodeUnknown, SecondPersonNeeded
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.facts import fact
from consent_registry.usecases.tools import Tools
from shared.errors import FieldFault, ValidationFailed
from shared.principal import Principal

DESK: Final = "consents.write"
_CHANGED: Final = "placet.admin.config.change.v1"
_MAX_WHY: Final = 500
_TICK: Final = timedelta(microseconds=1)


def retire_node(node: str, why: str, *, tools: Tools, principal: Principal) -> None:
    """Retire a node; once more changes nothing.

    Raises ValidationFailed, and NodeUnknown for one that was never seen and is not expected.
    """
    principal.require(DESK)
    _require_why(why)
    with tools.units() as uow:
        known = {*tools.data_nodes, *uow.acknowledgements.seen()}
        if node not in known:
            raise NodeUnknown
        if node not in uow.acknowledgements.retired():
            _step(uow, tools, principal, node=node, why=why, retired=True)
            uow.commit()


def readmit_node(node: str, why: str, *, tools: Tools, principal: Principal) -> None:
    """Let a retired node follow the feed again.

    Raises ValidationFailed, NodeUnknown for one that is not retired, and SecondPersonNeeded for
    whoever retired it.
    """
    principal.require(DESK)
    _require_why(why)
    with tools.units() as uow:
        before = uow.acknowledgements.retired().get(node)
        if before is None:
            raise NodeUnknown
        if before.by == (principal.issuer, principal.subject):
            raise SecondPersonNeeded
        _step(uow, tools, principal, node=node, why=why, retired=False)
        uow.commit()


def _step(
    uow: UnitOfWork, tools: Tools, principal: Principal, *, node: str, why: str, retired: bool
) -> None:
    now, last = tools.clock.now(), uow.acknowledgements.last_step(node)
    if last is not None:
        now = max(now, last + _TICK)  # steps are told apart, also after a clock was set back
    by = (principal.issuer, principal.subject)
    uow.acknowledgements.step(NodeStep(node=node, retired=retired, why=why, by=by, at=now))
    uow.record(
        fact(
            _CHANGED,
            now,
            actor=principal,
            reason="node_retired" if retired else "node_readmitted",
            extra={"node": node, "why_sha256": hashlib.sha256(why.encode()).hexdigest()},
        )
    )


def _require_why(why: str) -> None:
    if not 0 < len(why) <= _MAX_WHY or not why.isprintable():
        fault = FieldFault("/why", f"1 to {_MAX_WHY} printable characters")
        raise ValidationFailed("a step about a node says why", faults=[fault])
