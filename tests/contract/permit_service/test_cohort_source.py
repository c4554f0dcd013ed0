# SPDX-License-Identifier: Apache-2.0
"""What every source of cohorts promises, asked of the fake and of the HTTP adapter alike.

Behind the adapter stands a real HTTP server that speaks consent_registry's wire contract.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from permit_service.adapters.cohort_client import HttpCohorts
from permit_service.domain.errors import (
    CohortRefused,
    CohortsUnavailable,
    FreezeOvertaken,
    FreezeVoid,
)
from permit_service.ports import CohortSource
from shared.http_client import UpstreamRefused
from shared.ids import ApplicationId, CohortId, DatasetId, PermitId
from tests.fakes.cohort_server import TOKEN, cohort_server
from tests.fakes.cohort_source import DUTIES, MemoryCohorts
from tests.fakes.permit_factories import DATASET, HMB, PROJECT
from tests.fakes.permit_world import HandClock

APPLICATION = ApplicationId("app-1")


@dataclass
class Source:
    """The source under test and the registry behind it."""

    cohorts: CohortSource
    registry: MemoryCohorts
    clock: HandClock


@pytest.fixture(params=["memory", "http"])
def source(request: pytest.FixtureRequest) -> Iterator[Source]:
    clock = HandClock()
    registry = MemoryCohorts(clock, DATASET)
    if request.param == "memory":
        yield Source(registry, registry, clock)
        return
    with cohort_server(registry) as url:
        yield Source(HttpCohorts(url, lambda: TOKEN), registry, clock)


def test_an_evaluation_counts_and_freezes_nothing(source: Source) -> None:
    view = source.cohorts.evaluate(DATASET, HMB, APPLICATION)
    # The numbers that may be shown; the exact ones beside them are not looked at.
    assert view.counts.members == 1000
    assert view.counts.parts() == {"in": 610, "out": 380, "awaiting": None}
    assert view.reasons == {"withdrawn": 380}
    assert view.awaiting_by_clause == {"IRB": 20}
    assert [(one.matter.clause, one.matter.value) for one in view.matters] == [
        ("IRB", ""),
        ("RS", "hearts"),
    ]
    assert view.purpose_sha256 == "ab" * 32
    assert source.registry.freezes == 0


def test_what_is_owed_to_people_is_the_same_before_and_in_a_freeze(source: Source) -> None:
    assert source.cohorts.evaluate(DATASET, HMB, APPLICATION).duties == ()
    assert source.cohorts.freeze(DATASET, HMB, APPLICATION).annex() is None
    source.registry.duties = DUTIES
    assert source.cohorts.evaluate(DATASET, HMB, APPLICATION).duties == DUTIES
    annex = source.cohorts.freeze(DATASET, HMB, APPLICATION).annex()
    assert annex is not None
    assert annex.duties == DUTIES


def test_a_ruling_is_handed_in_as_it_was_signed(source: Source) -> None:
    source.cohorts.rule("e30.e30.e30")
    assert source.registry.statements == ["e30.e30.e30"]
    source.registry.refuses_rulings = True
    with pytest.raises(CohortRefused):
        source.cohorts.rule("e30.e30.e30")


def test_a_freeze_can_be_bound_once_and_again(source: Source) -> None:
    frozen = source.cohorts.freeze(DATASET, HMB, APPLICATION)
    assert (frozen.void_at - frozen.frozen_at).total_seconds() == 60
    assert frozen.digest
    for _ in range(2):
        source.cohorts.bind(frozen.cohort_id, PermitId("p1"), PROJECT)
    assert source.registry.bound == {frozen.cohort_id: "p1"}
    assert source.registry.told == {frozen.cohort_id: PROJECT}
    with pytest.raises(CohortRefused):
        source.cohorts.bind(frozen.cohort_id, PermitId("p2"), PROJECT)


def test_a_bound_cohort_stays_bound_whatever_changes(source: Source) -> None:
    frozen = source.cohorts.freeze(DATASET, HMB, APPLICATION)
    source.cohorts.bind(frozen.cohort_id, PermitId("p1"), PROJECT)
    source.registry.change(DATASET)
    source.clock.pass_by(seconds=61)
    source.cohorts.bind(frozen.cohort_id, PermitId("p1"), PROJECT)


def test_a_freeze_is_void_after_a_minute(source: Source) -> None:
    frozen = source.cohorts.freeze(DATASET, HMB, APPLICATION)
    source.clock.pass_by(seconds=60)
    with pytest.raises(FreezeVoid):
        source.cohorts.bind(frozen.cohort_id, PermitId("p1"), PROJECT)


def test_a_change_of_a_member_overtakes_a_freeze(source: Source) -> None:
    frozen = source.cohorts.freeze(DATASET, HMB, APPLICATION)
    source.registry.change(DATASET)
    with pytest.raises(FreezeOvertaken):
        source.cohorts.bind(frozen.cohort_id, PermitId("p1"), PROJECT)


def test_an_unknown_dataset_or_cohort_is_refused(source: Source) -> None:
    unknown = DatasetId("GDI-ZZ-DATASET-99")
    with pytest.raises(CohortRefused):
        source.cohorts.evaluate(unknown, HMB, APPLICATION)
    with pytest.raises(CohortRefused):
        source.cohorts.freeze(unknown, HMB, APPLICATION)
    with pytest.raises(CohortRefused):
        source.cohorts.bind(CohortId("none"), PermitId("p1"), PROJECT)


def test_a_registry_that_is_down_is_unavailable(source: Source) -> None:
    source.registry.up = False
    with pytest.raises(CohortsUnavailable):
        source.cohorts.evaluate(DATASET, HMB, APPLICATION)
    with pytest.raises(CohortsUnavailable):
        source.cohorts.freeze(DATASET, HMB, APPLICATION)
    with pytest.raises(CohortsUnavailable):
        source.cohorts.rule("e30.e30.e30")
    with pytest.raises(CohortsUnavailable):
        source.cohorts.bind(CohortId("any"), PermitId("p1"), PROJECT)


def test_nobody_listening_and_no_token_are_unavailable() -> None:
    with pytest.raises(CohortsUnavailable):
        HttpCohorts("http://127.0.0.1:9", lambda: TOKEN).evaluate(DATASET, HMB, APPLICATION)

    def no_token() -> str:
        raise UpstreamRefused(400, "invalid_client")

    with pytest.raises(CohortsUnavailable):
        HttpCohorts("http://127.0.0.1:9", no_token).evaluate(DATASET, HMB, APPLICATION)


def test_a_token_the_registry_does_not_take_is_unavailable() -> None:
    with cohort_server(MemoryCohorts(HandClock(), DATASET)) as url:
        with pytest.raises(CohortsUnavailable) as caught:
            HttpCohorts(url, lambda: "another").evaluate(DATASET, HMB, APPLICATION)
        assert caught.value.context["status"] == 401


@pytest.mark.parametrize(
    "change",
    [
        {"revision": None},
        {"revision": -1},
        {"revision": True},
        {"counts": None},
        {"counts": {"in": 1, "out": 0}},
        {"counts": {"members": 1, "in": "1"}},
        {"small_cell": None},
        {"cohort_id": ""},
        {"frozen_at": "yesterday"},
        {"digest": 5},
        {"manifest": None},
    ],
)
def test_an_answer_that_cannot_be_read_whole_counts_as_none(change: dict[str, object]) -> None:
    with cohort_server(MemoryCohorts(HandClock(), DATASET), change) as url:
        cohorts = HttpCohorts(url, lambda: TOKEN)
        with pytest.raises(CohortsUnavailable, match="cannot be read"):
            cohorts.freeze(DATASET, HMB, APPLICATION)


def test_an_end_is_said_once_and_only_of_what_was_bound(source: Source) -> None:
    frozen = source.cohorts.freeze(DATASET, HMB, APPLICATION)
    permit, other, at = PermitId("permit-1"), PermitId("permit-2"), source.clock.now()
    with pytest.raises(CohortRefused) as refused:
        source.cohorts.end(frozen.cohort_id, permit, at)
    assert refused.value.context["upstream_code"] == "cohort_unknown"
    source.cohorts.bind(frozen.cohort_id, permit, PROJECT)
    with pytest.raises(CohortRefused):
        source.cohorts.end(frozen.cohort_id, other, at)
    source.cohorts.end(frozen.cohort_id, permit, at)
    source.clock.pass_by(seconds=5)
    source.cohorts.end(frozen.cohort_id, permit, source.clock.now())
    assert source.registry.ended == {frozen.cohort_id: at}
    source.registry.up = False
    with pytest.raises(CohortsUnavailable):
        source.cohorts.end(frozen.cohort_id, permit, at)
