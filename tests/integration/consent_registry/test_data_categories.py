# SPDX-License-Identifier: Apache-2.0
"""Data categories on a real database: who has what, who allows what, and who is in for it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from consent_registry.domain.bitmaps import to_text
from consent_registry.domain.errors import DatasetExists, NothingToWithdraw, NotLinked
from consent_registry.domain.history import Kind
from consent_registry.domain.lives import Quality
from consent_registry.domain.manifest import MANIFEST_TYP, AsOf
from consent_registry.domain.stopping import Closed
from consent_registry.domain.terms import RawAlternative
from consent_registry.domain.verdict import Reason
from consent_registry.http.pages.project_views import cards
from consent_registry.http.pages.saying import Speaker
from consent_registry.http.rights_present import own_file
from consent_registry.usecases.blocking import who_blocks_what
from consent_registry.usecases.catalogue import catalogue_entry
from consent_registry.usecases.cohorts import evaluate_cohort, freeze_cohort
from consent_registry.usecases.consents import NewConsent, Recorded, record_consent
from consent_registry.usecases.datasets import NewDataset, get_dataset, register_dataset
from consent_registry.usecases.limiting import StopSome, stop_some
from consent_registry.usecases.lives import look_at_evidence
from consent_registry.usecases.members import NewMember, list_members
from consent_registry.usecases.own_file import file_of
from consent_registry.usecases.people import link_login
from consent_registry.usecases.projections import verify_projections
from consent_registry.usecases.projects import projects_of
from consent_registry.usecases.reading import consents_of
from consent_registry.usecases.showing import index_then
from consent_registry.usecases.studies import StudyFacts, describe_study, place_dataset
from consent_registry.usecases.study_consents import NewStudyConsent, record_study_consent
from permit_service.clearinghouse.domain.data_categories import opens
from permit_service.clearinghouse.domain.feed_reading import read_cohort
from shared.errors import Forbidden, ValidationFailed
from shared.ids import ApplicationId, DatasetId
from shared.keys import verify_jws
from shared.principal import Principal
from tests.fakes.consent_factories import purpose
from tests.support.erasing_world import GRETA
from tests.support.merge_world import live, permit
from tests.support.registry_world import DESK, LOGIN, RegistryWorld, people, person

SCANS = DatasetId("GDI-ZZ-DATASET-2")
HELD = ("genome", "ehr", "images")
GENOME = purpose(data_categories=("genome",))
IMAGES = purpose(data_categories=("genome", "images"))


def listed(*categories: str, number: int = 3) -> NewMember:
    return NewMember(
        pseudonym=f"P-{number:06}", local_id=f"S-{number:06}", data_categories=categories
    )


def enlist(world: RegistryWorld, *members: NewMember) -> int:
    return list_members(SCANS, members, tools=world.tools, principal=DESK)


@pytest.fixture
def scans(world: RegistryWorld) -> RegistryWorld:
    """Four people: all, the genome only, images only; and one of whom there is only a genome."""
    world.dataset(SCANS, HELD)
    enlist(world, listed("genome"))
    limits = ("", "genome", "images", "")
    rows = [
        {**row, "dataset": SCANS, "data_categories": limit}
        for row, limit in zip(people(4), limits, strict=True)
    ]
    # The one who was listed has the first place.
    assert world.load(*rows).batch.applied == 4
    return world


def who_is_in(world: RegistryWorld, asked: object = GENOME) -> set[str]:
    found = evaluate_cohort(SCANS, asked, tools=world.tools, principal=DESK)  # type: ignore[arg-type]
    with world.tools.reads() as uow:
        ids = uow.people.local_ids(SCANS)
    return {ids[ordinal] for ordinal in found.cohort.within}


def test_whoever_allows_and_has_all_of_it_is_in(scans: RegistryWorld) -> None:
    assert who_is_in(scans) == {"S-000000", "S-000001", "S-000003"}
    assert who_is_in(scans, IMAGES) == {"S-000000"}
    assert who_is_in(scans, purpose()) == {"S-000000"}, "all that the dataset holds is asked for"
    assert who_is_in(scans, purpose(data_categories=("samples",))) == set()
    found = evaluate_cohort(SCANS, IMAGES, tools=scans.tools, principal=DESK)
    assert found.cohort.reasons() == {
        "data_category_not_permitted": 2,
        "data_category_not_held": 1,
    }


def test_looking_back_builds_the_same(scans: RegistryWorld) -> None:
    at = get_dataset(SCANS, tools=scans.tools).now(scans.clock.now())
    with scans.tools.reads() as uow, uow.events.index(SCANS, at) as kept:
        back = index_then(uow, SCANS, AsOf(effective_at=at, known_at=at))
        assert back.lacking == kept.lacking
        assert {name for name, who in kept.lacking.items() if set(who) == {0}} == {
            *("variants", "phenotype", "ehr", "samples", "images")
        }
    again = evaluate_cohort(SCANS, IMAGES, tools=scans.tools, principal=DESK, effective_at=at)
    assert set(again.cohort.within) == {1}


def test_a_frozen_cohort_says_what_was_asked_for_and_narrows_with_her_limit(
    scans: RegistryWorld,
) -> None:
    frozen = freeze_cohort(SCANS, IMAGES, ApplicationId("A"), tools=scans.tools, principal=DESK)
    keys = scans.tools.signer.public_jwks()
    told = json.loads(verify_jws(frozen.manifest, keys, typ=MANIFEST_TYP, algorithms=("ES256",)))
    assert told["data_categories"] == {
        "held": ["genome", "ehr", "images"],
        "asked": ["genome", "images"],
    }
    assert told["purpose"]["data_categories"] == ["genome", "images"]
    # The gate reads the same statement, wherever a file of hers is asked for.
    bound = {
        "cohort_id": frozen.cohort_id,
        "permit_id": "PERMIT-1",
        "bitmap": to_text(frozen.bitmap),
        "lapses": [],
        "manifest": frozen.manifest,
    }
    kinds = read_cohort(bound, lambda _: told).kinds
    named = {"genome", "images"}
    assert [one for one in (*HELD, "samples") if opens(one, named=named, told=kinds)] == [
        "genome",
        "images",
    ]
    permit(scans, "PERMIT-1", SCANS, IMAGES)
    permit(scans, "PERMIT-2", SCANS, GENOME)
    assert live(scans, SCANS) == [{1}, {0, 1, 2}]
    scans.clock.pass_time(60)
    only = (RawAlternative(permission="HMB", data_categories=("ehr", "genome")),)
    changed = NewConsent(pseudonym="P-000000", dataset=SCANS, alternatives=only)
    record_consent(changed, tools=scans.tools, principal=DESK)
    # Out of the permit with images, and only of that.
    assert live(scans, SCANS) == [set(), {0, 1, 2}]


def test_she_reads_why_she_is_not_in_a_project(scans: RegistryWorld) -> None:
    permit(scans, "PERMIT-1", SCANS, IMAGES)
    why = {}
    for number in range(4):
        with scans.tools.reads() as uow:
            pid = uow.people.pid(f"P-{number:06}")
            assert pid is not None
            (project,) = projects_of(uow, pid, scans.tools)
        why[number] = project.why
        (card,) = cards([project], {}, Speaker(scans.tools.diseases))
        assert "Only these data: your whole genome; pictures of your body" in card.purpose
    assert why == {
        0: None,
        1: Reason.CATEGORY_NOT_PERMITTED,
        2: Reason.CATEGORY_NOT_PERMITTED,
        3: Reason.CATEGORY_NOT_HELD,
    }


def test_the_steward_and_the_catalogue_are_told(scans: RegistryWorld) -> None:
    found = who_blocks_what(SCANS, IMAGES, tools=scans.tools, principal=DESK)
    assert "DATA_CATEGORY" not in found.without, "too few to be told"
    entry: Any = catalogue_entry(SCANS, tools=scans.tools)
    kinds = [one["dct:identifier"] for one in entry["dpv:hasPersonalData"][1:]]
    assert kinds == [["genome"], ["ehr"], ["images"]]


def test_what_somebody_allows_is_given_back_with_its_limit(scans: RegistryWorld) -> None:
    (choice,) = consents_of("P-000001", None, None, tools=scans.tools, principal=DESK).choices
    assert choice.standing.terms is not None
    assert [one.data_categories for one in choice.standing.terms] == [("genome",)]


def test_her_own_file_says_which_data_there_are_of_her(scans: RegistryWorld) -> None:
    """GDPR 15(1)(b): the categories of data, of her and not of the dataset."""
    told = {}
    for who in ("P-000000", "P-000003"):
        found = file_of(who, with_uses=False, tools=scans.tools, principal=GRETA)
        (told[who],) = (one["data_categories"] for one in own_file(found)["datasets"])
    assert told == {"P-000000": list(HELD), "P-000003": ["genome"]}


def test_members_are_listed_once_with_what_there_is_of_them(scans: RegistryWorld) -> None:
    before = enlist(scans, listed("genome"))
    assert enlist(scans, listed("genome")) == before
    for odd in (listed("images"), listed(), listed("samples", number=9)):
        with pytest.raises(ValidationFailed) as refused:
            enlist(scans, odd)
        assert [one.pointer for one in refused.value.faults] == ["/members/0/data_categories"]
    # All that there is, named one by one, is no fewer.
    enlist(scans, listed(*HELD, number=9))
    assert enlist(scans, listed(number=9)) == enlist(scans, listed(*HELD, number=9))


def test_what_a_dataset_holds_is_said_once(scans: RegistryWorld) -> None:
    assert get_dataset(SCANS, tools=scans.tools).data_categories == HELD
    wanted = NewDataset(
        dataset=SCANS,
        title="Genomes",
        controller="A hospital",
        country="ZZ",
        legal_regime="consent_gdpr",
        data_categories=HELD,
    )
    assert register_dataset(wanted, tools=scans.tools, principal=DESK).members == 4
    with pytest.raises(DatasetExists):
        register_dataset(
            replace(wanted, data_categories=("genome",)), tools=scans.tools, principal=DESK
        )


def stop(world: RegistryWorld, who: str, *kinds: str, principal: Principal = DESK) -> Recorded:
    wanted = StopSome(pseudonym=who, dataset=SCANS, closed=Closed(data_categories=kinds))
    return stop_some(wanted, tools=world.tools, principal=principal)


def test_a_no_to_some_data_takes_her_out_of_what_uses_them_and_of_nothing_else(
    scans: RegistryWorld,
) -> None:
    permit(scans, "PERMIT-1", SCANS, IMAGES)
    permit(scans, "PERMIT-2", SCANS, GENOME)
    scans.clock.pass_time(60)
    assert stop(scans, "P-000000", "images").kind is Kind.CHANGED
    assert live(scans, SCANS) == [set(), {0, 1, 2}]
    (choice,) = consents_of("P-000000", None, None, tools=scans.tools, principal=DESK).choices
    (left,) = choice.standing.terms or ()
    assert left.data_categories == ("genome", "variants", "phenotype", "ehr", "samples")
    with pytest.raises(NothingToWithdraw):
        stop(scans, "P-000000", "images")
    assert stop(scans, "P-000002", "genome", "images").kind is Kind.WITHDRAWN
    # An older paper brings nothing back.
    scans.load({**people(1)[0], "dataset": SCANS, "signed_on": "2025-02-01"})
    assert who_is_in(scans, IMAGES) == set()
    assert verify_projections(tools=scans.tools).hold


@pytest.mark.parametrize("before", [True, False])
def test_a_no_to_some_data_lifts_no_doubt_in_the_paper_of_what_it_narrows(
    scans: RegistryWorld, *, before: bool
) -> None:
    permit(scans, "PERMIT-1", SCANS, GENOME)
    (choice,) = consents_of("P-000000", None, None, tools=scans.tools, principal=DESK).choices
    first = str(choice.standing.event_id)
    scans.clock.pass_time(60)
    steps: list[Callable[[], object]] = [
        lambda: look_at_evidence(
            "P-000000", first, Quality.REJECTED, "ab" * 32, tools=scans.tools, principal=DESK
        ),
        lambda: stop(scans, "P-000000", "images"),
    ]
    for step in steps if before else reversed(steps):
        step()
        scans.clock.pass_time(60)
    assert "S-000000" not in who_is_in(scans), "a forged paper allows nothing, with images or not"
    assert live(scans, SCANS) == [{0, 2}]
    assert verify_projections(tools=scans.tools).hold


def test_what_a_study_let_be_used_goes_on_without_them_in_this_dataset(
    scans: RegistryWorld,
) -> None:
    facts = StudyFacts(
        title="Hearts", controller="A hospital", purpose="To learn.", starts_on=date(2020, 1, 1)
    )
    describe_study("GDI-ZZ-STUDY-1", facts, tools=scans.tools, principal=DESK)
    place_dataset(SCANS, "GDI-ZZ-STUDY-1", tools=scans.tools, principal=DESK)
    enlist(scans, listed(number=9))
    said = NewStudyConsent(
        pseudonym="P-000009",
        study="GDI-ZZ-STUDY-1",
        alternatives=(RawAlternative(permission="HMB"),),
        form_version="",
    )
    record_study_consent(said, tools=scans.tools, principal=DESK)
    assert "S-000009" in who_is_in(scans, IMAGES)
    scans.clock.pass_time(60)
    stop(scans, "P-000009", "images")
    assert "S-000009" not in who_is_in(scans, IMAGES)
    assert "S-000009" in who_is_in(scans)
    assert verify_projections(tools=scans.tools).hold
    # What she allowed was said of that study: put into another, the dataset has nobody's yes.
    describe_study("GDI-ZZ-STUDY-2", facts, tools=scans.tools, principal=DESK)
    scans.clock.pass_time(60)
    place_dataset(SCANS, "GDI-ZZ-STUDY-2", tools=scans.tools, principal=DESK)
    assert "S-000009" not in who_is_in(scans), "of whoever stopped nothing, nothing goes on"
    assert verify_projections(tools=scans.tools).hold


def test_herself_may_and_nobody_else(scans: RegistryWorld) -> None:
    link_login("P-000000", LOGIN, "anna", tools=scans.tools, principal=DESK)
    assert stop(scans, "P-000000", "images", principal=person("anna")).kind is Kind.CHANGED
    for who, by in (("P-000001", "anna"), ("P-000000", "bo")):
        with pytest.raises((Forbidden, NotLinked)):
            stop(scans, who, "genome", principal=person(by))


def test_where_the_terms_of_a_consent_do_not_count_such_a_no_would_be_an_empty_promise(
    world: RegistryWorld,
) -> None:
    world.ehds_dataset(SCANS)
    world.load({"dataset": SCANS})
    for kinds in (("images",), ()):
        with pytest.raises(ValidationFailed) as refused:
            stop(world, "P-1", *kinds)
        assert [one.pointer for one in refused.value.faults] == ["/data_categories"]
