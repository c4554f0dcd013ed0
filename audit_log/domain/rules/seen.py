# SPDX-License-Identifier: Apache-2.0
"""An entry as the rules see it: its open fields, and keyed pseudonyms for all that is sealed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from shared.canonical import JSON

DECISION: Final = "placet.access.decision.v1"
READS: Final = frozenset(
    f"placet.access.{name}.v1" for name in ("read", "query", "download", "decrypt", "export")
)

NO_YEAR: Final = 0
"""The rules know an account by one pseudonym all years, which stands in no search row."""


def pseudonym(number: int) -> str:
    """Write a keyed pseudonym of 64 bits as the rules keep it."""
    return f"{number & (1 << 64) - 1:016x}"


def hour_of(at: datetime) -> str:
    """Write the hour of an instant, as counts are named by it: 2026-11-22T06."""
    return at.isoformat(timespec="hours")[:13]  # strftime costs five times as much


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """A heartbeat within an entry.

    `verified` is None where no key is registered; `follows` says whether it names the entry before
    it, as its chain has it.
    """

    seq: int
    verified: bool | None
    follows: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One committed entry.

    `at` is when it happened as its producer says, `arrived` when the log first signed a tree that
    holds it. Actor, holder, permit, people and countries are pseudonyms, None or absent where the
    parts say nothing; `countries` are those that a permit's entry names. `erased` says that the
    permit's part is gone: such a use cannot be judged.
    """

    index: int
    type: str
    src: str
    epoch: int
    seq: int
    at: datetime
    arrived: datetime
    trace: str = ""
    dataset: str | None = None
    decision: str | None = None
    reason: str | None = None
    purposes: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    extra: Mapping[str, JSON] = field(default_factory=dict)
    actor: str | None = None
    client: str | None = None
    country: str | None = None
    countries: tuple[str, ...] = ()
    holder: str | None = None
    permit: str | None = None
    people: tuple[str, ...] = ()
    beat: Beat | None = None
    erased: bool = False

    @property
    def is_read(self) -> bool:
        """Whether data left by this: read, queried, downloaded, decrypted or exported."""
        return self.type in READS

    @property
    def is_use(self) -> bool:
        """Whether a permit was used: data left, or a decision let it."""
        if self.erased:
            return False
        return self.is_read or (self.type == DECISION and self.decision == "permit")

    def number(self, name: str) -> int | None:
        """Give a whole number of the entry's own details."""
        value = self.extra.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def text(self, name: str) -> str | None:
        """Give a text of the entry's own details."""
        value = self.extra.get(name)
        return value if isinstance(value, str) else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Give a list of texts of the entry's own details; what is no text in it is left out."""
        value = self.extra.get(name)
        if not isinstance(value, list):
            return ()
        return tuple(one for one in value if isinstance(one, str))

    @property
    def node(self) -> str:
        """The node of who says it."""
        return self.src.partition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What must be kept of a use of data to judge it again later."""

    index: int
    at: datetime
    src: str
    trace: str
    dataset: str | None
    actor: str | None
    permit: str | None
    cohort: str | None = None
    country: str | None = None
    regions: tuple[str, ...] = ()
    whole: bool = False
    """Whether data was read and no region named."""

    @property
    def node(self) -> str:
        """The node of who says it."""
        return self.src.partition("/")[0]


def use_of(seen: Seen) -> Use:
    """Keep what is needed of a use."""
    return Use(
        index=seen.index,
        at=seen.at,
        src=seen.src,
        trace=seen.trace,
        dataset=seen.dataset,
        actor=seen.actor,
        permit=seen.permit,
        cohort=seen.text("cohort_id"),
        country=seen.country,
        regions=seen.texts("regions"),
        whole=seen.is_read and not seen.texts("regions"),
    )
