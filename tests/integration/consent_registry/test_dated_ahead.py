# SPDX-License-Identifier: Apache-2.0
"""Nothing that widens begins further ahead than the policy allows, wherever it comes in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from consent_registry.domain.batches import Format
from consent_registry.domain.dating import FARTHEST
from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.studies import StudyFacts, describe_study
from consent_registry.usecases.study_consents import NewStudyConsent, record_study_consent
from shared.clock import to_rfc3339
from shared.errors import ValidationFailed
from tests.fakes.fhir import changed, vector
from tests.support.fhir_import import codes, lines, load
from tests.support.registry_world import DESK, DS, RegistryWorld

DAY = timedelta(days=1)
HMB = (RawAlternative(permission="HMB"),)


@pytest.fixture(params=[FARTHEST, 30 * DAY], ids=["a year", "thirty days"])
def bounded(
    world: RegistryWorld, request: pytest.FixtureRequest
) -> tuple[RegistryWorld, timedelta]:
    """A registry with one member, and how far ahead its policy lets a yes begin."""
    world.load({})
    policy = replace(world.tools.policy, yes_ahead=request.param)
    return replace(world, tools=replace(world.tools, policy=policy)), request.param


def fault_codes(refused: pytest.ExceptionInfo[ValidationFailed]) -> list[tuple[str, str | None]]:
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def say(world: RegistryWorld, begins: datetime, chosen: Sequence[RawAlternative] = HMB) -> None:
    wanted = NewConsent(pseudonym="P-1", dataset=DS, alternatives=chosen, effective_from=begins)
    record_consent(wanted, tools=world.tools, principal=DESK)


def test_the_api_takes_a_yes_up_to_the_bound_and_a_no_up_to_a_year(
    bounded: tuple[RegistryWorld, timedelta],
) -> None:
    world, bound = bounded
    now = world.clock.now()
    with pytest.raises(ValidationFailed) as refused:
        say(world, now + bound + DAY)
    assert fault_codes(refused) == [("/effective_from", "yes_too_far_ahead")]
    with pytest.raises(ValidationFailed) as refused:
        say(world, now + FARTHEST + DAY, ())
    assert fault_codes(refused) == [("/effective_from", "too_far_ahead")]
    assert world.count("consent_event") == 1
    say(world, now + bound - DAY)
    say(world, now + FARTHEST - DAY, ())
    assert world.count("consent_event") == 3


def test_a_study_takes_it_no_further_ahead(bounded: tuple[RegistryWorld, timedelta]) -> None:
    world, bound = bounded
    said = StudyFacts(
        title="Hearts", controller="A hospital", purpose="Hearts", starts_on=date(2020, 1, 1)
    )
    describe_study("GDI-ZZ-STUDY-1", said, tools=world.tools, principal=DESK)

    def choose(begins: datetime) -> None:
        wanted = NewStudyConsent(
            pseudonym="P-1", study="GDI-ZZ-STUDY-1", alternatives=HMB, effective_from=begins
        )
        record_study_consent(wanted, tools=world.tools, principal=DESK)

    with pytest.raises(ValidationFailed) as refused:
        choose(world.clock.now() + bound + DAY)
    assert fault_codes(refused) == [("/effective_from", "yes_too_far_ahead")]
    choose(world.clock.now() + bound - DAY)


def test_no_import_takes_it_further_ahead(bounded: tuple[RegistryWorld, timedelta]) -> None:
    world, bound = bounded
    now = world.clock.now()
    begins = {"far": now + bound + DAY, "near": now + bound - DAY}
    rows = [
        {"participant": f"Q-{n}", "local_id": f"Q-{n}", "effective_from": to_rfc3339(begins[which])}
        for n, which in enumerate(("far", "near"))
    ]
    late = to_rfc3339(now + FARTHEST + DAY)
    no = {"participant": "Q-2", "local_id": "Q-2", "state": "refused", "effective_from": late}
    report = world.load(*rows, no)
    assert [(at.line, at.fault.what.code) for at in report.faults] == [
        (2, "E-TIME-03"),
        (4, "E-TIME-02"),
    ]
    assert report.batch.applied == 1
    for number, which in enumerate(begins):
        found = load(world, lines(beginning(begins[which], number)), Format.FHIR_R4_LINES)
        assert codes(found) == ([(1, "E-TIME-03")] if which == "far" else [])


def beginning(at: datetime, number: int) -> dict[str, Any]:
    """Somebody's consent that takes effect at an instant."""
    resource = changed(vector("own-r4.json"), "patient/identifier/value", f"R-{number}")
    resource["identifier"] = [
        {**one, "value": f"R-{number}"} if one["system"].endswith("local-id") else one
        for one in resource["identifier"]
    ]
    return changed(resource, "provision/period", {"start": to_rfc3339(at)})
