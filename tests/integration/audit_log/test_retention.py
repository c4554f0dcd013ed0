# SPDX-License-Identifier: Apache-2.0
"""Terms pass, holds beat them, erasures wait: on a real database, and the log still verifies."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg
import pytest

from audit_log.adapters.inspector import inspecting
from audit_log.adapters.keeping_desk import keeping_transactions
from audit_log.domain.copies import Copies
from audit_log.domain.errors import HoldLifted, HoldNeedsAnother, HoldUnknown
from audit_log.domain.holds import Hold, HoldKind, HoldState
from audit_log.domain.retention import RetentionPolicy
from audit_log.domain.search import Account, Filter, Page
from audit_log.ports import KeepingTransaction
from audit_log.usecases.erase import CopiesKept, Erased, erase, record_of
from audit_log.usecases.hold import HoldWanted, ask_lift, lift, place
from audit_log.usecases.look import search
from audit_log.usecases.publish import Publisher
from audit_log.usecases.retain import Retainer
from audit_log.usecases.verify import verify
from audit_log.usecases.verify_rows import RowVerifier
from shared.entries import parse_entry
from shared.errors import ValidationFailed
from shared.events import Fact, Subject
from shared.ids import Uuid7Source
from shared.principal import Principal
from tests.fakes.log_factories import DATASET, ISSUER, RITA, Speaker, cohort_name, fact
from tests.fakes.log_memory_erasures import MemoryErasures
from tests.integration.audit_log.test_verify import TRUST, NoHead, Signing
from tests.support.log_world import (
    PSEUDONYMS,
    VAULT,
    PostgresWorld,
    Producing,
    drain,
    entries_of,
    sequencer,
)

PERSON = Subject(dataset=DATASET, ordinal=7)
OTHER = Subject(dataset="GDI-ZZ-DATASET-2", ordinal=3)
READ = "placet.access.read.v1"


def officer(name: str) -> Principal:
    scopes = frozenset({"log.search", "holds.manage", "subjects.erase"})
    return Principal(
        issuer=ISSUER, subject=name, client_id="pages", scopes=scopes, is_service=False
    )


OTTO, OLGA = officer("otto"), officer("olga")


@dataclass
class Node:
    """A log with a clock that is moved by months, and everything that keeps and drops."""

    world: PostgresWorld
    keeping: KeepingTransaction
    speaker: Speaker
    head: NoHead

    def say(self, *facts: Fact) -> int:
        """Sequence and publish facts; give the size."""
        Producing(self.world).send(*[self.speaker.say(one) for one in facts])
        return self.settle()

    def settle(self) -> int:
        one = sequencer(self.world)
        drain(one)
        one.stop()
        Publisher(
            store=self.world.publisher,
            signer=Signing(),
            trust=TRUST,
            head_file=self.head,
            clock=self.world.clock,
        ).step()
        return self.world.publisher.head()[0]

    def pass_months(self, months: int) -> None:
        now = self.world.clock.now()
        number = now.year * 12 + now.month - 1 + months
        later = datetime(number // 12, number % 12 + 1, 15, tzinfo=UTC)
        self.world.clock.pass_time((later - now).total_seconds())

    def retain(self, **months: int) -> None:
        """Do everything that is due."""
        own = {name.replace("_", "."): term for name, term in months.items()}
        retainer = Retainer(
            transaction=self.keeping,
            policy=RetentionPolicy(months=own),
            kept=CopiesKept(),
            outside=MemoryErasures(),
            read_copies=None,
            ids=Uuid7Source(),
            clock=self.world.clock,
        )
        while retainer.step():
            pass

    def hold(self, kind: HoldKind, **target: object) -> Hold:
        wanted = HoldWanted(kind=kind, authority="court_order_1", **target)  # type: ignore[arg-type]
        return place(
            wanted,
            principal=OTTO,
            transaction=self.keeping,
            pseudonyms=PSEUDONYMS,
            ids=Uuid7Source(),
            clock=self.world.clock,
        )

    def lift(self, hold: Hold) -> None:
        steps = {"transaction": self.keeping, "clock": self.world.clock}
        ask_lift(hold.id, principal=OTTO, **steps)  # type: ignore[arg-type]
        lift(hold.id, principal=OLGA, **steps)  # type: ignore[arg-type]

    def erase(self, person: Subject) -> Erased:
        return erase(
            person,
            ground="gdpr_17_1_b",
            principal=OTTO,
            transaction=self.world.transaction,
            pseudonyms=PSEUDONYMS,
            outside=MemoryErasures(),
            ids=Uuid7Source(),
            clock=self.world.clock,
        )

    def search(self, wanted: Filter) -> Page:
        return search(
            wanted,
            after=None,
            limit=50,
            as_of=None,
            principal=OTTO,
            transaction=self.world.transaction,
            pseudonyms=PSEUDONYMS,
            clock=self.world.clock,
        ).page

    def found(self, person: Subject) -> list[int]:
        """Give the indexes of what producers said about a person."""
        page = self.search(Filter(person=person))
        return [one.index for one in page.entries if one.entry.type.startswith("placet.access")]

    def flaws(self) -> list[str]:
        with inspecting(self.world.url) as inspector:
            found = verify(inspector, trust=TRUST, rows=RowVerifier(VAULT, PSEUDONYMS))
        return [str(flaw) for flaw in found.flaws]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.world.url) as connection:
            return connection.execute(query.encode()).fetchall()


@pytest.fixture
def node() -> Iterator[Node]:
    world = PostgresWorld()
    yield Node(
        world=world,
        keeping=keeping_transactions(world.engine, world.own, world.clock),
        speaker=Speaker(),
        head=NoHead(),
    )
    world.close()


def about(*people: Subject, type_: str = READ, permit: str = "p1") -> Fact:
    return fact(
        type_=type_, subjects=people, dataset=people[0].dataset, permit={"permit_id": permit}
    )


def said(node: Node, entry_type: str) -> list[tuple[str | None, dict[str, object]]]:
    entries = [parse_entry(raw) for raw in entries_of(node.world)]
    return [(one.reason, {**one.counts, **one.extra}) for one in entries if one.type == entry_type]


def dropped(node: Node) -> list[dict[str, object]]:
    """Give what the log says of dropped entries about access."""
    drops = said(node, "placet.audit.drop.v1")
    assert {reason for reason, _ in drops} == {"term_passed"}
    return [what for _, what in drops if what["class"] == "access"]


def test_a_month_goes_when_its_term_has_passed_and_the_log_still_verifies(node: Node) -> None:
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
    page = node.search(Filter(person=PERSON))
    ranges = [(one.rows, one.held, one.first) for one in page.dropped if one.retention == 1]
    assert ranges == [(2, 0, 0)]
    assert node.search(Filter(type="placet.permit.issued.v1")).dropped == ()
    assert kept > 1
    (what,) = dropped(node)
    assert what["month"] == "2026-11"
    assert (what["rows"], what["openings"], what["held"]) == (2, 6, 0)
    assert node.flaws() == []
    assert len(entries_of(node.world)) == size
    assert node.rows("SELECT to_regclass('ev_1_2026_11'), to_regclass('sealed_1_2026_11')") == [
        (None, None)
    ]


HOLDS: Final[Mapping[HoldKind, Mapping[str, object]]] = {
    HoldKind.PERSON: {"dataset": PERSON.dataset, "ordinal": PERSON.ordinal},
    HoldKind.DATASET: {"dataset": PERSON.dataset},
    HoldKind.PERMIT: {"permit": "p1"},
    HoldKind.CASE: {"matter": "case_1", "entries": (0,)},
}


@pytest.mark.parametrize("kind", HOLDS)
def test_a_hold_keeps_its_own_rows_and_nobody_elses(node: Node, kind: HoldKind) -> None:
    node.say(about(PERSON), about(OTHER, permit="p2"))
    hold = node.hold(kind, **HOLDS[kind])
    node.pass_months(15)
    node.retain()
    node.settle()
    assert node.found(PERSON) == [0]
    assert node.found(OTHER) == []
    assert node.rows("SELECT idx FROM held_ev") == [(0,)]
    assert node.flaws() == []
    node.lift(hold)
    node.retain()
    node.settle()
    assert node.found(PERSON) == []
    assert [what["held"] for what in dropped(node)] == [1, 0]
    assert node.flaws() == []


def test_an_erasure_under_a_hold_waits_and_is_done_once_it_is_lifted(node: Node) -> None:
    node.say(about(PERSON, OTHER))
    hold = node.hold(HoldKind.PERSON, dataset=PERSON.dataset, ordinal=PERSON.ordinal)
    erased = node.erase(PERSON)
    assert (erased.complete, erased.parts) == (None, 0)
    node.retain()
    assert node.found(PERSON) == [0]
    record, complete = record_of(
        erased.erasure_id, principal=OTTO, transaction=node.keeping, kept=CopiesKept()
    )
    assert (record.outcome, complete) == ("waiting", None)
    node.lift(hold)
    node.retain()
    node.settle()
    assert node.found(PERSON) == []
    assert node.found(OTHER) == [0]
    reasons = [reason for reason, _ in said(node, "placet.audit.hold.v1")]
    assert reasons == ["hold_placed", "erasure_held", "hold_lift_asked", "hold_lifted"]
    ((ground, what),) = said(node, "placet.audit.erase.v1")
    assert (ground, what["erasure"], what["parts"]) == ("gdpr_17_1_b", erased.erasure_id, 1)
    record, complete = record_of(
        erased.erasure_id, principal=OTTO, transaction=node.keeping, kept=CopiesKept()
    )
    assert record.outcome == "done"
    assert complete is not None
    assert complete.by == node.world.clock.now() + timedelta(days=30)
    assert node.rows("SELECT subject, dataset, ordinal FROM erasure_waiting") == [
        (None, None, None)
    ]
    assert node.flaws() == []


def test_who_stands_in_an_entry_of_a_held_case_is_not_erased_either(node: Node) -> None:
    node.say(about(PERSON, OTHER), about(OTHER))
    node.hold(HoldKind.CASE, matter="case_1", entries=(0,))
    assert node.erase(OTHER).complete is None
    assert len(node.found(OTHER)) == 2


def test_a_hold_is_lifted_by_two(node: Node) -> None:
    steps = {"transaction": node.keeping, "clock": node.world.clock}
    hold = node.hold(HoldKind.DATASET, dataset=DATASET)
    with pytest.raises(HoldNeedsAnother):
        lift(hold.id, principal=OLGA, **steps)  # type: ignore[arg-type]
    assert ask_lift(hold.id, principal=OTTO, **steps).state is HoldState.LIFT_ASKED  # type: ignore[arg-type]
    with pytest.raises(HoldNeedsAnother):
        lift(hold.id, principal=OTTO, **steps)  # type: ignore[arg-type]
    assert lift(hold.id, principal=OLGA, **steps).state is HoldState.LIFTED  # type: ignore[arg-type]
    with pytest.raises(HoldLifted):
        ask_lift(hold.id, principal=OTTO, **steps)  # type: ignore[arg-type]
    with pytest.raises(HoldUnknown):
        ask_lift("none", principal=OTTO, **steps)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (HoldKind.PERSON, {"dataset": DATASET}),
        (HoldKind.PERSON, {"dataset": "no dataset", "ordinal": 1}),
        (HoldKind.PERMIT, {"permit": "p", "dataset": DATASET}),
        (HoldKind.CASE, {"matter": "case_1"}),
        (HoldKind.CASE, {"matter": "A Case", "entries": (0,)}),
        (HoldKind.DATASET, {}),
    ],
)
def test_a_hold_that_names_nothing_is_refused(
    node: Node, kind: HoldKind, target: dict[str, object]
) -> None:
    with pytest.raises(ValidationFailed):
        node.hold(kind, **target)
    assert node.rows("SELECT id FROM hold") == []


def test_a_type_with_a_longer_term_outlives_its_month(node: Node) -> None:
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


def test_a_month_nobody_made_loses_nothing_and_is_made_afterwards(node: Node) -> None:
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


def test_a_held_row_taken_away_is_noticed(node: Node) -> None:
    node.say(about(PERSON), about(PERSON))
    node.hold(HoldKind.DATASET, dataset=DATASET)
    node.pass_months(15)
    node.retain()
    node.settle()
    with psycopg.connect(node.world.url) as connection:
        for table in ("held_ev", "held_sealed", "ev_person"):
            name = psycopg.sql.Identifier(table)
            for change in ("DISABLE TRIGGER USER", "ENABLE TRIGGER USER"):
                connection.execute(
                    psycopg.sql.SQL("ALTER TABLE {} {}").format(name, psycopg.sql.SQL(change))
                )
                if change.startswith("DIS"):
                    connection.execute(psycopg.sql.SQL("DELETE FROM {} WHERE idx = 1").format(name))
    assert node.flaws() == [
        "held_ev (class=1 month=2026-11): has not as many rows as the last drop left"
    ]


def test_what_finds_a_cohorts_entry_goes_with_its_month_unless_it_is_held(node: Node) -> None:
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


def test_quarantined_input_is_emptied_after_its_days_and_its_hash_stays(node: Node) -> None:
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


def test_an_account_is_erased_in_years_to_come(node: Node) -> None:
    node.say(fact(actor=RITA, type_=READ))
    hold = node.hold(HoldKind.DATASET, dataset=DATASET)
    account = Account(issuer=RITA.issuer, subject=RITA.subject)
    erased = erase(
        account,
        ground="gdpr_17",
        principal=OTTO,
        transaction=node.world.transaction,
        pseudonyms=PSEUDONYMS,
        outside=MemoryErasures(),
        ids=Uuid7Source(),
        clock=node.world.clock,
    )
    assert erased.complete is None
    node.pass_months(3)
    node.say(fact(actor=RITA, type_=READ))
    assert len(node.search(Filter(actor=account)).entries) == 2
    node.lift(hold)
    node.retain()
    node.settle()
    assert node.search(Filter(actor=account)).entries == ()
    assert node.flaws() == []


def test_copies_are_unknown_without_kafka_only_where_a_topic_is_registered(node: Node) -> None:
    with node.keeping() as desk:
        assert desk.copies() == Copies(topics=[], unread=[])
