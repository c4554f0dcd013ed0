# SPDX-License-Identifier: Apache-2.0
"""A node that was shut down is retired, on record: it is overdue no more, and is told nothing."""

import hashlib
import json
from dataclasses import replace

import pytest

from consent_registry.domain.errors import NodeRetired, NodeUnknown, SecondPersonNeeded
from consent_registry.usecases.acknowledging import (
    acknowledge,
    nodes_standing,
    note_reader,
)
from consent_registry.usecases.retiring import readmit_node, retire_node
from shared.errors import Forbidden, ValidationFailed
from tests.support.registry_node import DATASET, NEW_DATASET, RegistryNode
from tests.support.registry_world import DESK, DS, RegistryWorld, csv_of, people

from .test_acknowledgements import NODE, says

SECOND = replace(DESK, subject="sven")
WHY = "The hospital's archive was closed."


def test_a_retired_node_is_overdue_no_more_and_says_since_when_and_why(
    world: RegistryWorld,
) -> None:
    world.load(*people(1))
    tools = replace(world.tools, data_nodes=("biobank", "clearinghouse"))
    world.clock.pass_time(1_200)
    note_reader(tools=tools, principal=NODE)
    assert [one.overdue for one in nodes_standing(tools=tools)] == [True, False]
    retire_node("biobank", WHY, tools=tools, principal=DESK)
    at = world.clock.now()
    world.clock.pass_time(1_200)
    found = {one.word.node: one for one in nodes_standing(tools=tools)}
    step = found["biobank"].retired
    assert step is not None
    assert (step.why, step.at) == (WHY, at)
    assert (found["biobank"].overdue, found["biobank"].age.total_seconds()) == (False, 0)
    assert found["clearinghouse"].overdue
    assert found["clearinghouse"].retired is None


def test_it_is_told_nothing_and_what_it_says_is_not_kept(world: RegistryWorld) -> None:
    world.load(*people(1))
    note_reader(tools=world.tools, principal=NODE)
    retire_node("clearinghouse", WHY, tools=world.tools, principal=DESK)
    with pytest.raises(NodeRetired):
        note_reader(tools=world.tools, principal=NODE)
    with pytest.raises(NodeRetired):
        acknowledge({DS: 1}, tools=world.tools, principal=NODE)
    assert world.column("SELECT count(*) FROM node_acknowledgement") == [0]


def test_somebody_else_takes_it_back_and_both_are_on_record(world: RegistryWorld) -> None:
    world.load(*people(1))
    note_reader(tools=world.tools, principal=NODE)
    for _ in range(2):  # twice is once
        retire_node("clearinghouse", WHY, tools=world.tools, principal=DESK)
    with pytest.raises(SecondPersonNeeded):
        readmit_node("clearinghouse", "A mistake.", tools=world.tools, principal=DESK)
    readmit_node("clearinghouse", "A mistake.", tools=world.tools, principal=SECOND)
    says(world, world.revision())
    (standing,) = nodes_standing(tools=world.tools)
    assert standing.retired is None
    kept = [json.loads(one) for one in world.column("SELECT value FROM outbox ORDER BY id")]
    entries = [one for one in kept if str(one.get("r")).startswith("node_")]
    assert [one["r"] for one in entries] == ["node_retired", "node_readmitted"]
    digest = hashlib.sha256(WHY.encode()).hexdigest()
    assert entries[0]["x"] == {"node": "clearinghouse", "why_sha256": digest}
    assert WHY not in json.dumps(entries)


def test_nobody_is_retired_who_is_not_there_or_without_a_reason(world: RegistryWorld) -> None:
    for act in (retire_node, readmit_node):
        with pytest.raises(NodeUnknown):
            act("another", WHY, tools=world.tools, principal=DESK)
        with pytest.raises(Forbidden):
            act("another", WHY, tools=world.tools, principal=NODE)
        for wrong in ("", "x" * 501, "a\nb"):
            with pytest.raises(ValidationFailed):
                act("another", wrong, tools=world.tools, principal=DESK)
    note_reader(tools=world.tools, principal=NODE)
    with pytest.raises(NodeUnknown):
        readmit_node("clearinghouse", WHY, tools=world.tools, principal=SECOND)


def test_over_http_every_address_of_the_feed_is_closed_to_it(node: RegistryNode) -> None:
    desk = node.service("consents.write", "consents.read")
    assert node.call("POST", "/v1/datasets", dict(NEW_DATASET), token=desk).status_code == 201
    node.take_in(csv_of(people(1)))
    node.work()
    feed = node.service("feed.read", client="clearinghouse")
    reading = ("/v1/feed", "/v1/feed/snapshot")
    for path in reading:
        assert node.call("GET", path, token=feed).status_code == 200
    retired = "/v1/feed/nodes/clearinghouse/retirement"
    assert node.call("POST", retired, {"why": WHY}, token=feed).status_code == 403
    done = node.call("POST", retired, {"why": WHY}, token=desk)
    assert (done.status_code, done.json()["retired"]) == (200, True), done.text
    said = {"acknowledgements": [{"dataset": DATASET, "revision": 1}]}
    for method, path, body in (
        *(("GET", path, None) for path in (*reading, "/v1/cohorts/x/manifest")),
        ("POST", "/v1/feed/acknowledgements", said),
    ):
        answer = node.call(method, path, body, token=feed)
        assert (answer.status_code, answer.json()["code"]) == (403, "node_retired"), path
    (shown,) = node.call("GET", "/v1/feed/acknowledgements", token=desk).json()["nodes"]
    assert (shown["retired_why"], shown["overdue"]) == (WHY, False)
    assert shown["retired_at"]
    alone = node.call("POST", f"{retired}/end", {"why": "A mistake."}, token=desk)
    assert (alone.status_code, alone.json()["code"]) == (403, "second_person_needed")
