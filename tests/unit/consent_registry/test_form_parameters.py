# SPDX-License-Identifier: Apache-2.0
"""Values of modifiers that a person chooses: typed when a form is read, tried when checked."""

from itertools import chain, combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent_registry.domain.answers import RawAnswer, derive, read_answers
from consent_registry.domain.duo import Duo
from consent_registry.domain.form import Form
from consent_registry.domain.form_check import Law, check
from consent_registry.domain.form_file import read_form
from consent_registry.domain.form_outcomes import can_grant
from consent_registry.domain.meet import Comparison
from consent_registry.domain.places import COUNTRIES
from consent_registry.domain.records import answers_of, personal_part
from consent_registry.domain.terms import Terms
from shared.errors import ValidationFailed
from tests.fakes.consent_factories import alternative, extract
from tests.fakes.form_factories import (
    LIMITED,
    MONTHS,
    PLACES,
    choosing_document,
    small_document,
)

COMPARISON = Comparison(extract())


def faults(document: Any) -> set[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as refused:
        read_form(document)
    return {(fault.pointer, fault.code) for fault in refused.value.faults}


def broken(document: Any) -> tuple[Law, tuple[str, ...], str] | None:
    found = check(read_form(document), extract()).counterexample
    return (found.law, found.yes, found.taken_back) if found else None


def yes(key: str, *values: str) -> RawAnswer:
    return RawAnswer(question=key, answer="yes", values=values)


def granted(form: Form, *answers: RawAnswer) -> Terms:
    return derive(form, read_answers(form, "en", answers), extract())


def question(number: int, **changes: Any) -> Any:
    document = choosing_document()
    document["questions"][number] |= changes
    return document


def limited(*modifiers: Any) -> Any:
    return choosing_document(rules=[{**LIMITED, "modifiers": list(modifiers)}])


def test_what_she_chooses_is_what_she_grants_and_what_she_leaves_open_is_not() -> None:
    form = read_form(choosing_document())
    assert check(form, extract()).counterexample is None
    chosen = granted(form, yes("health"), yes("places", "PT", "EE"), yes("longer", "60"))
    assert chosen == (alternative(Duo.HMB, GS="EE LV PT", TS="60"),)
    assert granted(form, yes("health")) == (alternative(Duo.HMB, GS="LV", TS="12"),)
    assert granted(form, yes("places", "EE")) == ()


def test_a_choice_is_kept_with_the_answers_and_grants_the_same_again() -> None:
    form = read_form(choosing_document())
    answers = read_answers(form, "en", [yes("health"), yes("longer", "24")])
    terms = derive(form, answers, extract())
    kept = answers_of(personal_part(terms, None, answers))
    assert kept == answers
    assert derive(form, kept, extract()) == terms


@pytest.mark.parametrize(
    "raw",
    [
        yes("places"),
        yes("places", "SE"),
        yes("places", "EE", "SE"),
        yes("longer"),
        yes("longer", "12", "24"),
        yes("longer", "13"),
        yes("health", "EE"),
    ],
)
def test_choices_that_the_question_does_not_offer_are_refused(raw: RawAnswer) -> None:
    with pytest.raises(ValidationFailed) as refused:
        read_answers(read_form(choosing_document()), "en", [raw])
    assert [fault.pointer for fault in refused.value.faults] == ["/answers/0/values"]


def test_a_no_chooses_nothing() -> None:
    form = read_form(choosing_document())
    raw = RawAnswer(question="places", answer="no", values=("EE",))
    assert read_answers(form, "en", [raw]).answers[1].values == ()


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (question(1, values=["EE", "XX"]), ("/questions/1/values", "invalid")),
        (question(1, values=["ee"]), ("/questions/1/values", "invalid")),
        (question(1, values=[]), ("/questions/1/values", "invalid")),
        (question(1, illnesses=["MONDO:0004992"]), ("/questions/1/parameter", "invalid")),
        (question(2, values=["0"]), ("/questions/2/values", "invalid")),
        (question(2, values=["P2Y"]), ("/questions/2/values", "invalid")),
        (question(2, values=["2027-01-01"]), ("/questions/2/values", "invalid")),
        # A date for a moratorium is none for a time limit, and neither is a list.
        (question(2, parameter="MOR"), ("/questions/2/values", "invalid")),
        (question(1, parameter="IS"), ("/questions/1/values", "invalid")),
        (question(1, parameter="RS"), ("/questions/1/parameter", "invalid")),
        (question(1, parameter="NPU"), ("/questions/1/parameter", "invalid")),
        (question(1, parameter=7), ("/questions/1/parameter", "invalid")),
        (question(0, parameter="GS"), ("/questions/0/values", "missing")),
        (question(0, values=["EE"]), ("/questions/0/values", "invalid")),
        (
            limited({"code": "GS", "values_from": "longer"}),
            ("/rules/0/modifiers/0/values_from", "invalid"),
        ),
        (
            limited({"code": "GS", "values_from": "nobody"}),
            ("/rules/0/modifiers/0/values_from", "invalid"),
        ),
        (
            limited({"code": "TS", "values": ["12"], "values_from": "longer"}),
            ("/rules/0/modifiers/0/values", "invalid"),
        ),
        (limited({"code": "NPU", "when": "places"}), ("/questions/1", "question_unused")),
    ],
)
def test_each_fault_is_named_when_the_form_is_read(document: Any, fault: tuple[str, str]) -> None:
    assert fault in faults(document)


def test_every_value_has_a_name_in_every_language() -> None:
    document = choosing_document()
    del document["texts"]["en"]["questions"]["places"]["values"]["FI"]
    document["texts"]["en"]["questions"]["places"]["values"]["SE"] = "Sweden"
    place = "/texts/en/questions/places/values"
    found = {(f"{place}/FI", "translation_incomplete"), (place, "unknown_field")}
    assert faults(document) == found


def test_a_no_that_allows_longer_than_some_choice_is_found() -> None:
    limits = [
        {"code": "GS", "values_from": "places", "when": "places"},
        {"code": "GS", "values": ["LV"], "when": "not places"},
        {"code": "TS", "values_from": "longer", "when": "longer"},
        {"code": "TS", "values": ["24"], "when": "not longer"},
    ]
    # Whoever chose other countries, and then says no, lets in Latvia, where nobody was.
    taken = broken(limited(*limits))
    assert taken == (Law.MONOTONIC, ("health", "places"), "places")
    limits[:2] = [{"code": "GS", "values": ["LV"], "values_from": "places"}]
    assert broken(limited(*limits)) == (Law.MONOTONIC, ("health", "longer"), "longer")
    limits[-1] = {"code": "TS", "values": ["12"], "when": "not longer"}
    assert broken(limited(*limits)) is None


def test_both_ends_of_what_a_question_offers_are_tried() -> None:
    """A refusal elsewhere may put a choice into the place of a fixed limit."""
    for fixed, sound in (("24", False), ("12", False), ("60", True)):
        document = limited(
            {"code": "GS", "values": ["LV"], "values_from": "places"},
            {"code": "TS", "values": [fixed], "when": "places"},
            {"code": "TS", "values_from": "longer", "when": "longer and not places"},
            {"code": "TS", "values": ["1"], "when": "not longer and not places"},
        )
        # Whoever takes the places back has 12 to 60 months then.
        assert (broken(document) is None) is sound


def test_a_moratorium_is_narrower_the_later_it_ends() -> None:
    document = question(2, parameter="MOR", values=["2027-12-31", "2030-01-01"])
    named = {value: value for value in ("2027-12-31", "2030-01-01")}
    document["texts"]["en"]["questions"]["longer"]["values"] = named
    earlier = {"code": "MOR", "values_from": "longer", "when": "longer"}
    for value, sound in (("2029-01-01", False), ("2027-12-31", False), ("2030-01-01", True)):
        without = {"code": "MOR", "values": [value], "when": "not longer"}
        document["rules"][0]["modifiers"] = [
            {"code": "GS", "values": ["LV"], "values_from": "places"},
            earlier,
            without,
        ]
        assert (broken(document) is None) is sound


def test_a_value_that_nobody_named_is_found() -> None:
    """A grant that needs what a question asks for needs a yes to that question."""
    without_yes = limited(
        {"code": "GS", "values_from": "places"},
        {"code": "TS", "values_from": "longer", "when": "longer"},
    )
    assert broken(without_yes) == (Law.TOTAL, ("health",), "")
    illnesses = small_document("health", "mine", refused_when="not health")
    illnesses["questions"][1]["illnesses"] = ["MONDO:0007254"]
    rule = {**LIMITED, "permission": "DS", "diseases_from": "mine"}
    illnesses["rules"] = [{**rule, "modifiers": [{"code": "NPU", "when": "not mine"}]}]
    assert broken(illnesses) == (Law.TOTAL, ("health",), "")


def test_bounds_are_few_and_a_form_that_names_every_country_is_refused() -> None:
    many = [{"key": f"t{n}", "parameter": "TS", "values": ["12"]} for n in range(3)]
    assert ("/questions", "form_too_large") in faults(choosing_document(questions=many))
    every = sorted(COUNTRIES)
    limits = [
        {"code": "GS", "values": every[start : start + 60], "values_from": "places"}
        for start in range(0, len(every), 60)
    ]
    whole = limited(*limits, {"code": "TS", "values_from": "longer", "when": "longer"})
    with pytest.raises(ValidationFailed) as refused:
        check(read_form(whole), extract())
    assert refused.value.faults[0].pointer == "/questions/1/values"


def test_a_form_can_grant_what_some_choice_makes_and_nothing_else() -> None:
    form = read_form(choosing_document())
    can = [{"GS": "LV", "TS": "12"}, {"GS": "EE LV", "TS": "60"}, {"GS": "EE FI LV PT", "TS": "24"}]
    cannot = [{"GS": "EE", "TS": "12"}, {"GS": "LV SE", "TS": "12"}, {"GS": "LV", "TS": "36"}]
    cannot += [{"GS": "LV"}, {"TS": "12"}]
    assert [can_grant(form, (alternative(Duo.HMB, **one),), extract()) for one in can] == [True] * 3
    assert not any(can_grant(form, (alternative(Duo.HMB, **one),), extract()) for one in cannot)


PLACED: tuple[list[Any], ...] = (
    [],
    [{"code": "GS", "values_from": "places"}],
    [{"code": "GS", "values": ["FI"], "values_from": "places"}],
    [{"code": "GS", "values": ["LV", "EU"], "values_from": "places"}],
    [{"code": "GS", "values_from": "places", "when": "places"}],
    *(
        [
            {"code": "GS", "values_from": "places", "when": "places"},
            {"code": "GS", "values": [value], "when": "not places"},
        ]
        for value in ("EE", "LV", "EU")
    ),
    [
        {"code": "GS", "values_from": "places", "when": "places and longer"},
        {"code": "GS", "values": ["EU"], "when": "places and not longer"},
    ],
)
LIMITED_TO: tuple[list[Any], ...] = (
    [],
    [{"code": "TS", "values_from": "longer"}],
    [{"code": "TS", "values": ["24"]}],
    *(
        [
            {"code": "TS", "values_from": "longer", "when": "longer"},
            {"code": "TS", "values": [value], "when": "not longer"},
        ]
        for value in ("6", "12", "24", "60", "61")
    ),
    [
        {"code": "TS", "values": ["60"], "when": "places and not longer"},
        {"code": "TS", "values_from": "longer", "when": "longer"},
    ],
)
WHEN = ("health", "health", "health and places", "health and longer", "health and not longer")


@st.composite
def rules(draw: st.DrawFn) -> list[Any]:
    made: list[Any] = []
    for _ in range(draw(st.integers(1, 2))):
        limits = draw(st.sampled_from(PLACED)) + draw(st.sampled_from(LIMITED_TO))
        when = draw(st.sampled_from(WHEN))
        made.append({**LIMITED, "when": when, "modifiers": limits or [{"code": "NPU"}]})
    # So that both questions are always asked for, and what they ask for is taken up.
    asked = [
        {"code": "GS", "values_from": "places", "when": "places"},
        {"code": "TS", "values_from": "longer", "when": "longer"},
    ]
    return [*made, {**LIMITED, "when": "health and places and longer", "modifiers": asked}]


@settings(max_examples=80)
@given(rules())
def test_the_check_finds_what_trying_every_choice_finds(made: list[Any]) -> None:
    """Every subset of the countries and every limit, one refusal or one country less at a time."""
    when = " and ".join(f"not ({rule['when']})" for rule in made)
    form = read_form(choosing_document(rules=made, refused_when=when))
    found = check(form, extract()).counterexample
    try:
        widens = _widens(form)
    except ValidationFailed:
        assert found is not None
        return
    assert (found is not None) is widens


def _widens(form: Form) -> bool:
    subsets = list(chain.from_iterable(combinations(PLACES, size) for size in range(4)))
    terms = {
        (health, places, limit): granted(form, *said(health, places, limit))
        for health, places, limit in product([True, False], subsets, ["", *MONTHS])
    }
    return any(
        COMPARISON.widens(before, terms[less])
        for (health, places, limit), before in terms.items()
        for less in [
            (False, places, limit),
            (health, (), limit),
            (health, places, ""),
            *((health, tuple(one for one in places if one != gone), limit) for gone in places),
        ]
    )


def said(health: bool, places: tuple[str, ...], limit: str) -> list[RawAnswer]:
    answers = [yes("health")] if health else []
    answers += [yes("places", *places)] if places else []
    return answers + ([yes("longer", limit)] if limit else [])
