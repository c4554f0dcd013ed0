# SPDX-License-Identifier: Apache-2.0
"""Which kinds of data a grant covers, and who of a dataset has what a purpose asks for."""

from dataclasses import replace
from typing import Any

import pytest
from pyroaring import BitMap

from consent_registry.domain.blocking import let_in_without
from consent_registry.domain.cohort import evaluate
from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.data_categories import CATEGORIES, Categories, without
from consent_registry.domain.duo import Duo
from consent_registry.domain.form_file import read_form
from consent_registry.domain.form_outcomes import is_part
from consent_registry.domain.history import Standing, State
from consent_registry.domain.matching import Inquiry, match
from consent_registry.domain.meet import Comparison, meet
from consent_registry.domain.purpose import from_json as purpose_from_json
from consent_registry.domain.regimes import Moment, Rules
from consent_registry.domain.row_codes import RowCode
from consent_registry.domain.terms import (
    RawAlternative,
    Terms,
    UnreadableTerms,
    canonical_text,
    from_json,
    read_alternative,
    to_json,
)
from consent_registry.domain.verdict import Reason, Result
from consent_registry.http.pages.saying import Speaker
from consent_registry.usecases.checking import check_cases
from shared.errors import ValidationFailed
from tests.fakes.consent_factories import alternative, extract, inquiry, purpose, terms
from tests.fakes.form_factories import example_document

GENOME, VARIANTS, IMAGES = ("genome",), ("variants",), ("images",)
BOTH = ("genome", "images")


def limited(*categories: str) -> Terms:
    return (replace(alternative(Duo.HMB), data_categories=categories),)


def asking(named: Categories, held: Categories) -> Inquiry:
    return inquiry(purpose(data_categories=named), held=held)


@pytest.mark.parametrize(
    ("allowed", "named", "held", "covered"),
    [
        ((), (), (), True),
        ((), GENOME, GENOME, True),
        (GENOME, GENOME, BOTH, True),
        (GENOME, (), GENOME, True),
        (BOTH, GENOME, BOTH, True),
        # The purpose names none and so asks for the images as well.
        (GENOME, (), BOTH, False),
        (GENOME, BOTH, BOTH, False),
        (GENOME, IMAGES, BOTH, False),
        # What there is was not said: nobody knows that it is only the genome.
        (GENOME, (), (), False),
        (GENOME, GENOME, (), True),
    ],
)
def test_a_grant_covers_a_purpose_that_asks_for_no_more_than_it_is_for(
    allowed: Categories, named: Categories, held: Categories, covered: bool
) -> None:
    answer = match(limited(*allowed), asking(named, held))
    assert (answer.result is Result.PERMIT) is covered
    assert answer.reasons == (() if covered else (Reason.CATEGORY_NOT_PERMITTED,))


def test_alternatives_for_different_data_do_not_add_up() -> None:
    """Each alternative is permitted by itself or not at all, with its own modifiers."""
    apart = (*limited("genome"), *limited("images"))
    assert match(apart, asking(BOTH, BOTH)).result is Result.DENY
    assert match(apart, asking(IMAGES, BOTH)).result is Result.PERMIT


def five(has_fewer: Categories = ()) -> CohortIndex:
    """Make a dataset: anything, the genome only, images only, nothing said, anything."""
    index = CohortIndex(members=5)
    for ordinal, held in enumerate((terms(Duo.HMB), limited("genome"), limited("images"))):
        index.put(BitMap([ordinal]), Standing(state=State.GIVEN, terms=held))
    index.put(BitMap([4]), Standing(state=State.GIVEN, terms=terms(Duo.HMB)))
    index.hold_only(BitMap([4]), has_fewer)
    return index


def test_a_cohort_takes_whoever_allows_and_has_everything_asked_for() -> None:
    found = evaluate(five(GENOME), asking(GENOME, BOTH))
    assert set(found.within) == {0, 1, 4}
    found = evaluate(five(GENOME), asking(BOTH, BOTH))
    assert set(found.within) == {0}
    assert set(found.out[Reason.CATEGORY_NOT_PERMITTED]) == {1, 2}
    assert set(found.out[Reason.CATEGORY_NOT_HELD]) == {4}
    assert found.out.keys() == {
        *(Reason.NEVER_ASKED, Reason.CATEGORY_NOT_PERMITTED, Reason.CATEGORY_NOT_HELD)
    }
    # All that the dataset holds is asked for, and she has less.
    assert set(evaluate(five(GENOME), asking((), BOTH)).within) == {0}


def test_of_a_dataset_that_does_not_say_what_it_holds_nothing_can_be_named() -> None:
    found = evaluate(five(), asking(GENOME, ()))
    assert not found.within
    assert set(found.out[Reason.CATEGORY_NOT_HELD]) == {0, 1, 4}
    assert set(evaluate(five(), asking((), ())).within) == {0, 4}
    # Nor what is not there, whatever the law: there is nothing to be given.
    nothing_binds = replace(asking(IMAGES, GENOME), rules=Rules(binds=frozenset()))
    assert evaluate(five(), nothing_binds).reasons() == {"data_category_not_held": 5}
    assert evaluate(five(), nothing_binds, moment=Moment.RUNNING).counts()["in"] == 5


def test_the_steward_sees_what_the_limit_alone_costs() -> None:
    asked = asking(BOTH, BOTH)
    index = five()
    assert let_in_without(index, asked, evaluate(index, asked)) == {"DATA_CATEGORY": BitMap([1, 2])}


def test_consents_in_common_are_for_the_data_in_common() -> None:
    both = meet([limited("genome", "images"), limited("variants", "images")], extract())
    assert both == limited("images")
    assert meet([terms(Duo.HMB), limited("genome")], extract()) == limited("genome")
    assert meet([limited("images"), limited("genome")], extract()) == ()
    assert Comparison(extract()).widens(limited("genome"), terms(Duo.HMB))
    assert not Comparison(extract()).widens(terms(Duo.HMB), limited("genome"))


def test_what_is_recorded_under_a_form_may_be_for_fewer_data_and_for_no_more() -> None:
    (whole,), (genome,), (both,) = terms(Duo.HMB), limited("genome"), limited(*BOTH)
    assert is_part(genome, whole)
    assert is_part(genome, both)
    assert not is_part(both, genome)
    assert not is_part(whole, genome)


def test_consents_from_before_there_were_categories_are_the_same_bytes() -> None:
    assert "data_categories" not in canonical_text(terms(Duo.HMB, Duo.NPU))
    assert '"data_categories":["genome","images"]' in canonical_text(limited(*BOTH))
    assert from_json(to_json(limited(*BOTH))) == limited(*BOTH)
    assert "data_categories" not in purpose().to_json()
    assert purpose().digest() != purpose(data_categories=GENOME).digest()


@pytest.mark.parametrize("stored", [[], ["genomes"], ["genome", 1], "genome", None, {}])
def test_a_limit_that_cannot_be_read_permits_nothing(stored: Any) -> None:
    """An empty one above all: it would read as no limit."""
    written: Any = to_json(terms(Duo.HMB))
    with pytest.raises(UnreadableTerms):
        from_json([{**written[0], "data_categories": stored}])


def test_categories_are_read_in_any_order_and_unknown_ones_are_a_fault() -> None:
    raw = RawAlternative(permission="HMB", data_categories=("images", "genome", "images"))
    assert read_alternative(raw, extract()) == (limited(*BOTH)[0], ())
    _, faults = read_alternative(replace(raw, data_categories=("blood",)), extract())
    assert [(one.column, one.what) for one in faults] == [
        ("data_categories", RowCode.DATA_CATEGORY)
    ]


def test_a_purpose_names_the_data_it_asks_for() -> None:
    wire = {**purpose().to_json(), "data_categories": ["images", "genome"]}
    assert purpose_from_json(wire) == purpose(data_categories=BOTH)
    for odd in (["blood"], "genome", [["genome"]]):
        with pytest.raises(ValidationFailed) as refused:
            purpose_from_json({**wire, "data_categories": odd})
        assert refused.value.faults[0].pointer.startswith("/purpose/data_categories")


def test_closing_some_data_leaves_the_others_that_are_known_today() -> None:
    assert without((), {"images"}) == tuple(one for one in CATEGORIES if one != "images")
    assert without(BOTH, {"images"}) == GENOME
    assert without(GENOME, {"genome", "images"}) is None
    assert without((), ()) == ()


def test_it_is_said_in_words() -> None:
    (said,) = Speaker(extract(), "en", {}).terms(limited(*BOTH))
    assert (
        "Only these data: your whole genome; pictures of your body, such as X-rays." in said.limits
    )


def test_a_case_in_a_file_may_say_which_data_there_are() -> None:
    consent = {"permission": "HMB", "data_categories": ["genome"]}
    case = {"consent": consent, "purpose": purpose().to_json()}
    cases = [
        case,
        {**case, "data_categories": ["genome"]},
        {**case, "data_categories": ["genome", "images"]},
        {**case, "data_categories": ["blood"]},
        {**case, "consent": {**consent, "data_categories": ["blood"]}},
    ]
    found = check_cases(cases, inquiry())["cases"]
    assert [one["verdict"] for one in found] == ["deny", "permit", "deny", "invalid", "invalid"]
    assert found[0]["reasons"] == ["data_category_not_permitted"]
    assert [found[number]["faults"][0]["pointer"] for number in (3, 4)] == [
        "/cases/3/data_categories",
        "/cases/4/consent/data_categories",
    ]


def test_a_form_grants_the_data_that_its_rule_names() -> None:
    document = example_document()
    document["rules"][0]["data_categories"] = ["images", "genome"]
    form = read_form(document)
    (granted, *_) = form.rules
    assert granted.grant(frozenset(), {}).data_categories == ("images", "genome")
    for odd in ([], ["blood"], "genome", ["genome", "genome"]):
        document["rules"][0]["data_categories"] = odd
        with pytest.raises(ValidationFailed) as refused:
            read_form(document)
        assert "/rules/0/data_categories" in {one.pointer for one in refused.value.faults}
