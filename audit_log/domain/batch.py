# SPDX-License-Identifier: Apache-2.0
"""A batch as prepared: everything one transaction writes, and what it must find when it does.

Plain rows for the store; nothing here is written, and dropping a batch undoes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from hashlib import sha256
from typing import Final, NamedTuple

from audit_log.domain.chain import Breach, Chain, ChainKey, GapMove
from audit_log.domain.edge import Edge
from audit_log.domain.tiles import Tile
from shared.events import Fact

_MAX_TERM_CHARS: Final = 200
_DIGEST: Final = "sha256:"


class TermKind(IntEnum):
    """What a numbered text is; numbers are stored and never change their meaning."""

    TYPE = 1
    SOURCE = 2
    DATASET = 3
    REASON = 4
    PURPOSES = 5
    COHORT = 6


class Term(NamedTuple):
    """A text of the search rows, stored once."""

    kind: TermKind
    value: str


def term(kind: TermKind, text: str) -> Term:
    """Make a term; a text too long for an index is stored as its hash."""
    if len(text) > _MAX_TERM_CHARS:
        return Term(kind, f"{_DIGEST}{sha256(text.encode()).hexdigest()}")
    return Term(kind, text)


def cohort_text(cohort_id: str, digest: str) -> str:
    """Give the text under which a cohort has its number: no other cohort has both."""
    return f"{cohort_id} {digest}"


def is_digest(value: str) -> bool:
    """Tell whether a stored term is, or looks like, the hash of a text that was too long."""
    return value.startswith(_DIGEST)


class SearchRow(NamedTuple):
    """One row of `ev`, in the table's order of columns.

    Terms are numbers; actor, permit, visa and project are keyed pseudonyms, None when unknown.
    """

    idx: int
    retention: int
    month: int
    etime: datetime
    ty: int
    src: int
    decision: int | None
    reason: int | None
    dataset: int | None
    purposes: int | None
    actor: int | None
    permit: int | None
    visa: int | None
    project: int | None


class PersonRow(NamedTuple):
    """One row of `ev_person`: this entry is about that member of that dataset."""

    dataset: int
    ordinal: int
    idx: int


class CohortRow(NamedTuple):
    """One row of `ev_cohort`: this entry is about a cohort's people.

    Less those who had left it at `revision`, or all of the frozen cohort when that is None.
    """

    dataset: int
    cohort: int
    idx: int
    revision: int | None


class SealedRow(NamedTuple):
    """One row of `sealed`: an encrypted part, under the key numbered `kid`."""

    idx: int
    grp: int
    retention: int
    month: int
    kid: int
    data: bytes


class KeyRow(NamedTuple):
    """One new row of `dek`: a wrapped key; `subject` is the keyed pseudonym of its holder."""

    kid: int
    kind: str
    subject: bytes
    kek: str
    wrapped: bytes
    created_at: datetime


class RunRow(NamedTuple):
    """One row of `producer_run`: `n` entries of a chain in a row, at indexes in a row."""

    src: str
    epoch: int
    first_seq: int
    n: int
    first_idx: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """Input that is kept out of the tree: its hash open, its bytes encrypted.

    `occupies` is the place in a chain that it holds, if any.
    """

    reason: str
    digest: bytes
    leaf: bytes
    kid: int
    data: bytes = field(repr=False)
    claims: tuple[ChainKey, int] | None
    occupies: bool
    topic: str | None
    partition: int | None
    offset: int | None
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetMove:
    """One partition's stored offset: it must be `old`, and becomes `new`."""

    topic: str
    partition: int
    old: int
    new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Everything one transaction writes.

    It holds only while the log has `before.size` leaves, `epoch` is the leading one, and `erasures`
    erasures have happened. `entries` are those sequenced, from index `before.size`; `full` the
    tiles they fill. `facts` are the log's own, to be said through its own producer.
    """

    epoch: int
    erasures: int
    at: datetime
    before: Edge
    after: Edge
    full: Sequence[Tile]
    bundles: Sequence[tuple[int, bytes]]
    entries: Sequence[bytes]
    search: Sequence[SearchRow]
    people: Sequence[PersonRow]
    cohorts: Sequence[CohortRow]
    sealed: Sequence[SealedRow]
    keys: Sequence[KeyRow]
    terms: Mapping[Term, int]
    runs: Sequence[RunRow]
    chains: Mapping[ChainKey, Chain]
    gaps: Mapping[ChainKey, GapMove]
    last_seen: Mapping[ChainKey, datetime]
    duplicates: Mapping[ChainKey, int]
    breaches: Sequence[Breach]
    quarantined: Sequence[Quarantined]
    taken: Sequence[int]
    offsets: Sequence[OffsetMove]
    facts: Sequence[Fact]
