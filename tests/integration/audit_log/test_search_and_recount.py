# SPDX-License-Identifier: Apache-2.0
"""Every filter finds what the entries themselves answer; integrity runs name what would lie."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit_log.adapters.inspector import inspecting
from audit_log.adapters.rule_store import PostgresRuleStore
from audit_log.adapters.search_blocks import BLOCK, BlockSummaries
from audit_log.domain.cohorts import CohortAnswer, CohortKey, Membership
from audit_log.domain.matching import Match, match
from audit_log.domain.search import Account, Filter
from audit_log.usecases.flaws import Flaw
from audit_log.usecases.integrity import EVERY, IntegrityRunner, note_whole
from audit_log.usecases.look import entries_at, marks_of
from audit_log.usecases.opening import open_groups
from audit_log.usecases.recompute import recompute
from audit_log.usecases.verify import verify
from audit_log.usecases.verify_rows import RowVerifier
from shared.entries import Entry, parse_entry
from shared.events import Actor, Subject
from shared.sealing import SealedPart
from tests.contract.audit_log.test_publishing import TRUST, Remembered, publisher
from tests.fakes.log_factories import ISSUER, NOON, Speaker, cohort_name, fact
from tests.support.log_world import (
    PSEUDONYMS,
    VAULT,
    PostgresWorld,
    Producing,
    drain,
    entries_of,
    sequencer,
)
from tests.support.postgres import owner_of

MANY = 2 * BLOCK + 90
DATASETS = ("GDI-ZZ-DATASET-1", "GDI-ZZ-DATASET-2", "GDI-ZZ-DATASET-3")
SOURCES = ("zz/clearinghouse/1", "zz/data_node/1")
COHORTS = tuple(cohort_name(number) for number in range(3))
REVISIONS = (None, 10, 11, 12, 13)
TYPES = ("placet.access.read.v1", "placet.access.decision.v1", "placet.access.export.v1")


def said(number: int, speaker: Speaker) -> tuple[bytes, bytes]:
    """Say one of many things; rare ones in one block only, some about a cohort's people."""
    rare = number < 40
    cohort = replace(COHORTS[number % 3], revision=REVISIONS[number % 5])
    made = speaker.say(
        fact(
            type_=TYPES[2] if rare and number % 9 == 0 else TYPES[number % 2],
            at=NOON + timedelta(minutes=number - (300 if number % 50 == 0 else 0)),
            dataset=DATASETS[2] if rare else DATASETS[number % 2],
            actor=Actor(issuer=ISSUER, subject=f"r{number % 7}", client_id="desk"),
            subjects=(Subject(dataset=DATASETS[number % 2], ordinal=number % 13),),
            cohort=cohort if number % 8 == 3 else None,
            permit={"permit_id": f"permit-{number % 5}", "jti": f"visa-{number // 30}"},
            decision=None if number % 17 == 0 else "deny" if number % 11 == 0 else "permit",
        )
    )
    return made.entry, made.sealed


class Filled:
    """A log of a little more than two blocks, its entries and what is sealed in them."""

    def __init__(self) -> None:
        self.world = PostgresWorld()
        self.head = Remembered()
        for turn, src in enumerate(SOURCES):
            speaker = Speaker(src)
            lines = [said(number, speaker) for number in range(MANY) if number % 2 == turn]
            Producing(self.world, src).send_raw(*lines)
        self.publish()
        blocks = BlockSummaries(self.world.engine)
        while blocks.step():
            pass
        self.entries: list[Entry] = [parse_entry(raw) for raw in entries_of(self.world)]
        self.parts: dict[int, list[SealedPart]] = {}
        with self.world.transaction() as log:
            found = entries_at(range(len(self.entries)), log.reader)
            opened = open_groups(("actor", "permit", "subj"), found, log.exports, VAULT)
        for index, part in opened.parts:
            self.parts.setdefault(index, []).append(part)

    def publish(self) -> None:
        """Sequence and publish what waits."""
        drain(sequencer(self.world))
        publisher(self.world, self.head).step()


@pytest.fixture(scope="module")
def filled() -> Iterator[Filled]:
    made = Filled()
    yield made
    made.world.close()


def one_of(*values: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(values)


MEMBERSHIPS = st.one_of(
    st.tuples(st.just(Membership.IN), st.none() | st.integers(9, 14)),
    st.tuples(st.just(Membership.OUT), st.none()),
)
ANSWERS = st.lists(MEMBERSHIPS, min_size=3, max_size=3).map(
    lambda given: tuple(
        CohortAnswer(CohortKey(one.cohort_id, one.digest), membership, left)
        for one, (membership, left) in zip(COHORTS, given, strict=True)
    )
)
MOMENTS = st.none() | st.integers(-100, MANY + 100).map(lambda n: NOON + timedelta(minutes=n))
FILTERS = st.builds(
    Filter,
    actor=st.none()
    | st.builds(Account, issuer=st.just(ISSUER), subject=st.sampled_from(("r1", "r9"))),
    dataset=one_of(*DATASETS, "GDI-ZZ-DATASET-9"),
    person=st.none()
    | st.builds(Subject, dataset=st.sampled_from(DATASETS), ordinal=st.integers(0, 14)),
    permit=one_of("permit-1", "permit-9"),
    visa=one_of("visa-0", "visa-3", "visa-999"),
    purpose=one_of("DUO:0000006", "DUO:0000042"),
    src=one_of(*SOURCES, "zz/nobody/1"),
    type=one_of(*TYPES),
    decision=one_of("permit", "deny", "error"),
    since=MOMENTS,
    until=MOMENTS,
)


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(
    wanted=FILTERS,
    answers=ANSWERS,
    above=st.integers(0, MANY),
    span=st.integers(1, MANY),
    limit=st.integers(1, 80),
)
def test_every_filter_finds_what_the_entries_answer(
    filled: Filled,
    *,
    wanted: Filter,
    answers: tuple[CohortAnswer, ...],
    above: int,
    span: int,
    limit: int,
) -> None:
    known = {one.key: one for one in answers}
    below = min(above + span, len(filled.entries))
    truth = [
        index
        for index in reversed(range(len(filled.entries)))
        if match(wanted, filled.entries[index], filled.parts.get(index, ()), known) is Match.YES
    ]
    with filled.world.transaction() as log:
        marks = replace(marks_of(wanted, log.reader, PSEUDONYMS), cohorts=answers)
        found = log.reader.search(wanted, marks=marks, below=below, limit=limit, above=above)
        whole = log.reader.count(wanted, marks=marks, below=below, most=None)
        some = log.reader.count(wanted, marks=marks, below=below, most=limit)
    assert list(found) == [index for index in truth if above <= index < below][:limit]
    assert whole == sum(index < below for index in truth)
    assert some == min(whole, limit)


@pytest.mark.parametrize(("code", "count"), [("DUO:0000039", 1), ("DUO:9999999", 0)])
def test_purposes_too_long_for_a_term_are_found_by_each_code(code: str, count: int) -> None:
    world = PostgresWorld()
    try:
        codes = tuple(f"DUO:{number:07}" for number in range(40))
        Producing(world).send(Speaker().say(replace(fact(), purposes=codes)))
        drain(sequencer(world))
        wanted = Filter(purpose=code)
        with world.transaction() as log:
            marks = marks_of(wanted, log.reader, PSEUDONYMS)
            assert log.reader.count(wanted, marks=marks, below=9, most=None) == count
    finally:
        world.close()


def recomputed(world: PostgresWorld, first: int, end: int) -> tuple[Flaw, ...]:
    with inspecting(world.url, first) as inspector:
        return recompute(inspector, first, end, RowVerifier(VAULT, PSEUDONYMS))


LIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "a changed search row": ("UPDATE ev SET decision = 3 WHERE idx = 2050", "ev (idx=2050)"),
        "a hidden search row": ("DELETE FROM ev WHERE idx = 2051", "ev (idx=2051)"),
        "a block that hides": ("UPDATE ev_block SET terms = '{}' WHERE n = 1", "ev_block (n=1)"),
        "a block that is gone": ("DELETE FROM ev_block WHERE n = 0", "ev_block (n=0)"),
        "a month that hides": (
            "UPDATE ev_block SET low_month = high_month + 1 WHERE n = 1",
            "ev_block (n=1)",
        ),
        "a time that hides": ("UPDATE ev_block SET low = high WHERE n = 1", "ev_block (n=1)"),
        "a hidden cohort": ("DELETE FROM ev_cohort WHERE idx = 2054", "ev_cohort (idx=2054)"),
        "a hidden person": ("DELETE FROM ev_person WHERE idx = 2052", "ev_person (idx=2052)"),
    }
)


@pytest.mark.parametrize("name", LIES)
def test_what_would_hide_an_entry_from_a_search_is_named(filled: Filled, name: str) -> None:
    statement, row = LIES[name]
    first, end = 0 if row.startswith("ev_block") else 1024, len(filled.entries)
    tables = ("ev", "ev_block", "ev_person", "ev_cohort")
    with psycopg.connect(owner_of(filled.world.url), autocommit=True) as connection:
        for table in tables:
            connection.execute(f"CREATE TEMP TABLE kept_{table} AS TABLE {table}".encode())
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        connection.execute(statement.encode())
        flaws = recomputed(filled.world, first, end)
        for table in tables:
            connection.execute(f"DELETE FROM {table}".encode())  # noqa: S608 - our own tables
            connection.execute(f"INSERT INTO {table} TABLE kept_{table}".encode())
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())
    assert {f"{flaw.table} ({flaw.row})" for flaw in flaws} == {row}
    assert recomputed(filled.world, 1024, end) == ()


def test_runs_build_on_the_nights_and_each_is_an_entry(filled: Filled) -> None:
    world = filled.world
    runner = IntegrityRunner(
        store=PostgresRuleStore(world.engine, world.own),
        transaction=world.transaction,
        recompute=lambda first, end: recomputed(world, first, end),
        clock=world.clock,
    )
    runner.step()
    with world.transaction() as log:
        assert log.integrity.newest() is None, "the first run is the night's"
    began = world.clock.now()
    with inspecting(world.url) as inspector:
        whole = verify(inspector, trust=TRUST, rows=RowVerifier(VAULT, PSEUDONYMS))
    note_whole(whole, began=began, transaction=world.transaction, clock=world.clock)
    filled.publish()
    runner.step()
    with world.transaction() as log:
        night = log.integrity.newest()
    assert night is not None
    assert (night.first, night.base, night.flaws) == (0, None, 0), "ten minutes have not passed"
    world.clock.pass_time(EVERY.total_seconds())
    runner.step()
    with world.transaction() as log:
        added, newest = log.integrity.newest(), log.reader.newest()
    assert added is not None
    assert newest is not None
    assert (added.base, added.first, added.size) == (night.id, night.size, newest.size)
    assert added.flaws == 0
    filled.publish()
    runs = [
        one.extra["run"]
        for raw in entries_of(world)
        if (one := parse_entry(raw)).type == "placet.audit.integrity.v1"
    ]
    assert runs == [night.id, added.id]
