# SPDX-License-Identifier: Apache-2.0
"""The opt-out register as it stood at a permit's revision, for the operator alone.

TEHDAS2 M8.1 section 5.7.1 asks for the list as of a permit's date. Nothing that answers a request
calls this; each use is put on record.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from consent_registry.domain.optout import OptOutEvent, root_of, standing_out
from consent_registry.usecases.facts import fact
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
from shared.ids import Revision

_READ: Final = "placet.audit.export.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutList:
    """Who was opted out of what after so many events, and the root that a permit names."""

    number: Revision
    root: str
    people: tuple[tuple[str, tuple[str, ...]], ...]


def opt_out_list(number: Revision | None, *, tools: Tools) -> OptOutList:
    """Rebuild the list from the first so many events; None means all there are."""
    at = tools.clock.now()
    with tools.reads() as uow:
        newest = uow.opt_outs.register(tools.opt_outs, at).number
        upto = newest if number is None else min(number, newest)
        events = list(uow.opt_outs.first(upto))
    root = root_of(event for _, event in events).hex()
    with tools.units() as uow:
        extra: dict[str, JSON] = {"revision": upto, "root": root}
        uow.record(
            fact(_READ, at, actor=None, dataset=tools.opt_outs, reason="opt_outs", extra=extra)
        )
        uow.commit()
    return OptOutList(number=upto, root=root, people=tuple(_standing(events)))


def _standing(events: list[tuple[str, OptOutEvent]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    by_person: dict[str, list[OptOutEvent]] = {}
    for pseudonym, event in events:
        by_person.setdefault(pseudonym, []).append(event)
    for pseudonym, known in sorted(by_person.items()):
        about = sorted(one.text for one in standing_out(known))
        if about:
            yield pseudonym, tuple(about)
