# SPDX-License-Identifier: Apache-2.0
"""Who holds mandates is found by a keyed hash of the login, which an erasure takes along."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from consent_registry.usecases.guarding import wards
from consent_registry.usecases.mandates import name_holders
from tests.support.erasing_world import PSEUDONYM, ErasingWorld, erasing_world
from tests.support.guardian_world import guardian
from tests.support.registry_world import LOGIN, person

MOTHER = person("person-mother")


@pytest.fixture
def site() -> Iterator[ErasingWorld]:
    with erasing_world() as opened:
        guardian(opened.world, LOGIN, "mother", who=PSEUDONYM)
        opened.world.clock.pass_time(60)
        yield opened


def names(site: ErasingWorld) -> list[str]:
    return [one.pseudonym for one in wards(tools=site.tools, principal=MOTHER)]


def test_a_login_finds_whom_it_decides_for_and_stands_nowhere_in_the_clear(
    site: ErasingWorld,
) -> None:
    site.send()
    assert names(site) == [PSEUDONYM]
    assert wards(tools=site.tools, principal=person("mother")) == []
    assert "person-mother" not in site.texts()


def test_mandates_of_before_are_named_once(site: ErasingWorld) -> None:
    with site.world.engine.begin() as connection:
        connection.execute(text("DELETE FROM mandate_holder"))
    assert names(site) == []
    assert name_holders(tools=site.tools)
    assert names(site) == [PSEUDONYM]
    assert not name_holders(tools=site.tools), "there is nothing left to do"


def test_an_erasure_takes_the_holder_along_and_nothing_brings_him_back(site: ErasingWorld) -> None:
    site.begin()
    site.run()
    assert site.world.count("mandate_holder") == 0
    assert not name_holders(tools=site.tools)
    assert names(site) == []
