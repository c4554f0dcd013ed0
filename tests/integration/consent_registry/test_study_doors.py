# SPDX-License-Identifier: Apache-2.0
"""Choices for studies through each door: the API, the participant's pages, FHIR, her own file."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from consent_registry.domain.fhir.statement import Release
from consent_registry.domain.history import State
from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.fhir_export import AsOf, export_consents
from consent_registry.usecases.members import NewMember, list_members
from consent_registry.usecases.own_file import own_file
from consent_registry.usecases.studies import StudyFacts, describe_study, place_dataset
from consent_registry.usecases.study_consents import NewStudyConsent, record_study_consent
from shared.ids import DatasetId
from tests.support.page_world import make_sign_in
from tests.support.participant_pages import ANNA, HEART, LUNG, OTHER, Site, fill, pages_app
from tests.support.registry_node import RegistryNode
from tests.support.registry_world import DESK, LOGIN, RegistryWorld, registry_world

STUDY = "GDI-ZZ-STUDY-1"
FACTS = StudyFacts(
    title="Northern <hearts>",
    controller="A hospital",
    purpose="To learn why hearts fail early.",
    starts_on=date(2020, 1, 1),
)
HMB = (RawAlternative(permission="HMB"),)


@pytest.fixture
def site() -> Iterator[Site]:
    with registry_world() as world:
        fill(world, LOGIN)
        describe_study(STUDY, FACTS, tools=world.tools, principal=DESK)
        yield Site(world=world, app=pages_app(world, make_sign_in(world.clock, issuer=LOGIN)))


def place(world: RegistryWorld, *datasets: DatasetId) -> None:
    for dataset in datasets:
        place_dataset(dataset, STUDY, tools=world.tools, principal=DESK)


def pseudonym(site: Site) -> str:
    return own_file(with_uses=False, tools=site.world.tools, principal=ANNA).pseudonyms[0]


def speak(site: Site, said: tuple[RawAlternative, ...] = HMB) -> None:
    wanted = NewStudyConsent(pseudonym=pseudonym(site), study=STUDY, alternatives=said)
    record_study_consent(wanted, tools=site.world.tools, principal=DESK)


def enlist(site: Site, dataset: DatasetId) -> None:
    member = NewMember(pseudonym=pseudonym(site), local_id="S-anna-other")
    list_members(dataset, [member], tools=site.world.tools, principal=DESK)


def test_home_says_which_choice_counts_and_one_step_leaves_the_whole_study(site: Site) -> None:
    place(site.world, HEART, OTHER)
    enlist(site, OTHER)
    speak(site)
    assert site.states()[OTHER] is State.GIVEN
    browser = site.browser()
    home = browser.page("/")
    assert "You said yes for the whole study." in home
    assert home.count("What you said for the whole study counts here.") == 1
    asked = browser.page(f"/withdraw/study/{STUDY}")
    assert "the whole study, with what is put in it later" in asked
    path = f"/withdraw/study/{STUDY}"
    assert browser.send(path, form_at=path).status_code == 303
    assert site.states() == {
        HEART: State.WITHDRAWN,
        LUNG: State.GIVEN,
        OTHER: State.WITHDRAWN,
    }
    assert "You stopped the whole study." in browser.page("/")
    place(site.world, LUNG)
    assert site.states()[LUNG] is State.WITHDRAWN


def test_a_study_without_any_data_of_hers_is_shown_and_can_be_left(site: Site) -> None:
    speak(site)
    browser = site.browser()
    home = browser.page("/")
    assert "You said yes for the whole study." in home
    assert "Stop in this study" in home
    path = f"/withdraw/study/{STUDY}"
    assert browser.send(path, form_at=path).status_code == 303
    assert "You stopped the whole study." in browser.page("/")
    assert "There is nothing to stop." in browser.page(path)
    _, _, told = browser.page("/history").partition("For whole studies")
    assert told.index("You stopped the use") < told.index("You said what your data may be used for")


def test_fhir_says_what_a_choice_for_the_study_allows(site: Site) -> None:
    place(site.world, OTHER)
    enlist(site, OTHER)

    def exported() -> dict[str, Any]:
        tools = site.world.tools
        bundle: Any = export_consents(
            pseudonym(site), Release.R4, AsOf(), tools=tools, principal=DESK
        )
        return {str(one["resource"]): one["resource"] for one in bundle["entry"]}

    def of_other() -> list[dict[str, Any]]:
        return [found for text, found in exported().items() if OTHER in text]

    assert of_other() == []
    speak(site)
    assert [one["status"] for one in of_other()] == ["active"]
    speak(site, ())
    assert [one["status"] for one in of_other()] == ["rejected"]


def test_her_own_file_has_what_she_said_of_studies(site: Site) -> None:
    speak(site)
    found = own_file(with_uses=False, tools=site.world.tools, principal=ANNA)
    (said,) = [one for one in found.life if one.study]
    assert (said.study, said.body["version"]) == (STUDY, 1)
    assert said.body["terms"][0]["permission"] == "DUO:0000006"


def test_over_the_api(node: RegistryNode) -> None:
    writing, reading = node.service("consents.write"), node.service("consents.read")
    importing = node.service("consents.import")
    facts = {
        "title": "Hearts",
        "controller": "A hospital",
        "purpose": "To learn.",
        "starts_on": "2020-01-01",
        "later_datasets": True,
    }
    made = node.call("PUT", f"/v1/studies/{STUDY}", facts, token=writing)
    assert made.json()["later_datasets"] is True
    dataset = {
        "dataset": "GDI-ZZ-DATASET-77",
        "title": "Genomes",
        "controller": "A hospital",
        "country": "ZZ",
        "legal_regime": "consent_gdpr",
    }
    assert node.call("POST", "/v1/datasets", dataset, token=writing).status_code == 201
    members = {"members": [{"participant": "P-77", "local_id": "S-77"}]}
    path = "/v1/datasets/GDI-ZZ-DATASET-77/members"
    assert node.call("POST", path, members, token=writing).status_code == 403
    listed = node.call("POST", path, members, token=importing)
    assert listed.status_code == 200, listed.text
    fewer = {"members": [{**members["members"][0], "data_categories": ["genome"]}]}
    refused = node.call("POST", path, fewer, token=importing)
    assert refused.json()["errors"][0]["pointer"] == "/members/0/data_categories"
    bad = {"members": [{"participant": "P 77", "local_id": "S-77"}]}
    refused = node.call("POST", path, bad, token=importing)
    assert refused.json()["errors"][0]["pointer"] == "/members/0/participant"

    said = {"alternatives": [{"permission": "HMB"}]}
    hers = f"/v1/participants/P-77/studies/{STUDY}"
    assert node.call("PUT", hers, said, token=reading).status_code == 403
    stranger = node.person("bo")
    assert node.call("PUT", hers, said, token=stranger).status_code in {403, 404}
    done = node.call("PUT", hers, said, token=writing)
    assert (done.json()["kind"], done.json()["datasets"]) == ("given", [])
    placing = f"{path.removesuffix('/members')}/study"
    assert node.call("PUT", placing, {"study": STUDY}, token=writing).status_code == 200
    found = node.call("GET", "/v1/participants/P-77/consents", token=reading).json()
    (consent,) = found["consents"]
    assert (consent["state"], consent["by_study"]) == ("given", STUDY)
    studies = node.call("GET", "/v1/participants/P-77/studies", token=reading).json()["studies"]
    assert [(one["study"], one["state"]) for one in studies] == [(STUDY, "given")]
    gone = node.call("POST", "/v1/participants/P-77/withdrawals", {"study": STUDY}, token=writing)
    assert gone.status_code == 201, gone.text
    found = node.call("GET", "/v1/participants/P-77/consents", token=reading).json()
    assert found["consents"][0]["state"] == "withdrawn"
