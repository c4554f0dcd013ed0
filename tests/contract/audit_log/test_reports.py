# SPDX-License-Identifier: Apache-2.0
"""Reports by counts, on the log in memory and on PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

import pytest

from audit_log.domain.errors import (
    CaseClosed,
)
from audit_log.domain.reports import Cell, counted
from audit_log.domain.search import Account, Filter
from audit_log.usecases import cases, reports
from shared.entries import parse_entry
from shared.errors import Forbidden
from tests.fakes.log_factories import DATASET, ISSUER, NOON, OTTO
from tests.support.casework import (
    EVE,
    OTHER,
    opened,
    said,
)
from tests.support.log_world import (
    COHORTS,
    PSEUDONYMS,
    VAULT,
    World,
    entries_of,
)


def asking(wanted: Filter, case: str | None = None) -> reports.Asking:
    return reports.Asking(wanted=wanted, as_of=None, case=case, principal=OTTO)


def activity(world: World, wanted: Filter, *, public: bool = False) -> reports.Activity:
    return reports.activity(
        asking(wanted),
        public=public,
        transaction=world.transaction,
        pseudonyms=PSEUDONYMS,
        cohorts=COHORTS,
        vault=VAULT,
        clock=world.clock,
    )


def test_activity_is_what_a_recount_of_the_entries_gives(filled: World) -> None:
    found = activity(filled, Filter())
    entries = [parse_entry(raw) for raw in entries_of(filled)][: found.stated.as_of.size]
    assert found.figures == counted(entries)
    assert sum(int(count) for count in found.figures.values()) == found.stated.count
    rows = [(one.use.entries, one.use.dataset, one.permit) for one in found.permits]
    assert rows == [(4, DATASET, None)] * 2 + [(2, OTHER, None)] * 2
    under = activity(filled, Filter(permit="permit-1"))
    read = "placet.access.read.v1"
    assert under.figures == {
        Cell("2026-11", DATASET, read, "permit"): 4,
        Cell("2026-11", OTHER, read, "permit"): 2,
    }


def test_what_everybody_sees_hides_small_figures(filled: World) -> None:
    found = activity(filled, Filter(type="placet.access.read.v1"), public=True)
    assert set(found.figures.values()) == {"<10"}
    assert found.permits == ()


def impact(world: World, wanted: Filter, case: str | None = None) -> reports.Impact:
    return reports.impact(
        asking(wanted, case),
        transaction=world.transaction,
        pseudonyms=PSEUDONYMS,
        cohorts=COHORTS,
        vault=VAULT,
        clock=world.clock,
    )


def test_a_breachs_reach_is_one_answer(filled: World) -> None:
    wanted = Filter(actor=Account(issuer=ISSUER, subject="rita"), until=NOON + timedelta(days=1))
    found = impact(filled, wanted)
    assert (found.reach.entries, found.reach.actors) == (12, 1)
    assert found.reach.datasets == {DATASET: (8, 1, 0), OTHER: (4, 1, 0)}
    assert (found.reach.first_at, found.reach.last_at) == (NOON, NOON)
    assert {one.permit for one in found.permits} == {None}
    assert impact(filled, Filter(visa="visa-3")).reach.entries == 1
    assert impact(filled, Filter(visa="visa-99")).reach.datasets == {}


def test_permits_are_named_within_an_open_case_alone_and_that_is_an_entry(filled: World) -> None:
    case = opened(filled)
    found = impact(filled, Filter(dataset=OTHER), case.id)
    assert [one.permit for one in found.permits] == ["permit-0", "permit-1"]
    (looked,) = said(filled, "placet.audit.reveal.v1")
    assert looked.extra == {"case": case.id, "groups": ["permit"]}
    cases.close_case(case.id, principal=OTTO, transaction=filled.transaction, clock=filled.clock)
    with pytest.raises(CaseClosed):
        impact(filled, Filter(dataset=OTHER), case.id)


def test_permits_are_named_to_a_cases_owner_alone(filled: World) -> None:
    """An open case of somebody else's, or of a service, names nothing to others."""
    case = opened(filled)
    for who in (EVE, replace(OTTO, is_service=True)):
        with pytest.raises(Forbidden):
            reports.impact(
                replace(asking(Filter(dataset=OTHER), case.id), principal=who),
                transaction=filled.transaction,
                pseudonyms=PSEUDONYMS,
                cohorts=COHORTS,
                vault=VAULT,
                clock=filled.clock,
            )
    assert said(filled, "placet.audit.reveal.v1") == []
