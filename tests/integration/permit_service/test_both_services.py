# SPDX-License-Identifier: Apache-2.0
"""permit_service and consent_registry together: rulings, conditions, and what no number gives away.

Both are real: their databases, tokens and keys; what one signs the other verifies.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from consent_registry import bootstrap as registry
from consent_registry.settings import ConsentSettings
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from permit_service.workers.ends import EndWorker
from shared.clock import to_rfc3339
from shared.ids import DatasetId, PermitId
from shared.jose import parse_jws
from shared.settings import load
from tests.fakes.kernel import SteppingClock
from tests.support.devidp import served
from tests.support.permit_node import PermitNode, permit_node
from tests.support.ports import free_port
from tests.support.registry_node import settings_of
from tests.support.registry_world import DESK, RegistryWorld, people

WHY = "The committee's approval was seen."
PURPOSE: dict[str, Any] = {
    "category": "HMB",
    "methods": False,
    "ancestry": False,
    "commercial": False,
    "clinical": False,
    "genetic_data": True,
    "countries": ["FI"],
    "organisation": {"not_for_profit": True},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """The two services, and the ways in that tests need."""

    node: PermitNode
    world: RegistryWorld

    def dataset(self, number: int) -> str:
        name = DatasetId(f"GDI-ZZ-DATASET-{number}")
        self.world.dataset(name)
        return name

    def fill(self, dataset: str, prefix: str, count: int, **changes: str) -> None:
        """Take people in who are in no other dataset: a no of theirs would reach this one."""
        rows = [
            {
                **row,
                "dataset": dataset,
                "participant": f"{prefix}{dataset}{row['participant']}",
                "local_id": f"{prefix}{row['local_id']}",
            }
            for row in people(count, **changes)
        ]
        assert self.world.load(*rows).batch.bad == 0

    def apply(self, dataset: str, *, months: int = 12, **changes: Any) -> str:
        return self.node.apply(dataset=dataset, months=months, purpose={**PURPOSE, **changes})

    def cohort(self, application: str) -> dict[str, Any]:
        answer = self.node.get(f"/v1/applications/{application}/cohort", self.node.dora())
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def rule(self, application: str, matter: dict[str, Any], answer: str = "yes") -> str:
        body = {
            "clause": matter["clause"],
            "question": matter["question"],
            "value": matter["value"],
            "answer": answer,
            "reasons": WHY,
        }
        path = f"/v1/applications/{application}/rulings"
        given = self.node.post(path, body, self.node.dora())
        assert given.status_code == 201, given.text
        ruling_id: str = given.json()["ruling_id"]
        return ruling_id

    def unrule(self, application: str, ruling_id: str) -> None:
        path = f"/v1/applications/{application}/rulings/{ruling_id}/withdrawal"
        ended = self.node.post(path, {"reasons": "The approval has lapsed."}, self.node.dora())
        assert ended.status_code == 201, ended.text

    def leave(self, pseudonym: str) -> None:
        withdraw(pseudonym, WithdrawConsent(), tools=self.world.tools, principal=DESK)

    def live(self, dataset: str) -> list[int]:
        with self.world.tools.reads() as uow:
            return [len(one.members) for one in uow.cohorts.live(DatasetId(dataset))]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder, clock = tmp_path_factory.mktemp("both"), SteppingClock()
    url = f"http://127.0.0.1:{free_port()}"
    (folder / "registry").mkdir()
    with ExitStack() as stack:
        node = stack.enter_context(permit_node(folder, clock=clock, consent_url=url))
        environment = settings_of(Path(folder / "registry"), url, node.idp)
        keys = {"PLACET_PERMIT_JWKS_URL": f"{node.url}/api/permit-jwk"}
        parts = registry.build(load(ConsentSettings, {**environment, **keys}), clock=clock)
        stack.callback(parts.engine.dispose)
        stack.enter_context(served(registry.create_app(parts), int(url.rpartition(":")[2])))
        world = RegistryWorld(
            url=environment["PLACET_DATABASE_URL"],
            engine=parts.engine,
            tools=parts.tools,
            clock=clock,
            keys=parts.keys,
            erasures=parts.settings.erasures_file,
        )
        yield Both(node=node, world=world)


def test_who_awaits_comes_in_by_a_ruling_and_leaves_when_it_is_withdrawn(both: Both) -> None:
    dataset = both.dataset(11)
    both.fill(dataset, "F", 30)
    both.fill(dataset, "I", 40, modifiers="IRB")
    both.fill(dataset, "N", 30, modifiers="IRB;NCU", state="refused")
    application = both.apply(dataset)
    before = both.cohort(application)
    assert before["counts"] == {"members": 100, "in": 30, "out": 30, "awaiting": 40}
    (matter,) = before["matters"]
    assert (matter["clause"], matter["people"]) == ("IRB", 40)
    ruling = both.rule(application, matter)
    after = both.cohort(application)
    assert after["counts"] == {"members": 100, "in": 70, "out": 30, "awaiting": "<20"}
    assert after["matters"] == []
    # Another application of the same purpose has no part in it.
    assert both.cohort(both.apply(dataset))["counts"] == before["counts"]
    assert both.node.decide(application).json()["state"] == "granted"
    assert both.live(dataset) == [70]
    both.unrule(application, ruling)
    assert both.live(dataset) == [30]
    both.unrule(application, ruling)  # twice is once
    assert both.live(dataset) == [30]


def test_one_partner_that_works_for_profit_leaves_out_who_allows_only_others(both: Both) -> None:
    dataset = both.dataset(10)
    both.fill(dataset, "F", 30)
    both.fill(dataset, "N", 40, modifiers="NPU")
    clinic = {"id": "https://ror.org/00bbbbb00", "not_for_profit": True}
    firm = {"id": "https://ror.org/00ccccc00", "not_for_profit": False}
    assert both.cohort(both.apply(dataset, partners=[clinic]))["counts"]["in"] == 70
    application = both.apply(dataset, partners=[clinic, firm])
    assert both.cohort(application)["reasons"] == {"organisation_for_profit": 40}
    permit = both.node.permit(both.node.decide(application).json()["permit_id"])
    signed = json.loads(parse_jws(permit["jws"]).payload)
    assert signed["purpose"]["partners"] == [clinic, firm]
    assert "With partners: https://ror.org/00bbbbb00 (not for profit); " in signed["document"]
    assert both.live(dataset) == [30]


def test_a_no_keeps_them_out(both: Both) -> None:
    dataset = both.dataset(12)
    both.fill(dataset, "F", 30)
    both.fill(dataset, "I", 40, modifiers="IRB")
    application = both.apply(dataset)
    both.rule(application, both.cohort(application)["matters"][0], "no")
    after = both.cohort(application)
    assert after["reasons"] == {"ruled_out": 40}
    assert both.node.decide(application).json()["state"] == "granted"
    assert both.live(dataset) == [30]


def test_conditions_evidence_and_duration_decide_who_is_in(both: Both) -> None:
    dataset = both.dataset(13)
    both.fill(dataset, "F", 30)
    for prefix, code in (("P", "PUB"), ("C", "COL"), ("R", "RTN"), ("M", "MOR=2027-06-01")):
        both.fill(dataset, prefix, 30, modifiers=code)
    both.fill(dataset, "I", 30, modifiers="IRB")
    both.fill(dataset, "T", 30, modifiers="TS=6")

    def asked(months: int = 12, **changes: Any) -> dict[str, Any]:
        return both.cohort(both.apply(dataset, months=months, **changes))

    nothing = asked()
    assert nothing["counts"]["in"] == 30
    assert nothing["reasons"] == {
        "publication_not_accepted": 30,
        "collaboration_not_accepted": 30,
        "return_not_accepted": 30,
        "moratorium_not_accepted": 30,
        "duration_too_long": 30,
    }
    assert nothing["awaiting_by_clause"] == {"IRB": 30}
    accepted = asked(accepts=["PUB", "COL", "RTN", "MOR"])
    assert accepted["counts"]["in"] == 120
    assert accepted["reasons"] == {"duration_too_long": 30}
    assert accepted["awaiting_by_clause"] == {"COL": 30, "IRB": 30}
    # Who asked to wait longer than the applicant says is out, and the permit states the day.
    waits: dict[str, Any] = {"accepts": ["MOR"], "no_publication_before": "2027-05-31"}
    assert asked(**waits)["reasons"]["moratorium_not_accepted"] == 30
    waits["no_publication_before"] = "2027-06-01"
    application = both.apply(dataset, **waits)
    assert "moratorium_not_accepted" not in both.cohort(application)["reasons"]
    permit = both.node.permit(both.node.decide(application).json()["permit_id"])
    signed = json.loads(parse_jws(permit["jws"]).payload)
    assert signed["purpose"]["no_publication_before"] == "2027-06-01"
    everything = asked(6, accepts=["PUB", "COL", "RTN", "MOR"], evidence=["IRB", "COL"])
    assert everything["counts"] == {"members": 210, "in": 210, "out": "<20", "awaiting": "<20"}
    # What Article 54 prohibits nobody may permit; letter (a) of Article 53 is no research.
    assert asked(prohibited_uses=["54-c"])["reasons"] == {"use_prohibited": 210}
    office = {"not_for_profit": True, "public_body": True}
    public_health = asked(ehds_purpose="53-1-a", organisation=office)
    assert public_health["reasons"] == {"purpose_not_research": 210}
    assert asked(ehds_purpose="53-1-e")["counts"]["in"] == 30


def numbers(both: Both, application: str) -> dict[str, Any]:
    seen = both.cohort(application)
    return {name: seen[name] for name in ("counts", "reasons", "awaiting_by_clause", "matters")}


def test_before_and_after_one_withdrawal_every_number_is_the_same(both: Both) -> None:
    """Asked twice around each of five withdrawals, of the cohort, the permit and what is left."""
    dataset = both.dataset(14)
    both.fill(dataset, "F", 57)
    both.fill(dataset, "I", 23, modifiers="IRB")
    both.fill(dataset, "W", 23, state="withdrawn")
    application = both.apply(dataset)
    first = numbers(both, application)
    permit_id = both.node.decide(application).json()["permit_id"]
    public = both.node.permit(permit_id)["cohort"]["counts"]
    assert public == first["counts"]
    for number in range(5):
        both.leave(f"F{dataset}P-{number:06}")
        assert numbers(both, application) == first
        second = both.node.decide(both.apply(dataset)).json()["permit_id"]
        assert both.node.permit(second)["cohort"]["counts"] == public
    assert both.live(dataset)[0] == 52


def test_the_total_less_the_rest_fits_many_sizes_of_what_is_hidden(both: Both) -> None:
    """The same answer comes whether 1 or 9 people await: nobody subtracts them out."""
    answers = []
    for dataset_number, hidden in ((15, 1), (16, 5), (17, 9)):
        dataset = both.dataset(dataset_number)
        both.fill(dataset, "F", 100 - hidden)
        both.fill(dataset, "I", hidden, modifiers="IRB")
        both.fill(dataset, "N", 60, state="refused")
        answers.append(numbers(both, both.apply(dataset)))
    # 99, 95 and 91 people in differ by more than the ten they are rounded to; the small cell never
    # shows, and no answer adds up to what it is.
    for seen in answers:
        assert seen["counts"]["awaiting"] == "<20"
        assert (seen["awaiting_by_clause"], seen["matters"]) == ({}, [])
        left = seen["counts"]["members"] - seen["counts"]["in"] - seen["counts"]["out"]
        assert left % 10 == 0


def test_two_purposes_one_code_apart_do_not_give_few_people_away(both: Both) -> None:
    """The nine who forbid commercial use cannot be counted by asking with and without it."""
    dataset = both.dataset(18)
    both.fill(dataset, "F", 80)
    both.fill(dataset, "C", 9, modifiers="NCU")
    plain, commercial = both.apply(dataset), both.apply(dataset, commercial=True)
    assert numbers(both, plain)["counts"] == numbers(both, commercial)["counts"]
    assert numbers(both, commercial)["reasons"] == {}


def test_what_is_left_of_a_permit_does_not_move_by_one(both: Both) -> None:
    dataset = both.dataset(19)
    both.fill(dataset, "F", 60)
    assert both.node.decide(both.apply(dataset)).json()["state"] == "granted"
    for number in range(3):
        both.leave(f"F{dataset}P-{number:06}")
    kept = both.world.column("SELECT value FROM outbox WHERE kind = 'message' ORDER BY id")
    said = [one for one in map(json.loads, map(bytes, kept)) if one["dataset"] == dataset]
    assert [one["cohorts"][0]["members_now"] for one in said] == [60, 60, 60]


def test_the_registry_learns_when_a_permit_was_ended(both: Both) -> None:
    dataset = both.dataset(41)
    both.fill(dataset, "E", 30)
    permit_id = both.node.decide(both.apply(dataset)).json()["permit_id"]
    worker = EndWorker(both.node.parts.ports)
    worker.step()
    assert ended_at(both, permit_id) is None
    assert both.node.revoke(permit_id).status_code == 201
    worker.step()
    assert ended_at(both, permit_id) == both.node.permit(permit_id)["revoked_at"]
    worker.step()


def ended_at(both: Both, permit_id: str) -> str | None:
    with both.world.tools.reads() as uow:
        bound = uow.cohorts.of_permit(PermitId(permit_id))
    assert bound is not None
    ended = bound.frozen.ended_at
    return None if ended is None else to_rfc3339(ended)
