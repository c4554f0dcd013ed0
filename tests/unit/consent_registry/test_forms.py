# SPDX-License-Identifier: Apache-2.0
"""Forms: what is refused before anybody is asked, and what answers grant."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from consent_registry.domain.answers import RawAnswer, derive, read_answers, stored_answers
from consent_registry.domain.conditions import BadCondition, read_condition
from consent_registry.domain.duo import Duo
from consent_registry.domain.form import (
    ELEMENTS,
    MAX_QUESTIONS,
    StoredForm,
    version_key,
)
from consent_registry.domain.form_check import Law, check
from consent_registry.domain.form_demand import form_use
from consent_registry.domain.form_file import form_of, read_form
from consent_registry.domain.form_outcomes import can_grant
from consent_registry.domain.records import answers_of, personal_part, terms_of
from shared.errors import ValidationFailed
from tests.fakes.consent_factories import alternative, extract
from tests.fakes.form_factories import (
    ACTIVITIES,
    LIMITED,
    example_document,
    example_form,
    small_document,
    text,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def faults(document: Any) -> set[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as refused:
        read_form(document)
    return {(fault.pointer, fault.code) for fault in refused.value.faults}


def broken(**changes: Any) -> tuple[Law, tuple[str, ...], str] | None:
    found = check(read_form(small_document(**changes)), extract()).counterexample
    return (found.law, found.yes, found.taken_back) if found else None


def test_the_example_keeps_every_law_states_every_element_in_three_languages() -> None:
    form = example_form()
    found = check(form, extract())
    assert (found.combinations, found.counterexample) == (256, None)
    assert form.missing_elements == ()
    assert set(form.texts) == {"en", "fi", "pt"}


def test_the_hash_depends_on_what_is_said_and_not_on_how_it_is_written() -> None:
    document = example_document()
    backwards = dict(reversed(list(document.items())))
    form = read_form(document)
    assert read_form(json.loads(json.dumps(backwards, indent=7))).sha256 == form.sha256
    assert form_of(form.document) == form
    # Stable over releases: a form in use is known by this name.
    assert form.sha256 == "32453d1858e025f933dcef4bbc9305e3e4035d9d53c84e88aede9db28fb11476"
    document["texts"]["pt"]["title"] += "."
    assert read_form(document).sha256 != form.sha256


@pytest.mark.parametrize("word", ["default", "checked", "preselected", "default_answer", "value"])
def test_there_is_no_place_for_a_default_answer(word: str) -> None:
    at_question = small_document()
    at_question["questions"][0][word] = "yes"
    assert ("/questions/0", "unknown_field") in faults(at_question)
    at_text = small_document()
    at_text["texts"]["en"]["questions"]["health"][word] = "yes"
    assert ("/texts/en/questions/health", "unknown_field") in faults(at_text)
    assert ("", "unknown_field") in faults(small_document(**{word: {"health": "yes"}}))


def test_a_form_needs_a_language_and_every_translation_whole() -> None:
    assert ("/texts", "language_missing") in faults(small_document(texts={}))
    part = text("health")
    found = faults(small_document(texts={"en": text("health", "companies"), "fi": part}))
    assert found == {("/texts/fi/questions/companies", "translation_incomplete")}
    blank = text("health", "companies")
    blank["questions"]["health"]["no"] = "   "
    found = faults(small_document(texts={"en": text("health", "companies"), "fi": blank}))
    assert found == {("/texts/fi/questions/health/no", "translation_incomplete")}
    less = text("health", "companies", without="risks")
    found = faults(small_document(texts={"en": text("health", "companies"), "fi": less}))
    assert found == {("/texts/fi/elements/risks", "translation_incomplete")}


def test_what_the_questions_may_be_is_bounded_and_the_bound_is_said() -> None:
    many = [{"key": f"q{number}"} for number in range(MAX_QUESTIONS + 1)]
    with pytest.raises(ValidationFailed) as refused:
        read_form(small_document(questions=many))
    sizes = [fault for fault in refused.value.faults if fault.code == "form_too_large"]
    assert ["4096" in fault.detail for fault in sizes] == [True]


def test_a_form_that_no_request_could_carry_is_refused() -> None:
    long = text("health", "companies")
    long["elements"] = dict.fromkeys(long["elements"], "x" * 8000)
    languages = {f"{first}a": long for first in "abcdefgh"}
    assert faults(small_document(texts=languages)) == {("", "form_too_large")}
    del languages["ha"], languages["ga"], languages["fa"]
    assert read_form(small_document(texts=languages)).missing_elements == ()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"format": "x"}, ("/format", "invalid")),
        ({"version": "1"}, ("/version", "invalid")),
        ({"version": "1.01"}, ("/version", "invalid")),
        ({"form": "Ä"}, ("/form", "invalid")),
        ({"refused_when": "not nobody"}, ("/refused_when", "invalid")),
        ({"refused_when": None}, ("/refused_when", "invalid")),
        ({"rules": []}, ("/rules", "invalid")),
        ({"rules": [{**LIMITED, "activities": []}]}, ("/rules/0/activities", "invalid")),
        ({"rules": [{**LIMITED, "activities": ["x"]}]}, ("/rules/0/activities", "invalid")),
        (
            {"rules": [{**LIMITED, "diseases_from": "health"}]},
            ("/rules/0/diseases_from", "invalid"),
        ),
        ({"rules": [{**LIMITED, "modifiers": []}]}, ("/rules/0/modifiers", "invalid")),
        ({"questions": [{"key": "health"}, {"key": "health"}]}, ("/questions/1/key", "invalid")),
        ({"questions": [{"key": "not"}]}, ("/questions/0/key", "invalid")),
        (
            {"questions": [{"key": "health", "illnesses": ["x"]}]},
            ("/questions/0/illnesses", "invalid"),
        ),
        ({"ethics_reference": 1.5}, ("", "invalid")),
    ],
)
def test_each_fault_is_named_by_its_place(change: Any, fault: tuple[str, str]) -> None:
    assert fault in faults(small_document(**change))


@pytest.mark.parametrize("value", [None, [], {}, "x", 1, {1: 2}])
def test_what_is_no_form_is_refused(value: object) -> None:
    assert faults(value)


def test_a_question_that_decides_nothing_is_refused() -> None:
    found = faults(small_document("health", "companies", "weather"))
    assert found == {("/questions/2", "question_unused")}


def test_rules_must_speak_to_every_combination() -> None:
    assert broken() is None
    # Whoever says yes to companies alone is neither granting nor refusing.
    said = broken(refused_when="not health and not companies")
    assert said == (Law.TOTAL, ("companies",), "")
    # Whoever says yes to both is said to do both.
    assert broken(refused_when="companies or not health") == (
        Law.TOTAL,
        ("health", "companies"),
        "",
    )


def test_a_combination_whose_grant_is_not_usable_is_found() -> None:
    twice = [{"code": "NPU"}, {"code": "NPU", "when": "companies"}]
    assert broken(rules=[{**LIMITED, "modifiers": twice}]) == (
        Law.TOTAL,
        ("health", "companies"),
        "",
    )
    no_value = {**LIMITED, "modifiers": [{"code": "GS", "when": "not companies"}]}
    found = check(read_form(small_document(rules=[no_value])), extract()).counterexample
    assert found is not None
    assert found.sentence() == "yes to health: a grant is not usable: this term needs a value (GS)"


def test_silence_grants_nothing() -> None:
    eager = {**LIMITED, "when": "health or not companies"}
    assert broken(rules=[eager], refused_when="companies and not health") == (Law.SILENCE, (), "")


def test_one_more_refusal_never_widens() -> None:
    upside_down = {**LIMITED, "modifiers": [{"code": "NPU", "when": "companies"}]}
    assert broken(rules=[upside_down]) == (Law.MONOTONIC, ("health", "companies"), "companies")
    # A duty of researchers that a no takes away is a widening too.
    duty = {**LIMITED, "modifiers": [{"code": "IRB", "when": "companies"}]}
    assert broken(rules=[duty]) == (Law.MONOTONIC, ("health", "companies"), "companies")
    # And so is a scope.
    scope = {**LIMITED, "when": "health and not companies", "activities": ["af_aggregate"]}
    assert broken(rules=[LIMITED, scope]) == (Law.MONOTONIC, ("health", "companies"), "companies")


def test_an_illness_that_may_be_any_is_not_taken_for_one_that_fits() -> None:
    document = small_document("any", "mine", refused_when="not any and not mine")
    document["questions"][1]["illnesses"] = ["MONDO:0007254"]  # breast cancer
    limit = {"permission": "DS", "activities": ACTIVITIES}
    document["rules"] = [
        {**limit, "when": "any and not mine", "diseases": ["MONDO:0004992"]},  # cancer
        {**limit, "when": "mine", "diseases_from": "mine"},
    ]
    found = check(read_form(document), extract()).counterexample
    assert found is not None
    assert (found.law, found.taken_back) == (Law.MONOTONIC, "mine")


def test_an_illness_out_of_use_is_refused() -> None:
    document = example_document()
    document["questions"][2]["illnesses"].append("MONDO:9999998")
    with pytest.raises(ValidationFailed) as refused:
        check(read_form(document), extract())
    assert [fault.pointer for fault in refused.value.faults] == ["/questions/2/illnesses"]


@pytest.mark.parametrize(
    "text", ["", "and", "a b", "(a", "a)", "not", "a or", "A", "a; b", "(" * 50 + "a", "a " * 300]
)
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(BadCondition):
        read_condition(text)


@pytest.mark.parametrize(
    ("text", "yes", "holds"),
    [
        ("a or b and c", "a", True),
        ("a or b and c", "b", False),
        ("(a or b) and c", "a", False),
        ("not a and b", "b", True),
        ("not (a and b)", "ab", False),
        ("not not a", "a", True),
    ],
)
def test_conditions_read_as_they_are_written(text: str, yes: str, holds: bool) -> None:
    assert read_condition(text).holds(set(yes)) is holds


def said(**answers: str) -> list[RawAnswer]:
    """Make answers: `said(health="yes", illnesses="MONDO:0004992")`."""
    return [
        RawAnswer(question=key, answer="yes", illnesses=tuple(value.split()))
        if value.startswith("MONDO")
        else RawAnswer(question=key, answer=value)
        for key, value in answers.items()
    ]


def test_answers_grant_by_the_rules_and_what_is_left_open_is_a_no() -> None:
    form = example_form()
    answers = read_answers(form, "fi", said(health="yes", methods="yes", origins="no"))
    assert [(one.question, one.yes) for one in answers.answers if one.yes is not None] == [
        ("health", True),
        ("origins", False),
        ("methods", True),
    ]
    assert derive(form, answers, extract()) == (alternative(Duo.HMB, Duo.NPU, Duo.IRB, GS="EEA"),)
    assert derive(form, read_answers(form, "en", ()), extract()) == ()


def test_the_illnesses_and_the_activity_of_a_grant_are_those_answered() -> None:
    form = example_form()
    answers = read_answers(
        form, "en", said(illnesses="MONDO:0005015 MONDO:0004992", counting="yes")
    )
    ds, counted = derive(form, answers, extract())
    assert ds.diseases == ("MONDO:0004992", "MONDO:0005015")
    assert (ds.activities, counted.activities) == ((), ("af_aggregate",))


@pytest.mark.parametrize(
    "raw",
    [
        RawAnswer(question="weather", answer="yes"),
        RawAnswer(question="health", answer="maybe"),
        RawAnswer(question="health", answer=""),
        RawAnswer(question="health", answer="yes", illnesses=("MONDO:0004992",)),
        RawAnswer(question="illnesses", answer="yes"),
        RawAnswer(question="illnesses", answer="yes", illnesses=("MONDO:0005148",)),
    ],
)
def test_answers_that_do_not_fit_the_form_are_refused(raw: RawAnswer) -> None:
    with pytest.raises(ValidationFailed):
        read_answers(example_form(), "en", [raw])


def test_a_question_answered_twice_or_in_a_foreign_language_is_refused() -> None:
    twice = said(health="yes") + said(health="no")
    for language, raw in (("en", twice), ("sv", [])):
        with pytest.raises(ValidationFailed):
            read_answers(example_form(), language, raw)


def test_answers_are_of_the_personal_part_and_come_back_from_it() -> None:
    form = example_form()
    answers = read_answers(form, "pt", said(illnesses="MONDO:0004992", companies="no"))
    terms = derive(form, answers, extract())
    personal = personal_part(terms, None, answers)
    assert (answers_of(personal), terms_of(personal)) == (answers, terms)
    assert answers_of(personal_part(terms, None)) is None
    assert answers_of(b"") is None
    assert stored_answers({"form": "x"}) is None


def test_every_missing_element_is_named_and_blocks_the_consent() -> None:
    for element in ELEMENTS:
        texts = {"en": text("health", "companies", without=element)}
        form = read_form(small_document(texts=texts))
        assert form.missing_elements == (element,)
        use = form_use({}, [StoredForm(form=form, recorded_at=NOW, published_at=NOW)])
        _, (fault,) = use.judge("GDI-ZZ-DATASET-1", form.sha256, NOW)
        assert (fault.what.code, fault.hint) == ("E-FORM-04", f"missing: {element}")


def test_a_demanded_form_is_named_published_and_not_retired() -> None:
    first = read_form(small_document())
    other = read_form(small_document(form="other"))
    draft = read_form(small_document(version="1.1"))
    day = timedelta(days=1)
    use = form_use(
        {"D": "small", "E": ""},
        [
            StoredForm(form=first, recorded_at=NOW, published_at=NOW, retired_at=NOW + day),
            StoredForm(form=other, recorded_at=NOW, published_at=NOW),
            StoredForm(form=draft, recorded_at=NOW),
        ],
    )

    def judged(dataset: str, named: str, at: datetime = NOW) -> str:
        form, faults = use.judge(dataset, named, at)
        return faults[0].what.name if faults else form

    assert judged("D", first.sha256) == judged("D", "small@1.0") == first.sha256
    assert judged("D", "small@1.0", NOW + day) == "FORM_RETIRED"
    assert judged("D", "") == "FORM_REQUIRED"
    for unknown in ("paper-7", draft.sha256, "other@1.0", other.sha256):
        assert judged("D", unknown) == "FORM_UNKNOWN"
    assert judged("E", "") == ""
    assert judged("E", "other@1.0") == other.sha256
    for unknown in ("paper-7", draft.sha256, "small@1.1", "other@2.0", "other"):
        assert judged("E", unknown) == "FORM_NOT_PUBLISHED"
    assert judged("E", "small@1.0", NOW + day) == "FORM_RETIRED"


def test_gics_2_15_2_versions_of_several_digits_are_in_the_order_of_numbers() -> None:
    versions = ["1.10", "2.0", "1.9", "1.2.10", "1.2.9"]
    assert sorted(versions, key=version_key) == ["1.2.9", "1.2.10", "1.9", "1.10", "2.0"]


def test_a_form_can_grant_what_some_answers_make_and_nothing_else() -> None:
    form = example_form()
    can = [
        alternative(Duo.HMB, Duo.NPU, Duo.NMDS, Duo.IRB, GS="EEA"),
        alternative(Duo.GRU, Duo.IRB),
        alternative(Duo.DS, Duo.NMDS, Duo.IRB, diseases="MONDO:0005015 MONDO:0004992"),
        replace(alternative(Duo.HMB, Duo.NPU), activities=("af_aggregate",)),
    ]
    cannot = [
        alternative(Duo.HMB),
        alternative(Duo.NRES),
        alternative(Duo.HMB, Duo.NPU, Duo.NMDS, Duo.IRB, GS="FI"),
        alternative(Duo.HMB, Duo.NPU),
        alternative(Duo.DS, Duo.IRB, diseases="MONDO:0004992 MONDO:0005148"),
        alternative(Duo.HMB, Duo.IRB, Duo.CC),
        replace(alternative(Duo.HMB, Duo.IRB), activities=("subject_query",)),
    ]
    assert [can_grant(form, (one,), extract()) for one in can] == [True] * len(can)
    assert [can_grant(form, (one,), extract()) for one in cannot] == [False] * len(cannot)
    # Each by itself can be; together they are what nobody can answer.
    limited, free = alternative(Duo.HMB, Duo.NPU, Duo.IRB), alternative(Duo.GRU, Duo.IRB)
    assert [can_grant(form, (one,), extract()) for one in (limited, free)] == [True, True]
    assert not can_grant(form, (limited, free), extract())
    assert can_grant(form, (alternative(Duo.HMB, Duo.IRB), free), extract())
