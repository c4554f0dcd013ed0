# SPDX-License-Identifier: Apache-2.0
"""Chains that all go on where they stand are admitted in one go, and as one by one."""

from collections.abc import Collection, Mapping, Sequence

from hypothesis import example, given
from hypothesis import strategies as st

from audit_log.domain.chain import Chain, ChainKey, Link
from audit_log.domain.received import Input, Received, read
from audit_log.usecases.admit import Admission, admit
from tests.fakes.log_factories import Speaker, received

SOURCES = tuple(f"zz/clearinghouse/{number}" for number in (1, 2, 3))
LENGTH = 6


def _said() -> dict[tuple[int, int], Received]:
    speakers = [Speaker(src) for src in SOURCES]
    return {
        (chain, seq): received(speaker.say())._replace(sources=frozenset(SOURCES))
        for chain, speaker in enumerate(speakers)
        for seq in range(1, LENGTH + 1)
    }


SAID = _said()
STRANGE = received(Speaker().say())._replace(raw=b"poison")
Place = tuple[int, int]
places = st.lists(st.tuples(st.integers(0, 2), st.integers(1, LENGTH)), max_size=18)
in_order = st.lists(st.integers(0, 2), max_size=18)


def nothing_stored(
    wanted: Mapping[ChainKey, Collection[int]],
) -> Mapping[ChainKey, Mapping[int, Link]]:
    return {
        key: {seq: _link(key, seq) for seq in seqs if seq <= LENGTH} for key, seqs in wanted.items()
    }


def _link(key: ChainKey, seq: int) -> Link:
    before = SAID[SOURCES.index(key.src), seq - 1] if seq > 1 else None
    one = SAID[SOURCES.index(key.src), seq]
    return Link(leaf=read(one).leaf, previous=None if before is None else read(before).leaf)


def said(admission: Admission) -> object:
    return (
        [(one.src, one.seq) for one in admission.accepted],
        admission.runs(7),
        admission.chains.changed(),
        admission.chains.duplicates(),
        admission.breaches,
        admission.last_seen,
    )


def judged(inputs: Sequence[Input], begun: int) -> tuple[object, object]:
    """Admit a batch on chains of so many entries: by itself, and beside what is no entry."""
    chains = {}
    for number, src in enumerate(SOURCES):
        if begun:
            key = ChainKey(src, 1)
            chains[key] = Chain(key=key, seq=begun, head=read(SAID[number, begun]).leaf)
    return (
        said(admit(inputs, chains, nothing_stored)),
        said(admit([*inputs, STRANGE], chains, nothing_stored)),
    )


@given(places, st.integers(0, 2))
@example([(0, 1), (1, 1), (0, 2), (2, 1)], 0)
@example([(0, 3), (0, 4)], 2)
@example([(0, 1), (0, 1)], 0)
@example([(0, 2)], 0)
def test_any_arrivals(arriving: list[Place], begun: int) -> None:
    alone, beside = judged([SAID[place] for place in arriving], begun)
    assert alone == beside


@given(in_order, st.integers(0, 2))
def test_arrivals_in_order(arriving: list[int], begun: int) -> None:
    following = [begun] * len(SOURCES)
    inputs = []
    for chain in arriving:
        following[chain] += 1
        if following[chain] <= LENGTH:
            inputs.append(SAID[chain, following[chain]])
    alone, beside = judged(inputs, begun)
    assert alone == beside


def test_an_entry_that_names_another_before_it_breaks_its_chain() -> None:
    speaker = Speaker(SOURCES[0])
    forged = [received(speaker.say())._replace(sources=frozenset(SOURCES)) for _ in range(2)]
    alone, beside = judged([SAID[0, 1], forged[1]], 0)
    assert alone == beside
    assert len(admit([SAID[0, 1], forged[1]], {}, nothing_stored).breaches) == 1


def test_an_entry_that_names_the_one_before_it_at_another_place_leaves_a_gap() -> None:
    speaker = Speaker(SOURCES[0])
    first = received(speaker.say())
    speaker.seq += 1
    skipped = received(speaker.say())
    alone, beside = judged([first, skipped], 0)
    assert alone == beside
    assert [one.last for one in admit([first, skipped], {}, nothing_stored).breaches] == [2]
