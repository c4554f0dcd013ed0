# SPDX-License-Identifier: Apache-2.0
"""When the last copy of erased data is gone: Kafka, quarantine and backups outlive the database.

In the database an erasure is complete at once. A record stays in Kafka until its segment is closed
(`segment.ms`), the newest record of that segment is older than `retention.ms`, the broker looks
again, and the deleted file is removed (`file.delete.delay.ms`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

NEVER: Final = "kafka_keeps_for_ever"
UNREAD: Final = "kafka_not_read"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicCopy:
    """How long a topic's records may outlive their sequencing; None for ever, as last read."""

    topic: str
    lives: timedelta | None
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """What else may hold what the database held.

    `topics` are those of the registered producers that are known, `unread` those that are not.
    """

    topics: Sequence[TopicCopy]
    unread: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTerms:
    """How long this node keeps quarantined input, and backups with keys in them, as it says."""

    quarantine: timedelta
    backups: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """When nothing readable is left anywhere; None when that cannot be said, and `open` says why.

    `parts` are the dates of the places that have one.
    """

    by: datetime | None
    open: tuple[str, ...]
    parts: Mapping[str, datetime]


def completeness(erased_at: datetime, copies: Copies, terms: CopyTerms) -> Completeness:
    """Give the date by which an erasure is complete."""
    parts = {
        "database": erased_at,
        "quarantine": erased_at + terms.quarantine,
        "backups": erased_at + terms.backups,
    }
    lives = [one.lives for one in copies.topics if one.lives is not None]
    if lives:
        parts["kafka"] = erased_at + max(lives)
    reasons = [NEVER] if len(lives) < len(copies.topics) else []
    if copies.unread:
        reasons.append(UNREAD)
    by = None if reasons else max(parts.values())
    return Completeness(by=by, open=tuple(reasons), parts=parts)


_HOUR_MS: Final = 3_600_000
_CHECK_MS: Final = 300_000
_DELAY_MS: Final = 60_000


def lifetime(topic: Mapping[str, str], broker: Mapping[str, str]) -> timedelta | None:
    """Give how long a record may stay, from the broker's configuration; None for ever.

    A compacted topic, or one without a term, keeps records for ever. Where the producer stamps the
    time, a stamp may lie ahead by as much as the topic allows, and the term counts from there.
    """
    kept = _number(topic, "retention.ms", -1)
    if kept < 0 or "delete" not in topic.get("cleanup.policy", "delete").split(","):
        return None
    ahead = 0
    if topic.get("message.timestamp.type") != "LogAppendTime":
        ahead = _number(topic, "message.timestamp.after.max.ms", _HOUR_MS)
    whole = (
        kept
        + ahead
        + _number(topic, "segment.ms", 7 * 24 * _HOUR_MS)
        + _number(topic, "file.delete.delay.ms", _DELAY_MS)
        + _number(broker, "log.retention.check.interval.ms", _CHECK_MS)
    )
    try:
        return timedelta(milliseconds=whole)
    except OverflowError:
        return None


def _number(config: Mapping[str, str], name: str, otherwise: int) -> int:
    text = config.get(name) or ""
    return int(text) if text.removeprefix("-").isdecimal() else otherwise
