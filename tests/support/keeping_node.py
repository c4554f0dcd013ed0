# SPDX-License-Identifier: Apache-2.0
"""A log with a clock that is moved by months: terms pass, holds beat them, erasures wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg

from audit_log.adapters.inspector import inspecting
from audit_log.adapters.keeping_desk import keeping_transactions
from audit_log.domain.holds import Hold, HoldKind
from audit_log.domain.retention import RetentionPolicy
from audit_log.domain.search import Filter, Page
from audit_log.ports import KeepingTransaction
from audit_log.usecases.erase import CopiesKept, Erased
from audit_log.usecases.hold import HoldWanted, ask_lift, lift, place
from audit_log.usecases.look import Answer, search
from audit_log.usecases.publish import Publisher
from audit_log.usecases.retain import Retainer
from audit_log.usecases.verify import verify
from audit_log.usecases.verify_rows import RowVerifier
from shared.entries import parse_entry
from shared.events import Fact, Subject
from shared.ids import Uuid7Source
from shared.principal import Principal
from tests.fakes.cohort_members import MemoryCohortMembers
from tests.fakes.log_factories import DATASET, ISSUER, Speaker, fact
from tests.fakes.log_memory_erasures import MemoryErasures
from tests.integration.audit_log.test_verify import TRUST, NoHead, Signing
from tests.support.log_world import (
    COHORTS,
    PSEUDONYMS,
    VAULT,
    PostgresWorld,
    Producing,
    drain,
    entries_of,
    erase_in,
    sequencer,
)
from tests.support.postgres import owner_of

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
class KeepingNode:
    """A log with a clock that is moved by months, and everything that keeps and drops."""

    world: PostgresWorld
    keeping: KeepingTransaction
    speaker: Speaker
    head: NoHead
    members: MemoryCohortMembers = field(default_factory=MemoryCohortMembers)

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
        """Do everything that is due; terms in months by type, with _ for a dot."""
        own = {name.replace("_", "."): term for name, term in months.items()}
        retainer = Retainer(
            transaction=self.keeping,
            policy=RetentionPolicy(months=own),
            kept=CopiesKept(),
            outside=MemoryErasures(),
            read_copies=None,
            members=self.members,
            vault=VAULT,
            pseudonyms=PSEUDONYMS,
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
        return erase_in(self.world, person)

    def search(self, wanted: Filter) -> Page:
        return self.answer(wanted).page

    def answer(self, wanted: Filter) -> Answer:
        return search(
            wanted,
            after=None,
            limit=50,
            as_of=None,
            principal=OTTO,
            transaction=self.world.transaction,
            pseudonyms=PSEUDONYMS,
            cohorts=COHORTS,
            clock=self.world.clock,
        )

    def found(self, person: Subject) -> list[int]:
        """Give the indexes of what producers said about a person."""
        page = self.search(Filter(person=person))
        return [one.index for one in page.entries if one.entry.type.startswith("placet.access")]

    def flaws(self) -> list[str]:
        with inspecting(self.world.url) as inspector:
            found = verify(inspector, trust=TRUST, rows=RowVerifier(VAULT, PSEUDONYMS))
        return [str(flaw) for flaw in found.flaws]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Read as the owner: a month's own tables are read by nobody else."""
        with psycopg.connect(owner_of(self.world.url)) as connection:
            return connection.execute(query.encode()).fetchall()


@contextmanager
def keeping_node() -> Iterator[KeepingNode]:
    """Make an empty one, gone when the block ends."""
    world = PostgresWorld()
    yield KeepingNode(
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


def said(node: KeepingNode, entry_type: str) -> list[tuple[str | None, dict[str, object]]]:
    entries = [parse_entry(raw) for raw in entries_of(node.world)]
    return [(one.reason, {**one.counts, **one.extra}) for one in entries if one.type == entry_type]


def dropped(node: KeepingNode) -> list[dict[str, object]]:
    """Give what the log says of dropped entries about access."""
    drops = said(node, "placet.audit.drop.v1")
    assert {reason for reason, _ in drops} == {"term_passed"}
    return [what for _, what in drops if what["class"] == "access"]
