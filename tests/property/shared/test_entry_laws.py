# SPDX-License-Identifier: Apache-2.0
"""Laws of entries: what goes in comes out, and one changed bit never goes unnoticed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.canonical import parse_canonical
from shared.events import (
    ENTRY_TYPES,
    JSON,
    Actor,
    ChainPosition,
    CommitmentMismatch,
    Fact,
    MalformedEntry,
    SealedEntry,
    SealedPart,
    Subject,
    actor_of,
    canonical,
    check_commitments,
    open_sealed,
    pack_sealed,
    parse_entry,
    previous_of,
    seal,
    subject_of,
)
from tests.fakes.kernel import CountingIds, CountingSalts

integers = st.integers(-(2**53) + 1, 2**53 - 1)
texts = st.text(st.characters(codec="utf-8"), max_size=20)
keys = st.text(st.characters(max_codepoint=127), max_size=8)
scalars = st.none() | st.booleans() | integers | texts


def trees(depth: int) -> st.SearchStrategy[JSON]:
    if depth == 0:
        return scalars
    inner = trees(depth - 1)
    return scalars | st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3)


objects = st.dictionaries(keys, trees(3), max_size=4)
codes = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
open_texts = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="@"),
    min_size=1,
    max_size=20,
)
facts = st.builds(
    Fact,
    type=st.sampled_from(sorted(ENTRY_TYPES)),
    occurred_at=st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants naive bounds
    trace_id=st.integers(1, 2**128 - 1).map(lambda n: f"{n:032x}"),
    dataset=st.none() | open_texts,
    decision=st.sampled_from([None, "permit", "deny", "error"]),
    reason=st.none() | codes,
    basis=st.none() | open_texts,
    purposes=st.lists(open_texts, max_size=4).map(tuple),
    counts=st.dictionaries(codes, st.integers(0, 2**53 - 1), max_size=4),
    extra=st.dictionaries(open_texts, open_texts | st.lists(open_texts, max_size=2), max_size=3),
    actor=st.none() | st.builds(Actor, issuer=texts, subject=texts, client_id=texts),
    on_behalf_of=st.none() | objects,
    permit=st.none() | objects,
    net=st.none() | objects,
    subjects=st.sets(
        st.builds(Subject, dataset=texts, ordinal=st.integers(0, 2**32)), max_size=6
    ).map(tuple),
)


def sealed(fact: Fact) -> SealedEntry:
    position = ChainPosition(src="zz/test/1", epoch=3, seq=1, previous="")
    return seal(fact, position, entry_id=CountingIds().new(), salts=CountingSalts())


def openings(parts: tuple[SealedPart, ...], group: str) -> list[object]:
    return [part.opened() for part in parts if part.group == group]


@given(facts)
def test_parsing_gives_back_what_was_sealed(fact: Fact) -> None:
    made = sealed(fact)
    entry, parts = parse_entry(made.entry), open_sealed(made.sealed)
    check_commitments(entry, parts)
    assert entry.type == fact.type
    assert entry.occurred_at == fact.occurred_at
    assert entry.trace_id == fact.trace_id
    assert (entry.dataset, entry.decision) == (fact.dataset, fact.decision)
    assert (entry.reason, entry.basis) == (fact.reason, fact.basis)
    assert (entry.purposes, entry.counts) == (fact.purposes, fact.counts)
    assert entry.extra == fact.extra
    assert openings(parts, "obo") == ([] if fact.on_behalf_of is None else [fact.on_behalf_of])
    assert openings(parts, "permit") == ([] if fact.permit is None else [fact.permit])
    assert openings(parts, "net") == ([] if fact.net is None else [fact.net])
    actors = [actor_of(part) for part in parts if part.group == "actor"]
    assert actors == ([] if fact.actor is None else [fact.actor])
    people = {subject_of(part) for part in parts if part.group.startswith("subj/")}
    assert people == set(fact.subjects)
    assert pack_sealed(parts) == made.sealed


@given(facts, facts)
def test_chains_link_by_leaf_hash(before: Fact, after: Fact) -> None:
    first = sealed(before)
    position = ChainPosition(src="zz/test/1", epoch=3, seq=2, previous=previous_of(first))
    second = seal(after, position, entry_id=CountingIds().new(), salts=CountingSalts())
    assert parse_entry(second.entry).previous == first.leaf_hash


@given(facts.filter(lambda fact: fact.actor is not None), st.data())
def test_any_flipped_bit_of_a_sealed_part_is_noticed(fact: Fact, data: st.DataObject) -> None:
    made = sealed(fact)
    bit = data.draw(st.integers(0, len(made.sealed) * 8 - 1))
    flipped = bytearray(made.sealed)
    flipped[bit // 8] ^= 1 << bit % 8
    with pytest.raises((MalformedEntry, CommitmentMismatch)):
        check_commitments(parse_entry(made.entry), open_sealed(bytes(flipped)))


@given(facts, st.data())
def test_a_flipped_bit_of_an_entry_changes_its_leaf_or_is_refused(
    fact: Fact, data: st.DataObject
) -> None:
    made = sealed(fact)
    bit = data.draw(st.integers(0, len(made.entry) * 8 - 1))
    flipped = bytearray(made.entry)
    flipped[bit // 8] ^= 1 << bit % 8
    try:
        entry = parse_entry(bytes(flipped))
    except MalformedEntry:
        return
    assert entry.raw != made.entry
    assert entry != parse_entry(made.entry)


@given(facts.filter(lambda fact: len(fact.subjects) >= 2))
def test_no_opening_fits_another_place(fact: Fact) -> None:
    made = sealed(fact)
    entry, parts = parse_entry(made.entry), open_sealed(made.sealed)
    for part in parts:
        for group in entry.commitments:
            if group == part.group:
                continue
            moved = SealedPart(group=group, salt=part.salt, value=part.value)
            with pytest.raises(CommitmentMismatch):
                check_commitments(entry, [moved], complete=False)


@given(st.binary(max_size=300))
def test_foreign_bytes_are_refused_and_nothing_else(raw: bytes) -> None:
    for read in (parse_entry, open_sealed, parse_canonical):
        try:
            read(raw)
        except MalformedEntry:
            continue


@given(objects)
def test_the_canonical_form_is_its_own_fixed_point(value: dict[str, JSON]) -> None:
    raw = canonical(value)
    assert parse_canonical(raw) == value
    assert canonical(parse_canonical(raw)) == raw
