# SPDX-License-Identifier: Apache-2.0
"""Reading what arrives: an entry whose parts open its commitments, or poison with a reason."""

from collections.abc import Mapping

import orjson
import pytest

from audit_log.domain.parts import actor_holder, person_holder, source_holder
from audit_log.domain.received import Fault, Poison, Received, Sound, claimed_source, read
from shared.canonical import JSON
from shared.events import Fact, Subject, open_sealed, pack_sealed
from shared.sealing import SealedPart
from tests.fakes.log_factories import (
    DATASET,
    NOON,
    RITA,
    TRACE,
    Speaker,
    cohort_name,
    fact,
    received,
)


def poison(one: Received) -> Poison:
    found = read(one)
    assert isinstance(found, Poison)
    return found


def test_a_sound_entry_comes_with_its_people_and_their_holders() -> None:
    person = Subject(dataset=DATASET, ordinal=7)
    sealed = Speaker().say(fact(subjects=(person,), permit={"permit_id": "p-1"}))
    sound = read(received(sealed))
    assert isinstance(sound, Sound)
    assert (sound.actor, sound.leaf) == ((RITA.issuer, RITA.subject), sealed.leaf_hash)
    assert (sound.people, sound.permit, sound.visa) == (((DATASET, 7),), "p-1", None)
    holders = {group: holder for group, _, holder in sound.parts}
    assert holders == {
        "actor": actor_holder(RITA),
        "permit": actor_holder(RITA),
        "subj/0": person_holder(person.dataset, person.ordinal),
    }


def test_without_an_actor_the_producer_holds_the_rest() -> None:
    sealed = Speaker().say(fact(actor=None, subjects=(), permit={"permit_id": "p-1"}))
    sound = read(received(sealed))
    assert isinstance(sound, Sound)
    assert [holder for _, _, holder in sound.parts] == [source_holder("zz/clearinghouse/1")]


def test_a_read_of_many_people_comes_with_the_cohort_it_names() -> None:
    for cohort in (cohort_name(1), cohort_name(2, revision=None)):
        sound = read(received(Speaker().say(fact(cohort=cohort))))
        assert isinstance(sound, Sound)
        assert (sound.cohort, sound.people) == (cohort, ())


def half_named(type_: str, extra: Mapping[str, JSON], *, dataset: str | None = DATASET) -> Received:
    said = Fact(type=type_, occurred_at=NOON, trace_id=TRACE, dataset=dataset, extra=extra)
    return received(Speaker().say(said))


def test_an_access_to_a_cohort_that_nobody_could_look_up_is_poison() -> None:
    whole = cohort_name(1).written()
    wrong: tuple[dict[str, JSON], ...] = (
        {"cohort_id": whole["cohort_id"]},
        {**whole, "digest": "none"},
        {**whole, "cohort_id": "c-1"},
        {**whole, "revision": True},
        {**whole, "revision": -1},
    )
    for extra in wrong:
        assert poison(half_named("placet.access.read.v1", extra)).fault is Fault.MALFORMED_ENTRY
    nowhere = half_named("placet.access.read.v1", whole, dataset=None)
    assert poison(nowhere).fault is Fault.MALFORMED_ENTRY


def test_what_is_no_access_may_speak_of_a_cohort_without_naming_its_people() -> None:
    sound = read(half_named("placet.cohort.narrowed.v1", {"cohort_id": "c-1"}))
    assert isinstance(sound, Sound)
    assert sound.cohort is None


def test_more_than_64_commitments_to_people_are_poison() -> None:
    people = tuple(Subject(dataset=DATASET, ordinal=n) for n in range(64))
    sealed = Speaker().say(fact(subjects=people))
    value = orjson.loads(sealed.entry)
    value["c"]["subj"].append(value["c"]["subj"][0])
    raw = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    parts = open_sealed(sealed.sealed)
    more = pack_sealed((*parts, parts[-1]._replace(group="subj/64")))
    found = poison(received(sealed)._replace(raw=raw, sealed=more))
    assert found.fault is Fault.MALFORMED_ENTRY


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"\xff", b"nonsense", b"x" * 70_000])
def test_what_is_no_entry_is_poison_that_claims_nothing(raw: bytes) -> None:
    found = poison(received(Speaker().say())._replace(raw=raw))
    assert (found.fault, found.claims) == (Fault.MALFORMED_ENTRY, None)


def test_an_entry_of_another_source_claims_nothing() -> None:
    found = poison(received(Speaker("zz/permit_service/1").say()))
    assert (found.fault, found.claims) == (Fault.SOURCE_NOT_ALLOWED, None)


def test_bad_parts_leave_the_place_they_claim_readable() -> None:
    sealed = Speaker().say()
    other = Speaker().say()
    cut = poison(received(sealed)._replace(sealed=sealed.sealed[:-1]))
    assert cut.fault is Fault.MALFORMED_SEALED
    for wrong in (b"", other.sealed):
        found = poison(received(sealed)._replace(sealed=wrong))
        assert found.fault is Fault.COMMITMENT_MISMATCH
        assert found.claims is not None
        assert (found.claims.src, found.claims.epoch, found.claims.seq) == (
            "zz/clearinghouse/1",
            1,
            1,
        )


def test_an_extra_part_is_a_mismatch() -> None:
    sealed = Speaker().say(fact(subjects=()))
    parts = (*open_sealed(sealed.sealed), SealedPart(group="net", salt=b"s" * 32, value=b"{}"))
    found = poison(received(sealed)._replace(sealed=pack_sealed(parts)))
    assert found.fault is Fault.COMMITMENT_MISMATCH


def test_a_person_of_no_dataset_is_poison() -> None:
    sealed = Speaker().say(fact(subjects=(Subject(dataset="x" * 4_000, ordinal=1),)))
    assert poison(received(sealed)).fault is Fault.MALFORMED_SEALED


@pytest.mark.parametrize("seq", [0, -1, 1.5, True, "1", 1 << 53, None])
def test_a_place_that_is_no_place_is_not_claimed(seq: object) -> None:
    value = orjson.loads(Speaker().say().entry)
    raw = orjson.dumps({**value, "seq": seq}, option=orjson.OPT_SORT_KEYS)
    found = poison(received(Speaker().say())._replace(raw=raw))
    assert (found.fault, found.claims) == (Fault.MALFORMED_ENTRY, None)


def test_a_claimed_source_is_read_without_believing_anything_else() -> None:
    assert claimed_source(Speaker().say().entry) == "zz/clearinghouse/1"
    assert claimed_source(b'{"src":"zz/other/1"}') == "zz/other/1"
    for raw in (b"", b"[]", b'{"src":7}', b"{}"):
        assert claimed_source(raw) is None
