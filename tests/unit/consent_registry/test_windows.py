# SPDX-License-Identifier: Apache-2.0
"""Which collected data a grant covers: it reaches a whole collection, or nothing of it."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from consent_registry.domain.duo import Duo
from consent_registry.domain.fhir.mapping import OWN
from consent_registry.domain.fhir.statement import Release
from consent_registry.domain.matching import match
from consent_registry.domain.meet import Comparison
from consent_registry.domain.row_codes import RowCode
from consent_registry.domain.rows import Row
from consent_registry.domain.terms import (
    RawAlternative,
    UnreadableTerms,
    canonical_text,
    from_json,
    read_alternative,
    to_json,
)
from consent_registry.domain.verdict import Reason, Result
from consent_registry.domain.windows import Window
from consent_registry.http.pages.saying import Speaker
from tests.fakes.consent_factories import alternative, extract, inquiry, purpose, terms
from tests.fakes.fhir import changed, mii, reader, vector

IN_2020 = Window(first=date(2020, 1, 1), last=date(2020, 12, 31))
SINCE_2020 = Window(first=date(2020, 1, 1))
UNTIL_2020 = Window(last=date(2020, 12, 31))
PROVISIONS = "provision/provision"
ENDS = {"end": "2020-12-31"}


@pytest.mark.parametrize(
    ("window", "collected", "reached"),
    [
        (None, None, True),
        (None, IN_2020, True),
        (IN_2020, IN_2020, True),
        (IN_2020, None, False),
        (IN_2020, SINCE_2020, False),
        (IN_2020, UNTIL_2020, False),
        (SINCE_2020, IN_2020, True),
        (SINCE_2020, Window(first=date(2019, 12, 31), last=date(2020, 1, 1)), False),
        (UNTIL_2020, IN_2020, True),
        (UNTIL_2020, Window(first=date(2020, 1, 1), last=date(2021, 1, 1)), False),
        (UNTIL_2020, UNTIL_2020, True),
    ],
)
def test_a_grant_reaches_what_was_collected_within_its_window(
    window: Window | None, collected: Window | None, reached: bool
) -> None:
    asked = replace(inquiry(purpose()), collected=collected)
    answer = match((replace(alternative(Duo.HMB), data=window),), asked)
    assert (answer.result is Result.PERMIT) is reached
    assert answer.reasons == (() if reached else (Reason.DATA_NOT_COVERED,))


def test_consents_from_before_there_were_windows_are_the_same_bytes() -> None:
    assert '"data"' not in canonical_text(terms(Duo.HMB, Duo.NPU))
    said = (replace(alternative(Duo.HMB), data=SINCE_2020),)
    assert '"data":["2020-01-01",""]' in canonical_text(said)
    assert from_json(to_json(said)) == said


@pytest.mark.parametrize(
    "ends", [["2021-01-01", "2020-01-01"], ["soon", ""], ["2020-01-01"], "2020-01-01", [1, 2]]
)
def test_a_window_that_cannot_be_read_permits_nothing(ends: Any) -> None:
    stored: Any = to_json(terms(Duo.HMB))
    with pytest.raises(UnreadableTerms):
        from_json([{**stored[0], "data": ends}])
    if isinstance(ends, list) and len(ends) == 2:
        raw = RawAlternative(permission="HMB", data=(str(ends[0]), str(ends[1])))
        found, (fault,) = read_alternative(raw, extract())
        assert (found, fault.what) == (None, RowCode.DATA_WINDOW)


def test_more_days_are_a_wider_consent() -> None:
    comparison = Comparison(extract())
    every = terms(Duo.HMB)
    in_2020, since = ((replace(every[0], data=one),) for one in (IN_2020, SINCE_2020))
    assert comparison.widens(in_2020, since)
    assert comparison.widens(since, every)
    assert not comparison.widens(every, in_2020)
    assert not comparison.widens(since, in_2020)


def test_it_is_said_in_words() -> None:
    speaker = Speaker(extract(), "en", {})
    for window, words in (
        (IN_2020, "Only for data collected from 1 January 2020 to 31 December 2020."),
        (SINCE_2020, "Only for data collected on 1 January 2020 or later."),
        (UNTIL_2020, "Only for data collected on 31 December 2020 or earlier."),
    ):
        (said,) = speaker.terms((replace(alternative(Duo.HMB), data=window),))
        assert words in said.limits


def read(*periods: dict[str, str] | None) -> list[Window | None] | RowCode:
    """Read our own example with as many provisions as there are periods of data."""
    consent = vector("own-r5.json")
    provision = consent["provision"][0]
    consent["provision"] = [
        {**provision, "dataPeriod": period} if period else provision for period in periods
    ]
    found = reader(OWN, Release.R5).read(consent)
    if not isinstance(found, Row):
        return found[0].what
    return [one.data for one in from_json(json.loads(found.alternative_text))]


def test_fhir_says_it_for_each_provision() -> None:
    whole = {"start": "2020-01-01", "end": "2020-12-31"}
    assert read(whole, None, {"start": "2020-01-01"}) == [IN_2020, None, SINCE_2020]
    assert read({"end": "2020-12-31"}) == [UNTIL_2020]


@pytest.mark.parametrize(
    ("period", "window"),
    [
        # A day that is cut is not covered.
        ({"start": "2019-12-31T00:00:01Z", "end": "2020-12-31"}, IN_2020),
        ({"start": "2020-01-01T00:00:00Z", "end": "2021-01-01T00:00:00Z"}, IN_2020),
        ({"start": "2020-01-01T02:00:00+02:00", "end": "2021-01-01T23:59:59Z"}, IN_2020),
    ],
)
def test_fhir_may_say_instants(period: dict[str, str], window: Window) -> None:
    assert read(period) == [window]


@pytest.mark.parametrize(
    ("period", "code"),
    [
        ({"start": "2020"}, RowCode.DATE_INVALID),
        ({"start": "2020-02-30"}, RowCode.DATE_INVALID),
        ({"start": "2021-01-01", "end": "2020-01-01"}, RowCode.FHIR_PERIODS),
        ({"start": "2020-01-01T01:00:00Z", "end": "2020-01-01T23:00:00Z"}, RowCode.FHIR_PERIODS),
        ({"from": "2020-01-01"}, RowCode.FHIR_ELEMENT),
    ],
)
def test_a_period_that_says_too_little_refuses_the_consent(
    period: dict[str, str], code: RowCode
) -> None:
    assert read(period) == code


def test_what_several_codes_give_together_is_given_for_the_days_of_all_of_them() -> None:
    found = reader(mii()).read(changed(vector("mii.json"), f"{PROVISIONS}/4/dataPeriod", ENDS))
    assert isinstance(found, Row)
    windows = {one.data for one in from_json(json.loads(found.alternative_text))}
    assert windows == {UNTIL_2020}
