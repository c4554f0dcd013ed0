# SPDX-License-Identifier: Apache-2.0
"""What the templates about cases show: texts made from values of the domain. Formats only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit_log.domain.cases import Case, Officer, Reveal, RevealState
from audit_log.domain.words import GROUP_WORDS
from audit_log.http.pages.views import Row, Tag
from audit_log.usecases.cases import CaseFile, Openings

_STATES: Final[Mapping[RevealState, Tag]] = {
    RevealState.ASKED: Tag(text="Waits for a second officer", tone="wait"),
    RevealState.APPROVED: Tag(text="Approved", tone="good"),
    RevealState.REFUSED: Tag(text="Refused", tone="bad"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One case in the list."""

    id: str
    reason: str
    reference: str
    owner: str
    opened_at: datetime
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealView:
    """One request; what whoever looks may do with it."""

    id: str
    entries: str
    groups: str
    asked_by: str
    decided_by: str
    state: Tag
    may_decide: bool
    may_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """One case, with what whoever looks may do."""

    line: CaseLine
    closed_at: datetime | None
    reveals: tuple[RevealView, ...]
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedView:
    """What was opened: entry, what the part says it is, and its value as it was sealed."""

    rows: tuple[Row, ...]
    erased: int
    gone: int


def case_line(case: Case) -> CaseLine:
    """Show a case in the list."""
    return CaseLine(
        id=case.id,
        reason=case.reason,
        reference=case.reference or "",
        owner=case.owner.subject,
        opened_at=case.opened_at,
        is_open=case.is_open,
    )


def case_view(found: CaseFile, reader: Officer) -> CaseView:
    """Show a case to somebody."""
    case = found.case
    return CaseView(
        line=case_line(case),
        closed_at=case.closed_at,
        reveals=tuple(_reveal(one, case, reader) for one in found.reveals),
        mine=case.is_open and case.owner == reader,
    )


def opened(found: Openings) -> OpenedView:
    """Show what was opened."""
    rows = tuple(
        (str(index), _group(part.group), part.value.decode()) for index, part in found.opened.parts
    )
    return OpenedView(rows=rows, erased=found.opened.erased, gone=found.opened.gone)


def group_options() -> list[Row]:
    """Give the groups that may be asked for."""
    return [*GROUP_WORDS.items(), ("subj", "whose data")]


def _reveal(reveal: Reveal, case: Case, reader: Officer) -> RevealView:
    asked = reveal.state is RevealState.ASKED
    return RevealView(
        id=reveal.id,
        entries=", ".join(str(index) for index in reveal.indexes),
        groups=", ".join(_group(group) for group in reveal.groups),
        asked_by=reveal.asked_by.subject,
        decided_by="" if reveal.decided_by is None else reveal.decided_by.subject,
        state=_STATES[reveal.state],
        may_decide=case.is_open and asked and reveal.asked_by != reader,
        may_open=case.is_open
        and reveal.state is RevealState.APPROVED
        and reader in {reveal.asked_by, case.owner},
    )


def _group(group: str) -> str:
    return {**GROUP_WORDS, "subj": "whose data"}.get(group.partition("/")[0], group)
