# SPDX-License-Identifier: Apache-2.0
"""A part that is not there is said to be erased only where somebody erased it."""

import json
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from audit_log.domain import pack
from tests.support.keeping_node import OTHER, PERSON, KeepingNode, about, keeping_node
from tests.support.packs import PackDesk, apart
from tests.support.postgres import owner_of


@pytest.fixture
def node() -> Iterator[KeepingNode]:
    with keeping_node() as made:
        yield made


def test_a_part_whose_term_is_over_is_not_said_to_be_erased(node: KeepingNode) -> None:
    node.say(about(PERSON), about(OTHER))
    node.pass_months(15)
    node.retain()
    node.settle()
    desk = PackDesk(node.world, head=node.head)
    opening = replace(desk.opening("actor"), wanted=None, indexes=(0, 1))
    said = json.loads(apart(desk.made(opening))[pack.STATEMENT])
    assert (said["opened"], said["erased"], said["gone"]) == (0, 0, 2)


def test_a_part_that_was_taken_away_is_not_said_to_be_erased(node: KeepingNode) -> None:
    node.say(about(PERSON))
    with psycopg.connect(owner_of(node.world.url)) as connection:
        connection.execute("ALTER TABLE sealed DISABLE TRIGGER USER")
        connection.execute("DELETE FROM sealed WHERE idx = 0")
    desk = PackDesk(node.world, head=node.head)
    opening = replace(desk.opening("actor"), wanted=None, indexes=(0,))
    said = json.loads(apart(desk.made(opening))[pack.STATEMENT])
    assert (said["opened"], said["erased"], said["gone"]) == (0, 0, 1)
