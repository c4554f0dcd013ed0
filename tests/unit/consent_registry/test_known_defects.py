# SPDX-License-Identifier: Apache-2.0
"""Defects that gICS, the most complete open consent service, tells of in its own release notes.

Each test names the release (mosaic-hgw/gICS, README of 2023.1.3) and shows that we do not share it.
Its other two are tested where they would strike: the race of two `addConsent` calls (issue #1) in
integration/consent_registry/test_at_once.py, text that becomes markup (issue #2) in
test_form_pages.py there.
"""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from consent_registry.domain.duo import Duo
from consent_registry.domain.history import ConsentEvent, Kind, State, standing_at, timeline
from consent_registry.domain.rows import COLUMNS, Row, RowReader
from shared.ids import EventId, Revision
from tests.fakes.any_form import AnyForm
from tests.fakes.consent_factories import extract, terms

_NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
_DATASET = "GDI-ZZ-DATASET-1"


def said(
    kind: Kind,
    at: datetime,
    revision: int,
    permission: Duo = Duo.HMB,
    *,
    form_ends: datetime | None = None,
) -> ConsentEvent:
    """Make an event that took effect when it was signed, recorded in the order of revisions."""
    return ConsentEvent(
        event_id=EventId(f"{revision:08}-0000-7000-8000-000000000000"),
        kind=kind,
        expressed_at=at,
        effective_from=at,
        effective_to=form_ends,
        recorded_at=_NOW + timedelta(seconds=revision),
        revision=Revision(revision),
        terms=terms(permission) if kind.grants else None,
    )


def read(signed: str, form: str = "1", ends: str = "") -> Row:
    reader = RowReader(
        COLUMNS,
        diseases=extract(),
        known_dataset={_DATASET}.__contains__,
        now=_NOW,
        forms=AnyForm(),
    )
    cells = {
        "participant": "P-1",
        "dataset": _DATASET,
        "local_id": "S-1",
        "permission": "HMB",
        "state": "given",
        "signed_on": signed,
        "effective_to": ends,
        "form_version": form,
    }
    row = reader.read([cells.get(column, "") for column in COLUMNS])
    assert isinstance(row, Row)
    return row


def test_2_14_0_nothing_is_allowed_before_the_first_consent() -> None:
    first = said(Kind.GIVEN, _NOW, 1)
    just_before = _NOW - timedelta(microseconds=1)
    assert standing_at([first], just_before).state is State.NOT_ASKED
    assert standing_at([first], _NOW).state is State.GIVEN
    # Nor in what was known then, although the paper is older than its recording.
    assert standing_at([first], _NOW, known_at=_NOW).state is State.NOT_ASKED


def test_2_14_1_two_signatures_of_one_day_have_one_outcome_whatever_came_in_first() -> None:
    day = datetime(2026, 5, 4, tzinfo=UTC)
    for kinds in permutations((Kind.GIVEN, Kind.WITHDRAWN)):
        events = [said(kind, day, number) for number, kind in enumerate(kinds, start=1)]
        assert standing_at(events, day).state is State.WITHDRAWN
        assert standing_at(events[::-1], day).state is State.WITHDRAWN


def test_2023_1_two_documents_of_one_legal_date_are_decided_not_hinted_at() -> None:
    day = datetime(2026, 5, 4, tzinfo=UTC)
    wide, narrow = said(Kind.GIVEN, day, 1, Duo.GRU), said(Kind.CHANGED, day, 2, Duo.HMB)
    for events in permutations((wide, narrow)):
        assert standing_at(events, day).terms == narrow.terms
    # Where nothing tells them apart, nothing is allowed.
    at_once = ConsentEvent(
        event_id=EventId("00000009-0000-7000-8000-000000000000"),
        kind=Kind.GIVEN,
        expressed_at=day,
        effective_from=day,
        recorded_at=wide.recorded_at,
        revision=Revision(1),
        terms=terms(Duo.HMB),
    )
    for events in permutations((wide, at_once)):
        assert standing_at(events, day).state is State.INVALID


@pytest.mark.parametrize("signed", ["1969-12-31", "1938-01-19", "1901-01-01"])
def test_2_15_1_a_signature_before_1970_is_a_date_like_any_other(signed: str) -> None:
    row = read(signed)
    given = said(Kind.GIVEN, row.effective_from, 1)
    assert row.expressed_at.date().isoformat() == signed
    assert standing_at([given], _NOW).state is State.GIVEN


def test_2_15_2_a_form_of_version_2_10_is_not_older_than_one_of_2_9() -> None:
    """Forms' versions are names: which consent stands is a matter of when it was given."""
    ninth, tenth = read("2026-01-01", "2.9"), read("2026-02-01", "2.10")
    events = [
        said(Kind.GIVEN, ninth.effective_from, 1, Duo.GRU),
        said(Kind.CHANGED, tenth.effective_from, 2, Duo.HMB),
    ]
    for order in permutations(events):
        assert standing_at(order, _NOW).terms == terms(Duo.HMB)


def test_times_go_on_after_2038() -> None:
    """32 columns of its schema are 4-byte timestamps, which end on 2038-01-19."""
    row = read("2026-01-01", ends="2056-01-01")
    assert row.effective_to is not None
    given = said(Kind.GIVEN, row.effective_from, 1, form_ends=row.effective_to)
    last = row.effective_to - timedelta(microseconds=1)
    assert standing_at([given], last).state is State.GIVEN
    assert standing_at([given], row.effective_to).state is State.EXPIRED
    assert [one.standing.state for one in timeline([given])] == [State.GIVEN, State.EXPIRED]
