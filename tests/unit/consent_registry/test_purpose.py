# SPDX-License-Identifier: Apache-2.0
"""Reading a purpose: every field checked, every fault with its pointer."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from consent_registry.domain.ehds import EhdsPurpose, Prohibited
from consent_registry.domain.purpose import Category, Organisation, Purpose, from_json
from shared.errors import ValidationFailed
from tests.fakes.consent_factories import purpose

MINIMAL: dict[str, Any] = {"category": "HMB"}


def pointers(value: object) -> list[str]:
    with pytest.raises(ValidationFailed) as refused:
        from_json(value)
    return [fault.pointer for fault in refused.value.faults]


def test_a_purpose_survives_its_wire_form() -> None:
    for category in Category:
        asked = purpose(category)
        assert from_json(asked.to_json()) == asked
        assert from_json(asked.to_json()).digest() == asked.digest()


def test_the_letters_of_the_regulation_are_closed_lists() -> None:
    said = {"ehds_purpose": "53-1-e-ii", "prohibited_uses": ["54-e", "54-b"]}
    asked = from_json({**MINIMAL, **said})
    assert asked.ehds_purpose is EhdsPurpose.ALGORITHM_TRAINING
    assert asked.prohibited_uses == {Prohibited.DISCRIMINATION, Prohibited.AGAINST_ETHICS}
    assert from_json(asked.to_json()) == asked
    bad: list[object] = ["53-1-g", "law_enforcement", 53, []]
    for letter in bad:
        assert pointers({**MINIMAL, "ehds_purpose": letter}) == ["/purpose/ehds_purpose"]
    assert pointers({**MINIMAL, "prohibited_uses": ["54-f"]}) == ["/purpose/prohibited_uses/0"]


def test_an_organisation_is_a_public_body_only_where_it_says_so() -> None:
    for said in ({}, {"public_body": False}, {"public_body": None}):
        asked = from_json({**MINIMAL, "organisation": {"id": "x", **said}})
        assert asked.organisation.public_body is False
        assert "public_body" not in str(asked.to_json()), "older digests stay"
    office = from_json({**MINIMAL, "organisation": {"public_body": True}})
    assert office.organisation == Organisation(public_body=True)
    assert from_json(office.to_json()) == office
    at = "/purpose/organisation/public_body"
    for bad in ("yes", 1):
        assert pointers({**MINIMAL, "organisation": {"public_body": bad}}) == [at]


def test_partners_are_organisations_in_an_order_of_their_own() -> None:
    one, other = {"id": "b", "not_for_profit": False}, {"id": "a", "public_body": True}
    asked = from_json({**MINIMAL, "partners": [one, other, one]})
    assert asked.partners == (
        Organisation(id="a", public_body=True),
        Organisation(id="b", not_for_profit=False),
    )
    assert from_json(asked.to_json()) == asked
    turned = from_json({**MINIMAL, "partners": [other, one]})
    assert turned.digest() == asked.digest()
    assert replace(asked, partners=asked.partners[::-1]).digest() == asked.digest()
    assert "partners" not in from_json({**MINIMAL, "partners": []}).to_json()
    assert "partners" not in from_json({**MINIMAL, "partners": None}).to_json()
    at = "/purpose/partners"
    many = [{"id": str(number)} for number in range(51)]
    assert len(from_json({**MINIMAL, "partners": many[:50]}).partners) == 50
    no_lists: list[object] = [many, {}, "a"]
    for bad in no_lists:
        assert pointers({**MINIMAL, "partners": bad}) == [at]
    for no_organisation in (None, "a", {"ror": "a"}):
        assert pointers({**MINIMAL, "partners": [one, no_organisation]}) == [f"{at}/1"]
    assert pointers({**MINIMAL, "partners": [{"not_for_profit": 1}]}) == [f"{at}/0/not_for_profit"]


def test_the_digest_of_an_older_purpose_stays() -> None:
    asked = from_json({**MINIMAL, "organisation": {"id": "https://ror.org/02catss52"}})
    assert asked.digest() == "81944ee5221ae282a70c2aebc212ebb98a8da0dcf45c36ca380445e0c8b9db0e"


def test_what_is_left_out_is_not_said() -> None:
    assert from_json(MINIMAL) == Purpose(category=Category.HMB)


def test_it_may_say_until_when_nothing_is_published() -> None:
    asked = from_json({**MINIMAL, "accepts": ["MOR"], "no_publication_before": "2027-06-01"})
    assert asked.no_publication_before == date(2027, 6, 1)
    assert from_json(asked.to_json()) == asked
    assert "no_publication_before" not in from_json(MINIMAL).to_json(), "older digests stay"
    at = "/purpose/no_publication_before"
    for bad in ("2027-06-31", "20270601", "soon", 2027, True):
        assert pointers({**MINIMAL, "accepts": ["MOR"], "no_publication_before": bad}) == [at]
    # Waiting without accepting that others ask for it would promise nothing to anybody.
    assert pointers({**MINIMAL, "no_publication_before": "2027-06-01"}) == [at]


def test_order_and_repetition_say_nothing() -> None:
    one = from_json({**MINIMAL, "countries": ["FI", "EE", "FI"]})
    other = from_json({**MINIMAL, "countries": ["EE", "FI"]})
    assert one == other
    assert one.digest() == other.digest()


def test_a_purpose_names_itself_in_duo() -> None:
    assert purpose(Category.DS).duo() == ("DUO:0000007",)
    assert purpose(Category.CC).duo() == ("DUO:0000043",)
    assert purpose(Category.MDS).duo() == ()


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"category": "XYZ"}, "/purpose/category"),
        ({"category": None}, "/purpose/category"),
        ({"category": "DS"}, "/purpose/diseases"),
        ({"diseases": ["MONDO:1"]}, "/purpose/diseases/0"),
        ({"diseases": "MONDO:0004992"}, "/purpose/diseases"),
        ({"diseases": ["MONDO:0004992"] * 65}, "/purpose/diseases"),
        ({"methods": "yes"}, "/purpose/methods"),
        ({"commercial": 1}, "/purpose/commercial"),
        ({"organisation": []}, "/purpose/organisation"),
        ({"organisation": {"name": "x"}}, "/purpose/organisation"),
        ({"organisation": {"not_for_profit": "x"}}, "/purpose/organisation/not_for_profit"),
        ({"organisation": {"id": 5}}, "/purpose/organisation/id"),
        ({"countries": ["Finland"]}, "/purpose/countries/0"),
        ({"users": ["a\x00b"]}, "/purpose/users/0"),
        ({"project": ""}, "/purpose/project"),
        ({"months": 0}, "/purpose/months"),
        ({"months": True}, "/purpose/months"),
        ({"months": 1.5}, "/purpose/months"),
        ({"accepts": ["pub"]}, "/purpose/accepts/0"),
        ({"evidence": [None]}, "/purpose/evidence/0"),
        ({"colour": "red"}, "/purpose"),
    ],
)
def test_each_fault_has_its_pointer(changes: dict[str, Any], pointer: str) -> None:
    assert pointers({**MINIMAL, **changes}) == [pointer]


def test_something_else_is_no_purpose() -> None:
    assert pointers([]) == ["/purpose"]
    assert pointers({}) == ["/purpose/category"]
