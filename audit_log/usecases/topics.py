# SPDX-License-Identifier: Apache-2.0
"""Where a producer's entries are read from now on: another topic, or behind what Kafka has lost.

Neither step skips a record in silence. What is lost is named by partition and offset, accepted by
whoever asks for the step, and said in the log.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from audit_log.domain.chain import Chain, ChainKey
from audit_log.domain.errors import TopicTaken, TopicUnready
from audit_log.ports import StoredOffset
from audit_log.ports.topics import HeldTopic, TopicDesks
from audit_log.usecases.backing import Backing, backed, naming
from shared.canonical import MalformedEntry
from shared.entries import Entry, parse_entry
from shared.errors import FieldFault, ValidationFailed
from shared.events import JSON, Fact
from shared.tracing import current_trace_id

CHANGED: Final = "placet.admin.config.change.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """One thing that a move sets aside: in words, and as ranges as far as they are known.

    `offsets` are (partition, first, last) of the old topic, `last` None where the topic is no more
    and nobody can say how far it went; `entries` are (epoch, first, last) of the source.
    """

    words: str
    offsets: tuple[tuple[int, int, int | None], ...] = ()
    entries: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Offsets of a partition that were never read, and that Kafka holds no more."""

    partition: int
    first: int
    last: int


def move_producer(
    src: str,
    new: HeldTopic,
    old: HeldTopic | None,
    *,
    desks: TopicDesks,
    at: datetime,
    backing: Backing,
    accept_gap: bool = False,
) -> Sequence[Aside] | None:
    """Read a producer's entries from a topic of its own; None when they are already.

    Gives what is set aside, which the log says to the offset and to the entry's number.

    The producer writes there first: look at `new`, then at `old`, None where that topic is no more.
    Then nothing of it comes to the old topic any more, and once that is sequenced to its end, and
    the first entry on the new topic follows the last one sequenced, no entry is lost; none is read
    twice, since the chain knows it. Raises what `backed` does; TopicUnready, saying what is
    missing, unless `accept_gap`; TopicTaken when the new topic has another source,
    ValidationFailed when it holds something else than this source's entries.
    """
    with desks() as desk:
        case = backed(desk.cases, backing, (src,))
        producer = desk.producer(src)
        if producer is None or producer.topic is None:
            raise ValidationFailed(faults=(FieldFault("/src", "no producer with a topic"),))
        if producer.topic == new.topic:
            return None
        firsts = _first_entries(src, new)
        stored = desk.offsets(producer.topic)
        aside = [*_unjoined(firsts, desk.chains(src)), *_unread(stored, old)]
        if aside and not accept_gap:
            words = "; ".join(one.words for one in aside)
            raise TopicUnready(words, context={"src": src, "topic": new.topic})
        for number, held in sorted(new.partitions.items()):
            desk.begin(
                StoredOffset(
                    topic=new.topic,
                    partition=number,
                    next=held.first,
                    cluster_id=new.cluster_id,
                    topic_id=new.topic_id,
                )
            )
        desk.lead_to(src, new.topic)
        said: dict[str, JSON] = {"before": producer.topic, "src": src, "topic": new.topic}
        moved = _change("producer_moved", {**said, **_said_of(aside)}, at)
        desk.record(naming(case, moved))
        others = [one for one in desk.sources_on(new.topic) if one != src]
        if others:
            raise TopicTaken(
                f"{new.topic} is the topic of {', '.join(others)}",
                context={"topic": new.topic, "sources": ", ".join(others)},
            )
    return aside


def resume_topic(
    now: HeldTopic,
    *,
    desks: TopicDesks,
    at: datetime,
    backing: Backing,
    accept_gap: bool = False,
) -> Sequence[Lost]:
    """Read a topic on behind what Kafka has deleted unread; give exactly what that is.

    Without `accept_gap` nothing is changed; with it, a case about one of the topic's producers is
    shown. Raises what `backed` does, and TopicUnready when the name means another topic
    now, or when the broker lost what was sequenced: entries then come from another topic
    (`move_producer`).
    """
    with desks() as desk:
        case = backed(desk.cases, backing, desk.sources_on(now.topic)) if accept_gap else None
        stored = desk.offsets(now.topic)
        if not stored:
            raise ValidationFailed(faults=(FieldFault("/topic", "no offsets are stored"),))
        lost: list[Lost] = []
        for one in stored:
            held = now.partitions.get(one.partition)
            if (now.cluster_id, now.topic_id) != (one.cluster_id, one.topic_id) or held is None:
                raise TopicUnready("another topic has this name now: move its producers")
            if one.next > held.end:
                raise TopicUnready("the broker has lost what was sequenced: move its producers")
            if one.next < held.first:
                lost.append(Lost(partition=one.partition, first=one.next, last=held.first - 1))
                if accept_gap:
                    desk.advance(replace(one, next=held.first))
        if lost and accept_gap:
            gaps: list[JSON] = [[one.partition, one.first, one.last] for one in lost]
            gone = _change("offsets_lost", {"gaps": gaps, "topic": now.topic}, at)
            desk.record(naming(case, gone))
    return lost


def _first_entries(src: str, new: HeldTopic) -> Sequence[Entry]:
    """Read what each partition begins with: by it the producer shows that it writes there."""
    values = [held.value for held in new.partitions.values() if held.value is not None]
    try:
        entries = [parse_entry(value) for value in values]
    except MalformedEntry:
        entries = []
    if values and {one.src for one in entries} != {src}:
        detail = "the topic begins with something else than entries of this source"
        raise ValidationFailed(faults=(FieldFault("/topic", detail),))
    return entries


def _said_of(aside: Sequence[Aside]) -> dict[str, JSON]:
    """Write what is set aside as the log says it: how many things, and each range."""
    offsets: list[JSON] = [list(reach) for one in aside for reach in one.offsets]
    entries: list[JSON] = [list(reach) for one in aside for reach in one.entries]
    return {"accepted": len(aside), "entries": entries, "offsets": offsets}


def _unjoined(firsts: Sequence[Entry], chains: Sequence[Chain]) -> list[Aside]:
    """Say where the entries on the new topic do not follow what was sequenced."""
    if not firsts:
        return [Aside(words="the producer has written nothing to the new topic yet")]
    known = {one.key: one for one in chains}
    aside: list[Aside] = []
    for epoch in sorted({one.epoch for one in firsts}):
        first = min(one.seq for one in firsts if one.epoch == epoch)
        chain = known.get(ChainKey(firsts[0].src, epoch))
        sequenced = 0 if chain is None else chain.seq
        if first > sequenced + 1:
            words = f"epoch {epoch} goes on with {first}, sequenced up to {sequenced}"
            aside.append(Aside(words=words, entries=((epoch, sequenced + 1, first - 1),)))
        gaps = () if chain is None else chain.gaps
        open_ = [(epoch, gap.first, min(gap.last, first - 1)) for gap in gaps if gap.first < first]
        if open_:
            words = f"epoch {epoch} has an open gap before {first}"
            aside.append(Aside(words=words, entries=tuple(open_)))
    return aside


def _unread(stored: Sequence[StoredOffset], old: HeldTopic | None) -> list[Aside]:
    """Say what the old topic holds that was not sequenced; whoever wrote it."""
    if not stored:
        return []
    same = old is not None and all(
        (one.cluster_id, one.topic_id) == (old.cluster_id, old.topic_id) for one in stored
    )
    if old is None or not same:
        unknown = tuple((one.partition, one.next, None) for one in stored)
        words = "the old topic is no more: what it held unread is lost"
        return [Aside(words=words, offsets=unknown)]
    ends = {number: held.end for number, held in old.partitions.items()}
    next_ = {one.partition: one.next for one in stored}
    return [
        Aside(
            words=f"partition {number} of the old topic is sequenced up to {upto} of {end}",
            offsets=((number, upto, end - 1),),
        )
        for number, end in sorted(ends.items())
        if (upto := next_.get(number, 0)) < end
    ]


def _change(reason: str, extra: dict[str, JSON], at: datetime) -> Fact:
    return Fact(
        type=CHANGED, occurred_at=at, trace_id=current_trace_id(), reason=reason, extra=extra
    )
