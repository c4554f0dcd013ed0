# SPDX-License-Identifier: Apache-2.0
"""Consents entered in error: what the mark closes, what it leaves, and what it is read from."""

from datetime import timedelta
from typing import Any

import pytest

from consent_registry.domain.duo import Duo
from consent_registry.domain.fhir.mapping import OWN, FhirMapping
from consent_registry.domain.fhir.statement import Release
from consent_registry.domain.history import ConsentEvent, Kind, State, standing_at, timeline
from consent_registry.domain.records import (
    Channel,
    EventRecord,
    personal_part,
    references_of,
    voids_of,
)
from consent_registry.domain.rows import Row
from consent_registry.domain.voids import to_void
from shared.ids import DatasetId, EventId, Ordinal
from tests.fakes.consent_factories import NOON, event, terms
from tests.fakes.fhir import changed, codes, good, mii, reader, vector

KINDS = [
    ("mii.json", mii(), Release.R4),
    ("own-r4.json", OWN, Release.R4),
    ("own-r5.json", OWN, Release.R5),
]
DAY = timedelta(days=1)


def mark(*meant: ConsentEvent, at: int = 9) -> ConsentEvent:
    """Take grants back on a day; it counts from where the first of them began."""
    return event(
        Kind.INVALIDATED,
        NOON + at * DAY,
        effective_from=min(one.effective_from for one in meant),
        voids=frozenset(one.event_id for one in meant),
    )


def test_it_was_never_valid_and_yet_was_held_to_be() -> None:
    given = event()
    history = [given, mark(given)]
    assert standing_at(history, NOON).state is State.INVALID
    assert standing_at(history, NOON, NOON + DAY).state is State.GIVEN
    assert [one.standing.state for one in timeline(history)] == [State.INVALID]


def test_what_the_person_herself_gave_later_stands() -> None:
    imported, own = event(), event(at=NOON + DAY, terms=terms(Duo.POA))
    held = standing_at([imported, own, mark(imported)], NOON + 20 * DAY)
    assert (held.state, held.terms) == (State.GIVEN, terms(Duo.POA))
    # And what she gives afterwards holds like any consent.
    again = event(at=NOON + 12 * DAY)
    assert standing_at([imported, mark(imported), again], NOON + 20 * DAY).state is State.GIVEN


def test_an_older_yes_does_not_come_back_and_an_older_no_does() -> None:
    older, newer = event(), event(at=NOON + DAY)
    assert standing_at([older, newer, mark(newer)], NOON + 20 * DAY).state is State.INVALID
    for kind, state in ((Kind.REFUSED, State.REFUSED), (Kind.WITHDRAWN, State.WITHDRAWN)):
        no = event(kind)
        assert standing_at([no, newer, mark(newer)], NOON + 20 * DAY).state is state
    # A no that was taken in is no error that anything could undo.
    gone = event(Kind.WITHDRAWN, NOON + 2 * DAY)
    assert standing_at([newer, gone, mark(newer)], NOON + 20 * DAY).state is State.WITHDRAWN


def test_one_that_cannot_be_read_closes_everything() -> None:
    given = event()
    record = recorded(given)._replace(kind=Kind.INVALIDATED, personal=b"")
    assert record.event().voids == frozenset()
    closing = record.event()._replace(event_id=EventId("other"), recorded_at=NOON + DAY)
    assert standing_at([given, closing], NOON + DAY).state is State.INVALID


def recorded(one: ConsentEvent, *names: str, channel: Channel = Channel.IMPORT) -> EventRecord:
    return EventRecord(
        event_id=one.event_id,
        pid="pid",
        dataset=DatasetId("GDI-ZZ-DATASET-1"),
        ordinal=Ordinal(0),
        kind=one.kind,
        expressed_at=one.expressed_at,
        effective_from=one.effective_from,
        recorded_at=one.recorded_at,
        revision=one.revision,
        channel=channel,
        personal=personal_part(one.terms, None, references=names, voids=one.voids),
    )


def test_only_what_was_imported_under_the_name_and_still_counts_is_meant() -> None:
    first, second, other, herself, no = event(), event(), event(), event(), event(Kind.WITHDRAWN)
    records = [
        recorded(first, "a", "b"),
        recorded(second, "b"),
        recorded(other, "c"),
        recorded(herself, "b", channel=Channel.PAGE),
        recorded(no, "b"),
    ]
    meant = to_void(frozenset({"b"}), records)
    assert [one.event_id for one in meant] == [first.event_id, second.event_id]
    assert to_void(frozenset({"b"}), [*records, recorded(mark(first, second))]) == []
    assert to_void(frozenset(), records) == []


def test_names_and_marks_are_in_the_sealed_part_and_nowhere_else() -> None:
    given = event()
    record = recorded(given, "digest-of-a-name")
    assert references_of(record.personal) == {"digest-of-a-name"}
    assert b"digest-of-a-name" not in record.open_part()
    closing = recorded(mark(given))
    assert voids_of(closing.personal) == {given.event_id}
    assert given.event_id.encode() not in closing.open_part()
    # Who has neither is written as ever, so that old chains still verify.
    assert personal_part(terms(), None) == personal_part(terms(), None, references=(), voids=())
    assert b"references" not in personal_part(terms(), None)


@pytest.mark.parametrize(("name", "mapping", "release"), KINDS)
def test_every_version_of_a_consent_has_its_names(
    name: str, mapping: FhirMapping, release: Release
) -> None:
    judge, whole = reader(mapping, release), changed(vector(name), "id", "server-7")
    given = good(judge.read(whole))
    wrong = good(judge.read(changed(whole, "status", "entered-in-error")))
    assert (wrong.kind, wrong.alternative_text) == (Kind.INVALIDATED, "")
    assert set(wrong.references) <= set(given.references)
    assert (wrong.participant, wrong.local_id) == (given.participant, given.local_id)
    bare = changed(whole, "meta", {"versionId": "9"})
    assert good(judge.read(bare)).references == given.references


@pytest.mark.parametrize(("name", "mapping", "release"), KINDS)
def test_the_mark_is_heard_whatever_else_the_resource_says(
    name: str, mapping: FhirMapping, release: Release
) -> None:
    base = "provision/type" if release is Release.R4 else "decision"
    whole = changed(vector(name), "status", "entered-in-error")
    for path, value in (
        (base, "permit"),
        ("verification", [{"verified": False}]),
        ("category", [{"modifierExtension": [{}]}]),
    ):
        one = changed(whole, path, value)
        assert good(reader(mapping, release).read(one)).kind is Kind.INVALIDATED


def named(one: dict[str, Any], **names: str) -> dict[str, Any]:
    """Give a consent these identifiers beside the local id, or none."""
    kept = [n for n in one.get("identifier", []) if n["system"] == OWN.local_id]
    found = [{"system": system, "value": value} for system, value in names.items()]
    return changed(one, "identifier", [*kept, *found])


def test_a_consent_that_has_no_name_at_all_cannot_be_taken_back() -> None:
    judge = reader(OWN, Release.R4)
    one = changed(named(vector("own-r4.json")), "status", "entered-in-error")
    assert codes(judge.read(one)) == ["E-FHIR-16"]
    assert judge.whose(one) is not None  # and so keeps the rest of it back
    assert good(judge.read(changed(one, "id", "7"))).references


def test_an_id_counts_only_where_nothing_better_names_it() -> None:
    """Two servers may both have a consent 7; two business identifiers are never one."""
    judge = reader(OWN, Release.R4)

    def references(status: str, **names: str) -> set[str]:
        one = changed(changed(named(vector("own-r4.json"), **names), "id", "7"), "status", status)
        found = judge.read(one)
        assert isinstance(found, Row)
        return set(found.references)

    given = references("active", hospital="A")
    assert references("entered-in-error", hospital="A") < given
    assert references("entered-in-error", hospital="B").isdisjoint(given)
    assert references("entered-in-error", other="A").isdisjoint(given)
    assert references("entered-in-error") < given
