# SPDX-License-Identifier: Apache-2.0
"""A claim of EHDS Article 71(4) is answered and put on record, and takes nobody in (T9, T10)."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from consent_registry.bootstrap import create_app
from consent_registry.domain.exception import Claim, Lacking
from consent_registry.domain.optout import About, OptOutKind
from consent_registry.usecases.cohorts import evaluate_cohort
from consent_registry.usecases.exception_claims import check_claim
from consent_registry.usecases.opt_out import set_opt_out
from shared.errors import Forbidden, ValidationFailed
from shared.ids import DatasetId
from tests.fakes.consent_factories import purpose
from tests.support.devidp import served
from tests.support.ports import free_port
from tests.support.registry_node import RegistryNode
from tests.support.registry_world import DESK, RegistryWorld, people, person, registry_world

EHDS = DatasetId("GDI-ZZ-DATASET-2")
LAW = "The Act on Registers, section 12"
WHY = "a-pandemic-of-which-nobody-may-read-here"
GOOD = Claim(
    public_body=True,
    purpose="53-1-a",
    important_public_interest=False,
    not_obtainable_otherwise=True,
    justification=WHY,
)


@pytest.fixture
def world() -> Iterator[RegistryWorld]:
    with registry_world() as opened:
        opened.ehds_dataset(EHDS)
        opened.load(*people(2, dataset=EHDS))
        out = OptOutKind.REGISTERED
        set_opt_out("P-000000", About(), out, tools=opened.tools, principal=DESK)
        yield opened


def within(world: RegistryWorld) -> set[int]:
    found = evaluate_cohort(EHDS, purpose(), tools=world.tools, principal=DESK)
    return set(found.cohort.within)


def entries(world: RegistryWorld) -> list[str]:
    return world.column(
        "SELECT convert_from(value, 'UTF8') FROM outbox"
        " WHERE convert_from(value, 'UTF8') LIKE '%exception_71_4%' ORDER BY id"
    )


@pytest.mark.parametrize(("law", "lacks"), [("", (Lacking.NO_LAW,)), (LAW, ())])
def test_the_claim_is_answered_and_on_record_and_who_opted_out_stays_out(
    world: RegistryWorld, law: str, lacks: tuple[Lacking, ...]
) -> None:
    tools = replace(world.tools, policy=replace(world.tools.policy, exception_law=law))
    found = check_claim(GOOD, tools=tools, principal=DESK)
    assert (found.lacking, found.law) == (lacks, law)
    (entry,) = entries(world)
    assert '"deny"' in entry
    assert WHY not in entry
    assert within(replace(world, tools=tools)) == {1}


def test_a_claim_by_nobody_or_for_no_purpose_of_the_law_is_refused(world: RegistryWorld) -> None:
    with pytest.raises(ValidationFailed):
        check_claim(replace(GOOD, purpose="54-a"), tools=world.tools, principal=DESK)
    with pytest.raises(Forbidden):
        check_claim(GOOD, tools=world.tools, principal=person("person-anna"))
    assert entries(world) == []


def test_over_http_every_thing_that_is_lacking_is_named(node: RegistryNode) -> None:
    port = free_port()
    policy = replace(node.parts.tools.policy, exception_law=LAW)
    parts = replace(node.parts, tools=replace(node.parts.tools, policy=policy))
    body = {
        "public_body": False,
        "purpose": "53-1-e",
        "important_public_interest": False,
        "not_obtainable_otherwise": False,
        "justification": " ",
    }
    with served(create_app(parts), port):
        there = replace(node, url=f"http://127.0.0.1:{port}", parts=parts)
        refused = there.call("POST", "/v1/exception-claims", body)
        assert refused.status_code == 401
        wrong = there.call("POST", "/v1/exception-claims", body, token=node.service("feed.read"))
        assert wrong.status_code == 403
        token = node.service("cohorts.freeze", client="permit_service")
        found = there.call("POST", "/v1/exception-claims", body, token=token)
    assert found.json()["lacking"] == [
        *("no_public_body", "purpose_not_covered", "obtainable_otherwise", "no_justification")
    ]
    assert found.json()["law"] == LAW
