# SPDX-License-Identifier: Apache-2.0
"""What an earlier release left open as it could not ask is asked about, and closed with why."""

from collections.abc import Iterator

import psycopg
import pytest

from audit_log.domain.rules.cohort_uses import CohortVerdict, misnamed
from audit_log.ports import Step
from audit_log.usecases.ask_again import AGAIN, AgainAsker
from audit_log.usecases.ask_people import PEOPLE
from shared.events import Fact
from tests.integration.audit_log.test_checks import PERMITS, Checked, issued
from tests.integration.audit_log.test_cohort_uses import COHORT, LATER, LEFT, of_cohort
from tests.support.log_world import SRC, PostgresWorld

OPEN = ("R8", "cohort_not_checked", False)
CLOSED = ("R8", "cohort_not_checked", True)


@pytest.fixture
def log() -> Iterator[Checked]:
    world = PostgresWorld()
    made = Checked(world)
    made.take(made.permits.say(issued()), src=PERMITS)
    yield made
    world.close()


def left_open(log: Checked, *facts: Fact) -> None:
    """Let uses come and be found as the earlier release found each: unasked, and passed by."""
    log.take(*(log.node.say(one) for one in facts))
    with psycopg.connect(log.world.url) as connection:
        rows = connection.execute("SELECT idx FROM ev WHERE etime = %s ORDER BY 1", (LATER,))
        indexes = [int(index) for (index,) in rows.fetchall()]
    step = Step(
        name=PEOPLE,
        before=0,
        next=indexes[-1] + 1,
        raised=[misnamed(index, SRC) for index in indexes],
    )
    log.store.commit(step, log.world.clock.now())
    log.settle()


def again(log: Checked) -> AgainAsker:
    return AgainAsker(log.registry, log.means())


def found(log: Checked) -> list[tuple[str, str, bool]]:
    return [one for one in log.findings() if one[0] in {"R8", "R9"}]


def test_what_was_good_is_closed_and_what_was_not_is_found(log: Checked) -> None:
    log.registry.verdicts[COHORT.cohort_id] = LEFT
    left_open(log, of_cohort())
    assert found(log) == [OPEN]
    asker = again(log)
    assert asker.step()
    assert not asker.step()
    assert found(log) == [CLOSED, ("R8", "used_after_withdrawal", False)]
    log.settle()
    closed = [one for one in log.said("closed") if one["code"] == "cohort_not_checked"]
    assert [one["r"] for one in closed] == ["asked_again"]
    (asked,) = log.registry.uses
    assert (asked.at, asked.cohort) == (LATER, COHORT)


def test_a_use_that_was_in_order_leaves_nothing_open(log: Checked) -> None:
    log.registry.verdicts[COHORT.cohort_id] = CohortVerdict(answer="in")
    left_open(log, of_cohort(), of_cohort())
    again(log).step()
    assert found(log) == [CLOSED, CLOSED]


def test_while_the_registry_is_away_all_stays_open(log: Checked) -> None:
    log.registry.away = True
    left_open(log, of_cohort())
    assert not again(log).step()
    assert found(log) == [OPEN]
    assert log.store.cursor(AGAIN) == 0
    log.registry.away = False
    assert again(log).step()
    assert found(log) == [CLOSED]
