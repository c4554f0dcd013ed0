# SPDX-License-Identifier: Apache-2.0
"""What arrives at the log, before and after it was read.

Reading never repairs: an input is an entry with parts that open its commitments, or it is poison
with a reason. Nothing here judges a producer's chain (see `chain`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

import orjson

from audit_log.domain.chain import FIRST_SEQ
from audit_log.domain.parts import (
    Holder,
    actor_holder,
    filled_up,
    framed,
    id16,
    person_holder,
    source_holder,
)
from shared.canonical import MAX_INTEGER, MalformedEntry
from shared.cohort_names import NamedCohort, named_cohort, names_a_cohort
from shared.entries import (
    SINGLE_GROUPS,
    Entry,
    check_commitments,
    leaf_hash,
    parse_entry,
)
from shared.entry_forms import REMEMBERED, is_source
from shared.events import actor_of, subject_of
from shared.ids import parse_dataset_id
from shared.sealing import (
    SALT_BYTES,
    CommitmentMismatch,
    SealedPart,
    open_committed,
    open_sealed,
)


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
    """An entry of a copy of this log's own bundles, at its index; nothing is taken from there.

    Input that was refused is in no bundle: it stands before that entry, and `came_from` a topic.
    """

    index: int
    came_from: KafkaPlace | None = None


class Received(NamedTuple):
    """Bytes as they came. `received_at` is the intake's time or the broker's append time.

    `sources` are the producers that may speak through that door: the caller's own source over
    HTTP, those registered for the topic over Kafka. What is `recovered` was in the log before: its
    sealed parts may be lost, those that are there must open its commitments as ever.
    """

    place: IntakePlace | KafkaPlace | CopyPlace
    raw: bytes
    sealed: bytes
    received_at: datetime
    sources: frozenset[str]
    recovered: bool = False

    def __repr__(self) -> str:
        """Name the place; what came is left out."""
        return f"Received(place={self.place!r})"


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


# A part that opened its commitment: its group, its layout for encryption, and whose key it is for.
HeldPart: TypeAlias = tuple[str, bytes, Holder]


class Sound(NamedTuple):
    """An input that is an entry: parsed, hashed, its parts opened and checked.

    Holds what sequencing needs and nothing that it does not: it may come from another process.
    `actor` is issuer and subject, `people` are dataset and ordinal, each person once; `cohort`
    stands for people too many to be sealed one by one.
    """

    received: Received
    leaf: bytes
    id16: bytes
    type: str
    src: str
    epoch: int
    seq: int
    previous: bytes | None
    occurred_at: datetime
    decision: str | None
    reason: str | None
    dataset: str | None
    purposes: tuple[str, ...]
    parts: tuple[HeldPart, ...]
    actor: tuple[str, str] | None
    people: tuple[tuple[str, int], ...]
    permit: str | None
    visa: str | None
    cohort: NamedCohort | None = None

    def __repr__(self) -> str:
        """Name the entry's place; what it holds is left out."""
        return f"Sound(src={self.src!r}, epoch={self.epoch}, seq={self.seq})"


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


Input: TypeAlias = Received | Sound | Poison  # what a source gives: some sources read themselves


def received_of(one: Input) -> Received:
    """Give what came, read or not."""
    return one if isinstance(one, Received) else one.received


class Reader:
    """Reads the inputs of one batch.

    The same actors, people and permits come again and again within a batch: what their parts say
    is read once, and forgotten with the reader, because it is personal.
    """

    def __init__(self) -> None:
        self._actors: dict[bytes, _Named] = {}
        self._people: dict[bytes, _Person] = {}
        self._permits: dict[bytes, _Permit] = {}
        self._sources: dict[str, Holder] = {}

    def read(self, received: Received) -> Sound | Poison:
        """Read one input, completely; never raises for what the input holds."""
        leaf = leaf_hash(received.raw)
        try:
            entry = parse_entry(received.raw)
        except MalformedEntry:
            return _poison(received, leaf, Fault.MALFORMED_ENTRY)
        if entry.src not in received.sources:
            return _poison(received, leaf, Fault.SOURCE_NOT_ALLOWED)
        cohort = None
        if names_a_cohort(entry.extra):
            cohort = cohort_of(entry)
            if cohort is None and not received.recovered and _hides_people(entry):
                return _poison(received, leaf, Fault.MALFORMED_ENTRY)
        try:
            return self._sound(received, entry, leaf, cohort)
        except MalformedEntry:
            return _poison(received, leaf, Fault.MALFORMED_SEALED)
        except CommitmentMismatch:
            return _poison(received, leaf, Fault.COMMITMENT_MISMATCH)

    def _sound(
        self, received: Received, entry: Entry, leaf: bytes, cohort: NamedCohort | None
    ) -> Sound:
        number = id16(entry.id)
        parts = open_committed(received.sealed, number, entry.commitments)
        if parts is None:
            parts = _opened(received, entry)
        actor = self._actor(*parts["actor"]) if "actor" in parts else _NOBODY
        permit = self._permit(*parts["permit"]) if "permit" in parts else _NO_PERMIT
        others = actor.holder or self._source(entry.src)
        people: dict[bytes, tuple[str, int]] = {}  # by value, of which each has one spelling
        held: list[HeldPart] = []
        for group, (text, value) in parts.items():
            if group in SINGLE_GROUPS:
                held.append((group, filled_up(text), others))
            else:
                people[value], holder = self._people.get(value) or self._person(group, text, value)
                held.append((group, filled_up(text), holder))
        return Sound(
            received,
            leaf,
            number,
            entry.type,
            entry.src,
            entry.epoch,
            entry.seq,
            entry.previous,
            entry.occurred_at,
            entry.decision,
            entry.reason,
            entry.dataset,
            entry.purposes,
            tuple(held),
            actor.name,
            tuple(people.values()),
            permit.id,
            permit.visa,
            cohort,
        )

    def _actor(self, text: bytes, value: bytes) -> "_Named":
        known = self._actors.get(value)
        if known is None:
            actor = actor_of(SealedPart("actor", text[:SALT_BYTES], value))
            name = (actor.issuer, actor.subject)
            known = self._actors[value] = _Named(name, actor_holder(actor))
        return known

    def _person(self, group: str, text: bytes, value: bytes) -> "_Person":
        """Read whom a `subj/<i>` part is about: data set and ordinal.

        Nearly every part of the log is such a one, so the spelling that all of them have is read by
        one pattern. It takes nothing that the exact reading would not; the rest is read exactly.
        """
        found = _MEMBER(value)
        if found is not None:
            spelled, digits = found.groups()
            name = _dataset(spelled), int(digits)
        else:
            subject = subject_of(SealedPart(group, text[:SALT_BYTES], value))
            name = _dataset(subject.dataset.encode()), subject.ordinal
        known = self._people[value] = name, person_holder(*name)
        return known

    def _permit(self, text: bytes, value: bytes) -> "_Permit":
        known = self._permits.get(value)
        if known is None:
            said = SealedPart("permit", text[:SALT_BYTES], value).opened()
            known = _Permit(_text_of(said, "permit_id"), _text_of(said, "jti"))
            self._permits[value] = known
        return known

    def _source(self, src: str) -> Holder:
        known = self._sources.get(src)
        if known is None:
            known = self._sources[src] = source_holder(src)
        return known


class _Named(NamedTuple):
    name: tuple[str, str] | None
    holder: Holder | None


_Person: TypeAlias = tuple[tuple[str, int], Holder]


class _Permit(NamedTuple):
    id: str | None
    visa: str | None


# Fifteen digits stay below 2^53; the text has no escape and no letter beyond ASCII.
_MEMBER: Final = re.compile(rb'\{"ds":"([!#-\[\]-~]*)","ord":(0|[1-9][0-9]{0,14})\}').fullmatch
_ACCESS: Final = "placet.access."
_NOBODY: Final = _Named(None, None)
_NO_PERMIT: Final = _Permit(None, None)


def _opened(received: Received, entry: Entry) -> dict[str, tuple[bytes, bytes]]:
    """Open parts one step after the other: raises for the first that is wrong.

    What does not raise is an entry that was in the log before and has lost parts.
    """
    parts = open_sealed(received.sealed)
    check_commitments(entry, parts, complete=not received.recovered)
    return {part.group: (framed(part), part.value) for part in parts}


def _text_of(said: Mapping[str, object], key: str) -> str | None:
    text = said.get(key)
    return text if isinstance(text, str) else None


def cohort_of(entry: Entry) -> NamedCohort | None:
    """Give the cohort of its dataset that an entry names; None when it names none."""
    if entry.dataset is None or not names_a_cohort(entry.extra):
        return None
    return named_cohort(entry.extra)


def _hides_people(entry: Entry) -> bool:
    """Tell whether an access speaks of a cohort in a way that nobody could look it up by."""
    return entry.type.startswith(_ACCESS) and names_a_cohort(entry.extra)


def read(received: Received) -> Sound | Poison:
    """Read one input by itself; see `Reader.read`."""
    return Reader().read(received)


@lru_cache(REMEMBERED)
def _dataset(spelled: bytes) -> str:
    """Read the name of a data set, of which a log has few; one text for all its entries."""
    try:
        return parse_dataset_id(spelled.decode())
    except ValueError:
        raise MalformedEntry("a subject names no dataset") from None


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
