# SPDX-License-Identifier: Apache-2.0
"""Whatever a person allows comes back from FHIR as it went: R4 and R5, as lines and in a Bundle."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fhir.resources.consent import Consent as R5Consent
from fhir.resources.R4B.consent import Consent as R4Consent
from hypothesis import given, settings
from hypothesis import strategies as st

from consent_registry.domain.activities import ACTIVITIES, canonical_scopes
from consent_registry.domain.duo import MODIFIERS, TERMS, Duo, ValueKind
from consent_registry.domain.fhir.mapping import OWN
from consent_registry.domain.fhir.statement import Release
from consent_registry.domain.fhir.writing import Held, write_consent
from consent_registry.domain.history import Kind, Standing, State
from consent_registry.domain.rows import Row
from consent_registry.domain.terms import Alternative, Modifier, canonical_text
from shared.ids import DatasetId, EventId
from tests.fakes.fhir import reader

from .test_cohort_laws import categories, windows

_CHECKS = {
    Release.R4: R4Consent.model_validate_json,
    Release.R5: R5Consent.model_validate_json,
}
_NOTE = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, categories=["L", "N", "P"]))
_VALUES = {
    ValueKind.NONE: st.just(()),
    ValueKind.NOTE: st.lists(_NOTE.filter(bool).map(lambda t: t[:200]), max_size=1),
    ValueKind.MONTHS: st.integers(1, 1200).map(lambda n: [str(n)]),
    ValueKind.DATE: st.dates().map(lambda day: [day.isoformat()]),
    ValueKind.REGIONS: st.lists(st.sampled_from(["FI", "SE", "EEA"]), min_size=1, unique=True),
    ValueKind.INSTITUTIONS: st.just(["https://ror.org/040af2s02"]),
}
_TEXTS = st.lists(_NOTE.filter(bool).map(lambda t: t[:200]), min_size=1, max_size=3, unique=True)
_INSTANTS = st.datetimes(datetime(1950, 1, 1), datetime(2026, 5, 1)).map(  # noqa: DTZ001 - made aware
    lambda at: at.replace(tzinfo=UTC)
)


@st.composite
def alternatives(draw: st.DrawFn) -> Alternative:
    permission = draw(st.sampled_from([Duo.NRES, Duo.GRU, Duo.HMB, Duo.DS, Duo.POA]))
    chosen = draw(st.sets(st.sampled_from(MODIFIERS), max_size=4))
    modifiers = tuple(
        Modifier(code=code, values=tuple(sorted(draw(_VALUES.get(TERMS[code].values, _TEXTS)))))
        for code in MODIFIERS
        if code in chosen
    )
    diseases = ("MONDO:0004992",) if permission is Duo.DS else ()
    scopes = draw(st.sets(st.sampled_from([*ACTIVITIES, "project:heart-1"]), max_size=3))
    return Alternative(
        permission=permission,
        modifiers=modifiers,
        diseases=diseases,
        activities=canonical_scopes(scopes),
        data=draw(st.none() | windows()),
        data_categories=draw(categories),
    )


@st.composite
def held(draw: st.DrawFn, state: State) -> Held:
    expressed = draw(_INSTANTS)
    start = expressed + timedelta(microseconds=draw(st.integers(0, 10**12)))
    length = draw(st.none() | st.integers(1, 10**15))
    terms = tuple(draw(st.lists(alternatives(), min_size=1, max_size=4)))
    given_ = state is State.GIVEN
    return Held(
        participant=draw(st.from_regex(r"[A-Za-z0-9._:@+-]{1,128}", fullmatch=True)),
        dataset=DatasetId("GDI-ZZ-DATASET-1"),
        local_id=draw(st.from_regex(r"[A-Za-z0-9._:@+-]{1,128}", fullmatch=True)),
        controller="A hospital",
        standing=Standing(
            state=state, terms=terms if given_ else None, event_id=EventId("0193-event")
        ),
        expressed_at=expressed,
        starts_at=start,
        ends_at=None if length is None else start + timedelta(microseconds=length),
        form_version=draw(st.from_regex(r"[!-~]{0,64}", fullmatch=True)),
    )


def back(consent: Held, release: Release) -> Row:
    written = write_consent(consent, release)
    assert written is not None
    text = json.dumps(written)
    _CHECKS[release](text)
    row = reader(OWN, release).read(json.loads(text))
    assert isinstance(row, Row), row
    return row


@pytest.mark.parametrize("release", Release)
@settings(max_examples=60)
@given(consent=held(State.GIVEN))
def test_a_consent_comes_back_with_all_it_allows_and_no_more(
    release: Release, consent: Held
) -> None:
    row = back(consent, release)
    assert row.kind is Kind.GIVEN
    assert row.alternative_text == canonical_text(consent.standing.terms or ())
    assert (row.participant, row.local_id) == (consent.participant, consent.local_id)
    assert (row.effective_from, row.effective_to) == (consent.starts_at, consent.ends_at)
    assert row.form_version == consent.form_version
    # R5 has a day where R4 has an instant: earlier, so that no closing is overtaken by it.
    signed = consent.expressed_at
    if release is Release.R5:
        signed = signed.replace(hour=0, minute=0, second=0, microsecond=0)
    assert row.expressed_at == signed


@pytest.mark.parametrize("release", Release)
@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (State.REFUSED, Kind.REFUSED),
        (State.WITHDRAWN, Kind.WITHDRAWN),
        (State.EXPIRED, Kind.WITHDRAWN),
    ],
)
@settings(max_examples=15)
@given(data=st.data())
def test_a_no_comes_back_as_a_no_no_later_than_it_was_said(
    release: Release, state: State, kind: Kind, data: st.DataObject
) -> None:
    consent = data.draw(held(state))
    row = back(consent, release)
    assert (row.kind, row.alternative_text) == (kind, "")
    assert row.expressed_at <= consent.expressed_at


@pytest.mark.parametrize("release", Release)
@settings(max_examples=15)
@given(data=st.data(), state=st.sampled_from([State.INVALID, State.PENDING_RECONSENT]))
def test_what_permits_nothing_never_comes_back_as_a_consent(
    release: Release, data: st.DataObject, state: State
) -> None:
    unreadable = data.draw(st.booleans())
    consent = data.draw(held(State.EXPIRED if unreadable else state))
    if unreadable:
        standing = Standing(state=State.GIVEN, terms=None, event_id=EventId("0193-event"))
        consent = replace(consent, standing=standing)
    written = write_consent(consent, release)
    assert written is not None
    _CHECKS[release](json.dumps(written))
    found = reader(OWN, release).read(json.loads(json.dumps(written)))
    if isinstance(found, Row):  # it was never valid, and takes back what was taken in of it
        assert (found.kind, found.alternative_text) == (Kind.INVALIDATED, "")
