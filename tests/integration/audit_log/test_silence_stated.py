# SPDX-License-Identifier: Apache-2.0
"""A producer that was silent, or began a chain without a word, is named by what is asked later."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from audit_log.domain.pack import Remark
from audit_log.domain.search import Filter
from tests.contract.audit_log.test_missing_words import searched
from tests.fakes.log_factories import Speaker, fact
from tests.integration.audit_log.test_checks import Checked
from tests.support.log_world import SRC, PostgresWorld


@pytest.fixture
def checked() -> Iterator[Checked]:
    world = PostgresWorld()
    yield Checked(world)
    world.close()


def remarks(
    checked: Checked, since: datetime | None = None, until: datetime | None = None
) -> list[tuple[str, int, int]]:
    """Give code, number and how many are open, as a search of a time states them."""
    return [(one.code, one.count, one.still) for one in stated(checked, since, until)]


def stated(checked: Checked, since: datetime | None, until: datetime | None) -> tuple[Remark, ...]:
    found = searched(checked.world, Filter(since=since, until=until))
    return found[SRC].remarks if SRC in found else ()


def test_a_silence_that_is_over_is_stated_for_its_own_time_alone(checked: Checked) -> None:
    checked.listen()
    checked.take(checked.beat())
    began = checked.world.clock.now()
    checked.pass_time(100)
    assert remarks(checked) == [("heartbeat_missing", 1, 1)]
    checked.pass_time(500)
    checked.take(checked.beat())
    ended = checked.world.clock.now()
    for _ in range(10):
        checked.world.clock.pass_time(60)
        checked.take(checked.beat())
    during = ("heartbeat_missing", 1, 0)
    assert remarks(checked) == [during]
    assert remarks(checked, began, ended) == [during]
    assert remarks(checked, began + timedelta(minutes=3), began + timedelta(minutes=4)) == [during]
    assert remarks(checked, ended + timedelta(minutes=1)) == []
    assert remarks(checked, until=began - timedelta(minutes=5)) == []
    (one,) = stated(checked, None, None)
    assert one.first_at > began
    assert one.last_at is not None
    assert one.last_at >= ended


def test_a_chain_that_began_without_a_word_is_stated(checked: Checked) -> None:
    checked.listen()
    checked.take(checked.beat())
    checked.node = Speaker(SRC, epoch=2)
    checked.take(checked.node.say(fact(at=checked.world.clock.now(), decision="deny")))
    checked.pass_time(200)
    assert ("epoch_not_announced", 1, 1) in remarks(checked)
    assert ("epoch_not_signed", 1, 1) in remarks(checked)
