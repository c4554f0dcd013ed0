# SPDX-License-Identifier: Apache-2.0
"""Repeating a search from a copy of the log alone: no database, no search rows, no trust in them.

The copy is verified first, down to the last tile. A filter for an account or a person needs the
openings of an evidence pack; each is checked against the entry it belongs to. For people whom an
entry names by their cohort it needs the answers that the search, or the pack, carries.
"""

import re
from base64 import b64decode
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from audit_log.domain.checkpoint import Checkpoint
from audit_log.domain.cohorts import CohortAnswer, CohortAnswers, CohortKey
from audit_log.domain.errors import SizeNotPublished
from audit_log.domain.matching import Match, match
from audit_log.domain.retention import Retention, retention_of
from audit_log.domain.search import Dropped, Filter
from audit_log.domain.tiles import WIDTH, bundles_of, decode_bundle
from audit_log.ports import Trust
from audit_log.usecases.flaws import Flaw
from audit_log.usecases.verify_served import Fetch, verify_served
from shared.entries import Entry, check_commitments, parse_entry
from shared.events import MalformedEntry
from shared.sealing import SealedPart

_OPENING: Final = re.compile(
    rb'\{"group":"([a-z/0-9]{1,16})","idx":(0|[1-9][0-9]{0,15}),'
    rb'"salt":"([A-Za-z0-9+/]{43}=)","value":(.+)\}'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """What the entries themselves answer: matching indexes, newest first, as a search gives them.

    `classes` are the retention classes of those entries, in their order. `unknown` are entries
    whose sealed parts would have to be opened to tell, or of whose cohort nobody said whether it
    holds the person. `said_at` is the entry in which the log itself says the answers about cohorts,
    None when the copy has none. With `flaws` the copy is not the log, and nothing was counted.
    """

    checkpoint: Checkpoint
    as_of: int
    indexes: tuple[int, ...]
    classes: tuple[Retention, ...]
    unknown: tuple[int, ...]
    flaws: tuple[Flaw, ...]
    said_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where a search answer and the entries differ.

    `dropped` are entries that the answer lacks and says so: they lie in ranges of which rows were
    dropped, and are no more than those rows.
    """

    missing: tuple[int, ...]
    surplus: tuple[int, ...]
    dropped: tuple[int, ...] = ()


def recount(
    fetch: Fetch,
    trust: Trust,
    wanted: Filter,
    *,
    as_of: int | None = None,
    openings: Mapping[int, Sequence[SealedPart]] | None = None,
    cohorts: CohortAnswers | None = None,
) -> Recount:
    """Verify a copy and count again in it, below the size `as_of` or in all of it.

    `cohorts` are the answers that the search rested on. Raises ValueError when they are about
    another person than the filter, what `verify_served` raises, SizeNotPublished for a size beyond
    the copy, and CommitmentMismatch for an opening that is not of its entry.
    """
    checkpoint, flaws = verify_served(fetch, trust)
    size = checkpoint.size if as_of is None else as_of
    if size > checkpoint.size:
        raise SizeNotPublished("the copy is of an earlier size")
    answers: dict[Match, list[int]] = {one: [] for one in Match}
    classes: list[Retention] = []
    known = _by_cohort(wanted, cohorts)
    said, said_at = None if cohorts is None else cohorts.digest(), None
    if not flaws:
        for index, entry in entries_of(fetch, checkpoint.size):
            parts = (openings or {}).get(index, ())
            check_commitments(entry, parts, complete=False)
            if index < size:
                found = match(wanted, entry, parts, known)
                answers[found].append(index)
                if found is Match.YES:
                    classes.append(retention_of(entry.type))
            if said is not None and entry.extra.get("cohorts") == said:
                said_at = index
    return Recount(
        checkpoint=checkpoint,
        as_of=size,
        indexes=tuple(reversed(answers[Match.YES])),
        classes=tuple(reversed(classes)),
        unknown=tuple(reversed(answers[Match.UNKNOWN])),
        flaws=flaws,
        said_at=said_at,
    )


def _by_cohort(wanted: Filter, cohorts: CohortAnswers | None) -> Mapping[CohortKey, CohortAnswer]:
    """Give the answers about whom the filter asks for; raise ValueError for another's."""
    if cohorts is None:
        return {}
    if cohorts.person != wanted.person:
        raise ValueError("the answers about cohorts are about another person than the filter")
    return {one.key: one for one in cohorts.answers}


def compare(
    counted: Recount, found: Iterable[int], dropped: Collection[Dropped] = ()
) -> Difference:
    """Hold a search answer against a recount; `dropped` are the ranges that the answer names."""
    theirs, ours = set(found), set(counted.indexes)
    missing = ours - theirs
    gone = _dropped(
        [one for one in zip(counted.indexes, counted.classes, strict=True) if one[0] in missing],
        dropped,
    )
    return Difference(
        missing=tuple(sorted(missing - gone)),
        surplus=tuple(sorted(theirs - ours - set(counted.unknown))),
        dropped=tuple(sorted(gone)),
    )


def _dropped(missing: Iterable[tuple[int, Retention]], dropped: Collection[Dropped]) -> set[int]:
    """Give which of these entries are among what was dropped.

    A range explains as many as it dropped, and is looked into from the smallest on: the months of a
    class lie in the tree side by side, but what was held longer is dropped from among others.
    """
    left = [(one, one.rows) for one in sorted(dropped, key=lambda one: one.last - one.first)]
    gone: set[int] = set()
    for index, kept in missing:
        for at, (one, rows) in enumerate(left):
            if rows and one.retention == kept and one.first <= index <= one.last:
                left[at] = one, rows - 1
                gone.add(index)
                break
    return gone


def entries_of(fetch: Fetch, size: int) -> Iterator[tuple[int, Entry]]:
    """Give every entry of a copy with its index, oldest first."""
    for name in bundles_of(size):
        for offset, raw in enumerate(decode_bundle(fetch(str(name)))):
            yield name.index * WIDTH + offset, parse_entry(raw)


def read_openings(data: bytes) -> dict[int, list[SealedPart]]:
    """Read the `openings.jsonl` of an evidence pack; raise MalformedEntry for a line that is none.

    Whether an opening is true is checked where its entry is at hand.
    """
    found: dict[int, list[SealedPart]] = {}
    for number, line in enumerate(data.split(b"\n")[:-1], start=1):
        read = _OPENING.fullmatch(line)
        if read is None:
            raise MalformedEntry(f"line {number} is not an opening")
        part = SealedPart(group=read[1].decode(), salt=b64decode(read[3]), value=read[4])
        found.setdefault(int(read[2]), []).append(part)
    return found
