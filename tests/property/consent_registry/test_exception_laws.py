# SPDX-License-Identifier: Apache-2.0
"""EHDS Article 71(4): without every part of its mechanism nobody who opted out is taken in.

Any purpose, claim, ruling, law, regime and order of rulings: only all of it together opens the way,
and it opens nothing else.
"""

from dataclasses import dataclass, replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyroaring import BitMap

from consent_registry.domain.cohort import evaluate
from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.ehds import EhdsPurpose
from consent_registry.domain.exception import applies
from consent_registry.domain.history import Standing, State
from consent_registry.domain.matching import Inquiry
from consent_registry.domain.policy_file import load_policy
from consent_registry.domain.purpose import ExceptionClaim, Organisation, from_json
from consent_registry.domain.regimes import ConsentRole, Moment, No, Regime
from consent_registry.domain.verdict import DESPITE_OPT_OUT, Matter, Question
from tests.fakes.consent_factories import GOOD_POLICY, inquiry, purpose, terms

LAW = "The Act on Registers, section 12"
MEMBERS = 12
POLICY = load_policy(GOOD_POLICY)
CLAIMS = st.builds(
    ExceptionClaim,
    public_body=st.booleans(),
    important_public_interest=st.booleans(),
    not_obtainable_otherwise=st.booleans(),
    justification=st.sampled_from(["", " ", "There is no other register."]),
)
OTHER = Matter(clause="IRB", question=Question.ETHICS_APPROVAL_PENDING)
RESERVED = {EhdsPurpose("53-1-a"), EhdsPurpose("53-1-b"), EhdsPurpose("53-1-c")}
RESEARCH = {EhdsPurpose("53-1-e"), EhdsPurpose("53-1-e-i"), EhdsPurpose("53-1-e-ii")}


def index(opted_out: BitMap, objecting: BitMap) -> CohortIndex:
    made = CohortIndex(members=MEMBERS, opted_out=opted_out, objecting=objecting)
    made.put(BitMap(range(MEMBERS)), Standing(state=State.GIVEN, terms=terms()))
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanism:
    """Any of its parts, there or not."""

    claim: ExceptionClaim | None
    letter: EhdsPurpose | None
    law: str
    regime: str
    ruled: tuple[tuple[Matter, bool], ...]

    @property
    def whole(self) -> bool:
        """Whether the article is met, the law there and the authority has said yes."""
        claim = self.claim
        return (
            claim is not None
            and claim.public_body
            and (
                self.letter in RESERVED
                or (self.letter in RESEARCH and claim.important_public_interest)
            )
            and claim.not_obtainable_otherwise
            and bool(claim.justification.strip())
            and bool(self.law)
            and self.regime == Regime.EHDS_CH4.value
            and dict(self.ruled).get(DESPITE_OPT_OUT) is True
        )

    def asked(self) -> Inquiry:
        """Ask with it."""
        return inquiry(
            purpose(
                exception=self.claim,
                ehds_purpose=self.letter,
                organisation=Organisation(public_body=True),
            ),
            policy=replace(POLICY, exception_law=self.law),
            rules=POLICY.rules(self.regime, ConsentRole.SAFEGUARD.value),
            regime=self.regime,
            ruled=dict(self.ruled),
        )


RULED = st.dictionaries(st.sampled_from([DESPITE_OPT_OUT, OTHER]), st.booleans())
MECHANISMS = st.builds(
    Mechanism,
    claim=st.none() | CLAIMS,
    letter=st.none() | st.sampled_from(list(EhdsPurpose)),
    law=st.sampled_from(["", LAW]),
    regime=st.sampled_from([regime.value for regime in Regime]),
    ruled=RULED.map(lambda ruled: tuple(ruled.items())),
)
WHOLE = Mechanism(
    claim=ExceptionClaim(
        public_body=True,
        important_public_interest=True,
        not_obtainable_otherwise=True,
        justification="There is no other register.",
    ),
    letter=EhdsPurpose("53-1-e"),
    law=LAW,
    regime=Regime.EHDS_CH4.value,
    ruled=((DESPITE_OPT_OUT, True),),
)
PEOPLE = st.sets(st.integers(0, MEMBERS - 1)).map(frozenset)


@given(MECHANISMS, PEOPLE, PEOPLE)
@example(WHOLE, frozenset({1, 2}), frozenset({2, 3}))
def test_only_the_whole_mechanism_takes_in_who_opted_out(
    mechanism: Mechanism, out: frozenset[int], objecting: frozenset[int]
) -> None:
    asked = mechanism.asked()
    assert applies(asked) is mechanism.whole
    people = index(BitMap(out), BitMap(objecting))
    found = evaluate(people, asked).within
    if mechanism.whole:
        # It is as if nobody had opted out; every other no holds as before.
        assert found == evaluate(index(BitMap(), BitMap(objecting)), asked).within
        return
    without = replace(asked.purpose, exception=None)
    assert found == evaluate(people, asked.about(without)).within
    if asked.rules.says(No.OPT_OUT, Moment.NEW):
        assert found.isdisjoint(BitMap(out))


CLAIM = WHOLE.claim
assert CLAIM is not None
WITHOUT = {
    "law": replace(WHOLE, law=""),
    "ruling": replace(WHOLE, ruled=()),
    "yes": replace(WHOLE, ruled=((DESPITE_OPT_OUT, False),)),
    "ruling on it": replace(WHOLE, ruled=((OTHER, True),)),
    "claim": replace(WHOLE, claim=None),
    "letter": replace(WHOLE, letter=None),
    "letter of research or the reserved ones": replace(WHOLE, letter=EhdsPurpose("53-1-d")),
    "chapter IV": replace(WHOLE, regime=Regime.NATIONAL_ACT.value),
    "public body": replace(WHOLE, claim=replace(CLAIM, public_body=False)),
    "public interest": replace(WHOLE, claim=replace(CLAIM, important_public_interest=False)),
    "no other way": replace(WHOLE, claim=replace(CLAIM, not_obtainable_otherwise=False)),
    "reasons": replace(WHOLE, claim=replace(CLAIM, justification=" ")),
}


@pytest.mark.parametrize("missing", sorted(WITHOUT))
def test_each_part_alone_keeps_everybody_out_who_opted_out(missing: str) -> None:
    people = index(BitMap({1, 2}), BitMap())
    assert evaluate(people, WHOLE.asked()).within == BitMap(range(MEMBERS))
    assert evaluate(people, WITHOUT[missing].asked()).within == BitMap(range(MEMBERS)) - BitMap(
        {1, 2}
    )


@given(CLAIMS.filter(lambda claim: claim.justification.strip()))
def test_a_claim_is_read_as_it_is_written_and_older_purposes_keep_their_digest(
    claim: ExceptionClaim,
) -> None:
    asked = purpose(exception=claim)
    assert from_json(asked.to_json()) == asked
    assert asked.digest() != purpose().digest()
    assert "exception_71_4" not in purpose().to_json()
