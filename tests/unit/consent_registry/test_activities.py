# SPDX-License-Identifier: Apache-2.0
"""What is done with data is a scope of its own: silence is secondary use and nothing else."""

import json
from dataclasses import replace
from datetime import date

import pytest

from consent_registry.domain import purpose as purposes
from consent_registry.domain.activities import (
    ACTIVITIES,
    AGGREGATE,
    QUERY,
    SECONDARY_USE,
    canonical_scopes,
    is_scope,
)
from consent_registry.domain.duo import Duo
from consent_registry.domain.form_outcomes import is_part
from consent_registry.domain.matching import match
from consent_registry.domain.terms import (
    RawAlternative,
    UnreadableTerms,
    canonical_text,
    from_json,
    read_alternative,
)
from consent_registry.domain.verdict import Reason, Result
from consent_registry.domain.windows import Window
from consent_registry.http.pages.saying import Speaker
from consent_registry.http.pages.words import ACTIVITY_WORDS
from shared.errors import ValidationFailed
from tests.fakes.consent_factories import alternative, extract, inquiry, purpose, terms


@pytest.mark.parametrize(
    ("scopes", "activity", "project", "reached"),
    [
        ((), SECONDARY_USE, None, True),
        ((), AGGREGATE, None, False),
        ((), QUERY, None, False),
        ((AGGREGATE,), AGGREGATE, None, True),
        ((AGGREGATE,), SECONDARY_USE, None, False),
        ((AGGREGATE, SECONDARY_USE), SECONDARY_USE, "P-1", True),
        (("project:P-1",), SECONDARY_USE, "P-1", True),
        (("project:P-1",), SECONDARY_USE, "P-2", False),
        (("project:P-1",), SECONDARY_USE, None, False),
        (("project:P-1",), AGGREGATE, "P-1", False),
        ((QUERY, "project:P-1"), QUERY, "P-2", True),
    ],
)
def test_a_grant_reaches_the_activities_it_names(
    scopes: tuple[str, ...], activity: str, project: str | None, reached: bool
) -> None:
    asked = purpose(activity=activity, project=project)
    answer = match((replace(alternative(Duo.HMB), activities=scopes),), inquiry(asked))
    assert (answer.result is Result.PERMIT) is reached
    assert answer.reasons == (() if reached else (Reason.ACTIVITY_NOT_PERMITTED,))


def test_consents_and_purposes_from_before_there_were_activities_are_the_same_bytes() -> None:
    assert "activit" not in canonical_text(terms(Duo.HMB, Duo.NPU))
    assert "activity" not in purpose().to_json()
    named = RawAlternative(permission="HMB", activities=(SECONDARY_USE, SECONDARY_USE))
    assert read_alternative(named, extract())[0] == alternative(Duo.HMB)
    counting = purpose(activity=AGGREGATE)
    assert purposes.from_json(counting.to_json()) == counting
    assert counting.digest() != purpose().digest()


def test_scopes_are_kept_and_an_unknown_one_is_refused() -> None:
    raw = RawAlternative(permission="HMB", activities=("project:P-1", AGGREGATE))
    read, _ = read_alternative(raw, extract())
    assert read is not None
    assert read.activities == (AGGREGATE, "project:P-1")
    assert from_json(json.loads(canonical_text((read,)))) == (read,)
    for odd in ("", "everything", "project:", "project: x", "project:ä", "AF_AGGREGATE"):
        assert not is_scope(odd)
        _, faults = read_alternative(RawAlternative(permission="HMB", activities=(odd,)), extract())
        assert [fault.what.api_code for fault in faults] == ["unknown_activity"]
    stored = {"permission": Duo.HMB.value, "modifiers": [], "diseases": [], "activities": ["x"]}
    with pytest.raises(UnreadableTerms):
        from_json([stored])
    with pytest.raises(ValidationFailed):
        purposes.from_json({"category": "HMB", "activity": "project:P-1"})


def test_an_activity_is_over_when_its_day_begins() -> None:
    grant = (replace(alternative(Duo.HMB), activities=(f"{SECONDARY_USE}=2030-01-31",)),)
    for day, result in ((date(2030, 1, 30), Result.PERMIT), (date(2030, 1, 31), Result.DENY)):
        answer = match(grant, inquiry(purpose(), today=day))
        assert answer.result is result
        assert answer.reasons == (
            () if result is Result.PERMIT else (Reason.ACTIVITY_NOT_PERMITTED,)
        )
    (said,) = Speaker(extract()).terms(grant)
    assert "31 January 2030" in said.limits[0]


def test_what_a_form_grants_may_be_entered_for_less_long_and_never_for_longer() -> None:
    rule = replace(alternative(Duo.HMB), activities=(f"{AGGREGATE}=2030-01-31", SECONDARY_USE))
    for held, part in (
        (rule, True),
        (replace(rule, activities=(f"{AGGREGATE}=2029-01-31", SECONDARY_USE)), True),
        (
            replace(rule, activities=(f"{AGGREGATE}=2030-01-31", f"{SECONDARY_USE}=2028-01-01")),
            True,
        ),
        (replace(rule, data=Window(first=date(2020, 1, 1))), True),
        (replace(rule, activities=(f"{AGGREGATE}=2030-02-01", SECONDARY_USE)), False),
        (replace(rule, activities=(AGGREGATE, SECONDARY_USE)), False),
        (replace(rule, activities=(f"{AGGREGATE}=2030-01-31",)), False),
        (replace(rule, permission=Duo.GRU), False),
    ):
        assert is_part(held, rule) is part


def test_the_order_of_scopes_and_repetition_do_not_matter() -> None:
    assert canonical_scopes(["b", "a", "b"]) == ("a", "b")
    assert canonical_scopes([SECONDARY_USE]) == canonical_scopes([]) == ()


def test_each_activity_is_said_in_plain_words() -> None:
    assert set(ACTIVITY_WORDS) == set(ACTIVITIES)
    speaker = Speaker(extract())
    (plain,) = speaker.terms(terms(Duo.HMB))
    assert plain.limits == ()
    scoped = replace(alternative(Duo.HMB), activities=(AGGREGATE, "project:P-1"))
    (said,) = speaker.terms((scoped,))
    only = "This choice is only for this: counting how often a change in the genes occurs, "
    assert said.limits == (f"{only}with no person shown; the project P-1.",)
