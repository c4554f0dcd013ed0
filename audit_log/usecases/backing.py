# SPDX-License-Identifier: Apache-2.0
"""Who stands behind a change of the producers that are believed: never the console alone.

Whoever has the console shows the case of an officer: open, of the reason `producers`, and with the
source as its reference. So two people know of each change, and its entry names the case.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from audit_log.domain.cases import PRODUCERS, Case
from audit_log.domain.errors import CaseClosed, CaseNeeded, CaseUnknown
from audit_log.ports import Cases
from shared.events import Fact

_WANTED: Final = (
    f"an officer's open case is needed, with the reason {PRODUCERS} and the source as reference"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backing:
    """The case that is shown, if any; `alone` where none is needed, as in development."""

    case: str | None
    alone: bool


def backed(cases: Cases, backing: Backing, sources: Collection[str]) -> Case | None:
    """Give the case behind a change about one of these sources; None where none is needed.

    The case stays open until the transaction ends. One that is shown must fit, needed or not.
    Raises CaseUnknown, CaseClosed, and CaseNeeded when there is none or it is about something else.
    """
    if backing.case is None:
        if backing.alone:
            return None
        raise CaseNeeded(_WANTED)
    case = cases.get(backing.case)
    if case is None:
        raise CaseUnknown("there is no such case")
    if not case.is_open:
        raise CaseClosed("the case is closed")
    if case.reason != PRODUCERS or case.reference not in sources:
        raise CaseNeeded(_WANTED)
    return case


def naming(case: Case | None, fact: Fact) -> Fact:
    """Give the fact with the case behind it in the open.

    Whose case it is says the case's own entry, under her own key. Here it would lie under the
    log's, which no erasure of her account destroys.
    """
    return fact if case is None else replace(fact, extra={**fact.extra, "case": case.id})
