# SPDX-License-Identifier: Apache-2.0
"""What an operator must see: consents that cannot be read, nodes that lack changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from consent_registry.domain.acknowledgements import NodeStanding
from consent_registry.domain.unreadable import UnreadableKind
from consent_registry.usecases.acknowledging import nodes_standing
from consent_registry.usecases.facts import fact
from consent_registry.usecases.tools import Tools

OPENED: Final = "placet.finding.opened.v1"
REASON: Final = "consent_unreadable"
_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The present figures."""

    unreadable: Mapping[UnreadableKind, int]
    nodes: Sequence[NodeStanding]


def report_unreadable(*, tools: Tools) -> bool:
    """Put on record what readers could not read, each once; False when there is nothing new."""
    with tools.units() as uow:
        found = uow.alarms.take_unreported(_AT_ONCE)
        for one in found:
            uow.record(
                fact(
                    OPENED,
                    one.seen_at,
                    actor=None,
                    reason=REASON,
                    extra={"kind": one.kind.value, "reference": one.reference},
                )
            )
        uow.commit()
    return bool(found)


def watch(*, tools: Tools) -> Watch:
    """Give the figures that monitoring asks for."""
    with tools.reads() as uow:
        unreadable = uow.alarms.counts()
    return Watch(unreadable=unreadable, nodes=nodes_standing(tools=tools))
