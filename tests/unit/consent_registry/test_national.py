# SPDX-License-Identifier: Apache-2.0
"""National codes: defined in the policy, typed, judged three-valued, and never a permit unseen."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent_registry.adapters.resources import read_policy
from consent_registry.domain.cohort import evaluate, open_matters
from consent_registry.domain.duo import Duo, ValueKind
from consent_registry.domain.history import Standing, State
from consent_registry.domain.matching import Inquiry, match
from consent_registry.domain.meet import meet
from consent_registry.domain.national import NationalCode, NationalRule, Vocabulary, find_national
from consent_registry.domain.policy_file import load_policy
from consent_registry.domain.purpose import Category, Purpose, from_json
from consent_registry.domain.row_codes import RowCode
from consent_registry.domain.rows import COLUMNS, Row, RowReader
from consent_registry.domain.terms import (
    Alternative,
    Modifier,
    RawAlternative,
    RawModifier,
    Terms,
    canonical_text,
    read_alternative,
    to_json,
)
from consent_registry.domain.terms import (
    from_json as terms_from_json,
)
from consent_registry.domain.verdict import Obligation, Question, Reason, Result
from consent_registry.http.pages.saying import Speaker
from consent_registry.usecases.checking import check_cases
from shared.country_policy import PolicyFaults
from tests.fakes.consent_factories import GOOD_POLICY, NOON, extract, inquiry, purpose
from tests.property.consent_registry.test_cohort_laws import index_of

CODES = """
[national_codes."EE:CLOUD"]
kind = "modifier"
label = { en = "Only on computers in Estonia.", et = "Ainult Eestis." }
parameter = "none"
rule = "deny_unless"
[national_codes."EE:LAB"]
kind = "modifier"
label = { en = "Only in these laboratories" }
parameter = "texts"
rule = "manual"
[national_codes."EE:TELL"]
kind = "modifier"
label = { en = "Tell the public within" }
parameter = "months"
rule = "obligation"
"""
POLICY = load_policy(GOOD_POLICY + CODES)
VOCABULARY: Vocabulary = POLICY.vocabulary
NAMES = ("EE:CLOUD", "EE:LAB", "EE:TELL", "EE:GONE", "FI:OTHER")
EVERYTHING = frozenset(NAMES)


def national(name: str, *values: str) -> Modifier:
    return Modifier(code=NationalCode(name), values=values)


def consent(*modifiers: Modifier) -> Terms:
    return (Alternative(permission=Duo.GRU, modifiers=modifiers),)


def asked(**changes: Any) -> Inquiry:
    return replace(inquiry(purpose(Category.GRU, **changes)), policy=POLICY)


def test_the_shipped_example_defines_one_of_each_rule() -> None:
    found = read_policy(Path("docs/policies/example-ee.toml")).vocabulary
    assert {term.rule for term in found.values()} == set(NationalRule)
    for term in found.values():
        assert term.label("et") != term.label("en") == term.label("xx")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("EE:CLOUD", "EE:CLOUD"),
        (" ee:cloud ", "EE:CLOUD"),
        ("XX:CLOUD", None),
        ("DUO:0000042", None),
        ("EE:", None),
        ("EE:1", None),
        ("EE:CLOUD-2", None),
        ("EE:" + "A" * 33, None),
        ("GRU", None),
    ],
)
def test_what_has_the_form_of_a_national_code(text: str, found: str | None) -> None:
    assert find_national(text) == (NationalCode(found) if found else None)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (('kind = "modifier"', 'kind = "permission"'), "EE:CLOUD.kind: must be modifier"),
        (('"EE:CLOUD"', '"FI:CLOUD"'), "FI:CLOUD: a code is EE:NAME, in capital letters"),
        (('"EE:CLOUD"', '"EE:cloud"'), "EE:cloud: a code is EE:NAME, in capital letters"),
        (('{ en = "Only on', '{ fi = "Only on'), "EE:CLOUD.label: texts by language"),
        (('parameter = "none"', 'parameter = "bytes"'), "EE:CLOUD.parameter: one of none, text"),
        (('rule = "deny_unless"', 'rule = "permit"'), "EE:CLOUD.rule: one of manual"),
        (('rule = "deny_unless"', 'rule = "manual"\nx = 1'), "EE:CLOUD.x: unknown key"),
        (
            ('[national_codes."EE:CLOUD"]', '[[national_codes."EE:CLOUD"]]'),
            "EE:CLOUD: a table is needed",
        ),
    ],
)
def test_a_faulty_vocabulary_does_not_load(change: tuple[str, str], named: str) -> None:
    first = CODES.split("[national_codes.", 2)[1]
    with pytest.raises(PolicyFaults) as refused:
        load_policy(GOOD_POLICY + ("[national_codes." + first).replace(*change, 1))
    assert any(fault.startswith(f"national_codes.{named}") for fault in refused.value.faults)


def read(*modifiers: RawModifier) -> tuple[Alternative | None, list[RowCode]]:
    raw = RawAlternative(permission="GRU", modifiers=modifiers)
    alternative, faults = read_alternative(raw, extract(), VOCABULARY)
    return alternative, [fault.what for fault in faults]


def test_values_are_typed_and_checked() -> None:
    alternative, faults = read(
        RawModifier(code="ee:tell", values=("P1Y",)),
        RawModifier(code="EE:CLOUD"),
        RawModifier(code="NPU"),
        RawModifier(code="EE:LAB", values=("b", "a", "b")),
    )
    assert faults == []
    assert alternative is not None
    # In one order, DUO's codes first; equal consents are equal bytes.
    assert [(m.code.name, m.values) for m in alternative.modifiers] == [
        ("NPU", ()),
        ("EE:CLOUD", ()),
        ("EE:LAB", ("a", "b")),
        ("EE:TELL", ("12",)),
    ]
    assert terms_from_json(to_json((alternative,))) == (alternative,)
    assert VOCABULARY["EE:TELL"].values is ValueKind.MONTHS


@pytest.mark.parametrize(
    ("modifier", "fault"),
    [
        (RawModifier(code="EE:CLOUD", values=("x",)), RowCode.VALUE_NOT_ALLOWED),
        (RawModifier(code="EE:TELL"), RowCode.VALUE_MISSING),
        (RawModifier(code="EE:TELL", values=("soon",)), RowCode.VALUE_INVALID),
        (RawModifier(code="EE:TELL", values=("1", "2")), RowCode.VALUE_INVALID),
        (RawModifier(code="EE:GONE"), RowCode.UNKNOWN_NATIONAL),
        (RawModifier(code="FI:OTHER"), RowCode.UNKNOWN_NATIONAL),
        (RawModifier(code="XX:OTHER"), RowCode.UNKNOWN_CODE),
    ],
)
def test_what_the_policy_does_not_define_is_refused(modifier: RawModifier, fault: RowCode) -> None:
    assert read(modifier) == (None, [fault])


def test_a_national_code_is_no_permission() -> None:
    raw = RawAlternative(permission="EE:CLOUD")
    _, faults = read_alternative(raw, extract(), VOCABULARY)
    assert [fault.what for fault in faults] == [RowCode.UNKNOWN_CODE]


def test_an_import_reads_them_by_the_policy_of_its_day() -> None:
    fields = ["P", "D", "S", "", "GRU", "NPU;EE:TELL=6", "", "given", "2025-01-15", "", "", ""]

    def row(vocabulary: Vocabulary) -> object:
        reader = RowReader(
            COLUMNS,
            diseases=extract(),
            known_dataset={"D"}.__contains__,
            now=NOON,
            forms=None,
            vocabulary=vocabulary,
        )
        return reader.read(fields)

    good = row(VOCABULARY)
    assert isinstance(good, Row)
    assert '"EE:TELL"' in good.alternative_text
    bad = row({})
    assert isinstance(bad, tuple)
    assert not isinstance(bad, Row)
    assert [fault.what for fault in bad] == [RowCode.UNKNOWN_NATIONAL]


@pytest.mark.parametrize(
    ("modifier", "changes", "result", "said"),
    [
        (national("EE:CLOUD"), {}, Result.DENY, Reason.NATIONAL_CONDITION),
        (national("EE:CLOUD"), {"accepts": EVERYTHING}, Result.DENY, Reason.NATIONAL_CONDITION),
        (national("EE:CLOUD"), {"evidence": EVERYTHING}, Result.PERMIT, None),
        (national("EE:TELL", "6"), {}, Result.DENY, Reason.NATIONAL_DUTY),
        (national("EE:TELL", "6"), {"evidence": EVERYTHING}, Result.DENY, Reason.NATIONAL_DUTY),
        (national("EE:TELL", "6"), {"accepts": EVERYTHING}, Result.PERMIT, None),
        (national("EE:TELL"), {"accepts": EVERYTHING}, Result.MANUAL, Question.VALUE_MISSING),
        (national("EE:LAB", "a"), {}, Result.MANUAL, Question.NATIONAL_CODE),
        (national("EE:GONE"), {}, Result.MANUAL, Question.UNKNOWN_CODE),
        (national("FI:OTHER"), {}, Result.MANUAL, Question.UNKNOWN_CODE),
    ],
)
def test_what_each_rule_says(
    modifier: Modifier, changes: dict[str, Any], result: Result, said: object
) -> None:
    answer = match(consent(modifier), asked(**changes))
    assert answer.result is result
    assert [*answer.reasons, *answer.questions] == ([said] if said else [])
    assert answer.clauses == ((modifier.code.name,) if result is Result.MANUAL else ())
    duty = Obligation("EE:TELL", "6")
    owed = modifier.code.name == "EE:TELL" and result is Result.PERMIT
    assert answer.obligations == ((duty,) if owed else ())


def test_an_undefined_code_permits_nothing_whatever_is_accepted_and_shown() -> None:
    for name in ("EE:GONE", "FI:OTHER"):
        question = asked(accepts=EVERYTHING, evidence=EVERYTHING)
        assert match(consent(national(name)), question).result is Result.MANUAL
    without = replace(question, policy=load_policy(GOOD_POLICY))
    for name in NAMES:
        assert match(consent(national(name, "6")), without).result is Result.MANUAL


modifiers = st.lists(st.sampled_from(NAMES), max_size=3, unique=True).map(
    lambda names: tuple(national(n, *(["6"] if n in {"EE:TELL", "EE:LAB"} else [])) for n in names)
)
consents = st.lists(
    st.builds(lambda m: Alternative(permission=Duo.GRU, modifiers=m), modifiers),
    min_size=1,
    max_size=3,
).map(tuple)
some = st.sets(st.sampled_from(NAMES)).map(frozenset)


@given(st.lists(consents, min_size=1, max_size=4), some, some)
def test_meet_filter_and_match_agree(
    everyone: list[Terms], accepts: frozenset[str], evidence: frozenset[str]
) -> None:
    question = asked(accepts=accepts, evidence=evidence)
    standings = [Standing(state=State.GIVEN, terms=one) for one in everyone]
    found = evaluate(index_of(standings), question)
    results = [match(one, question).result for one in everyone]
    assert set(found.within) == {n for n, r in enumerate(results) if r is Result.PERMIT}
    assert set(found.awaiting) == {n for n, r in enumerate(results) if r is Result.MANUAL}
    assert sum(len(people) for people in found.clauses.values()) == len(found.awaiting)
    common = meet(everyone, extract())
    if common:
        permits = match(common, question).result is Result.PERMIT
        assert permits == (len(found.within) == len(everyone))
        assert terms_from_json(to_json(common)) == common
    assert canonical_text(meet(everyone[::-1], extract())) == canonical_text(common)


def test_what_a_manual_code_says_is_what_is_ruled_on() -> None:
    """Who named other laboratories is not let in by a ruling on these."""
    question = asked()
    said = [consent(national("EE:LAB", "one")), consent(national("EE:LAB", "two"))]
    index = index_of([Standing(state=State.GIVEN, terms=one) for one in said])
    matters = open_matters(index, question, evaluate(index, question))
    assert [(one.clause, one.value, set(who)) for one, who in matters.items()] == [
        ("EE:LAB", "one", {0}),
        ("EE:LAB", "two", {1}),
    ]
    ruled = replace(question, ruled={next(iter(matters)): True})
    assert set(evaluate(index, ruled).within) == {0}


@given(consents, modifiers, some, some)
def test_one_more_national_code_never_widens(
    before: Terms, more: tuple[Modifier, ...], accepts: frozenset[str], evidence: frozenset[str]
) -> None:
    question = asked(accepts=accepts, evidence=evidence)
    narrower = tuple(
        replace(one, modifiers=one.modifiers + tuple(m for m in more if m not in one.modifiers))
        for one in before
    )
    assert match(narrower, question).result >= match(before, question).result


def test_the_check_takes_them_by_the_policy() -> None:
    case = {
        "consent": {"permission": "GRU", "modifiers": [{"code": "EE:TELL", "value": 6}]},
        "purpose": {**purpose(Category.GRU).to_json(), "accepts": ["EE:TELL"]},
    }
    rules = replace(inquiry(Purpose(category=Category.GRU)), policy=POLICY)
    (answer,) = check_cases([case], rules)["cases"]
    assert answer["verdict"] == "permit"
    assert answer["obligations"] == [{"code": "EE:TELL", "value": "6"}]
    (refused,) = check_cases([case], inquiry())["cases"]
    assert (refused["verdict"], refused["faults"][0]["code"]) == ("invalid", "unknown_national")


def test_a_purpose_names_them_beside_the_shorthands() -> None:
    read_back = from_json({"category": "GRU", "accepts": ["PUB", "EE:TELL"], "evidence": ["IRB"]})
    assert read_back.accepts == {"PUB", "EE:TELL"}


def test_they_are_said_in_the_words_of_the_policy_and_in_the_readers_language() -> None:
    terms = consent(national("EE:CLOUD"), national("EE:TELL", "12"), national("EE:GONE", "x"))
    (said,) = Speaker(extract(), "et", VOCABULARY).terms(terms)
    assert said.limits == ("Ainult Eestis.", "Tell the public within (1 year)", "EE:GONE: x")
