# SPDX-License-Identifier: Apache-2.0
"""Saved searches and their runs, on the log in memory and on PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import cast

import psycopg
import pytest

from audit_log.domain.errors import (
    QueryUnknown,
)
from audit_log.domain.search import Account, Filter, Marks
from audit_log.ports import Log, Transaction
from audit_log.usecases import saved_queries
from audit_log.usecases.resolving import CohortDesk
from audit_log.usecases.saved_queries import QueryFile, QueryRunner
from shared.errors import ValidationFailed
from shared.events import Subject
from shared.principal import Principal
from tests.contract.audit_log.test_publishing import Remembered
from tests.fakes.log_factories import DATASET, ISSUER, OTTO, Speaker, fact
from tests.support.casework import (
    ANNA,
    IDS,
    OTHER,
    RITA,
    UMA,
    publish,
    said,
)
from tests.support.log_world import (
    COHORTS,
    PSEUDONYMS,
    VAULT,
    MemoryWorld,
    PostgresWorld,
    Producing,
    World,
    erase_in,
)


def saved(world: World, wanted: Filter, hours: int = 24) -> str:
    made = saved_queries.save_query(
        "what_rita_did",
        wanted,
        hours,
        principal=OTTO,
        transaction=world.transaction,
        vault=VAULT,
        pseudonyms=PSEUDONYMS,
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
    query = saved(filled, Filter(permit="permit-1", dataset=DATASET))
    assert runner(filled).step()
    assert not runner(filled).step(), "it is due again tomorrow"
    (first,) = kept(filled, query).runs
    assert (first.before, first.count, first.new, first.gone) == (0, 4, 4, 0)
    speaker = Speaker("zz/another/1")
    read = fact(actor=RITA, permit={"permit_id": "permit-1"})
    Producing(filled, "zz/another/1").send(speaker.say(read))
    publish(filled, head)
    filled.clock.pass_time(timedelta(hours=24).total_seconds())
    assert runner(filled).step()
    second, _ = kept(filled, query).runs
    assert (second.before, second.count, second.new, second.gone) == (first.size, 5, 1, 0)
    assert len(second.indexes) == 1
    erase_in(filled, Account(issuer=ISSUER, subject="rita"))
    filled.clock.pass_time(timedelta(hours=24).total_seconds())
    assert runner(filled).step()
    third = kept(filled, query).runs[0]
    assert (third.count, third.new, third.gone) == (0, 0, 5)


RITA_HERSELF = Account(issuer=ISSUER, subject="rita")


@pytest.mark.parametrize("told", ["at once", "by the release before"])
@pytest.mark.parametrize("target", [RITA_HERSELF, ANNA], ids=["account", "person"])
def test_a_saved_search_ends_with_the_erasure_of_whom_it_names(
    filled: World, target: Account | Subject, told: str
) -> None:
    if isinstance(target, Account):
        wanted, other = Filter(actor=target), Filter(actor=replace(target, subject="olga"))
    else:
        wanted, other = Filter(person=target), Filter(person=target._replace(ordinal=99))
    query, stays = saved(filled, replace(wanted, dataset=DATASET)), saved(filled, other)
    if told == "at once":
        assert runner(filled).step()
    else:
        unnote(filled)
        assert [runner(filled).step() for _ in range(2)] == [True, True]
    erase_in(filled, target)
    ended = kept(filled, query)
    assert (ended.wanted, ended.query.next_at, ended.query.wrapped) == (None, None, b"")
    assert (ended.query.sealed, ended.query.about) == (b"", None)
    assert kept(filled, stays).wanted == other


def unnote(world: World) -> None:
    """Leave saved searches as a release did that noted nobody."""
    if isinstance(world, PostgresWorld):
        with psycopg.connect(world.url) as connection:
            connection.execute("UPDATE saved_query SET about = NULL")
        return
    assert isinstance(world, MemoryWorld)
    queries = world.log.tables.queries
    for name, one in queries.items():
        queries[name] = replace(one, about=None)


def test_what_an_officer_keeps_asking_about_somebody_ends_with_her_erasure(filled: World) -> None:
    """Its runs name the entries it found, and its filter whose they are: together her entries."""
    rita, person = Account(issuer=ISSUER, subject="rita"), Subject(dataset=DATASET, ordinal=7)
    wanted = (Filter(person=person), Filter(actor=rita), Filter(dataset=DATASET))
    of_person, of_rita, of_all = queries = [saved(filled, one) for one in wanted]
    while runner(filled).step():
        pass
    assert all(kept(filled, one).runs[0].indexes for one in queries)
    erase_in(filled, person)
    assert [kept(filled, one).wanted for one in queries] == [None, *wanted[1:]]
    assert kept(filled, of_person).query.wrapped == b""
    erase_in(filled, rita)
    assert [kept(filled, one).wanted for one in (of_rita, of_all)] == [None, wanted[2]]
    assert said(filled, "placet.audit.query.v1")
    erase_in(filled, Account(issuer=OTTO.issuer, subject=OTTO.subject))
    assert kept(filled, of_all).query.next_at is None, "her searches would go on saying her name"


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


class _Failing:
    """A log's transactions in which counting one dataset takes too long."""

    def __init__(self, inner: Transaction, dataset: str) -> None:
        self._inner = inner
        self._dataset = dataset

    @contextmanager
    def __call__(self) -> Iterator[Log]:
        with self._inner() as log:
            yield cast("Log", _FailingLog(log, self._dataset))


class _FailingLog:
    def __init__(self, inner: Log, dataset: str) -> None:
        self._inner = inner
        self._dataset = dataset

    @property
    def reader(self) -> "_FailingLog":
        return self

    def count(self, wanted: Filter, *, marks: Marks, below: int, most: int | None) -> int:
        if wanted.dataset == self._dataset:
            raise TimeoutError
        return self._inner.reader.count(wanted, marks=marks, below=below, most=most)

    def __getattr__(self, name: str) -> object:
        here = self._inner if hasattr(self._inner, name) else self._inner.reader
        return getattr(here, name)


def test_a_search_that_fails_keeps_no_other_from_running(filled: World) -> None:
    failing = saved(filled, Filter(dataset=OTHER))
    filled.clock.pass_time(1)  # the one that fails is due the longest
    fine = saved(filled, Filter(dataset=DATASET))
    runs = QueryRunner(
        transaction=_Failing(filled.transaction, OTHER),
        vault=VAULT,
        pseudonyms=PSEUDONYMS,
        cohorts=COHORTS,
        clock=filled.clock,
    )
    with pytest.raises(TimeoutError):
        runs.step()
    assert runs.step()
    assert not runs.step()
    assert [len(kept(filled, one).runs) for one in (failing, fine)] == [0, 1]
    filled.clock.pass_time(timedelta(minutes=15).total_seconds())
    with pytest.raises(TimeoutError):
        runs.step()
    filled.clock.pass_time(timedelta(minutes=15).total_seconds())
    assert runner(filled).step()
    (run,) = kept(filled, failing).runs
    assert (run.number, run.before, run.new) == (1, 0, 4)


def test_an_officer_has_a_hundred_searches_running_at_most(filled: World) -> None:
    made = [saved(filled, Filter(dataset=DATASET)) for _ in range(saved_queries.MAX_QUERIES)]
    with pytest.raises(ValidationFailed):
        saved(filled, Filter(dataset=DATASET))
    saved_queries.end_query(
        made[0], principal=OTTO, transaction=filled.transaction, clock=filled.clock
    )
    saved(filled, Filter(dataset=DATASET))
