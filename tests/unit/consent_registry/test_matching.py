# SPDX-License-Identifier: Apache-2.0
"""The decision table, row by row, and the defects of other engines that we do not share."""

from dataclasses import replace
from datetime import date

import pytest

from consent_registry.domain.clauses import judge_modifier
from consent_registry.domain.duo import MODIFIERS, Duo
from consent_registry.domain.ehds import EhdsPurpose, Prohibited
from consent_registry.domain.manifest import versions
from consent_registry.domain.matching import Inquiry, match
from consent_registry.domain.policy import OnRestricted
from consent_registry.domain.purpose import Category, Organisation
from consent_registry.domain.terms import Terms
from consent_registry.domain.verdict import Obligation, Question, Reason, Result
from tests.fakes.consent_factories import alternative, inquiry, policy, purpose, terms

P, M, D = Result.PERMIT, Result.MANUAL, Result.DENY
CANCER, BREAST, LUNG, ROOT = "MONDO:0004992", "MONDO:0007254", "MONDO:0008903", "MONDO:0000001"
NOWHERE = "MONDO:9999999"


def ask(consent: Terms, category: Category = Category.HMB, **changes: object) -> Result:
    return match(consent, inquiry(purpose(category, **changes))).result


@pytest.mark.parametrize(
    ("category", "expected"),
    [  #              NRES GRU HMB DS-cancer POA
        (Category.GRU, [P, P, D, D, D]),
        (Category.HMB, [P, P, P, D, D]),
        (Category.DS, [P, P, P, P, D]),  # breast cancer
        (Category.POA, [P, P, D, D, P]),
        (Category.MDS, [P, P, P, M, M]),  # methods alone, default policy
        (Category.CC, [P, D, D, D, D]),
    ],
)
def test_the_subsumption_table(category: Category, expected: list[Result]) -> None:
    permissions = (
        terms(Duo.NRES),
        terms(Duo.GRU),
        terms(Duo.HMB),
        terms(Duo.DS, diseases=CANCER),
        terms(Duo.POA),
    )
    assert [ask(consent, category) for consent in permissions] == expected


@pytest.mark.parametrize(
    ("consented", "wanted", "expected"),
    [
        (CANCER, (BREAST,), P),
        (CANCER, (CANCER,), P),
        (BREAST, (CANCER,), D),  # the purpose is broader
        (BREAST, (LUNG,), D),
        (CANCER, (BREAST, LUNG), P),
        (BREAST, (BREAST, LUNG), D),  # partly covered
        (f"{BREAST} {LUNG}", (BREAST, LUNG), P),
        (ROOT, (BREAST,), P),
        ("MONDO:0002054", (BREAST,), P),  # an obsolete name of breast cancer
        (CANCER, ("MONDO:0002054",), P),
        (NOWHERE, (BREAST,), M),
        (f"{NOWHERE} {CANCER}", (BREAST,), P),
        (CANCER, (NOWHERE,), M),
        (LUNG, (NOWHERE, BREAST), D),  # MANUAL never hides DENY
        ("", (BREAST,), M),
    ],
)
def test_diseases_follow_the_hierarchy_downwards(
    consented: str, wanted: tuple[str, ...], expected: Result
) -> None:
    assert ask(terms(Duo.DS, diseases=consented), Category.DS, diseases=wanted) is expected


def test_clinical_use_needs_cc_and_a_covered_disease() -> None:
    assert ask(terms(Duo.GRU, Duo.CC), Category.CC) is P
    assert ask(terms(Duo.HMB, Duo.CC), Category.CC) is P
    assert ask(terms(Duo.HMB), clinical=True) is D
    assert ask(terms(Duo.HMB, Duo.CC), clinical=True) is P
    assert ask(terms(Duo.POA, Duo.CC), Category.CC) is D
    care = terms(Duo.DS, Duo.CC, diseases=CANCER)
    assert ask(care, Category.CC, diseases=(BREAST,)) is P
    assert ask(care, Category.CC, diseases=("MONDO:0005015",)) is D
    assert ask(care, Category.CC) is D
    assert ask(terms(Duo.DS, diseases=CANCER), Category.CC, diseases=(BREAST,)) is D


def test_every_facet_that_fails_is_listed() -> None:
    answer = match(terms(Duo.HMB), inquiry(purpose(Category.GRU, clinical=True, ancestry=True)))
    assert answer.reasons == (
        Reason.PURPOSE_NOT_PERMITTED,
        Reason.CLINICAL_NOT_PERMITTED,
        Reason.ANCESTRY_NOT_PERMITTED,
    )


@pytest.mark.parametrize("chosen", list(OnRestricted))
def test_methods_alone_follow_the_policy_switch(chosen: OnRestricted) -> None:
    switched = replace(policy(), methods_on_restricted=dict.fromkeys(("HMB", "DS", "POA"), chosen))
    expected = {"approve": P, "manual": M, "deny": D}[chosen.value]
    asked: Inquiry = inquiry(purpose(Category.MDS), policy=switched)
    for consent in (terms(Duo.HMB), terms(Duo.DS, diseases=CANCER), terms(Duo.POA)):
        assert match(consent, asked).result is expected
    assert match(terms(Duo.GRU), asked).result is P
    # Bounded by a disease the switch is not asked.
    bounded = inquiry(purpose(Category.MDS, diseases=(BREAST,)), policy=switched)
    assert match(terms(Duo.DS, diseases=CANCER), bounded).result is P
    assert match(terms(Duo.DS, diseases=LUNG), bounded).result is D
    assert match(terms(Duo.HMB), bounded).result is P
    assert match(terms(Duo.POA), bounded).result is D


@pytest.mark.parametrize(
    ("consent", "changes", "expected"),
    [
        (terms(Duo.HMB, Duo.NMDS), {}, P),
        (terms(Duo.HMB, Duo.NMDS), {"methods": None}, M),
        (terms(Duo.HMB, Duo.NMDS), {"methods": True}, D),
        (terms(Duo.GRU, Duo.NMDS), {"category": Category.MDS}, D),
        (terms(Duo.GRU, Duo.NMDS), {"category": Category.MDS, "diseases": (BREAST,)}, P),
        (terms(Duo.GRU, Duo.NMDS), {"category": Category.DS, "methods": True}, P),
        (terms(Duo.HMB, Duo.GSO), {}, P),
        (terms(Duo.HMB, Duo.GSO), {"genetic_data": None}, M),
        (terms(Duo.HMB, Duo.GSO), {"genetic_data": False}, D),
        (terms(Duo.HMB, Duo.NPU), {}, P),
        (terms(Duo.HMB, Duo.NPU), {"organisation": Organisation()}, M),
        (terms(Duo.HMB, Duo.NPU), {"organisation": Organisation(not_for_profit=False)}, D),
        (terms(Duo.HMB, Duo.NCU), {}, P),
        (terms(Duo.HMB, Duo.NCU), {"commercial": None}, M),
        (terms(Duo.HMB, Duo.NCU), {"commercial": True}, D),
        # For profit, but this once not commercial: NCU allows it, NPU and NPUNCU do not.
        (terms(Duo.HMB, Duo.NCU), {"organisation": Organisation(not_for_profit=False)}, P),
        (terms(Duo.HMB, Duo.NPUNCU), {"organisation": Organisation(not_for_profit=False)}, D),
        (terms(Duo.HMB, Duo.NPUNCU), {"commercial": True}, D),
        (terms(Duo.HMB, Duo.NPUNCU), {"commercial": None}, M),
        (terms(Duo.HMB, Duo.NPUNCU), {}, P),
        (terms(Duo.GRU, Duo.NPOA), {}, P),
        (terms(Duo.GRU, Duo.NPOA), {"ancestry": None}, M),
        (terms(Duo.GRU, Duo.NPOA), {"ancestry": True}, D),
        (terms(Duo.GRU, Duo.NPOA), {"category": Category.POA, "ancestry": None}, D),
        (terms(Duo.HMB, Duo.IRB), {}, P),
        (terms(Duo.HMB, Duo.IRB), {"evidence": frozenset()}, M),
        (terms(Duo.HMB, Duo.PUB), {}, P),
        (terms(Duo.HMB, Duo.PUB), {"accepts": frozenset()}, D),
        (terms(Duo.HMB, Duo.COL), {}, P),
        (terms(Duo.HMB, Duo.COL), {"evidence": frozenset()}, M),
        (terms(Duo.HMB, Duo.COL), {"evidence": frozenset(), "accepts": frozenset()}, D),
        (terms(Duo.HMB, Duo.RTN), {}, P),
        (terms(Duo.HMB, Duo.RTN), {"accepts": frozenset()}, D),
        (terms(Duo.HMB, MOR="2027-01-01"), {}, P),
        (terms(Duo.HMB, MOR="2027-01-01"), {"accepts": frozenset()}, D),
        (terms(Duo.HMB, MOR="2026-06-01"), {"accepts": frozenset()}, P),  # it has passed
        (terms(Duo.HMB, MOR="2027-01-01"), {"no_publication_before": date(2026, 12, 31)}, D),
        (terms(Duo.HMB, MOR="2027-01-01"), {"no_publication_before": date(2027, 1, 1)}, P),
        (terms(Duo.HMB, Duo.MOR), {}, M),
        (terms(Duo.HMB, TS="12"), {}, P),
        (terms(Duo.HMB, TS="11"), {}, D),
        (terms(Duo.HMB, TS="0"), {}, D),
        (terms(Duo.HMB, TS="12"), {"months": None}, M),
        (terms(Duo.HMB, Duo.TS), {}, M),
        (terms(Duo.HMB, US="rita stan"), {}, P),
        (terms(Duo.HMB, US="stan"), {}, D),
        (terms(Duo.HMB, US="rita"), {"users": ("rita", "stan")}, D),
        (terms(Duo.HMB, US="rita"), {"users": ()}, M),
        (terms(Duo.HMB, Duo.US), {}, M),
        (terms(Duo.HMB, PS="P-1 P-2"), {}, P),
        (terms(Duo.HMB, PS="P-2"), {}, D),
        (terms(Duo.HMB, PS="P-2"), {"project": None}, M),
        (terms(Duo.HMB, Duo.PS), {}, M),
        (terms(Duo.HMB, IS="https://ror.org/00aaaaa00"), {}, P),
        (terms(Duo.HMB, IS="https://ror.org/00bbbbb00"), {}, D),
        (terms(Duo.HMB, IS="https://ror.org/00bbbbb00"), {"organisation": Organisation()}, M),
        (terms(Duo.HMB, Duo.IS), {}, M),
        (terms(Duo.HMB, GS="EU"), {}, P),
        (terms(Duo.HMB, GS="EU"), {"countries": ("FI", "NO")}, D),
        (terms(Duo.HMB, GS="EU NO"), {"countries": ("FI", "NO")}, P),
        (terms(Duo.HMB, GS="EU"), {"countries": ()}, M),
        (terms(Duo.HMB, Duo.GS), {}, M),
        (terms(Duo.HMB, RS="paediatrics"), {}, M),
        (terms(Duo.HMB, Duo.CC), {}, P),
    ],
)
def test_each_modifier(consent: Terms, changes: dict[str, object], expected: Result) -> None:
    asked = dict(changes)
    category = asked.pop("category", Category.HMB)
    assert isinstance(category, Category)
    answer = match(consent, inquiry(purpose(category, **asked)))
    assert answer.result is expected
    assert bool(answer.reasons) == (expected is D)
    assert bool(answer.questions) == (expected is M)


OFFICE = Organisation(public_body=True)
NOT_RESEARCH = [e for e in EhdsPurpose if e.value[:6] != "53-1-e"]


@pytest.mark.parametrize("letter", NOT_RESEARCH)
def test_what_is_not_research_is_denied_by_consent_to_research(letter: EhdsPurpose) -> None:
    for consent in (terms(Duo.GRU), terms(Duo.HMB), terms(Duo.DS, diseases=CANCER)):
        asked = purpose(Category.DS, ehds_purpose=letter, organisation=OFFICE)
        answer = match(consent, inquiry(asked))
        assert answer.result is D
        assert answer.reasons == (Reason.PURPOSE_NOT_RESEARCH,)
    assert ask(terms(Duo.POA), Category.POA, ehds_purpose=letter) is D
    assert ask(terms(Duo.NRES), ehds_purpose=letter, organisation=OFFICE) is P


def test_each_letter_of_research_and_care() -> None:
    def said(consent: Terms, letter: EhdsPurpose | None, **changes: bool | None) -> Result:
        return ask(consent, Category.HMB, ehds_purpose=letter, **changes)

    assert said(terms(Duo.HMB), None) is P  # not said
    assert said(terms(Duo.HMB), EhdsPurpose.RESEARCH) is P
    assert said(terms(Duo.HMB), EhdsPurpose.PRODUCT_DEVELOPMENT) is P
    for code in (Duo.NCU, Duo.NPUNCU):  # whatever the purpose says of itself
        for commercial in (False, None):
            product = EhdsPurpose.PRODUCT_DEVELOPMENT
            assert said(terms(Duo.HMB, code), product, commercial=commercial) is D
    assert said(terms(Duo.HMB), EhdsPurpose.ALGORITHM_TRAINING) is M
    assert said(terms(Duo.NRES), EhdsPurpose.ALGORITHM_TRAINING) is P
    care = EhdsPurpose.CARE_IMPROVEMENT
    assert said(terms(Duo.HMB, Duo.CC), care) is D  # no clinical use is asked
    assert said(terms(Duo.HMB, Duo.CC), care, clinical=True) is P
    assert said(terms(Duo.HMB), care, clinical=True) is D


@pytest.mark.parametrize("use", list(Prohibited))
def test_a_prohibited_use_is_denied_by_everything(use: Prohibited) -> None:
    for consent in (terms(Duo.NRES), terms(Duo.GRU, Duo.CC), terms(Duo.HMB)):
        answer = match(consent, inquiry(purpose(prohibited_uses=frozenset({use}))))
        assert answer.result is D
        assert Reason.USE_PROHIBITED in answer.reasons


HOME = "https://ror.org/00aaaaa00"
FIRM = Organisation(id="https://ror.org/00ccccc00", not_for_profit=False)
CLINIC = Organisation(id="https://ror.org/00bbbbb00", not_for_profit=True)
UNSAID = Organisation()


@pytest.mark.parametrize(
    ("partners", "said"),
    [
        ((), (P, P, P)),
        ((CLINIC,), (P, P, D)),
        ((CLINIC, FIRM), (D, D, D)),
        ((UNSAID,), (M, M, M)),
        ((UNSAID, FIRM), (D, D, D)),  # a question never hides a no
    ],
)
def test_each_partner_of_a_consortium_counts(
    partners: tuple[Organisation, ...], said: tuple[Result, ...]
) -> None:
    codes = (terms(Duo.HMB, Duo.NPU), terms(Duo.HMB, Duo.NPUNCU), terms(Duo.HMB, IS=HOME))
    assert tuple(ask(consent, partners=partners) for consent in codes) == said
    listed = terms(Duo.HMB, IS=f"{HOME} {CLINIC.id}")
    assert ask(listed, partners=(CLINIC,)) is P
    assert ask(terms(Duo.HMB, Duo.NCU), partners=partners) is P, "of the use, not of who makes it"
    for_profit = replace(FIRM, id=HOME)
    assert ask(terms(Duo.HMB, Duo.NPU), organisation=for_profit, partners=(CLINIC,)) is D


def test_what_is_reserved_needs_every_partner_to_be_a_public_body() -> None:
    asked = purpose(ehds_purpose=EhdsPurpose.STATISTICS, organisation=OFFICE)
    for partners, result in (((OFFICE,), P), ((OFFICE, CLINIC), D)):
        assert match(terms(Duo.NRES), inquiry(replace(asked, partners=partners))).result is result


@pytest.mark.parametrize("letter", list(EhdsPurpose))
def test_what_is_reserved_to_public_bodies_is_denied_to_others_by_everything(
    letter: EhdsPurpose,
) -> None:
    reserved = letter.value in {"53-1-a", "53-1-b", "53-1-c"}
    for consent in (terms(Duo.NRES), terms(Duo.GRU, Duo.CC), terms(Duo.HMB)):
        others = match(consent, inquiry(purpose(ehds_purpose=letter)))
        assert (Reason.PURPOSE_RESERVED in others.reasons) is reserved
        assert others.result is D or not reserved
        office = match(consent, inquiry(purpose(ehds_purpose=letter, organisation=OFFICE)))
        assert Reason.PURPOSE_RESERVED not in office.reasons


def test_every_modifier_has_a_rule_and_a_code_without_one_needs_a_person() -> None:
    for code in MODIFIERS:
        for finding in judge_modifier(code, (), purpose(), date(2026, 6, 1)):
            assert finding.question is not Question.UNKNOWN_CODE
    (finding,) = judge_modifier(Duo.GRU, (), purpose(), date(2026, 6, 1))
    assert finding.question is Question.UNKNOWN_CODE


def test_npuncu_asks_both_of_its_questions_and_names_both_of_its_reasons() -> None:
    """A ruling on one of them lets nobody in for whom the other was never answered."""
    unsaid = purpose(organisation=Organisation(not_for_profit=None), commercial=None)
    asked = match(terms(Duo.HMB, Duo.NPUNCU), inquiry(unsaid))
    assert asked.result is M
    assert set(asked.questions) == {
        Question.PROFIT_NOT_SAID,
        Question.COMMERCIAL_NOT_SAID,
    }
    against = purpose(organisation=Organisation(not_for_profit=False), commercial=True)
    denied = match(terms(Duo.HMB, Duo.NPUNCU), inquiry(against))
    assert set(denied.reasons) == {Reason.ORGANISATION_FOR_PROFIT, Reason.COMMERCIAL_USE}


def test_obligations_of_the_permitting_alternative_reach_the_permit() -> None:
    consent = (
        alternative(Duo.POA, Duo.PUB),
        alternative(Duo.HMB, Duo.IRB, Duo.NCU, TS="24", GS="EU"),
    )
    answer = match(consent, inquiry())
    assert answer.obligations == (
        Obligation("GS", "EU"),
        Obligation("IRB"),
        Obligation("NCU"),
        Obligation("TS", "24"),
    )
    assert Reason.PURPOSE_NOT_PERMITTED in answer.reasons  # the other alternative's, listed too


def test_the_best_alternative_decides_and_manual_never_hides_deny_within_one() -> None:
    denied = alternative(Duo.POA, RS="x")
    open_one = alternative(Duo.HMB, RS="x")
    assert ask((denied,)) is D
    assert ask((denied, open_one)) is M
    assert ask((denied, open_one, alternative(Duo.GRU))) is P
    answer = match((denied, open_one), inquiry())
    assert answer.clauses == ("RS",)


def test_no_terms_permit_nothing() -> None:
    assert match((), inquiry()).result is D


class TestDefectsOfOtherEnginesWeDoNotShare:
    """D1 to D8 of the matching survey."""

    def test_d1_general_research_on_disease_or_ancestry_data_is_denied(self) -> None:
        assert ask(terms(Duo.DS, diseases=CANCER), Category.GRU) is D
        assert ask(terms(Duo.POA), Category.GRU) is D

    def test_d2_no_methods_is_read(self) -> None:
        assert ask(terms(Duo.GRU, Duo.NMDS), Category.MDS) is D

    def test_d3_every_modifier_is_read(self) -> None:
        strict = purpose(accepts=frozenset(), evidence=frozenset(), genetic_data=False)
        for code in (Duo.GSO, Duo.IRB, Duo.PUB, Duo.COL, Duo.RTN):
            assert match(terms(Duo.GRU, code), inquiry(strict)).result is not P

    def test_d4_no_and_not_said_are_the_same_to_a_permission(self) -> None:
        for permission in (Duo.GRU, Duo.HMB):
            assert ask(terms(permission), ancestry=False) is ask(terms(permission), ancestry=None)

    def test_d5_a_certain_no_is_not_hidden_behind_no_decision(self) -> None:
        assert (
            ask(terms(Duo.HMB, Duo.NPU, RS="x"), organisation=Organisation(not_for_profit=False))
            is D
        )

    def test_d6_non_commercial_is_a_rule_of_its_own(self) -> None:
        assert ask(terms(Duo.GRU, Duo.NCU), commercial=True) is D
        assert ask(terms(Duo.GRU, Duo.NPU), commercial=True) is P

    def test_d7_an_answer_names_all_it_depends_on_and_is_given_again_from_that(self) -> None:
        asked = inquiry()
        named = versions(asked)
        assert set(named) == {"engine", "duo", "mondo", "places", "policy", "policy_sha256"}
        assert all(named.values())
        again = inquiry(purpose())
        assert match(terms(), again) == match(terms(), asked)
        assert again.purpose.digest() == asked.purpose.digest()
        assert versions(replace(asked, policy=replace(policy(), digest="other"))) != named

    def test_d8_a_denial_always_has_a_reason(self) -> None:
        for permission in (Duo.HMB, Duo.DS, Duo.POA):
            for category in Category:
                answer = match(
                    terms(permission, diseases=LUNG if permission is Duo.DS else ""),
                    inquiry(purpose(category)),
                )
                assert (answer.result is D) == bool(answer.reasons)
