# SPDX-License-Identifier: Apache-2.0
"""Importing another service's audit lines: sealed and chained as any producer's, all or nothing.

A file is read whole. One bad line and nothing of it is kept. A good file is sealed into the
producer's chain and kept durably together with the chain's new head before anything is sent, so a
killed import sends the very same entries again, and the log drops what it has.

A file that has grown since it was imported, as logs do, gives what was added to it.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final, Protocol

from audit_log.domain.foreign import LineFault, LineMapping, fact_of
from audit_log.domain.received import IntakePlace, Poison, Received, read
from shared.canonical import JSON
from shared.events import ChainPosition, Fact, MalformedEntry, SealedEntry, previous_of, seal
from shared.ids import IdSource
from shared.transport import Transport, entry_row

BATCH: Final = 500
_TRACE_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A file that is in the chain: SHA-256 in base64, and its bytes, None where nobody counted."""

    digest: str
    size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainState:
    """Where a producer's chain stands, what of it was not yet sent, and which files are in it.

    `previous` is the base64 leaf hash of the newest entry.
    """

    src: str
    epoch: int
    seq: int = 0
    previous: str = ""
    pending: tuple[SealedEntry, ...] = field(default=(), repr=False)
    imported: tuple[Imported, ...] = ()


class ChainKeeper(Protocol):
    """Keeps one producer's state; nobody else has it meanwhile."""

    def read(self) -> ChainState | None:
        """Give the state, None before the first import."""
        ...

    def write(self, state: ChainState) -> None:
        """Keep a state; when this returns it survives a power cut, and the older one is gone."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedFault:
    """A line that cannot be imported: its number from 1, a code, and the part of the mapping."""

    line: int
    code: str
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A file as read: the state with its entries pending, or the faults, and how many entries."""

    state: ChainState
    entries: int
    skipped: int
    faults: tuple[NumberedFault, ...]


def prepare(
    data: bytes,
    mapping: LineMapping,
    state: ChainState,
    *,
    ids: IdSource,
    salts: Callable[[int], bytes],
) -> Prepared:
    """Read a file and seal its lines after the chain's head; keeps and sends nothing.

    A file that is in the chain already gives no entries, and one that begins with such a file
    those of the lines behind it.
    """
    digest = _digest(data)
    known = already_in(data, state.imported)
    if known == len(data):
        return Prepared(state=state, entries=0, skipped=0, faults=())
    faults: list[NumberedFault] = []
    sealed: list[SealedEntry] = []
    skipped = 0
    seq, previous = state.seq, state.previous
    lines = enumerate(data[known:].split(b"\n"), start=data.count(b"\n", 0, known) + 1)
    for number, line in lines:
        if not line.strip():
            continue
        position = ChainPosition(src=state.src, epoch=state.epoch, seq=seq + 1, previous=previous)
        try:
            origin: dict[str, JSON] = {"file": digest, "line": number}
            trace = salts(_TRACE_BYTES).hex()
            fact = fact_of(line, mapping, trace_id=trace, origin=origin)
            made = None if fact is None else _sealed(fact, position, ids.new(), salts)
        except LineFault as fault:
            faults.append(NumberedFault(line=number, code=fault.code, part=fault.part))
            continue
        if made is None:
            skipped += 1
            continue
        sealed.append(made)
        seq, previous = position.seq, previous_of(made)
    if faults:
        return Prepared(state=state, entries=0, skipped=skipped, faults=tuple(faults))
    grown = replace(
        state,
        seq=seq,
        previous=previous,
        pending=(*state.pending, *sealed),
        imported=(*state.imported, Imported(digest=digest, size=len(data))),
    )
    return Prepared(state=grown, entries=len(sealed), skipped=skipped, faults=())


def already_in(data: bytes, imported: Sequence[Imported]) -> int:
    """Give how many bytes at the front of a file are a file that was imported before."""
    sizes = {one.size: one.digest for one in imported if one.size is not None}
    digests = {one.digest for one in imported}
    if _digest(data) in digests:
        return len(data)
    running, at, known = sha256(), 0, 0
    for size in sorted(size for size in sizes if 0 < size < len(data)):
        running.update(memoryview(data)[at:size])
        at = size
        if b64encode(running.digest()).decode("ascii") in digests:
            known = size
    return known


def send_pending(keeper: ChainKeeper, transport: Transport) -> int:
    """Send what is kept and not yet sent, in order; give how many.

    Raises TransportError when the log does not accept; then what was accepted is forgotten and the
    rest stays kept.
    """
    state, sent = keeper.read(), 0
    while state is not None and state.pending:
        rows = [entry_row(one, row_id=0, topic="") for one in state.pending[:BATCH]]
        accepted = transport.send(rows)
        state = replace(state, pending=state.pending[accepted:])
        keeper.write(state)
        sent += accepted
    return sent


def _sealed(
    fact: Fact, position: ChainPosition, entry_id: str, salts: Callable[[int], bytes]
) -> SealedEntry:
    """Seal a fact, and read it as the log will: what that would quarantine is never sent."""
    try:
        sealed = seal(fact, position, entry_id=entry_id, salts=salts)
    except (MalformedEntry, ValueError):
        raise LineFault("entry_malformed") from None
    arrived = Received(
        place=IntakePlace(id=0),
        raw=sealed.entry,
        sealed=sealed.sealed,
        received_at=fact.occurred_at,
        sources=frozenset({position.src}),
    )
    if isinstance(poison := read(arrived), Poison):
        raise LineFault(poison.fault.value)
    return sealed


def _digest(data: bytes) -> str:
    return b64encode(sha256(data).digest()).decode("ascii")
