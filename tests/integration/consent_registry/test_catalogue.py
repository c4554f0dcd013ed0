# SPDX-License-Identifier: Apache-2.0
"""The public catalogue: decided once a day, rounded, the same for all, and unmoved by one."""

import json
from typing import Any

from consent_registry.usecases.catalogue import catalogue_entry, publish_next
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from tests.support.registry_node import NEW_DATASET, RegistryNode
from tests.support.registry_world import DESK, DS, RegistryWorld, people

DAY = 24 * 3600
NUMBER = "healthdcatap:numberOfUniqueIndividuals"


def entry(world: RegistryWorld) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(catalogue_entry(DS, tools=world.tools)))
    return found


def number(world: RegistryWorld) -> str | None:
    told = entry(world).get(NUMBER)
    return told[0]["@value"] if told else None


def publish(world: RegistryWorld) -> None:
    assert publish_next(tools=world.tools)
    assert not publish_next(tools=world.tools)


def leave(world: RegistryWorld, pseudonym: str) -> None:
    withdraw(pseudonym, WithdrawConsent(), tools=world.tools, principal=DESK)


def test_nothing_is_told_on_the_first_day_and_then_it_is_rounded(world: RegistryWorld) -> None:
    world.load(*people(34))
    assert not publish_next(tools=world.tools)
    assert number(world) is None
    world.clock.pass_time(DAY)
    publish(world)
    assert number(world) == "30"
    assert entry(world)["dpv:hasProcess"][0]["dpv:hasPurpose"][0]["dct:identifier"] == [
        "DUO:0000006"
    ]
    published = [row for row in world.rows("outbox") if "catalogue_published" in repr(row)]
    assert len(published) == 1


def test_one_who_leaves_changes_nothing_today_or_tomorrow(world: RegistryWorld) -> None:
    world.load(*people(35))
    world.clock.pass_time(DAY)
    publish(world)
    assert number(world) == "40"
    for left in range(3):  # 34, 33, 32 would each round to 30
        before = entry(world)
        leave(world, f"P-{left:06}")
        assert entry(world) == before
        world.clock.pass_time(DAY)
        publish(world)
        assert number(world) == "40"


def test_few_people_are_not_told_and_their_codes_neither(world: RegistryWorld) -> None:
    world.load(*people(9))
    world.clock.pass_time(DAY)
    publish(world)
    assert number(world) is None
    assert "dpv:hasProcess" not in entry(world)


def test_those_who_said_no_are_not_counted(world: RegistryWorld) -> None:
    no = [
        {"participant": f"P-no-{n}", "local_id": f"N-{n}", "state": "refused", "permission": ""}
        for n in range(40)
    ]
    world.load(*people(60), *no)
    world.clock.pass_time(DAY)
    publish(world)
    assert number(world) == "60"


def test_anybody_may_read_it_in_either_form(node: RegistryNode) -> None:
    token = node.service("consents.write")
    assert node.call("POST", "/v1/datasets", dict(NEW_DATASET), token=token).status_code == 201
    path = f"/v1/catalogue/{NEW_DATASET['dataset']}"
    answer = node.call("GET", path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/ld+json")
    assert answer.json()["@id"] == node.url + path
    assert "max-age" in answer.headers["Cache-Control"]
    other = node.call("GET", path, headers={"Accept": "text/turtle"})
    assert other.headers["Content-Type"] == "text/turtle; charset=utf-8"
    assert f"<{node.url}{path}> a dcat:Dataset ;" in other.text
    for name in ("GDI-ZZ-DATASET-9", "x"):
        unknown = node.call("GET", f"/v1/catalogue/{name}")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "dataset_unknown")
