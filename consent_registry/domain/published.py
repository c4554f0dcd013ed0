# SPDX-License-Identifier: Apache-2.0
"""What is said in public of a dataset's people, and when it may say something else.

It is decided once a day, and stays word for word as it was until at least as many people as its
reach stand differently from when it was decided (ADR 0034). So two readings around one person who
left, joined or changed her mind are the same; and readings that differ tell of many people at once.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from pyroaring import BitMap

from consent_registry.domain.disclosure import Figure
from consent_registry.domain.register import Dataset
from consent_registry.domain.terms import Terms, canonical_text

PUBLISHED_FOR: Final = timedelta(hours=24)
"""How long what was published of a dataset stays as it is, whatever happens."""
MARK_SALT_BYTES: Final = 32
_MARKS: Final = 255  # a byte, without the 0 of those who have no part in anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What was decided to be said of a dataset: people in use, the codes in common, and when.

    No terms mean: ask by person only. `versions` are those it was decided by.
    """

    people: Figure
    terms: Terms
    at: datetime
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """How everybody stood when it was decided, a byte each, and how many may differ unseen.

    The bytes are keyed: they tell whether somebody stands as she did, and nobody's terms.
    """

    salt: bytes
    marks: bytes
    reach: int


def is_due(dataset: Dataset, published: Published | None, now: datetime) -> bool:
    """Say whether it is time to decide what is published.

    First a day after the dataset was registered: the first consents come in one file, and a number
    from the middle of it would stand for a day.
    """
    since = published.at if published is not None else dataset.created_at
    return now - since >= PUBLISHED_FOR


def marks(
    members: int, holding: BitMap, held: Iterable[tuple[Terms, BitMap]], salt: bytes
) -> bytes:
    """Mark how everybody stands: not in use, in use, or in use by these terms."""
    found = bytearray(members)
    for text, people in (("", holding), *((canonical_text(terms), who) for terms, who in held)):
        digest = hashlib.blake2b(text.encode(), key=salt, digest_size=4).digest()
        mark = 1 + int.from_bytes(digest) % _MARKS
        for ordinal in people:
            found[ordinal] = mark
    return bytes(found)


def differing(before: bytes, now: bytes) -> int:
    """Count who stands differently; members only ever become more. Never counts too many."""
    joined = now[len(before) :]
    both = zip(before, now, strict=False)
    return sum(one != other for one, other in both) + len(joined) - joined.count(0)
