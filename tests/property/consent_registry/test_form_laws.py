# SPDX-License-Identifier: Apache-2.0
"""A form that passes its check keeps its promises for real answers; and rules bent at random."""

import json
import random as standard_random
import re
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from consent_registry.domain.answers import RawAnswer, derive, read_answers
from consent_registry.domain.form import Form
from consent_registry.domain.form_check import check
from consent_registry.domain.form_file import read_form
from consent_registry.domain.form_outcomes import can_grant
from consent_registry.domain.matching import match
from consent_registry.domain.meet import Comparison, meet
from consent_registry.domain.records import answers_of, personal_part, terms_of
from consent_registry.domain.terms import Terms
from consent_registry.domain.verdict import Result
from shared.errors import ValidationFailed
from tests.fakes.consent_factories import extract, inquiry
from tests.fakes.form_factories import ACTIVITIES, example_document, example_form, small_document

from .test_cohort_laws import consents, purposes

KEYS = ("a", "b", "c")
FORM = example_form()
COMPARISON = Comparison(extract())
ILLNESSES = FORM.questions[2].illnesses
MODIFIERS = (
    {"code": "NPU"},
    {"code": "IRB"},
    {"code": "TS", "values": ["12"]},
    {"code": "GS", "values": ["EEA"]},
    {"code": "CC"},
)
LIMITS: tuple[dict[str, list[str]], ...] = (
    {"data_categories": ["genome"]},
    {"data_categories": ["genome", "images"]},
)


@st.composite
def answers(draw: st.DrawFn) -> dict[str, RawAnswer]:
    given_answers: dict[str, RawAnswer] = {}
    for question in FORM.questions:
        answer = draw(st.sampled_from(["yes", "no", None]))
        if answer is None:
            continue
        picked: tuple[str, ...] = ()
        if answer == "yes" and question.illnesses:
            picked = tuple(draw(st.sets(st.sampled_from(ILLNESSES), min_size=1)))
        given_answers[question.key] = RawAnswer(
            question=question.key, answer=answer, illnesses=picked
        )
    return given_answers


def granted(said: dict[str, RawAnswer]) -> Terms:
    return derive(FORM, read_answers(FORM, "en", list(said.values())), extract())


@given(answers(), st.sampled_from([question.key for question in FORM.questions]), purposes())
def test_one_more_refusal_permits_no_purpose_that_was_not_permitted(
    said: dict[str, RawAnswer], key: str, asked: Any
) -> None:
    refusing = {**said, key: RawAnswer(question=key, answer="no")}
    before, after = granted(said), granted(refusing)
    assert after == granted({name: one for name, one in said.items() if name != key})
    assert not COMPARISON.widens(before, after)
    if match(after, inquiry(asked)).result is Result.PERMIT:
        assert match(before, inquiry(asked)).result is Result.PERMIT


@given(answers())
def test_grants_derived_again_from_what_was_kept_are_the_same(said: dict[str, RawAnswer]) -> None:
    given_answers = read_answers(FORM, "fi", list(said.values()))
    terms = derive(FORM, given_answers, extract())
    personal = personal_part(terms or None, None, given_answers)
    kept = answers_of(personal)
    assert kept is not None
    assert derive(FORM, kept, extract()) == (terms_of(personal) or ())


def shuffled(value: Any, random: standard_random.Random) -> Any:
    """Write the members of every object in another order."""
    if isinstance(value, dict):
        items = [(key, shuffled(one, random)) for key, one in value.items()]
        random.shuffle(items)
        return dict(items)
    return [shuffled(one, random) for one in value] if isinstance(value, list) else value


@settings(max_examples=20)
@given(st.randoms())
def test_the_hash_is_of_what_is_said_and_not_of_the_order_of_members(
    random: standard_random.Random,
) -> None:
    assert read_form(shuffled(example_document(), random)).sha256 == FORM.sha256


@given(answers())
def test_what_answers_grant_is_what_the_form_can_grant(said: dict[str, RawAnswer]) -> None:
    assert can_grant(FORM, granted(said), extract())


@given(consents, consents, purposes())
def test_what_does_not_widen_permits_nothing_more(before: Terms, after: Terms, asked: Any) -> None:
    assert COMPARISON.widens(before, after) == (
        meet((before, after), extract()) != meet((after,), extract())
    )
    narrower = not COMPARISON.widens(before, after)
    if narrower and match(after, inquiry(asked)).result is Result.PERMIT:
        assert match(before, inquiry(asked)).result is Result.PERMIT


conditions = st.recursive(
    st.sampled_from(KEYS),
    lambda inner: st.one_of(
        inner.map(lambda one: f"not ({one})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda three: f"({three[0]}) {three[1]} ({three[2]})"
        ),
    ),
    max_leaves=3,
)


never: dict[str, str] = {}
maybe_when = st.one_of(st.just(never), conditions.map(lambda text: {"when": text}))


@st.composite
def forms(draw: st.DrawFn) -> tuple[tuple[str, ...], Form]:
    """Make rules that may keep every law or none, and the questions they ask."""
    rules: list[Any] = []
    for _ in range(draw(st.integers(1, 3))):
        modifiers = [
            {**draw(st.sampled_from(MODIFIERS)), **draw(maybe_when)}
            for _ in range(draw(st.integers(0, 2)))
        ]
        rules.append(
            {
                "when": draw(conditions),
                "permission": draw(st.sampled_from(["GRU", "HMB", "POA"])),
                "activities": draw(st.sampled_from([ACTIVITIES, ["af_aggregate"]])),
                **draw(st.sampled_from([never, never, *LIMITS])),
                **({"modifiers": modifiers} if modifiers else {}),
            }
        )
    whens = " or ".join(f"({rule['when']})" for rule in rules)
    asked = tuple(key for key in KEYS if key in re.findall(r"\w+", json.dumps(rules)))
    refused = draw(st.sampled_from([f"not ({whens})", f"not ({whens})", f"not {asked[0]}"]))
    return asked, read_form(small_document(*asked, rules=rules, refused_when=refused))


@settings(max_examples=60)
@given(forms())
def test_the_check_finds_what_trying_all_pairs_of_answers_finds(
    made: tuple[tuple[str, ...], Form],
) -> None:
    """Steps of one answer are enough: no pair of combinations, however far apart, says more."""
    keys, form = made
    every = [
        frozenset(key for key, yes in zip(keys, combination, strict=True) if yes)
        for combination in product([False, True], repeat=len(keys))
    ]
    try:
        terms = {yes: _terms(form, yes) for yes in every}
    except ValidationFailed:
        assert check(form, extract()).counterexample is not None
        return
    holds = (
        terms[frozenset()] == ()
        and all(bool(terms[yes]) is not form.refused_when.holds(yes) for yes in every)
        and not any(
            COMPARISON.widens(terms[more], terms[less])
            for more in every
            for less in every
            if less < more
        )
    )
    assert (check(form, extract()).counterexample is None) is holds


def _terms(form: Form, yes: frozenset[str]) -> Terms:
    raw = [RawAnswer(question=key, answer="yes") for key in sorted(yes)]
    return derive(form, read_answers(form, "en", raw), extract())
