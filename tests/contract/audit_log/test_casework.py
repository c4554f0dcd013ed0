# SPDX-License-Identifier: Apache-2.0
"""Cases, saved searches, reports and integrity runs, on the log in memory and on PostgreSQL."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from audit_log.domain.cases import Case, Officer, Reveal, RevealState
from audit_log.domain.errors import (
    CaseClosed,
    CaseUnknown,
    FourEyesNeeded,
    QueryUnknown,
    RevealDecided,
    RevealNotApproved,
    SizeNotPublished,
)
from audit_log.domain.reports import Cell, counted
from audit_log.domain.search import Account, Filter
from audit_log.usecases import cases, integrity, reports, saved_queries
from audit_log.usecases.cases import Openings
from audit_log.usecases.erase import erase
from audit_log.usecases.look import Answer, search
from audit_log.usecases.resolving import CohortDesk
from audit_log.usecases.saved_queries import QueryFile, QueryRunner
from shared.entries import Entry, parse_entry
from shared.errors import Forbidden, ValidationFailed
from shared.events import Actor, Subject
from shared.ids import Uuid7Source
from shared.principal import Principal
from tests.contract.audit_log.test_publishing import Remembered, publisher
from tests.fakes.log_factories import DATASET, ISSUER, NOON, OTTO, Speaker, fact
from tests.fakes.log_memory_erasures import MemoryErasures
from tests.support.log_world import (
    COHORTS,
    PSEUDONYMS,
    VAULT,
    Producing,
    World,
    drain,
    entries_of,
    sequencer,
)

IDS = Uuid7Source()
UMA = replace(OTTO, subject="uma")
EVE = replace(OTTO, subject="eve")
OTHER = "GDI-ZZ-DATASET-2"
RITA = Actor(issuer=ISSUER, subject="rita", client_id="desk")
ANNA = Subject(dataset=DATASET, ordinal=7)


def publish(world: World, head: Remembered) -> None:
    drain(sequencer(world))
    publisher(world, head).step()


@pytest.fixture
def head() -> Remembered:
    return Remembered()


@pytest.fixture
def filled(world: World, head: Remembered) -> World:
    """A log of twelve reads by Rita under two permits, of one refusal, and of one other month."""
    speaker = Speaker()
    said = [
        speaker.say(
            fact(
                type_="placet.access.read.v1",
                actor=RITA,
                dataset=DATASET if number < 8 else OTHER,
                permit={"permit_id": f"permit-{number % 2}", "jti": f"visa-{number}"},
                subjects=(replace(ANNA, dataset=DATASET if number < 8 else OTHER),),
            )
        )
        for number in range(12)
    ]
    said.append(speaker.say(fact(decision="deny", at=NOON + timedelta(days=30))))
    Producing(world).send(*said)
    publish(world, head)
    return world


def said(world: World, type_: str) -> list[Entry]:
    drain(sequencer(world))
    return [one for raw in entries_of(world) if (one := parse_entry(raw)).type == type_]


def opened(world: World) -> Case:
    return cases.open_case(
        "complaint",
        "dpo/2026/17",
        principal=OTTO,
        transaction=world.transaction,
        ids=IDS,
        clock=world.clock,
    )


def asked(world: World, case: Case, indexes: Sequence[int] = (0, 1)) -> Reveal:
    return cases.ask_reveal(
        case.id,
        tuple(indexes),
        ("actor", "subj"),
        principal=OTTO,
        transaction=world.transaction,
        ids=IDS,
        clock=world.clock,
    )


def decided(world: World, reveal: Reveal, who: Principal, *, approved: bool = True) -> Reveal:
    return cases.decide_reveal(
        reveal.case,
        reveal.id,
        approved=approved,
        principal=who,
        transaction=world.transaction,
        clock=world.clock,
    )


def shown(world: World, reveal: Reveal, who: Principal = OTTO) -> Openings:
    return cases.openings(
        reveal.case,
        reveal.id,
        principal=who,
        transaction=world.transaction,
        vault=VAULT,
        clock=world.clock,
    )


def test_nobody_opens_alone(filled: World) -> None:
    reveal = asked(filled, opened(filled))
    with pytest.raises(RevealNotApproved):
        shown(filled, reveal)
    with pytest.raises(FourEyesNeeded):
        decided(filled, reveal, OTTO)
    with pytest.raises(RevealNotApproved):
        shown(filled, reveal)
    by = Officer(issuer=UMA.issuer, subject=UMA.subject)
    done = decided(filled, reveal, UMA)
    assert (done.state, done.decided_by) == (RevealState.APPROVED, by)
    found = shown(filled, reveal)
    assert sorted((index, part.group) for index, part in found.opened.parts) == [
        *((0, "actor"), (0, "subj/0"), (1, "actor"), (1, "subj/0"))
    ]
    for stranger in (UMA, EVE):
        with pytest.raises(Forbidden):
            shown(filled, reveal, stranger)


def test_the_store_itself_refuses_an_officers_own_word(filled: World) -> None:
    reveal = asked(filled, opened(filled))
    own = Officer(issuer=OTTO.issuer, subject=OTTO.subject)
    with filled.transaction() as log, pytest.raises(FourEyesNeeded):
        log.cases.decide(reveal.id, True, own, filled.clock.now())


def test_a_request_is_decided_once_and_a_refused_one_opens_nothing(filled: World) -> None:
    reveal = asked(filled, opened(filled))
    decided(filled, reveal, UMA, approved=False)
    with pytest.raises(RevealDecided):
        decided(filled, reveal, EVE)
    with pytest.raises(RevealNotApproved):
        shown(filled, reveal)


def test_in_a_closed_case_nothing_is_opened_any_more(filled: World) -> None:
    case = opened(filled)
    reveal = decided(filled, asked(filled, case), UMA)
    with pytest.raises(Forbidden):
        cases.close_case(case.id, principal=UMA, transaction=filled.transaction, clock=filled.clock)
    cases.close_case(case.id, principal=OTTO, transaction=filled.transaction, clock=filled.clock)
    with pytest.raises(CaseClosed):
        shown(filled, reveal)
    with pytest.raises(CaseClosed):
        asked(filled, case)
    with pytest.raises(CaseUnknown):
        asked(filled, replace(case, id="another"))
    kept = cases.get_case(case.id, principal=UMA, transaction=filled.transaction)
    assert kept.case.closed_at is not None
    assert [one.id for one in kept.reveals] == [reveal.id]


def test_each_step_is_an_entry_and_each_opening_names_its_case(filled: World) -> None:
    case = opened(filled)
    reveal = decided(filled, asked(filled, case), UMA)
    shown(filled, reveal)
    cases.close_case(case.id, principal=OTTO, transaction=filled.transaction, clock=filled.clock)
    steps = said(filled, "placet.audit.case.v1")
    assert [one.reason for one in steps] == [
        *("case_opened", "reveal_asked", "reveal_approved", "case_closed")
    ]
    assert {one.extra["case"] for one in steps} == {case.id}
    (looked,) = said(filled, "placet.audit.reveal.v1")
    assert (looked.extra["case"], looked.extra["reveal"]) == (case.id, reveal.id)
    assert looked.counts == {"opened": 4}


def test_what_was_erased_meanwhile_is_not_shown(filled: World) -> None:
    reveal = decided(filled, asked(filled, opened(filled)), UMA)
    erase(
        ANNA,
        ground="gdpr_17",
        principal=OTTO,
        transaction=filled.transaction,
        pseudonyms=PSEUDONYMS,
        outside=MemoryErasures(),
        ids=IDS,
        clock=filled.clock,
    )
    found = shown(filled, reveal)
    assert {part.group for _, part in found.opened.parts} == {"actor"}
    assert found.opened.erased == 2


@pytest.mark.parametrize(
    ("indexes", "groups"), [((), ("actor",)), ((1,), ()), ((1,), ("name",)), ((-1,), ("actor",))]
)
def test_a_request_without_sense_is_refused(
    filled: World, indexes: tuple[int, ...], groups: tuple[str, ...]
) -> None:
    case = opened(filled)
    with pytest.raises(ValidationFailed):
        cases.ask_reveal(
            case.id,
            indexes,
            groups,
            principal=OTTO,
            transaction=filled.transaction,
            ids=IDS,
            clock=filled.clock,
        )
    with pytest.raises(SizeNotPublished):
        asked(filled, case, (999,))


def saved(world: World, wanted: Filter, hours: int = 24) -> str:
    made = saved_queries.save_query(
        "what_rita_did",
        wanted,
        hours,
        principal=OTTO,
        transaction=world.transaction,
        vault=VAULT,
        ids=IDS,
        clock=world.clock,
    )
    return made.id


def runner(world: World, cohorts: CohortDesk = COHORTS) -> QueryRunner:
    return QueryRunner(
        transaction=world.transaction,
        vault=VAULT,
        pseudonyms=PSEUDONYMS,
        cohorts=cohorts,
        clock=world.clock,
    )


def kept(world: World, query_id: str, who: Principal = OTTO) -> QueryFile:
    return saved_queries.get_query(
        query_id, principal=who, transaction=world.transaction, vault=VAULT
    )


def test_a_saved_search_tells_what_is_new_and_how_much_is_gone(
    filled: World, head: Remembered
) -> None:
    wanted = Filter(actor=Account(issuer=ISSUER, subject="rita"), dataset=DATASET)
    query = saved(filled, wanted)
    assert runner(filled).step()
    assert not runner(filled).step(), "it is due again tomorrow"
    (first,) = kept(filled, query).runs
    assert (first.before, first.count, first.new, first.gone) == (0, 9, 9, 0)
    speaker = Speaker("zz/another/1")
    Producing(filled, "zz/another/1").send(speaker.say(fact(actor=RITA)))
    publish(filled, head)
    filled.clock.pass_time(timedelta(hours=24).total_seconds())
    assert runner(filled).step()
    second, _ = kept(filled, query).runs
    assert (second.before, second.count, second.new, second.gone) == (first.size, 10, 1, 0)
    assert len(second.indexes) == 1
    erase(
        Account(issuer=ISSUER, subject="rita"),
        ground="gdpr_17",
        principal=OTTO,
        transaction=filled.transaction,
        pseudonyms=PSEUDONYMS,
        outside=MemoryErasures(),
        ids=IDS,
        clock=filled.clock,
    )
    filled.clock.pass_time(timedelta(hours=24).total_seconds())
    assert runner(filled).step()
    third = kept(filled, query).runs[0]
    assert (third.count, third.new, third.gone) == (0, 0, 10)


def test_a_saved_search_is_its_owners_alone_and_says_nobodys_name(filled: World) -> None:
    query = saved(filled, Filter(actor=Account(issuer=ISSUER, subject="MARKER-4711")))
    runner(filled).step()
    with pytest.raises(QueryUnknown):
        kept(filled, query, UMA)
    entries = said(filled, "placet.audit.query.v1")
    assert [one.reason for one in entries] == ["query_saved", "query_ran"]
    assert entries[0].extra["filter"] == ["actor"]
    assert not any(b"MARKER" in one.raw for one in entries)
    saved_queries.end_query(
        query, principal=OTTO, transaction=filled.transaction, clock=filled.clock
    )
    ended = kept(filled, query)
    assert (ended.wanted, ended.query.next_at, ended.query.wrapped) == (None, None, b"")
    assert len(ended.runs) == 1
    filled.clock.pass_time(timedelta(days=9).total_seconds())
    assert not runner(filled).step()


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


def answered(world: World, wanted: Filter, *, exact: bool = False) -> Answer:
    return search(
        wanted,
        after=None,
        limit=5,
        as_of=None,
        principal=OTTO,
        transaction=world.transaction,
        pseudonyms=PSEUDONYMS,
        cohorts=COHORTS,
        clock=world.clock,
        exact=exact,
    )


def test_a_search_states_what_it_rests_on(filled: World) -> None:
    filled.clock.pass_time(timedelta(days=60).total_seconds())
    stated = answered(filled, Filter(dataset=DATASET)).stated
    assert (stated.count, stated.exact, stated.integrity) == (9, True, None)
    assert [one.src for one in stated.missing if one.silent]
    assert answered(filled, Filter(dataset=DATASET), exact=True).stated.count == 9
    with filled.transaction() as log:
        run = integrity.keep(
            log,
            base=None,
            size=5,
            root=bytes(32),
            flaws=0,
            began=filled.clock.now(),
            at=filled.clock.now(),
        )
    assert answered(filled, Filter()).stated.integrity == run
    (entry,) = said(filled, "placet.audit.integrity.v1")
    assert (entry.extra["size"], entry.extra["run"], entry.extra["flaws"]) == (5, run.id, 0)


def test_the_run_that_reaches_furthest_covers_and_runs_build_on_each_other(filled: World) -> None:
    made = []
    for size, flaws in ((5, 1), (9, 2)):
        with filled.transaction() as log:
            made.append(
                integrity.keep(
                    log,
                    base=log.integrity.newest(),
                    size=size,
                    root=bytes(32),
                    flaws=flaws,
                    began=filled.clock.now(),
                    at=filled.clock.now(),
                )
            )
    assert (made[1].base, made[1].first, made[1].flaws) == (made[0].id, 5, 3)
    with filled.transaction() as log:
        assert log.integrity.covering(4) == made[1]
        assert log.integrity.covering(10) == made[1]
        assert log.integrity.wanted() == 0


def test_a_gap_is_stated_for_its_source_alone(filled: World, head: Remembered) -> None:
    speaker = Speaker("zz/another/1")
    entries = speaker.say_many(4)
    Producing(filled, "zz/another/1").send(entries[0], entries[3])
    publish(filled, head)
    (missing,) = answered(filled, Filter(src="zz/another/1")).stated.missing
    assert missing.gaps == ((1, 2, 3),)
    own = answered(filled, Filter(src="zz/clearinghouse/1")).stated.missing
    assert all(not one.gaps for one in own)
