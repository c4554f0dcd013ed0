# SPDX-License-Identifier: Apache-2.0
"""Nodes say which revisions they enforce; what they lack is shown with its age.

A node is the client that reads the feed. What it says is its own word about itself: it opens and
closes nothing here.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from consent_registry.domain.acknowledgements import (
    Acknowledgement,
    NodeStanding,
    longest_behind_first,
    standing,
)
from consent_registry.domain.errors import NodeRetired
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.facts import fact
from consent_registry.usecases.tools import Tools
from shared.errors import FieldFault, ValidationFailed
from shared.ids import DatasetId, Revision
from shared.principal import Principal

PROPAGATED: Final = "placet.consent.propagated.v1"


def acknowledge(enforced: Mapping[str, int], *, tools: Tools, principal: Principal) -> None:
    """Keep what a node enforces. Put on record that somebody's leaving has reached it.

    Raises ValidationFailed, and keeps nothing, for a dataset that is not registered or a revision
    that it has not reached: such a node follows another register than this one. Raises NodeRetired.
    """
    now = tools.clock.now()
    with tools.units() as uow:
        _admit(uow, principal)
        datasets = {str(one.dataset): one for one in uow.datasets.every()}
        faults: list[FieldFault] = []
        for at, (name, revision) in enumerate(enforced.items()):
            known = datasets.get(name)
            if known is None or revision > known.revision:
                pointer = f"/acknowledgements/{at}"
                faults.append(FieldFault(pointer, "not a revision of a dataset here", "invalid"))
        if faults:
            raise ValidationFailed("no such revisions", faults=faults)
        for name, revision in sorted(enforced.items()):
            said = Acknowledgement(
                node=principal.client_id,
                dataset=DatasetId(name),
                revision=Revision(revision),
                acknowledged_at=now,
            )
            _keep(uow, said, tools, principal)
        uow.acknowledgements.note(principal.client_id, now)
        uow.commit()


def _keep(uow: UnitOfWork, said: Acknowledgement, tools: Tools, principal: Principal) -> None:
    before = uow.acknowledgements.keep(said)
    if uow.acknowledgements.narrowed_between(said.dataset, before, said.revision):
        uow.record(
            fact(
                PROPAGATED,
                said.acknowledged_at,
                actor=principal,
                dataset=said.dataset,
                extra={"revision": said.revision},
            )
        )


def note_reader(*, tools: Tools, principal: Principal) -> None:
    """Remember who reads the feed: from now on what it leaves unacknowledged is shown.

    Raises NodeRetired.
    """
    with tools.units() as uow:
        _admit(uow, principal)
        uow.acknowledgements.note(principal.client_id, tools.clock.now())
        uow.commit()


def require_admitted(*, tools: Tools, principal: Principal) -> None:
    """Let only a node that is not retired be told anything. Raises NodeRetired."""
    with tools.reads() as uow:
        _admit(uow, principal)


def _admit(uow: UnitOfWork, principal: Principal) -> None:
    if principal.client_id in uow.acknowledgements.retired():
        raise NodeRetired


def nodes_standing(*, tools: Tools) -> Sequence[NodeStanding]:
    """Say what every node enforces and lacks of every dataset, the longest behind first.

    A node is whoever was ever seen here, and whoever the settings say is to be: one that is silent
    or has disappeared stands here with what it lacks.
    """
    now = tools.clock.now()
    with tools.reads() as uow:
        newest = {one.dataset: one.revision for one in uow.datasets.every()}
        words = uow.acknowledgements.every(tools.data_nodes)
        retired = uow.acknowledgements.retired()
    return longest_behind_first(
        standing(word, newest[word.dataset], now, retired) for word in words
    )
