# SPDX-License-Identifier: Apache-2.0
"""An application is decided once, by people, with reasons, along one table of transitions."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from permit_service.domain.account import AccountKey
from permit_service.domain.application import (
    TRANSITIONS,
    ApplicationState,
    Verdict,
    checked_reasons,
)
from permit_service.domain.errors import AlreadyDecided, OwnApplication, TransitionRefused
from shared.errors import ValidationFailed
from tests.fakes.permit_factories import DORA, IDP, T0, a_signature, an_application


def test_one_grant_is_enough_under_the_policy_of_one_signer() -> None:
    granted = an_application().sign(a_signature(), signers_required=1)
    assert granted.state is ApplicationState.GRANTING
    assert [one.authority for one in granted.signatures] == [DORA]


def test_two_signers_must_be_two_people() -> None:
    once = an_application().sign(a_signature(), signers_required=2)
    assert once.state is ApplicationState.SUBMITTED
    with pytest.raises(AlreadyDecided):
        once.sign(a_signature(), signers_required=2)
    other = a_signature(by=AccountKey(IDP, "david"))
    assert once.sign(other, signers_required=2).state is ApplicationState.GRANTING


@pytest.mark.parametrize("verdict", list(Verdict))
def test_nobody_decides_on_her_own_application(verdict: Verdict) -> None:
    application = an_application()
    with pytest.raises(OwnApplication):
        application.sign(a_signature(verdict, by=application.applicant), signers_required=1)


def test_one_refusal_refuses() -> None:
    once = an_application().sign(a_signature(), signers_required=2)
    no = a_signature(Verdict.REFUSE, by=AccountKey(IDP, "david"))
    assert once.sign(no, signers_required=2).state is ApplicationState.REFUSED


@pytest.mark.parametrize("verdict", list(Verdict))
def test_nothing_is_decided_twice(verdict: Verdict) -> None:
    decided = an_application().sign(a_signature(verdict), signers_required=1)
    for second in Verdict:
        with pytest.raises(AlreadyDecided):
            decided.sign(a_signature(second, by=AccountKey(IDP, "d2")), signers_required=1)


def test_only_the_table_moves_an_application() -> None:
    for start, end in product(ApplicationState, ApplicationState):
        application = replace(an_application(), state=start)
        if end in TRANSITIONS[start]:
            assert application.move(end).state is end
        else:
            with pytest.raises(TransitionRefused):
                application.move(end)


@pytest.mark.parametrize("reasons", ["", "   ", "too short", "x" * 4001, "  nine char "])
def test_a_decision_without_reasons_is_none(reasons: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        checked_reasons(reasons)
    assert [fault.pointer for fault in caught.value.faults] == ["/reasons"]


def test_reasons_are_kept_without_the_space_around_them() -> None:
    assert checked_reasons("  ten chars. ") == "ten chars."


def test_the_digest_of_reasons_depends_on_the_salt() -> None:
    one = a_signature()
    other = replace(one, salt=bytes(32))
    assert one.reasons_digest() != other.reasons_digest()
    assert one.reasons_digest() == a_signature().reasons_digest()


def test_the_earliest_end_of_all_signers_counts() -> None:
    later, sooner = T0 + timedelta(days=90), T0 + timedelta(days=30)
    signed = (
        an_application()
        .sign(a_signature(valid_until=later), signers_required=3)
        .sign(a_signature(by=AccountKey(IDP, "d2"), valid_until=sooner), signers_required=3)
        .sign(a_signature(by=AccountKey(IDP, "d3")), signers_required=3)
    )
    assert signed.valid_until() == sooner
