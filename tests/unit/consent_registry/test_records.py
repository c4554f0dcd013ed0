# SPDX-License-Identifier: Apache-2.0
"""What is stored of an event, what a cohort's manifest says, and who leaves a frozen cohort."""

from datetime import timedelta

import pytest
from pyroaring import BitMap

from consent_registry.domain.bitmaps import (
    UnreadableBitmap,
    from_bytes,
    from_text,
    salted_digest,
    union,
)
from consent_registry.domain.cohort import evaluate
from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.disclosure import Figures
from consent_registry.domain.duo import Duo
from consent_registry.domain.history import ConsentEvent, Kind, Segment, Standing, State, timeline
from consent_registry.domain.manifest import Basis, frozen_manifest, manifest
from consent_registry.domain.narrowing import cause, lapses, permits
from consent_registry.domain.optout import OptOutRegister
from consent_registry.domain.records import (
    NO_PREVIOUS,
    Channel,
    EventRecord,
    Source,
    commitment,
    event_hash,
    personal_part,
    terms_of,
)
from consent_registry.domain.register import Dataset
from shared.ids import DatasetId, EventId, Ordinal, Revision
from shared.principal import Principal
from tests.fakes.consent_factories import DAY, NOON, event, inquiry, purpose, terms

ACTOR = Principal(issuer="i", subject="Anna", client_id="c", scopes=frozenset(), is_service=False)
RECORD = EventRecord(
    event_id=EventId("e"),
    pid="p",
    dataset=DatasetId("GDI-ZZ-DATASET-1"),
    ordinal=Ordinal(7),
    kind=Kind.GIVEN,
    expressed_at=NOON,
    effective_from=NOON,
    recorded_at=NOON,
    revision=Revision(3),
    channel=Channel.API,
    personal=personal_part(terms(Duo.DS, diseases="MONDO:0004992"), ACTOR),
)


def test_the_open_part_names_no_person_and_no_choice() -> None:
    opened = RECORD.open_part()
    for secret in (b"Anna", b"MONDO", b"DUO", RECORD.pid.encode() + b"\n"):
        assert secret not in opened


@pytest.mark.parametrize(
    "changed",
    [
        RECORD._replace(kind=Kind.CHANGED),
        RECORD._replace(ordinal=Ordinal(8)),
        RECORD._replace(revision=Revision(4)),
        RECORD._replace(expressed_at=NOON - DAY),
        RECORD._replace(effective_from=NOON - DAY),
        RECORD._replace(effective_to=NOON + DAY),
        RECORD._replace(recorded_at=NOON + DAY),
        RECORD._replace(channel=Channel.PAGE),
        RECORD._replace(form_version="2"),
        RECORD._replace(withdrawal_id="w"),
        RECORD._replace(source=Source(file_sha256=b"x", line=1, mapping=1)),
        RECORD._replace(event_id=EventId("f")),
        RECORD._replace(dataset=DatasetId("GDI-ZZ-DATASET-2")),
    ],
)
def test_the_chain_notices_any_change(changed: EventRecord) -> None:
    assert changed.open_part() != RECORD.open_part()
    committed = commitment(RECORD.event_id, b"s" * 32, RECORD.personal)
    assert event_hash(NO_PREVIOUS, changed.open_part(), committed) != event_hash(
        NO_PREVIOUS, RECORD.open_part(), committed
    )


def test_the_commitment_binds_the_personal_part_and_hides_it_behind_a_salt() -> None:
    one = commitment(RECORD.event_id, b"s" * 32, RECORD.personal)
    assert one != commitment(RECORD.event_id, b"t" * 32, RECORD.personal)
    assert one != commitment(RECORD.event_id, b"s" * 32, personal_part(None, ACTOR))
    assert one != commitment(EventId("f"), b"s" * 32, RECORD.personal)


def test_terms_come_back_out_of_the_personal_part() -> None:
    assert RECORD.event().terms == terms(Duo.DS, diseases="MONDO:0004992")
    assert RECORD._replace(kind=Kind.WITHDRAWN).event().terms is None
    for unreadable in (b"", b"[]", b"{}", b'{"terms":[{}]}', personal_part(None, None)):
        assert terms_of(unreadable) is None


def test_bytes_that_are_no_bitmap_are_refused() -> None:
    for raw in (b"", b"x", b"\x00" * 8):
        with pytest.raises(UnreadableBitmap):
            from_bytes(raw)
    with pytest.raises(UnreadableBitmap):
        from_text("not base64!")
    assert union([]) == BitMap()


def test_a_manifest_says_what_was_asked_and_counted_and_names_nobody() -> None:
    index = CohortIndex(members=3)
    index.put(BitMap([0]), Standing(state=State.GIVEN, terms=terms()))
    index.put(BitMap([1]), Standing(state=State.WITHDRAWN))
    asked = inquiry(purpose(users=("Rita Example",)))
    cohort = evaluate(index, asked)
    basis = Basis(
        issuer="https://c",
        dataset=DatasetId("GDI-ZZ-DATASET-1"),
        revision=Revision(9),
        table_version=2,
        regime="consent_gdpr",
        at=NOON,
        consent_role="legal_basis",
        opt_outs=OptOutRegister(
            name=DatasetId("GDI-ZZ-PERSON-1"), number=Revision(0), people=0, recorded_at=NOON
        ),
    )
    figures = Figures(
        members=3,
        within=None,
        out=10,
        awaiting=None,
        reasons={"refused": 10},
        awaiting_by_clause={},
    )
    statement = manifest(basis, asked, cohort, figures, b"s" * 32)
    assert "Rita" not in str(statement)
    assert statement["counts"] == {"members": 3, "out": 10}
    assert statement["reasons"] == {"refused": 10}
    assert statement["digest"] == salted_digest(BitMap([0]), b"s" * 32)
    frozen = frozen_manifest(
        statement, cohort_id="k", application_id="a", void_at=NOON + timedelta(seconds=60)
    )
    assert frozen["void_at"] == "2026-06-01T12:01:00.000000Z"
    assert set(statement) < set(frozen)


def test_a_person_leaves_when_she_no_longer_permits() -> None:
    asked = inquiry()
    health = Standing(state=State.GIVEN, terms=terms())
    assert permits(health, asked)
    for out, why in (
        (Standing(state=State.WITHDRAWN), "withdrawn"),
        (Standing(state=State.EXPIRED), "expired"),
        (Standing(state=State.GIVEN, terms=terms(Duo.POA)), "changed"),
        (Standing(state=State.GIVEN, terms=None), "changed"),
        (Standing(state=State.GIVEN, terms=terms(Duo.HMB, RS="x")), "changed"),
    ):
        assert not permits(out, asked)
        assert cause(out) == why


def test_ends_known_in_advance_are_listed_and_a_change_that_still_permits_is_none() -> None:
    def after(*events: ConsentEvent) -> tuple[Segment, ...]:
        return timeline([event(at=NOON - DAY), *events])

    ending = event(effective_to=NOON + 5 * DAY)
    widened = event(Kind.CHANGED, NOON, effective_from=NOON + DAY, terms=terms(Duo.GRU))
    lost = event(Kind.CHANGED, NOON, effective_from=NOON + 2 * DAY, terms=terms(Duo.POA))
    people = [
        (Ordinal(0), after(ending)),
        (Ordinal(1), after(widened)),
        (Ordinal(2), after(lost)),
        (Ordinal(3), after()),
    ]
    assert lapses(people, NOON, inquiry()) == [
        (NOON + 2 * DAY, Ordinal(2)),
        (NOON + 5 * DAY, Ordinal(0)),
    ]


def test_a_dataset_s_time_does_not_go_back() -> None:
    dataset = Dataset(
        dataset=DatasetId("GDI-ZZ-DATASET-1"),
        title="t",
        controller="c",
        country="ZZ",
        legal_regime="consent_gdpr",
        created_at=NOON,
        revision=Revision(1),
        members=0,
        table_version=0,
        recorded_at=NOON,
    )
    assert dataset.now(NOON - DAY) == NOON
    assert dataset.now(NOON + DAY) == NOON + DAY
    assert dataset.register == "dataset:GDI-ZZ-DATASET-1"
