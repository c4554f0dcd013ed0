# SPDX-License-Identifier: Apache-2.0
"""What the suite records: facts, and how a fact becomes a sealed entry of `placet/entry/v1`.

Pure: given the same fact, position, id and salts it gives the same bytes. The personal parts leave
the entry here, behind salted commitments; whoever holds an entry without its sealed parts learns
nobody's name. Reading is in `shared.entries`, the parts in `shared.sealing`, the JSON profile in
`shared.canonical`; their names are given again here.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from shared.canonical import JSON, MAX_INTEGER, MalformedEntry, canonical
from shared.clock import to_rfc3339
from shared.cohort_names import NamedCohort, require_nameable
from shared.entries import (
    ENTRY_VERSION,
    Entry,
    check_commitments,
    leaf_hash,
    parse_entry,
)
from shared.sealing import (
    MAX_SUBJECTS,
    SALT_BYTES,
    CommitmentMismatch,
    SealedPart,
    commitment,
    commitments,
    open_sealed,
    pack_sealed,
)

__all__ = [
    "ENTRY_TYPES",
    "ENTRY_VERSION",
    "JSON",
    "Actor",
    "ChainPosition",
    "CommitmentMismatch",
    "Entry",
    "Fact",
    "MalformedEntry",
    "NamedCohort",
    "SealedEntry",
    "SealedPart",
    "Subject",
    "actor_of",
    "canonical",
    "check_commitments",
    "commitment",
    "leaf_hash",
    "open_sealed",
    "pack_sealed",
    "parse_entry",
    "previous_of",
    "seal",
    "subject_of",
]

_GROUPS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "access": (
            "request",
            "decision",
            "session.open",
            "read",
            "query",
            "download",
            "decrypt",
            "export",
            "session.close",
        ),
        "admin": ("login", "policy.change", "key.rotate", "config.change", "role.grant"),
        "application": ("submitted", "decided", "overdue", "ruled"),
        "audit": (
            *("search", "export", "reveal", "erase", "hold", "drop"),
            *("integrity", "case", "query"),
        ),
        "cohort": ("evaluated", "frozen", "narrowed", "ruled"),
        "consent": ("given", "changed", "withdrawn", "propagated"),
        "finding": ("opened", "assigned", "closed"),
        "import": ("started", "finished"),
        "optout": ("registered", "reversed"),
        "permit": ("issued", "renewed", "held", "released", "revoked", "expired"),
        "person": ("assent", "decision", "evidence", "life", "mandate", "merge", "preference"),
        "rights": (
            "requested",
            "decided",
            "stopped",
            "resumed",
            "erased",
            "exported",
            "task",
        ),
        "sys": ("heartbeat", "start", "stop", "gap", "quarantined", "rows", "sums", "enforced"),
        "visa": ("issued",),
    }
)
# A type once used stays: add, never rename.
ENTRY_TYPES: Final = frozenset(
    f"placet.{group}.{name}.v1" for group, names in _GROUPS.items() for name in names
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acted: an account and the client it acted through. Personal, therefore sealed."""

    issuer: str
    subject: str = field(repr=False)
    client_id: str


class Subject(NamedTuple):
    """Whom it was about: one member of a dataset. Personal, therefore sealed."""

    dataset: str
    ordinal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that happened, before it has a place in its producer's chain.

    Open (in the entry, so never personal): type, time, W3C trace id (32 hex digits), dataset,
    decision (permit, deny or error), reason code, legal basis, purposes, counts, and `extra`, which
    holds only codes, counts, hashes and signatures. Sealed: actor, on_behalf_of, permit, net, and
    up to 64 subjects. A fact about more people names their cohort instead, which goes into the
    entry's `x` beside `extra`: openly, because it says nobody's name.
    """

    type: str
    occurred_at: datetime
    trace_id: str
    dataset: str | None = None
    decision: str | None = None
    reason: str | None = None
    basis: str | None = None
    purposes: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    extra: Mapping[str, JSON] = field(default_factory=dict)
    actor: Actor | None = None
    on_behalf_of: Mapping[str, JSON] | None = field(default=None, repr=False)
    permit: Mapping[str, JSON] | None = field(default=None, repr=False)
    subjects: tuple[Subject, ...] = ()
    cohort: NamedCohort | None = None
    net: Mapping[str, JSON] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainPosition:
    """A place in a producer's chain; `seq` counts from 1 in each epoch, without a gap.

    `previous` is the base64 leaf hash of the entry before it, `""` for the first of an epoch.
    """

    src: str
    epoch: int
    seq: int
    previous: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedEntry:
    """What leaves the producer `src`: the entry's exact bytes, the sealed header, the leaf hash."""

    src: str
    entry: bytes
    sealed: bytes = field(repr=False)
    leaf_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A fact whose personal parts are committed to, and which has no place in a chain yet."""

    fact: Fact
    entry_id: str
    commitments: Mapping[str, JSON]
    sealed: bytes = field(repr=False)


def prepare(fact: Fact, *, entry_id: str, salts: Callable[[int], bytes]) -> Prepared:
    """Do all that sealing a fact takes beside its position: the longer part of the work.

    `salts(n)` must give n fresh random bytes (`os.urandom`): they hide the values, and they put
    the people of an entry into an order that says nothing. Raises MalformedEntry when the fact is
    of an unknown type, or its people, their cohort or personal parts are outside the format.
    """
    if fact.type not in ENTRY_TYPES:
        raise MalformedEntry("ty is not an entry type")
    if fact.cohort is not None:
        require_nameable(
            fact.cohort, dataset=fact.dataset, people=len(fact.subjects), extra=fact.extra
        )
    parts = _parts(fact, salts)
    return Prepared(
        fact=fact,
        entry_id=entry_id,
        commitments=_commitments(parts, entry_id),
        sealed=pack_sealed(parts),
    )


def seal(
    fact: Fact, position: ChainPosition, *, entry_id: str, salts: Callable[[int], bytes]
) -> SealedEntry:
    """Turn a fact into the entry at this position; see `prepare` and `seal_prepared`."""
    return seal_prepared(prepare(fact, entry_id=entry_id, salts=salts), position)


def seal_prepared(prepared: Prepared, position: ChainPosition) -> SealedEntry:
    """Turn a prepared fact into the entry at this position.

    Raises MalformedEntry when the fact is outside the format: a reason that is no code, an open
    text that is no code.
    """
    fact = prepared.fact
    if (position.seq == 1) != (position.previous == ""):
        raise MalformedEntry("the first entry of an epoch, and only it, follows no other")
    value: dict[str, JSON] = {
        "ep": position.epoch,
        "id": prepared.entry_id,
        "seq": position.seq,
        "src": position.src,
        "tr": fact.trace_id,
        "ts": to_rfc3339(fact.occurred_at),
        "ty": fact.type,
        "v": ENTRY_VERSION,
    }
    optional: dict[str, JSON] = {
        "b": fact.basis,
        "c": prepared.commitments,
        "d": fact.decision,
        "ds": fact.dataset,
        "n": dict(fact.counts),
        "p": fact.purposes,
        "pr": position.previous,
        "r": fact.reason,
        "x": {**fact.extra, **(fact.cohort.written() if fact.cohort else {})},
    }
    value.update((key, item) for key, item in optional.items() if item)
    raw = canonical(value)
    # The log's own parser has the last word: what it would refuse is never sealed.
    parse_entry(raw)
    return SealedEntry(
        src=position.src, entry=raw, sealed=prepared.sealed, leaf_hash=leaf_hash(raw)
    )


def actor_of(part: SealedPart) -> Actor:
    """Read an opened `actor` part; raise MalformedEntry when it is none."""
    value = part.opened()
    issuer, subject, client_id = (value.get(key) for key in ("iss", "sub", "client_id"))
    if (
        part.group != "actor"
        or not isinstance(issuer, str)
        or not isinstance(subject, str)
        or not isinstance(client_id, str)
    ):
        raise MalformedEntry("not an actor")
    return Actor(issuer=issuer, subject=subject, client_id=client_id)


def subject_of(part: SealedPart) -> Subject:
    """Read an opened `subj/<i>` part; raise MalformedEntry when it is none."""
    value = part.opened()
    dataset, ordinal = value.get("ds"), value.get("ord")
    if (
        not part.group.startswith("subj/")
        or value.keys() != {"ds", "ord"}
        or not isinstance(dataset, str)
        or isinstance(ordinal, bool)
        or not isinstance(ordinal, int)
        or ordinal < 0
    ):
        raise MalformedEntry("not a subject")
    return Subject(dataset=dataset, ordinal=ordinal)


def _parts(fact: Fact, salts: Callable[[int], bytes]) -> tuple[SealedPart, ...]:
    values: list[tuple[str, bytes]] = []
    if fact.actor is not None:
        actor = fact.actor
        about = {"client_id": actor.client_id, "iss": actor.issuer, "sub": actor.subject}
        values.append(("actor", canonical(about)))
    for group, given in (("obo", fact.on_behalf_of), ("permit", fact.permit), ("net", fact.net)):
        if given is not None:
            values.append((group, canonical(given)))
    for i, subject in enumerate(_shuffled(fact.subjects, salts)):
        values.append((f"subj/{i}", _subject_head(subject.dataset) + _number(subject.ordinal)))
    drawn = _drawn(len(values), salts)
    return tuple(
        SealedPart(group=group, salt=salt, value=value)
        for salt, (group, value) in zip(drawn, values, strict=True)
    )


def _drawn(count: int, salts: Callable[[int], bytes]) -> list[bytes]:
    """Draw so many salts at once: one draw takes longer than cutting it up."""
    chance = salts(SALT_BYTES * count)
    return [chance[at : at + SALT_BYTES] for at in range(0, SALT_BYTES * count, SALT_BYTES)]


def _number(ordinal: int) -> bytes:
    """Give an ordinal and the object's end; what is none is left to whoever refuses it."""
    if type(ordinal) is int and 0 <= ordinal <= MAX_INTEGER:
        return b"%d}" % ordinal
    return canonical(ordinal) + b"}"


@lru_cache(maxsize=1_024)
def _subject_head(dataset: str) -> bytes:
    """Give `{"ds":"…","ord":`; people are put on record by the million, datasets are few."""
    return canonical({"ds": dataset})[:-1] + b',"ord":'


def _shuffled(subjects: Sequence[Subject], salts: Callable[[int], bytes]) -> tuple[Subject, ...]:
    if len(subjects) > MAX_SUBJECTS:
        raise MalformedEntry(f"more than {MAX_SUBJECTS} people; name their cohort")
    if len(set(subjects)) != len(subjects):
        raise MalformedEntry("a person is named twice")
    places = _drawn(len(subjects), salts)
    return tuple(subject for _, subject in sorted(zip(places, subjects, strict=True)))


def _commitments(parts: Sequence[SealedPart], entry_id: str) -> dict[str, JSON]:
    try:
        made = [(group, _b64(digest)) for group, digest in commitments(parts, entry_id)]
    except ValueError:
        raise MalformedEntry("id is not a UUID") from None
    found: dict[str, JSON] = {group: text for group, text in made if "/" not in group}
    people = [text for group, text in made if "/" in group]
    return {**found, "subj": people} if people else found


def _b64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def previous_of(sealed: SealedEntry) -> str:
    """Give the `previous` of the position that follows this entry."""
    return _b64(sealed.leaf_hash)
