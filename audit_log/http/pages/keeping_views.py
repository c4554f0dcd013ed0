# SPDX-License-Identifier: Apache-2.0
"""What the page about keeping shows: texts made from values of the domain. Formats only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit_log.domain.copies import NEVER, UNREAD
from audit_log.domain.holds import Hold, HoldKind, HoldState
from audit_log.domain.retention import BOUNDS, Retention, RetentionPolicy
from audit_log.http.pages.views import Row, Tag, dropped_words
from audit_log.ports import ErasureRecord
from audit_log.usecases.erase import CopiesKept
from audit_log.usecases.see_keeping import Keeping

_KINDS: Final[Mapping[HoldKind, str]] = {
    HoldKind.PERSON: "A member of a dataset",
    HoldKind.PERMIT: "A permit",
    HoldKind.DATASET: "A dataset",
    HoldKind.CASE: "A case and its entries",
}
_STATES: Final[Mapping[HoldState, Tag]] = {
    HoldState.IN_FORCE: Tag(text="In force", tone="bad"),
    HoldState.LIFT_ASKED: Tag(text="In force; lifting was asked", tone="wait"),
    HoldState.LIFTED: Tag(text="Lifted", tone=""),
}
_OUTCOMES: Final[Mapping[str, Tag]] = {
    "done": Tag(text="Done", tone="good"),
    "waiting": Tag(text="Waits for a legal hold", tone="wait"),
    "nothing_to_erase": Tag(text="Nothing was left to erase", tone=""),
}
_CLASSES: Final[Mapping[Retention, str]] = {
    Retention.ACCESS: "Who used whose data",
    Retention.GOVERNANCE: "Consents, applications, permits, visas",
    Retention.OVERSIGHT: "What officers and administrators did",
    Retention.SYSTEM: "The log's and the producers' own signals",
}
_OPEN: Final[Mapping[str, str]] = {
    NEVER: "Kafka is set to keep a topic for ever",
    UNREAD: "Kafka has not said yet how long it keeps a topic",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLine:
    """One hold; `may_ask` and `may_lift` say what whoever looks may do."""

    id: str
    what: str
    authority: str
    state: Tag
    placed_at: datetime
    placed_by: str
    may_ask: bool
    may_lift: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureLine:
    """One erasure; `complete_by` is None while it waits or cannot be said, and `open` says why."""

    id: str
    ground: str
    outcome: Tag
    asked_at: datetime
    complete_by: datetime | None
    open: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepingView:
    """Everything on the page."""

    terms: tuple[Row, ...]
    holds: tuple[HoldLine, ...]
    erasures: tuple[ErasureLine, ...]
    dropped: tuple[str, ...]


def keeping(seen: Keeping, policy: RetentionPolicy, copies: CopiesKept, reader: str) -> KeepingView:
    """Show what is kept, held, erased and dropped to somebody."""
    own = [(name, _months(months)) for name, months in sorted(policy.months.items()) if "." in name]
    return KeepingView(
        terms=(*((_CLASSES[kept], _months(policy.of_class(kept))) for kept in BOUNDS), *own),
        holds=tuple(_hold(one, reader) for one in seen.holds),
        erasures=tuple(_erasure(one, seen, copies) for one in seen.erasures),
        dropped=tuple(dropped_words(one) for one in seen.dropped),
    )


def kind_options() -> list[Row]:
    """Give what may be held as options."""
    return [(kind.value, words) for kind, words in _KINDS.items()]


def _months(months: int) -> str:
    return f"{months} months"


def _hold(hold: Hold, reader: str) -> HoldLine:
    asked = hold.state is HoldState.LIFT_ASKED
    what = _KINDS[hold.kind] if hold.matter is None else f"{_KINDS[hold.kind]}: {hold.matter}"
    return HoldLine(
        id=hold.id,
        what=what,
        authority=hold.authority,
        state=_STATES[hold.state],
        placed_at=hold.placed_at,
        placed_by=hold.placed_by,
        may_ask=hold.state is HoldState.IN_FORCE,
        may_lift=asked and hold.lift_asked_by != reader,
    )


def _erasure(one: ErasureRecord, seen: Keeping, copies: CopiesKept) -> ErasureLine:
    done = one.done_at if one.outcome == "done" else None
    complete = None if done is None else copies.completeness(done, seen.copies)
    return ErasureLine(
        id=one.id,
        ground=one.ground,
        outcome=_OUTCOMES[one.outcome],
        asked_at=one.asked_at,
        complete_by=None if complete is None else complete.by,
        open=() if complete is None else tuple(_OPEN[code] for code in complete.open),
    )
