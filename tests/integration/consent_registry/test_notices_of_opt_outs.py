# SPDX-License-Identifier: Apache-2.0
"""An opt-out and its reversal are told: with what caused them, and not as often as she clicks."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from consent_registry.domain.errors import OptOutTooNarrow
from consent_registry.domain.notices import NoticeKind, Outcome
from consent_registry.domain.optout import About, OptOutKind
from consent_registry.domain.policy import Breadth
from consent_registry.domain.records import Channel
from consent_registry.usecases.opt_out import set_own_opt_out
from tests.support.page_world import make_sign_in
from tests.support.participant_pages import Site, pages_app
from tests.support.reached import ANNA, Reach, reached
from tests.support.registry_world import LOGIN

OUT, BACK = OptOutKind.REGISTERED, OptOutKind.REVERSED
LAW = "The Act on Registers, section 12"


@pytest.fixture
def reach(tmp_path: Path) -> Iterator[Reach]:
    with reached(tmp_path) as opened:
        opened.confirmed()
        yield opened


def opt(reach: Reach, kind: OptOutKind, about: About | None = None) -> None:
    set_own_opt_out(about or About(), kind, tools=reach.tools, principal=ANNA, channel=Channel.PAGE)


def test_each_way_is_told_with_where_to_read_what_the_law_may_still_allow(reach: Reach) -> None:
    opt(reach, OUT)
    reach.work()
    opt(reach, BACK)
    reach.work()
    assert reach.subjects() == [
        "Your opt-out is recorded",
        "Your opt-out is undone",
    ]
    assert f"{reach.tools.issuer}/opt-out" in reach.messages()[-2]


def test_what_changes_nothing_or_is_refused_tells_nothing(reach: Reach) -> None:
    opt(reach, BACK)
    with pytest.raises(OptOutTooNarrow):
        opt(reach, OUT, About(breadth=Breadth.GENOMIC))
    opt(reach, OUT)
    opt(reach, OUT)
    reach.work()
    assert reach.subjects() == ["Your opt-out is recorded"]


def test_opting_out_and_back_all_day_is_told_once_an_hour_and_loses_nothing(reach: Reach) -> None:
    for _ in range(4):
        opt(reach, OUT)
        reach.work()
        opt(reach, BACK)
        reach.work()
    assert len(reach.subjects()) == 2
    reach.world.clock.pass_time(3_600)
    reach.work()
    # What waited is said by one message of each kind.
    assert len(reach.subjects()) == 4
    assert reach.world.scalar("SELECT count(*) FROM notice WHERE due_at IS NOT NULL") == 0
    said = [outcome for kind, outcome in reach.outcomes() if kind is NoticeKind.OPTED_OUT]
    assert said.count(Outcome.SENT) == 2
    assert said.count(Outcome.TOGETHER) == 2


def test_the_page_names_the_law_that_makes_an_exception_where_there_is_one(reach: Reach) -> None:
    for law in ("", LAW):
        policy = replace(reach.tools.policy, exception_law=law)
        world = replace(reach.world, tools=replace(reach.tools, policy=policy))
        site = Site(world=world, app=pages_app(world, make_sign_in(world.clock, issuer=LOGIN)))
        page = site.browser().page("/opt-out")
        assert (LAW in page) is bool(law)
        assert ("Public bodies, where a law says so" in page) is bool(law)
