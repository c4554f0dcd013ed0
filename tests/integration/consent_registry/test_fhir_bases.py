# SPDX-License-Identifier: Apache-2.0
"""What a FHIR export says a consent rests on, and who gave it: nothing that is not so."""

import json
from typing import Any

import pytest

from consent_registry.domain.assent import Will
from consent_registry.domain.batches import Format
from consent_registry.domain.fhir.mapping import GDPR, REGIMES
from consent_registry.domain.fhir.statement import Release
from consent_registry.domain.history import State
from consent_registry.domain.stopping import Closed
from consent_registry.usecases.datasets import NewDataset, register_dataset
from consent_registry.usecases.fhir_export import AsOf, export_consents
from consent_registry.usecases.limiting import StopSome, stop_some
from consent_registry.usecases.reading import consents_of
from shared.ids import DatasetId
from tests.support.fhir_import import codes, lines, load
from tests.support.merge_world import A
from tests.support.registry_world import DESK, DS, RegistryWorld, registry_world

from .test_assent import authorise, child, consented, say

__all__ = ["child"]
LINES = {Release.R4: Format.FHIR_R4_LINES, Release.R5: Format.FHIR_R5_LINES}
BIOBANK = DatasetId("GDI-ZZ-DATASET-7")


def written(world: RegistryWorld, pseudonym: str, release: Release) -> dict[str, Any]:
    bundle = export_consents(pseudonym, release, AsOf(), tools=world.tools, principal=DESK)
    (entry,) = json.loads(json.dumps(bundle))["entry"]
    resource: dict[str, Any] = entry["resource"]
    return resource


def biobank(world: RegistryWorld) -> None:
    """Register a dataset whose consents are a safeguard beside the law."""
    wanted = NewDataset(
        dataset=BIOBANK,
        title="Samples",
        controller="A biobank",
        country="ZZ",
        legal_regime="consent_gdpr",
        consent_role="safeguard",
    )
    register_dataset(wanted, tools=world.tools, principal=DESK)


@pytest.mark.parametrize("release", Release)
def test_a_safeguard_is_not_said_to_be_the_legal_basis_and_comes_in_elsewhere(
    world: RegistryWorld, release: Release
) -> None:
    world.load({})
    basis = {"coding": [{"system": GDPR, "code": "9-2-a"}]}
    by_consent = written(world, "P-1", release)
    assert basis in (by_consent.get("policyRule"), *by_consent.get("regulatoryBasis", ()))
    biobank(world)
    world.load({"participant": "P-2", "local_id": "S-2", "dataset": BIOBANK})
    beside = written(world, "P-2", release)
    assert GDPR not in json.dumps(beside)
    assert f"{REGIMES}:consent_gdpr" in json.dumps(beside) or beside["regulatoryBasis"] == [
        {"coding": [{"system": REGIMES, "code": "consent_gdpr"}]}
    ]
    with registry_world() as other:
        biobank(other)
        assert codes(load(other, lines(beside), LINES[release])) == []
        (choice,) = consents_of("P-2", None, None, tools=other.tools, principal=DESK).choices
        assert choice.standing.state is State.GIVEN


@pytest.mark.parametrize("release", Release)
def test_what_a_guardian_gave_is_not_said_to_be_the_childs_and_comes_in_nowhere_by_file(
    child: RegistryWorld, release: Release
) -> None:
    authorise(child, "mother")
    say(child, Will.ASSENT, consented(child))
    gave = "performer" if release is Release.R4 else "grantor"
    for data in ("images", "samples"):
        resource = written(child, A, release)
        assert resource["status"] == "active"
        assert [one["type"] for one in resource[gave]] == ["RelatedPerson"]
        with registry_world() as other:
            other.dataset()
            assert codes(load(other, lines(resource), LINES[release])) == [(1, "E-AUTH-01")]
        # So it is with what is left of it.
        less = StopSome(pseudonym=A, dataset=DS, closed=Closed(data_categories=(data,)))
        child.clock.pass_time(1)
        stop_some(less, tools=child.tools, principal=DESK)
