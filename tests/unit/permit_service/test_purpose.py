# SPDX-License-Identifier: Apache-2.0
"""A purpose is read strictly, with every fault at once, and says itself in words."""

import pytest

from consent_registry.domain.data_categories import CATEGORIES
from consent_registry.domain.ehds import PUBLIC_BODIES_ONLY
from consent_registry.domain.purpose import from_json
from permit_service.clearinghouse.domain.data_categories import DATA_CATEGORIES
from permit_service.domain.purpose import (
    EHDS_PURPOSES,
    RESERVED_PURPOSES,
    Category,
    parse_purpose,
)
from permit_service.domain.words import purpose_in_words, reason_in_words
from shared.errors import ValidationFailed
from tests.fakes.permit_factories import HMB

FULL: dict[str, object] = {
    "category": "DS",
    "diseases": ["MONDO:0004975"],
    "methods": None,
    "ancestry": False,
    "commercial": False,
    "clinical": None,
    "genetic_data": True,
    "organisation": {"id": "https://ror.org/02catss52", "not_for_profit": True},
    "countries": ["FI", "EE"],
    "users": ["Rita Researcher"],
    "project": "HEART-1",
    "months": 24,
    "accepts": ["PUB", "COL"],
    "evidence": ["IRB"],
}


def test_what_is_written_reads_back_the_same() -> None:
    purpose = parse_purpose(FULL)
    assert parse_purpose(purpose.to_json()) == purpose
    assert purpose.category is Category.DS
    assert purpose.countries == ("EE", "FI")


def test_a_public_purpose_names_nobody() -> None:
    assert "Rita Researcher" not in str(parse_purpose(FULL).public())


def test_data_are_asked_for_by_their_kinds() -> None:
    asked = parse_purpose({**FULL, "data_categories": ["images", "genome"]})
    assert asked.data_categories == ("genome", "images")
    assert parse_purpose(asked.to_json()) == asked
    assert asked.public()["data_categories"] == ["genome", "images"]
    assert "Only these data: Whole genomes; Images" in purpose_in_words(asked)
    assert "data_categories" not in parse_purpose(FULL).to_json(), "older digests stay"
    with pytest.raises(ValidationFailed) as caught:
        parse_purpose({**FULL, "data_categories": ["blood"]})
    assert [one.pointer for one in caught.value.faults] == ["/purpose/data_categories/0"]


def test_until_when_nothing_is_published_is_said_with_its_day() -> None:
    waits = {**FULL, "accepts": ["MOR", "PUB"], "no_publication_before": "2027-06-01"}
    asked = parse_purpose(waits)
    assert parse_purpose(asked.to_json()) == asked
    assert asked.public()["no_publication_before"] == "2027-06-01"
    assert "Publishes nothing before 2027-06-01" in purpose_in_words(asked)
    assert "no_publication_before" not in parse_purpose(FULL).to_json(), "older digests stay"
    for bad in ({**waits, "no_publication_before": "2027-06-31"}, {**waits, "accepts": ["PUB"]}):
        with pytest.raises(ValidationFailed) as caught:
            parse_purpose(bad)
        assert [one.pointer for one in caught.value.faults] == ["/purpose/no_publication_before"]


def test_a_public_body_says_so_and_nobody_else_has_what_is_reserved_to_them() -> None:
    institute = {"id": None, "not_for_profit": True}
    for letter in EHDS_PURPOSES:
        asked = {**FULL, "ehds_purpose": letter}
        reserved = letter in {"53-1-a", "53-1-b", "53-1-c"}
        for said in ({}, {"public_body": False}, {"public_body": None}):
            other = parse_purpose({**asked, "organisation": {**institute, **said}})
            assert other.reserved is reserved
            assert other.to_json()["organisation"] == institute, "older digests stay"
        body = parse_purpose({**asked, "organisation": {**institute, "public_body": True}})
        assert body.reserved is False
        assert parse_purpose(body.to_json()) == body
        line = "By a public body, or on behalf of one (EHDS Article 53(2))"
        assert line in purpose_in_words(body)
        assert line not in purpose_in_words(other)


def test_partners_of_a_consortium_are_named_and_counted() -> None:
    firm = {"id": "https://ror.org/02catss52", "not_for_profit": False}
    office = {"id": "https://ror.org/00bbbbb00", "not_for_profit": True, "public_body": True}
    asked = parse_purpose({**FULL, "partners": [firm, office, firm, {"not_for_profit": None}]})
    assert parse_purpose(asked.to_json()) == asked
    assert asked.public()["partners"] == [{"id": None, "not_for_profit": None}, office, firm]
    assert from_json(asked.to_json()).to_json() == {**asked.to_json(), "users": list(asked.users)}
    assert (
        "With partners: one that was not named; "
        "https://ror.org/00bbbbb00 (not for profit, public body); "
        "https://ror.org/02catss52 (for profit)"
    ) in purpose_in_words(asked)
    assert "partners" not in parse_purpose({**FULL, "partners": []}).to_json(), "older digests stay"
    at = "/purpose/partners"
    for bad, pointer in (
        ([firm] * 51, at),
        ("https://ror.org/02catss52", at),
        ([firm, None], f"{at}/1"),
        ([{"id": "Firm Ltd"}], f"{at}/0/id"),
        ([{"name": "Firm Ltd"}], f"{at}/0/name"),
    ):
        with pytest.raises(ValidationFailed) as caught:
            parse_purpose({**FULL, "partners": bad})
        assert [one.pointer for one in caught.value.faults] == [pointer]


def test_a_purpose_that_is_reserved_needs_every_partner_to_be_a_public_body() -> None:
    office = {"public_body": True}
    asked = {**FULL, "ehds_purpose": "53-1-a", "organisation": office}
    assert parse_purpose({**asked, "partners": [office]}).reserved is False
    assert parse_purpose({**asked, "partners": [office, {"not_for_profit": True}]}).reserved is True


def test_both_services_reserve_the_same_purposes() -> None:
    assert {one.value for one in PUBLIC_BODIES_ONLY} == RESERVED_PURPOSES


def test_both_services_know_the_same_kinds_of_data() -> None:
    assert DATA_CATEGORIES == CATEGORIES


def test_not_said_is_not_no() -> None:
    purpose = parse_purpose({"category": "HMB"})
    assert purpose.commercial is None
    assert purpose.organisation.not_for_profit is None


def test_every_fault_is_named_at_once() -> None:
    wrong = {
        "category": "XYZ",
        "diseases": ["MONDO:1", 5],
        "commercial": "yes",
        "months": 0,
        "countries": "FI",
        "organisation": {"id": "https://ror.example/1", "name": "x"},
        "project": "",
        "purposes": [],
    }
    with pytest.raises(ValidationFailed) as caught:
        parse_purpose(wrong)
    assert {fault.pointer for fault in caught.value.faults} == {
        "/purpose/category",
        "/purpose/diseases/0",
        "/purpose/diseases/1",
        "/purpose/commercial",
        "/purpose/months",
        "/purpose/countries",
        "/purpose/organisation/id",
        "/purpose/organisation/name",
        "/purpose/project",
        "/purpose/purposes",
    }


def test_research_on_a_disease_names_one() -> None:
    with pytest.raises(ValidationFailed) as caught:
        parse_purpose({"category": "DS"})
    assert [fault.pointer for fault in caught.value.faults] == ["/purpose/diseases"]


def test_an_organisation_must_be_an_object() -> None:
    with pytest.raises(ValidationFailed) as caught:
        parse_purpose({"category": "HMB", "organisation": "Institute"})
    assert [fault.pointer for fault in caught.value.faults] == ["/purpose/organisation"]


def test_more_items_than_anyone_needs_are_refused() -> None:
    with pytest.raises(ValidationFailed):
        parse_purpose({"category": "HMB", "countries": ["FI"] * 65})


def test_a_purpose_says_itself_in_words() -> None:
    assert purpose_in_words(HMB) == (
        "Health, medical or biomedical research",
        "No commercial use",
        "By an organisation that is not for profit",
        "In: FI",
    )
    words = purpose_in_words(parse_purpose(FULL))
    assert words[0] == "Research on particular diseases"
    assert "Diseases: MONDO:0004975" in words
    assert not any("Rita" in line for line in words)


def test_a_purpose_names_its_duo_code_where_duo_has_one() -> None:
    assert HMB.duo() == ("DUO:0000006",)
    assert parse_purpose({"category": "MDS"}).duo() == ()


def test_a_reason_without_wording_is_shown_as_it_is() -> None:
    assert reason_in_words("withdrawn") == "withdrew their consent"
    assert reason_in_words("some_new_code") == "some new code"


def test_an_unknown_field_is_pointed_at_and_cut_short() -> None:
    with pytest.raises(ValidationFailed) as caught:
        parse_purpose({"category": "HMB", "a/b~c": 1, "x" * 99: 1})
    assert [fault.pointer for fault in caught.value.faults] == [
        "/purpose/a~1b~0c",
        "/purpose/" + "x" * 64,
    ]
