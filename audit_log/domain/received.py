# SPDX-License-Identifier: Apache-2.0
"""What arrives at the log, before and after it was read.

Reading never repairs: an input is an entry with parts that open its commitments, or it is poison
with a reason. Nothing here judges a producer's chain (see `chain`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

import orjson

from audit_log.domain.chain import FIRST_SEQ
from audit_log.domain.parts import Holder, actor_holder, person_holder, source_holder
from shared.canonical import MAX_INTEGER, MalformedEntry
from shared.entries import Entry, check_commitments, leaf_hash, parse_entry
from shared.entry_forms import is_source
from shared.events import Actor, Subject, actor_of, subject_of
from shared.ids import parse_dataset_id
from shared.sealing import CommitmentMismatch, SealedPart, open_sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakePlace:
    """A row of the intake table; it is deleted in the transaction that sequences it."""

    id: int


class KafkaPlace(NamedTuple):
    """A record of a topic; its offset is stored in the transaction that sequences it."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPlace:
    """An entry of a copy of this log's own bundles, at its index; nothing is taken from there."""

    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Bytes as they came. `received_at` is the intake's time or the broker's append time.

    `sources` are the producers that may speak through that door: the caller's own source over
    HTTP, those registered for the topic over Kafka. What is `recovered` was in the log before: its
    sealed parts may be lost, those that are there must open its commitments as ever.
    """

    place: IntakePlace | KafkaPlace | CopyPlace
    raw: bytes = field(repr=False)
    sealed: bytes = field(repr=False)
    received_at: datetime
    sources: frozenset[str]
    recovered: bool = False


_NO_PERMIT: Final[Mapping[str, object]] = MappingProxyType({})


class Fault(StrEnum):
    """Why an input is quarantined; the reason code of `placet.sys.quarantined.v1`."""

    MALFORMED_ENTRY = "malformed_entry"
    MALFORMED_SEALED = "malformed_sealed"
    COMMITMENT_MISMATCH = "commitment_mismatch"
    SOURCE_NOT_ALLOWED = "source_not_allowed"
    EQUIVOCATION = "equivocation"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainPlace:
    """A place that an input claims in a producer's chain."""

    src: str
    epoch: int
    seq: int


class Sound(NamedTuple):
    """An input that is an entry: parsed, hashed, its parts opened and checked.

    Each part comes with the holder under whose key it is to lie.
    """

    received: Received
    entry: Entry
    leaf: bytes
    parts: tuple[tuple[SealedPart, Holder], ...]
    actor: Actor | None
    subjects: tuple[Subject, ...]
    permit: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Poison:
    """An input that is no entry; `claims` is the place it names, when it may name it."""

    received: Received
    leaf: bytes
    fault: Fault
    claims: ChainPlace | None


def claimed_source(raw: bytes) -> str | None:
    """Give the source that bytes name, None when they name none: enough to refuse a stranger."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    src = value.get("src") if isinstance(value, dict) else None
    return src if isinstance(src, str) else None


class Reader:
    """Reads the inputs of one batch.

    The same actors, people and permits come again and again within a batch: what their parts say
    is read once, and forgotten with the reader, because it is personal.
    """

    def __init__(self) -> None:
        self._actors: dict[bytes, tuple[Actor, Holder]] = {}
        self._people: dict[bytes, tuple[Subject, Holder]] = {}
        self._permits: dict[bytes, Mapping[str, object]] = {}

    def read(self, received: Received) -> Sound | Poison:
        """Read one input, completely; never raises for what the input holds."""
        leaf = leaf_hash(received.raw)
        try:
            entry = parse_entry(received.raw)
        except MalformedEntry:
            return _poison(received, leaf, Fault.MALFORMED_ENTRY)
        if entry.src not in received.sources:
            return _poison(received, leaf, Fault.SOURCE_NOT_ALLOWED)
        try:
            parts = open_sealed(received.sealed)
            check_commitments(entry, parts, complete=not received.recovered)
            return self._sound(received, entry, leaf, parts)
        except MalformedEntry:
            return _poison(received, leaf, Fault.MALFORMED_SEALED)
        except CommitmentMismatch:
            return _poison(received, leaf, Fault.COMMITMENT_MISMATCH)

    def _sound(
        self, received: Received, entry: Entry, leaf: bytes, parts: tuple[SealedPart, ...]
    ) -> Sound:
        actor, others = None, None
        permit: Mapping[str, object] = _NO_PERMIT
        subjects: dict[bytes, Subject] = {}  # by value, of which each has one spelling
        for part in parts:
            if part.group == "actor":
                actor, others = self._actor(part)
            elif part.group == "permit":
                permit = self._permit(part)
        if others is None:
            others = source_holder(entry.src)
        held: list[tuple[SealedPart, Holder]] = []
        for part in parts:
            if part.group.startswith("subj/"):
                subjects[part.value], holder = self._person(part)
                held.append((part, holder))
            else:
                held.append((part, others))
        return Sound(
            received=received,
            entry=entry,
            leaf=leaf,
            parts=tuple(held),
            actor=actor,
            subjects=tuple(subjects.values()),
            permit=permit,
        )

    def _actor(self, part: SealedPart) -> tuple[Actor, Holder]:
        known = self._actors.get(part.value)
        if known is None:
            actor = actor_of(part)
            known = self._actors[part.value] = (actor, actor_holder(actor))
        return known

    def _person(self, part: SealedPart) -> tuple[Subject, Holder]:
        known = self._people.get(part.value)
        if known is None:
            subject = _subject(part)
            known = self._people[part.value] = (subject, person_holder(subject))
        return known

    def _permit(self, part: SealedPart) -> Mapping[str, object]:
        known = self._permits.get(part.value)
        if known is None:
            known = self._permits[part.value] = part.opened()
        return known


def read(received: Received) -> Sound | Poison:
    """Read one input by itself; see `Reader.read`."""
    return Reader().read(received)


def _subject(part: SealedPart) -> Subject:
    subject = subject_of(part)
    try:
        parse_dataset_id(subject.dataset)
    except ValueError:
        raise MalformedEntry("a subject names no dataset") from None
    return subject


def _poison(received: Received, leaf: bytes, fault: Fault) -> Poison:
    return Poison(received=received, leaf=leaf, fault=fault, claims=_claims(received))


def _claims(received: Received) -> ChainPlace | None:
    """Read the chain place of a bad input, if it names one that its sender may name."""
    try:
        value = orjson.loads(received.raw)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(value, dict):
        return None
    src, epoch, seq = value.get("src"), value.get("ep"), value.get("seq")
    if not isinstance(src, str) or src not in received.sources or not is_source(src):
        return None
    epoch, seq = _count(epoch, 0), _count(seq, FIRST_SEQ)
    return None if epoch is None or seq is None else ChainPlace(src=src, epoch=epoch, seq=seq)


def _count(value: object, least: int) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MAX_INTEGER:
        return None
    return value
