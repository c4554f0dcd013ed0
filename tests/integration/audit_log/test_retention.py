# SPDX-License-Identifier: Apache-2.0
"""Terms pass month by month on a real database, and the log still verifies."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from audit_log.adapters.rule_store import PostgresRuleStore
from audit_log.domain import pack
from audit_log.domain.copies import Copies
from audit_log.domain.holds import HoldKind
from audit_log.domain.pack import Asked
from audit_log.domain.search import Filter
from audit_log.domain.statement import dropped_json
from audit_log.usecases.reports import Asking, activity, impact
from audit_log.usecases.who_used import SCOPE, SubjectReport, who_used
from shared.principal import Principal
from tests.contract.audit_log.test_publishing import Remembered
from tests.fakes.log_factories import ISSUER, cohort_name, fact
from tests.support.keeping_node import (
    OTHER,
    OTTO,
    PERSON,
    READ,
    KeepingNode,
    about,
    dropped,
    keeping_node,
    said,
)
from tests.support.log_world import COHORTS, PSEUDONYMS, VAULT, Producing, entries_of
from tests.support.packs import PackDesk, apart


@pytest.fixture
def node() -> Iterator[KeepingNode]:
    with keeping_node() as made:
        yield made


def test_a_month_goes_when_its_term_has_passed_and_the_log_still_verifies(
    node: KeepingNode,
) -> None:
    node.say(about(PERSON), about(OTHER))
    node.retain()
    node.pass_months(13)
    node.say(about(PERSON))
    node.retain()
    assert len(node.found(PERSON)) == 2  # the last day of the thirteenth month is not over
    node.pass_months(1)
    node.retain()
    size = node.settle()
    (kept,) = node.found(PERSON)
    stated = node.answer(Filter(person=PERSON)).stated
    ranges = [(one.rows, one.held, one.first) for one in stated.dropped if one.retention == 1]
    assert ranges == [(2, 0, 0)]
    assert node.answer(Filter(type="placet.permit.issued.v1")).stated.dropped == ()
    assert kept > 1
    (what,) = dropped(node)
    assert what["month"] == "2026-11"
    assert (what["rows"], what["openings"], what["held"]) == (2, 6, 0)
    assert node.flaws() == []
    assert len(entries_of(node.world)) == size
    assert node.rows("SELECT to_regclass('ev_1_2026_11'), to_regclass('sealed_1_2026_11')") == [
        (None, None)
    ]


def test_a_type_with_a_longer_term_outlives_its_month(node: KeepingNode) -> None:
    query = "placet.access.query.v1"
    node.say(about(PERSON), about(PERSON, type_=query))
    node.pass_months(14)
    policy = {"placet_access_query_v1": 24}
    node.retain(**policy)
    node.settle()
    assert node.found(PERSON) == [1]
    assert node.flaws() == []
    node.pass_months(10)
    node.retain(**policy)
    node.settle()
    assert node.found(PERSON) == [1]
    node.pass_months(1)
    node.retain(**policy)
    node.settle()
    assert node.found(PERSON) == []
    assert node.flaws() == []


def report(node: KeepingNode) -> SubjectReport:
    """Report on a person, as consent_registry asks for it."""
    service = Principal(
        issuer=ISSUER,
        subject="consent_registry",
        client_id="r",
        scopes=frozenset({SCOPE}),
        is_service=True,
    )
    return who_used(
        [PERSON],
        answers={},
        as_of=None,
        principal=service,
        transaction=node.world.transaction,
        clock=node.world.clock,
    )


def used(node: KeepingNode) -> list[tuple[str, int]]:
    """Tell what the report for a person counts, by type."""
    return sorted((use.type, use.count) for use in report(node).uses)


def test_what_outlives_its_month_is_told_to_the_person_as_officers_find_it(
    node: KeepingNode,
) -> None:
    query = "placet.access.query.v1"
    node.say(about(PERSON), about(PERSON, type_=query), about(PERSON, type_="placet.audit.hold.v1"))
    assert used(node) == [(query, 1), (READ, 1)]
    node.pass_months(14)
    node.retain(placet_access_query_v1=24)
    node.settle()
    assert node.found(PERSON) == [1]
    assert used(node) == [(query, 1)]


def test_what_a_hold_keeps_is_told_to_the_person(node: KeepingNode) -> None:
    node.say(about(PERSON), about(OTHER))
    node.hold(HoldKind.PERSON, dataset=PERSON.dataset, ordinal=PERSON.ordinal)
    node.pass_months(14)
    node.retain()
    node.settle()
    assert node.found(PERSON) == [0]
    assert used(node) == [(READ, 1)]


def test_every_answer_says_which_months_it_could_not_look_into(node: KeepingNode) -> None:
    node.say(about(PERSON), about(PERSON, type_="placet.permit.issued.v1"))
    node.pass_months(14)
    node.retain()
    node.settle()
    gone = [("access", "2026-11", 1)]
    read = Filter(type=READ)
    asking = Asking(wanted=read, as_of=None, case=None, principal=OTTO)
    ways: dict[str, Any] = {
        "transaction": node.world.transaction,
        "pseudonyms": PSEUDONYMS,
        "cohorts": COHORTS,
        "vault": VAULT,
        "clock": node.world.clock,
    }
    told = (
        node.answer(read).stated.dropped,
        report(node).dropped,
        activity(asking, public=False, **ways).stated.dropped,
        impact(asking, **ways).stated.dropped,
    )
    for one in told:
        written = [dropped_json(each) for each in one]
        assert [(each["class"], each["month"], each["rows"]) for each in written] == gone
    head = Remembered()
    head.note = node.head.note
    desk = PackDesk(node.world, head=head)
    for wanted, indexes in ((read, None), (None, (0,))):
        made = desk.made(Asked(wanted=wanted, indexes=indexes, as_of=0))
        statement = json.loads(apart(made)[pack.STATEMENT])
        found = [(each["class"], each["month"], each["rows"]) for each in statement["dropped"]]
        assert found == ([] if wanted is None else gone)


def test_no_night_misses_the_rows_that_went_with_their_month(node: KeepingNode) -> None:
    """R15 counts the search rows: of what was dropped none is left, and a held one is."""
    size = node.say(about(OTHER), about(PERSON), about(PERSON))
    node.hold(HoldKind.PERSON, dataset=OTHER.dataset, ordinal=OTHER.ordinal)
    checks = PostgresRuleStore(node.world.engine, node.world.own)
    wanted, found = checks.counts()
    assert wanted == found >= size
    node.pass_months(14)
    node.retain()
    size, ((went,),) = node.settle(), node.rows("SELECT sum(entries)::int FROM dropped")
    assert isinstance(went, int)
    assert went >= 2
    assert checks.counts() == (size - went, size - went)


def test_a_month_nobody_made_loses_nothing_and_is_made_afterwards(node: KeepingNode) -> None:
    node.pass_months(40)
    node.say(about(PERSON))
    assert node.rows("SELECT count(*) FROM ev_1_default") == [(1,)]
    assert node.found(PERSON) == [0]
    node.pass_months(5)
    node.retain()
    assert node.rows("SELECT count(*) FROM ev_1_default") == [(0,)]
    assert node.rows("SELECT idx FROM ev_1_2030_03") == [(0,)]
    node.settle()
    assert node.flaws() == []
    node.pass_months(9)
    node.retain()
    node.settle()
    assert node.found(PERSON) == []
    assert node.flaws() == []


def test_quarantined_input_is_emptied_after_its_days_and_its_hash_stays(node: KeepingNode) -> None:
    Producing(node.world).send_raw((b"MARKER of somebody", b""))
    node.settle()
    node.retain()
    assert node.rows("SELECT length(data) > 0 FROM quarantine") == [(True,)]
    node.world.clock.pass_time(31 * 86_400)
    node.retain()
    node.settle()
    assert node.rows("SELECT length(data), length(digest) FROM quarantine") == [(0, 32)]
    ((_, what),) = said(node, "placet.audit.drop.v1")
    assert what == {"class": "quarantine", "rows": 1}
    assert node.flaws() == []


def test_copies_are_unknown_without_kafka_only_where_a_topic_is_registered(
    node: KeepingNode,
) -> None:
    with node.keeping() as desk:
        assert desk.copies() == Copies(topics=[], unread=[])


def test_what_finds_a_cohorts_entry_goes_with_its_month_unless_it_is_held(
    node: KeepingNode,
) -> None:
    node.say(fact(cohort=cohort_name(1)), fact(cohort=cohort_name(2)))
    hold = node.hold(HoldKind.CASE, matter="case_1", entries=(1,))
    node.pass_months(14)
    node.retain()
    node.settle()
    assert node.rows("SELECT idx FROM ev_cohort") == [(1,)]
    assert node.flaws() == []
    node.lift(hold)
    node.retain()
    node.settle()
    assert node.rows("SELECT idx FROM ev_cohort") == []
    assert node.flaws() == []
