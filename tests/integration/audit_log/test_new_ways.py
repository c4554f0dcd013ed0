# SPDX-License-Identifier: Apache-2.0
"""R10 and R13 through the log itself: another permit's cohort, a country new to an account."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.events import Fact
from tests.fakes.kernel import START
from tests.fakes.log_factories import cohort_name, fact
from tests.integration.audit_log.test_checks import PERMITS, Checked, issued, used
from tests.support.log_world import PostgresWorld

LATER = START + timedelta(seconds=1)
OWN, OTHER = cohort_name(1), cohort_name(2)


@pytest.fixture
def log() -> Iterator[Checked]:
    world = PostgresWorld()
    made = Checked(world)
    permit = issued()
    made.take(
        made.permits.say(replace(permit, extra={**permit.extra, "cohort": OWN.cohort_id})),
        src=PERMITS,
    )
    yield made
    world.close()


def from_country(country: str | None, second: int) -> Fact:
    net = {"ip": "192.0.2.7"} if country is None else {"ip": "192.0.2.7", "country": country}
    return replace(used(START + timedelta(seconds=second)), net=net)


def found(log: Checked, rule: str) -> list[str]:
    return [code for which, code, _ in log.findings() if which == rule]


def test_a_country_is_told_by_the_sealed_part_and_kept_as_a_pseudonym(log: Checked) -> None:
    countries = (None, "ZZ", "ZZ", None)
    log.take(*(log.node.say(from_country(one, at)) for at, one in enumerate(countries)))
    assert found(log, "R13") == []
    log.take(log.node.say(from_country("YY", 9)))
    assert found(log, "R13") == ["new_country"]
    kept = [value for kind, _, value in log.store.load().rows if kind == "accounts"]
    assert kept
    assert not any(b'"ZZ"' in value or b'"YY"' in value for value in kept)


def test_a_cohort_is_held_against_the_permits_own(log: Checked) -> None:
    named = fact(at=LATER, permit={"permit_id": "P-1", "jti": "j"}, cohort=OWN)
    log.take(log.node.say(named))
    log.pass_time(60)
    assert found(log, "R10") == []
    log.take(log.node.say(replace(named, cohort=OTHER)))
    log.pass_time(60)
    assert found(log, "R10") == ["cohort_not_in_permit"]
