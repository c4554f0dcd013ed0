# SPDX-License-Identifier: Apache-2.0
"""From facts to sealed entries, and everything that must not pass."""

import json
import os
from base64 import b64encode
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import cast

import pytest

from shared.cohort_names import named_cohort
from shared.events import (
    ENTRY_TYPES,
    JSON,
    Actor,
    ChainPosition,
    CommitmentMismatch,
    Fact,
    MalformedEntry,
    NamedCohort,
    SealedEntry,
    SealedPart,
    Subject,
    actor_of,
    canonical,
    check_commitments,
    leaf_hash,
    open_sealed,
    pack_sealed,
    parse_entry,
    previous_of,
    seal,
    subject_of,
)
from tests.fakes.kernel import START, CountingIds, CountingSalts

FIRST = ChainPosition(src="zz/clearinghouse/1", epoch=1, seq=1, previous="")
MARKER = "Anna Andersson"
DECISION = Fact(
    type="placet.access.decision.v1",
    occurred_at=START,
    trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
    dataset="GDI-ZZ-DATASET-1",
    decision="permit",
    reason="permit_valid",
    basis="6.1.e",
    purposes=("DUO:0000007",),
    counts={"recs": 1},
    extra={"cohort": "c-1"},
    actor=Actor(issuer="https://login.example", subject=MARKER, client_id="desk"),
    on_behalf_of={"project": MARKER},
    permit={"id": "p-1", "holder": MARKER},
    subjects=tuple(Subject(dataset="GDI-ZZ-DATASET-1", ordinal=n) for n in range(8)),
    net={"ip": "192.0.2.7"},
)


def outside(value: object) -> dict[str, JSON]:
    """A value that the types forbid and a caller may send all the same."""
    return cast("dict[str, JSON]", value)


def sealed(fact: Fact = DECISION, position: ChainPosition = FIRST) -> SealedEntry:
    return seal(fact, position, entry_id=CountingIds().new(), salts=CountingSalts())


def test_what_is_sealed_comes_back_and_the_entry_names_nobody() -> None:
    made = sealed()
    entry = parse_entry(made.entry)
    parts = {part.group: part for part in open_sealed(made.sealed)}
    check_commitments(entry, parts.values())
    assert MARKER.encode() not in made.entry
    assert b"192.0.2.7" not in made.entry
    assert actor_of(parts["actor"]) == DECISION.actor
    people = [subject_of(part) for group, part in parts.items() if group.startswith("subj/")]
    assert set(people) == set(DECISION.subjects)
    assert people != list(DECISION.subjects), "the order of people must not be the caller's"
    assert (entry.type, entry.occurred_at, entry.dataset) == (
        DECISION.type,
        START,
        DECISION.dataset,
    )
    assert (entry.decision, entry.reason, entry.basis) == ("permit", "permit_valid", "6.1.e")
    assert (entry.purposes, entry.counts, entry.extra) == (
        ("DUO:0000007",),
        {"recs": 1},
        {"cohort": "c-1"},
    )
    assert entry.previous is None
    assert made.leaf_hash == leaf_hash(made.entry)


def test_a_value_never_shows_in_a_repr() -> None:
    made = sealed()
    shown = repr((DECISION, made, open_sealed(made.sealed), DECISION.actor))
    assert MARKER not in shown


def test_the_next_entry_names_the_one_before() -> None:
    first = sealed()
    second = sealed(position=replace(FIRST, seq=2, previous=previous_of(first)))
    assert parse_entry(second.entry).previous == first.leaf_hash


@pytest.mark.parametrize(
    "position",
    [
        replace(FIRST, seq=2),
        replace(FIRST, previous=b64encode(bytes(32)).decode()),
        replace(FIRST, seq=0),
        replace(FIRST, src="ZZ/x/1"),
        replace(FIRST, src="one"),
        replace(FIRST, epoch=-1),
        replace(FIRST, seq=2, previous="AAAA"),
    ],
)
def test_a_position_that_fits_no_chain_is_refused(position: ChainPosition) -> None:
    with pytest.raises(MalformedEntry):
        sealed(position=position)


@pytest.mark.parametrize(
    "fact",
    [
        replace(DECISION, type="placet.access.peek.v1"),
        replace(DECISION, reason="because she said so"),
        replace(DECISION, decision="maybe"),
        replace(DECISION, extra={"who": MARKER}),
        replace(DECISION, extra={"who": {"mail": "anna@example.org"}}),
        replace(DECISION, extra=outside({"share": 0.5})),
        replace(DECISION, dataset="my data"),
        replace(DECISION, counts={"recs": -1}),
        replace(DECISION, counts={"Anna Andersson": 1}),
        replace(DECISION, trace_id="0" * 32),
        replace(DECISION, trace_id=""),
        replace(DECISION, subjects=(Subject(dataset="D", ordinal=1),) * 2),
        replace(DECISION, subjects=tuple(Subject(dataset="D", ordinal=n) for n in range(65))),
        replace(DECISION, net={"path": "x" * 9_000}),
        replace(DECISION, net=outside({"share": 0.5})),
        replace(DECISION, net=outside({"when": START})),
        replace(DECISION, net={"bad": "\ud800"}),
        replace(DECISION, extra={"blob": ["x" * 4_000] * 16}),
    ],
)
def test_a_fact_outside_the_format_is_never_sealed(fact: Fact) -> None:
    with pytest.raises(MalformedEntry) as refused:
        sealed(fact)
    assert MARKER not in str(refused.value)


COHORT = NamedCohort(
    cohort_id="0192f0c1-2b3c-7d4e-8f50-112233445566",
    digest=b64encode(bytes(32)).decode(),
    revision=41,
)
MANY = replace(DECISION, subjects=(), extra={}, cohort=COHORT)


def test_more_people_than_can_be_sealed_are_named_by_their_cohort() -> None:
    made = sealed(replace(MANY, extra={"dataset_revision": 41}))
    entry = parse_entry(made.entry)
    assert named_cohort(entry.extra) == COHORT
    assert entry.extra["dataset_revision"] == 41
    assert not [group for group in entry.commitments if group.startswith("subj/")]
    frozen = replace(COHORT, revision=None)
    unsaid = parse_entry(sealed(replace(MANY, cohort=frozen)).entry)
    assert named_cohort(unsaid.extra) == frozen
    assert "revision" not in unsaid.extra


@pytest.mark.parametrize(
    "fact",
    [
        replace(MANY, cohort=replace(COHORT, cohort_id="c-1")),
        replace(MANY, cohort=replace(COHORT, cohort_id=COHORT.cohort_id.upper())),
        replace(MANY, cohort=replace(COHORT, digest="")),
        replace(MANY, cohort=replace(COHORT, digest=bytes(32).hex())),
        replace(MANY, cohort=replace(COHORT, digest=COHORT.digest[:-2] + "B=")),
        replace(MANY, cohort=replace(COHORT, revision=-1)),
        replace(MANY, dataset=None),
        replace(MANY, subjects=DECISION.subjects),
        replace(MANY, extra={"digest": COHORT.digest}),
        replace(MANY, extra={"revision": 7}),
    ],
)
def test_a_cohort_that_could_not_be_looked_up_is_never_sealed(fact: Fact) -> None:
    with pytest.raises(MalformedEntry):
        sealed(fact)


def test_a_naive_time_is_never_sealed() -> None:
    with pytest.raises(ValueError, match="zone"):
        sealed(replace(DECISION, occurred_at=datetime(2026, 1, 1)))  # noqa: DTZ001 - that is the point


def test_an_id_that_is_no_uuid_is_refused() -> None:
    for bad in ("x", "0192f0c1-2b3c-4d4e-8f50-112233445566", ""):
        with pytest.raises(MalformedEntry):
            seal(DECISION, FIRST, entry_id=bad, salts=os.urandom)


def test_sixty_four_people_fit() -> None:
    people = tuple(Subject(dataset="GDI-ZZ-DATASET-1", ordinal=n) for n in range(64))
    made = sealed(replace(DECISION, subjects=people))
    entry, parts = parse_entry(made.entry), open_sealed(made.sealed)
    check_commitments(entry, parts)
    assert {subject_of(p) for p in parts if p.group.startswith("subj/")} == set(people)


def test_an_opening_moves_neither_to_another_group_nor_to_another_event() -> None:
    made = sealed()
    entry = parse_entry(made.entry)
    parts = open_sealed(made.sealed)
    by_group = {part.group: part for part in parts}
    swapped = [
        by_group["subj/0"]._replace(group="subj/1"),
        by_group["subj/1"]._replace(group="subj/0"),
    ]
    with pytest.raises(CommitmentMismatch):
        check_commitments(entry, swapped, complete=False)
    with pytest.raises(CommitmentMismatch):
        check_commitments(entry, [by_group["net"]._replace(group="obo")], complete=False)
    ids = CountingIds()
    ids.new()
    same_salts = seal(DECISION, FIRST, entry_id=ids.new(), salts=CountingSalts())
    elsewhere = parse_entry(same_salts.entry).commitments
    assert all(elsewhere[group] != made for group, made in entry.commitments.items())
    other = seal(DECISION, FIRST, entry_id=ids.new(), salts=CountingSalts(given=100))
    for part in parts:
        with pytest.raises(CommitmentMismatch):
            check_commitments(parse_entry(other.entry), [part], complete=False)


def test_a_missing_doubled_or_foreign_part_is_noticed() -> None:
    made = sealed()
    entry, parts = parse_entry(made.entry), open_sealed(made.sealed)
    with pytest.raises(CommitmentMismatch, match="no opening"):
        check_commitments(entry, parts[1:])
    check_commitments(entry, parts[1:], complete=False)
    with pytest.raises(CommitmentMismatch, match="twice"):
        check_commitments(entry, [*parts, parts[0]])
    foreign = SealedPart(group="subj/60", salt=bytes(32), value=b"{}")
    with pytest.raises(CommitmentMismatch):
        check_commitments(entry, [*parts, foreign])


def test_the_sealed_header_is_read_strictly() -> None:
    packed = sealed().sealed
    for cut in range(1, len(packed)):
        try:
            parts = open_sealed(packed[:cut])
        except MalformedEntry:
            continue
        assert pack_sealed(parts) == packed[:cut], "a cut may only fall between parts"
    one = pack_sealed(open_sealed(packed)[:1])
    for bad in (
        one + one,
        b"\x00" + bytes(36),
        b"\x04name" + bytes(32) + b"\x00\x00\x00\x01x",
        b"\x05actor" + bytes(32) + b"\xff\xff\xff\xff",
        b"\x05actor" + bytes(32) + b"\x00\x00\x00\x00",
        b"\x07subj/01" + bytes(32) + b"\x00\x00\x00\x02{}",
        bytes(60_001),
    ):
        with pytest.raises(MalformedEntry):
            open_sealed(bad)
    assert open_sealed(b"") == ()


def test_a_part_of_another_shape_is_no_actor_and_no_subject() -> None:
    def part(group: str, value: object) -> SealedPart:
        return SealedPart(group=group, salt=bytes(32), value=json.dumps(value).encode())

    for bad in (
        part("subj/0", {"ds": "D"}),
        part("actor", {"ds": "D", "ord": 1}),
        part("subj/0", []),
    ):
        with pytest.raises(MalformedEntry):
            subject_of(bad)
    bad_ordinal = SealedPart(group="subj/0", salt=bytes(32), value=b'{"ds":"D","ord":true}')
    with pytest.raises(MalformedEntry):
        subject_of(bad_ordinal)
    with pytest.raises(MalformedEntry):
        actor_of(SealedPart(group="actor", salt=bytes(32), value=b'{"iss":"x"}'))


def test_enumerations_are_written_as_their_values() -> None:
    class Colour(StrEnum):
        RED = "red"

    assert canonical({Colour.RED: Colour.RED, "n": (True, None, 1)}) == (
        b'{"n":[true,null,1],"red":"red"}'
    )


def test_the_list_of_types_is_the_published_one() -> None:
    assert len(ENTRY_TYPES) == 71
    assert "placet.permit.suspended.v1" not in ENTRY_TYPES
    for known in ("access.session.open", "application.decided", "optout.reversed", "sys.gap"):
        assert f"placet.{known}.v1" in ENTRY_TYPES
