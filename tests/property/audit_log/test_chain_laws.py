# SPDX-License-Identifier: Apache-2.0
"""Producers' chains: whatever the order and repetition of arrival, the end is the same."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from audit_log.domain.chain import (
    BreachCode,
    Chain,
    ChainKey,
    Chains,
    Gap,
    Link,
    Verdict,
    wanted_links,
)

KEY = ChainKey("zz/clearinghouse/1", 1)
LENGTH = 12


def leaf(seq: int) -> bytes:
    return bytes([seq]) * 32


def link(seq: int) -> Link:
    return Link(leaf=leaf(seq), previous=leaf(seq - 1) if seq > 1 else None)


class Log:
    """What a store keeps of one chain, fed batch by batch as the sequencer feeds it."""

    def __init__(self) -> None:
        self.chain: dict[ChainKey, Chain] = {}
        self.links: dict[int, Link] = {}
        self.accepted: list[int] = []
        self.codes: list[BreachCode] = []
        self.duplicates = 0
        self.gaps: set[Gap] = set()

    def batch(self, places: Sequence[tuple[int, Link]]) -> None:
        wanted = wanted_links(self.chain, ((KEY, seq) for seq, _ in places))
        known: Mapping[int, Link] = {
            seq: self.links[seq] for seq in wanted.get(KEY, ()) if seq in self.links
        }
        chains = Chains(self.chain, {KEY: known})
        for seq, one in places:
            placement = chains.place(KEY, seq, one)
            self.codes += [breach.code for breach in placement.breaches]
            if placement.verdict is Verdict.ACCEPTED:
                self.accepted.append(seq)
                self.links[seq] = one
        self.duplicates += chains.duplicates().get(KEY, 0)
        self.chain |= chains.changed()
        for move in chains.gaps_moved().values():
            assert self.gaps.issuperset(move.gone)
            assert self.gaps.isdisjoint(move.new)
            self.gaps = (self.gaps - set(move.gone)) | set(move.new)
        if KEY in self.chain:
            assert tuple(sorted(self.gaps)) == self.chain[KEY].gaps


arrivals = st.lists(st.integers(1, LENGTH), max_size=40)
cuts = st.lists(st.integers(0, 40), max_size=6)


def batches(arriving: Sequence[int], at: Sequence[int]) -> list[list[int]]:
    edges = sorted({0, *(cut for cut in at if cut < len(arriving)), len(arriving)})
    return [list(arriving[a:b]) for a, b in pairwise(edges)]


@given(arrivals, cuts)
def test_each_entry_is_accepted_once_and_nothing_else_happens(
    arriving: list[int], at: list[int]
) -> None:
    log = Log()
    for some in batches(arriving, at):
        log.batch([(seq, link(seq)) for seq in some])
    assert sorted(log.accepted) == sorted(set(arriving))
    assert log.duplicates == len(arriving) - len(set(arriving))
    assert set(log.codes) <= {BreachCode.GAP}
    chain = log.chain.get(KEY, Chain(key=KEY))
    assert chain.seq == max(arriving, default=0)
    missing = {seq for gap in chain.gaps for seq in range(gap.first, gap.last + 1)}
    assert missing == set(range(1, chain.seq + 1)) - set(arriving)
    assert chain.head == (leaf(chain.seq) if chain.seq else b"")


@given(arrivals, cuts)
def test_how_arrivals_are_cut_into_batches_does_not_matter(
    arriving: list[int], at: list[int]
) -> None:
    whole, cut = Log(), Log()
    whole.batch([(seq, link(seq)) for seq in arriving])
    for some in batches(arriving, at):
        cut.batch([(seq, link(seq)) for seq in some])
    assert cut.accepted == whole.accepted
    assert cut.codes == whole.codes
    if arriving:
        assert sorted(cut.chain[KEY].gaps) == sorted(whole.chain[KEY].gaps)


@given(st.permutations(range(1, LENGTH + 1)), st.integers(2, LENGTH), cuts)
def test_a_forged_entry_is_found_in_whatever_order_it_comes(
    order: list[int], forged: int, at: list[int]
) -> None:
    log = Log()
    bad = Link(leaf=b"x" * 32, previous=b"y" * 32)
    for some in batches(order, at):
        log.batch([(seq, bad if seq == forged else link(seq)) for seq in some])
    assert BreachCode.CHAIN_BROKEN in log.codes
    assert sorted(log.accepted) == list(range(1, LENGTH + 1))
    assert log.chain[KEY].gaps == ()


@given(st.lists(st.integers(1, LENGTH), min_size=1, max_size=20), st.data(), cuts)
def test_another_entry_at_a_taken_place_is_never_accepted(
    arriving: list[int], data: st.DataObject, at: list[int]
) -> None:
    log = Log()
    for some in batches(arriving, at):
        log.batch([(seq, link(seq)) for seq in some])
    seq = data.draw(st.sampled_from(sorted(set(arriving))))
    before = list(log.accepted)
    log.batch([(seq, Link(leaf=b"z" * 32, previous=None))])
    assert log.accepted == before
    assert log.codes[-1] is BreachCode.EQUIVOCATION


@given(st.permutations(range(1, LENGTH + 1)), st.integers(1, LENGTH - 1), cuts)
def test_unreadable_input_holds_its_place_and_its_successor_still_fits(
    order: list[int], unreadable: int, at: list[int]
) -> None:
    log = Log()
    for some in batches(order, at):
        log.batch(
            [
                (seq, Link(leaf=leaf(seq), previous=None, readable=False))
                if seq == unreadable
                else (seq, link(seq))
                for seq in some
            ]
        )
    assert BreachCode.CHAIN_BROKEN not in log.codes


def test_only_a_place_that_is_next_or_missing_may_be_held_by_unreadable_input() -> None:
    chain = Chain(key=KEY, seq=9, head=leaf(9), gaps=(Gap(3, 4),))
    chains = Chains({KEY: chain}, {})
    assert [seq for seq in range(1, 99) if chains.may_occupy(KEY, seq)] == [3, 4, 9, 10]
