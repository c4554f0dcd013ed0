# SPDX-License-Identifier: Apache-2.0
"""Which inputs of a batch become entries, which are dropped, and which are quarantined."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Final, TypeAlias

from audit_log.domain.batch import RunRow
from audit_log.domain.chain import Breach, Chain, ChainKey, Chains, Link, Verdict, wanted_links
from audit_log.domain.received import ChainPlace, Fault, Input, Poison, Reader, Received, Sound

Links: TypeAlias = Callable[
    [Mapping[ChainKey, Collection[int]]], Mapping[ChainKey, Mapping[int, Link]]
]
_recovered: Final = attrgetter("received.recovered")
_chain: Final = attrgetter("src", "epoch")
_link: Final = attrgetter("seq", "leaf", "previous")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Input to quarantine, and whether it holds the place it claims."""

    poison: Poison
    occupies: bool


@dataclass(slots=True, kw_only=True)
class Admission:
    """The inputs of one batch, sorted: `accepted` chain by chain, in the order they are to have."""

    chains: Chains
    accepted: list[Sound] = field(default_factory=list)
    quarantined: list[Kept] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    last_seen: dict[ChainKey, datetime] = field(default_factory=dict)

    def runs(self, first_index: int) -> list[RunRow]:
        """Give the runs of the accepted entries, the first of which gets `first_index`."""
        runs: list[RunRow] = []
        key, start, n = ChainKey("", 0), 0, 0
        for at, sound in enumerate(self.accepted):
            if n and key == (sound.src, sound.epoch) and sound.seq == start + n:
                n += 1
                continue
            if n:
                runs.append(RunRow(key.src, key.epoch, start, n, first_index + at - n))
            key, start, n = ChainKey(sound.src, sound.epoch), sound.seq, 1
        if n:
            at = len(self.accepted)
            runs.append(RunRow(key.src, key.epoch, start, n, first_index + at - n))
        return runs


def admit(received: Sequence[Input], chains: Mapping[ChainKey, Chain], links: Links) -> Admission:
    """Judge the inputs of one batch; read those that their source has not read.

    `links` is asked for what the log holds at places below a chain's head (`SequencerStore.links`).
    Raises LookupError when the log's own record of a chain contradicts itself.
    """
    reader = Reader()
    inputs = [reader.read(one) if isinstance(one, Received) else one for one in received]
    sound = [one for one in inputs if isinstance(one, Sound)]
    if len(sound) == len(inputs) and not any(map(_recovered, sound)):
        admission = _in_order(sound, chains)
        if admission is not None:
            return admission
    return _one_by_one(inputs, chains, links)


def _in_order(inputs: Sequence[Sound], chains: Mapping[ChainKey, Chain]) -> Admission | None:
    """Admit entries of chains that all go on where they stand, as in nearly every batch.

    None when one does not; of those that do, `_one_by_one` would find the same.
    """
    by_chain: dict[ChainKey, list[Sound]] = {}
    for (src, epoch), some in groupby(inputs, _chain):
        by_chain.setdefault(ChainKey(src, epoch), []).extend(some)
    admission = Admission(chains=Chains(chains, {}))
    for key, sounds in by_chain.items():
        seqs, leaves, previous = zip(*map(_link, sounds), strict=True)
        if not admission.chains.go_on(key, seqs, leaves, previous):
            return None
        admission.accepted += sounds
        admission.last_seen[key] = sounds[-1].occurred_at
    return admission


def _one_by_one(
    inputs: Sequence[Sound | Poison], chains: Mapping[ChainKey, Chain], links: Links
) -> Admission:
    places = _places(inputs)
    wanted = wanted_links(chains, filter(None, places))
    known = links(wanted) if wanted else {}
    admission = Admission(chains=Chains(chains, known))
    for one, place in zip(inputs, places, strict=True):
        if isinstance(one, Poison):
            _place_poison(admission, one, place)
        elif place is not None:
            _place_entry(admission, one, *place)
    if not any(one.received.recovered for one in inputs if isinstance(one, Sound)):
        # A copy's entries keep their places: the tree they must give back is signed.
        admission.accepted = _by_chain(admission.accepted)
    return admission


def _by_chain(accepted: Sequence[Sound]) -> list[Sound]:
    """Put the entries of each chain together, in their order, the first come chain first.

    Nothing is promised about the order between chains, and so a chain is one run a batch however
    the entries of several came interleaved.
    """
    chains: dict[tuple[str, int], list[Sound]] = {}
    for sound in accepted:
        chains.setdefault((sound.src, sound.epoch), []).append(sound)
    return [sound for chain in chains.values() for sound in chain]


def _places(inputs: Sequence[Sound | Poison]) -> Sequence[tuple[ChainKey, int] | None]:
    """Name the place that each input claims, if any; inputs of one chain share its key."""
    keys: dict[tuple[str, int], ChainKey] = {}
    places: list[tuple[ChainKey, int] | None] = []
    for one in inputs:
        claims = one.claims if isinstance(one, Poison) else one
        if claims is None:
            places.append(None)
            continue
        name = (claims.src, claims.epoch)
        key = keys.get(name)
        if key is None:
            key = keys[name] = ChainKey(*name)
        places.append((key, claims.seq))
    return places


def _place_entry(admission: Admission, sound: Sound, key: ChainKey, seq: int) -> None:
    placement = admission.chains.place(key, seq, Link(sound.leaf, sound.previous))
    admission.breaches += placement.breaches
    if placement.verdict is Verdict.ACCEPTED:
        admission.accepted.append(sound)
        admission.last_seen[key] = sound.occurred_at
    elif placement.verdict is Verdict.EQUIVOCATION:
        claims = ChainPlace(src=sound.src, epoch=sound.epoch, seq=seq)
        poison = Poison(
            received=sound.received, leaf=sound.leaf, fault=Fault.EQUIVOCATION, claims=claims
        )
        admission.quarantined.append(Kept(poison=poison, occupies=False))


def _place_poison(admission: Admission, poison: Poison, place: tuple[ChainKey, int] | None) -> None:
    if place is None or not admission.chains.may_occupy(*place):
        admission.quarantined.append(Kept(poison=poison, occupies=False))
        return
    link = Link(leaf=poison.leaf, previous=None, readable=False)
    placement = admission.chains.place(*place, link)
    admission.breaches += placement.breaches
    if placement.verdict is not Verdict.DUPLICATE:
        occupies = placement.verdict is Verdict.ACCEPTED
        admission.quarantined.append(Kept(poison=poison, occupies=occupies))
