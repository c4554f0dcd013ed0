# SPDX-License-Identifier: Apache-2.0
"""The codes of a dataset, case by case."""

import pytest

from consent_registry.domain.duo import Duo
from consent_registry.domain.meet import meet
from consent_registry.domain.terms import Terms
from tests.fakes.consent_factories import alternative, extract, letters, terms

CANCER, BREAST, LUNG = "MONDO:0004992", "MONDO:0007254", "MONDO:0008903"


def common(*consents: Terms) -> Terms:
    return meet(consents, extract())


@pytest.mark.parametrize(
    ("consents", "expected"),
    [
        ([], ()),
        ([terms(Duo.NRES)], terms(Duo.NRES)),
        ([terms(Duo.NRES), terms(Duo.GRU), terms(Duo.HMB)], terms(Duo.HMB)),
        ([terms(Duo.GRU), terms(Duo.POA)], terms(Duo.POA)),
        ([terms(Duo.HMB), terms(Duo.POA)], ()),
        # Clinical care only if all have it; no restriction allows it without saying so.
        ([terms(Duo.GRU, Duo.CC), terms(Duo.HMB)], terms(Duo.HMB)),
        ([terms(Duo.GRU, Duo.CC), terms(Duo.HMB, Duo.CC)], terms(Duo.HMB, Duo.CC)),
        ([terms(Duo.NRES), terms(Duo.HMB, Duo.CC)], terms(Duo.HMB, Duo.CC)),
        ([terms(Duo.HMB, Duo.NPU), terms(Duo.HMB, Duo.NCU)], terms(Duo.HMB, Duo.NPU, Duo.NCU)),
        ([terms(Duo.HMB, TS="24"), terms(Duo.HMB, TS="6")], terms(Duo.HMB, TS="6")),
        ([terms(Duo.HMB, TS="24"), terms(Duo.HMB, Duo.TS)], terms(Duo.HMB, Duo.TS)),
        (
            [terms(Duo.HMB, MOR="2027-01-01"), terms(Duo.HMB, MOR="2026-01-01")],
            terms(Duo.HMB, MOR="2027-01-01"),
        ),
        ([terms(Duo.HMB, GS="EEA"), terms(Duo.HMB, GS="FI NO US")], terms(Duo.HMB, GS="FI NO")),
        ([terms(Duo.HMB, GS="EEA"), terms(Duo.HMB, GS="EU US")], terms(Duo.HMB, GS="EU")),
        ([terms(Duo.HMB, GS="FI"), terms(Duo.HMB, GS="NO")], ()),
        ([terms(Duo.HMB, US="a b"), terms(Duo.HMB, US="b c")], terms(Duo.HMB, US="b")),
        ([terms(Duo.HMB, PS="a"), terms(Duo.HMB, PS="b")], ()),
        (
            [terms(Duo.HMB), terms(Duo.DS, diseases=f"{BREAST} {CANCER}")],
            terms(Duo.DS, diseases=CANCER),
        ),
        (
            [terms(Duo.DS, diseases=CANCER), terms(Duo.DS, diseases="MONDO:0002054")],
            terms(Duo.DS, diseases=BREAST),  # an obsolete name of breast cancer
        ),
        ([terms(Duo.DS, diseases=LUNG), terms(Duo.DS, diseases=BREAST)], ()),
        ([terms(Duo.HMB), terms(Duo.DS, diseases="MONDO:9999999")], ()),
    ],
)
def test_what_consents_have_in_common(consents: list[Terms], expected: Terms) -> None:
    assert common(*consents) == expected
    assert common(*reversed(consents)) == expected


def test_two_parents_meet_in_every_common_child() -> None:
    diamond = letters(A="", B="A", C="A", D="B C", E="B C", F="E")
    both = [terms(Duo.DS, diseases="B"), terms(Duo.DS, diseases="C")]
    assert meet(both, diamond) == terms(Duo.DS, diseases="D E")


def test_alternatives_meet_one_by_one_and_the_implied_ones_are_left_out() -> None:
    first = (alternative(Duo.HMB, Duo.NPU), alternative(Duo.POA))
    assert common(first, terms(Duo.GRU)) == first
    assert common(first, terms(Duo.POA)) == terms(Duo.POA)
    assert common((alternative(Duo.HMB), alternative(Duo.GRU))) == terms(Duo.GRU)


def test_more_alternatives_than_a_consent_may_have_are_not_published() -> None:
    many = tuple(alternative(Duo.HMB, PS=f"P-{n} Q-{n}") for n in range(20))
    others = tuple(alternative(Duo.HMB, US=f"u-{n}") for n in range(2))
    assert len(common(many)) == 20
    assert common(many, others) == ()
