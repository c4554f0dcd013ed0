# SPDX-License-Identifier: Apache-2.0
"""What EHDS Article 54 prohibits, or 53(2) reserves to others, has nobody's data under any law."""

from dataclasses import replace

import pytest
from pyroaring import BitMap

from consent_registry.domain.cohort import evaluate
from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.duo import Duo
from consent_registry.domain.ehds import PUBLIC_BODIES_ONLY, EhdsPurpose, Prohibited
from consent_registry.domain.history import Standing, State
from consent_registry.domain.narrowing import permits
from consent_registry.domain.purpose import Organisation
from consent_registry.domain.regimes import ConsentRole, Moment, Regime
from consent_registry.domain.verdict import Reason
from tests.fakes.consent_factories import inquiry, policy, purpose, terms

STANDINGS = (
    Standing(state=State.GIVEN, terms=terms(Duo.NRES)),
    Standing(state=State.WITHDRAWN),
    Standing(state=State.NOT_ASKED),
)
CELLS = sorted(policy().table, key=lambda cell: (cell[0].value, cell[1].value))


def index() -> CohortIndex:
    found = CohortIndex(members=len(STANDINGS))
    for ordinal, standing in enumerate(STANDINGS):
        found.put(BitMap([ordinal]), standing)
    return found


@pytest.mark.parametrize("moment", Moment)
@pytest.mark.parametrize("letter", Prohibited)
@pytest.mark.parametrize(("regime", "role"), CELLS)
def test_under_no_law_anybody_is_in(
    regime: Regime, role: ConsentRole, letter: Prohibited, moment: Moment
) -> None:
    rules = policy().rules(regime.value, role.value)
    asked = replace(inquiry(), rules=rules, regime=regime.value)
    allowed = evaluate(index(), asked, moment=moment)
    assert 0 in allowed.within
    wanted = asked.about(purpose(prohibited_uses=frozenset({letter})))
    cohort = evaluate(index(), wanted, moment=moment)
    assert (len(cohort.within), len(cohort.awaiting)) == (0, 0)
    assert 0 in cohort.out[Reason.USE_PROHIBITED]
    assert not any(permits(one, wanted, moment) for one in STANDINGS)


@pytest.mark.parametrize("moment", Moment)
@pytest.mark.parametrize("letter", [one for one in EhdsPurpose if one in PUBLIC_BODIES_ONLY])
@pytest.mark.parametrize(("regime", "role"), CELLS)
def test_what_is_reserved_to_public_bodies_has_nobody_for_others(
    regime: Regime, role: ConsentRole, letter: EhdsPurpose, moment: Moment
) -> None:
    rules = policy().rules(regime.value, role.value)
    office = purpose(ehds_purpose=letter, organisation=Organisation(public_body=True))
    asked = replace(inquiry(office), rules=rules, regime=regime.value)
    assert 0 in evaluate(index(), asked, moment=moment).within
    assert permits(STANDINGS[0], asked, moment)
    others = asked.about(purpose(ehds_purpose=letter))
    cohort = evaluate(index(), others, moment=moment)
    assert (len(cohort.within), len(cohort.awaiting)) == (0, 0)
    assert 0 in cohort.out[Reason.PURPOSE_RESERVED]
    assert not any(permits(one, others, moment) for one in STANDINGS)


def test_there_is_a_law_under_which_consents_are_not_read() -> None:
    assert {policy().rules(a.value, b.value).matches_terms for a, b in CELLS} == {True, False}
