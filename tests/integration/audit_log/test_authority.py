# SPDX-License-Identifier: Apache-2.0
"""A data node with a good token and a good chain that speaks in another's place, up to the door."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from shared.events import Fact
from tests.fakes.kernel import START
from tests.fakes.log_factories import TRACE
from tests.integration.audit_log.test_checks import PERMITS, Checked, issued, used
from tests.support.log_world import PostgresWorld, entries_of


@pytest.fixture
def log() -> Iterator[Checked]:
    world = PostgresWorld()
    yield Checked(world)
    world.close()


def test_a_permit_that_a_node_issues_to_itself_opens_nothing(log: Checked) -> None:
    log.take(log.node.say(issued()), log.node.say(used()))
    log.pass_time(60)
    assert log.findings() == [
        ("R7", "said_by_another", False),
        ("R7", "permit_unknown", False),
    ]
    assert len(entries_of(log.world)) >= 2, "what it said is logged all the same"
    log.watcher = log.watch()
    log.take(log.permits.say(issued()), src=PERMITS)
    assert log.findings() == [
        ("R7", "said_by_another", False),
        ("R7", "permit_unknown", True),
    ]


def test_a_revocation_that_a_node_invents_ends_nobody_s_permit(log: Checked) -> None:
    log.take(log.permits.say(issued()), src=PERMITS)
    log.take(log.node.say(used()))
    invented = Fact(
        type="placet.permit.revoked.v1",
        occurred_at=START - timedelta(seconds=1),
        trace_id=TRACE,
        dataset=used().dataset,
        extra={"revision": 2},
        permit={"permit_id": "P-1"},
    )
    log.take(log.node.say(invented))
    log.pass_time(60)
    assert log.findings() == [("R7", "said_by_another", False)]
