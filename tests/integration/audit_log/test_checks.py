# SPDX-License-Identifier: Apache-2.0
"""The log's own checks on a real database: found once, said, and closed by what came late."""

from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit_log.adapters.key_files import check_ed25519
from audit_log.adapters.rule_store import PostgresRuleStore
from audit_log.domain.errors import DecisionsUnavailable, RulesOvertaken
from audit_log.domain.note import ed25519_key
from audit_log.domain.rules.cohort_uses import CohortQuestion, CohortVerdict
from audit_log.domain.rules.people import PersonAnswer, PersonQuestion
from audit_log.domain.rules.permit_uses import PermitQuestion, PermitVerdict
from audit_log.domain.rules.seen import NO_YEAR, pseudonym
from audit_log.domain.rules.thresholds import Thresholds
from audit_log.domain.search import Account
from audit_log.ports import Producer, Step
from audit_log.usecases.ask_people import people_asker
from audit_log.usecases.ask_permits import permit_asker
from audit_log.usecases.asking import Asker, Means
from audit_log.usecases.watch import Watcher
from shared.entries import parse_entry
from shared.events import Actor, Fact, SealedEntry, Subject
from shared.heartbeat import ChainHead, heartbeat_fact
from tests.contract.audit_log.test_publishing import Remembered, publisher
from tests.fakes.kernel import START
from tests.fakes.log_factories import DATASET, ISSUER, RITA, TRACE, Speaker, fact
from tests.support.log_world import (
    PSEUDONYMS,
    SRC,
    VAULT,
    PostgresWorld,
    Producing,
    drain,
    entries_of,
    erase_in,
    sequencer,
)

PERMITS = "zz/permit_service/1"
HER = Subject(dataset=DATASET, ordinal=7)


@dataclass
class Registry:
    """consent_registry as the log meets it: away, or answering what it is told to."""

    away: bool = False
    withdrawn: set[tuple[int, datetime]] = field(default_factory=set)
    asked: list[PersonQuestion] = field(default_factory=list)
    verdicts: dict[str, CohortVerdict] = field(default_factory=dict)
    """By cohort, or by permit where a use names none; in for all others."""
    uses: list[CohortQuestion] = field(default_factory=list)

    def decide_cohorts(self, questions: Sequence[CohortQuestion]) -> Sequence[CohortVerdict]:
        if self.away:
            raise DecisionsUnavailable
        self.uses += questions
        keys = [one.cohort.cohort_id if one.cohort else one.permit_id for one in questions]
        return [self.verdicts.get(key or "", CohortVerdict(answer="in")) for key in keys]

    def decide(self, questions: Sequence[PersonQuestion]) -> Sequence[PersonAnswer]:
        if self.away:
            raise DecisionsUnavailable
        self.asked += questions
        return [self._answer(one) for one in questions]

    def _answer(self, question: PersonQuestion) -> PersonAnswer:
        gone = any(who == question.ordinal and at <= question.at for who, at in self.withdrawn)
        return PersonAnswer(answer="out" if gone else "in", reason="withdrawn" if gone else None)


@dataclass
class Authority:
    """permit_service as the log meets it: away, or answering what it is told to about a permit."""

    away: bool = False
    verdicts: dict[str, PermitVerdict] = field(default_factory=dict)
    asked: list[PermitQuestion] = field(default_factory=list)

    def decide_uses(self, questions: Sequence[PermitQuestion]) -> Sequence[PermitVerdict]:
        if self.away:
            raise DecisionsUnavailable
        self.asked += questions
        covered = PermitVerdict(answer="covered")
        return [self.verdicts.get(one.permit_id, covered) for one in questions]


@dataclass
class Checked:
    """A log with everything that checks it."""

    world: PostgresWorld
    registry: Registry = field(default_factory=Registry)
    authority: Authority = field(default_factory=Authority)
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def __post_init__(self) -> None:
        self.store = PostgresRuleStore(self.world.engine, self.world.own)
        self.node, self.permits = Speaker(SRC), Speaker(PERMITS)
        self.sequencer = sequencer(self.world)
        self.publisher = publisher(self.world, Remembered())
        self.watcher = self.watch()

    def watch(self) -> Watcher:
        return Watcher(
            store=self.store,
            vault=VAULT,
            pseudonyms=PSEUDONYMS,
            check=check_ed25519,
            clock=self.world.clock,
            thresholds=Thresholds(),
            batch=7,
        )

    def asker(self) -> Asker:
        return people_asker(self.registry, self.means())

    def permit_asker(self) -> Asker:
        return permit_asker(self.authority, self.means())

    def means(self) -> Means:
        return Means(
            store=self.store,
            vault=VAULT,
            pseudonyms=PSEUDONYMS,
            check=check_ed25519,
            clock=self.world.clock,
            thresholds=Thresholds(),
        )

    def listen(self) -> None:
        """Register the node with its heartbeat key."""
        vkey = ed25519_key(SRC, self.key.public_key().public_bytes_raw())
        producer = Producer(src=SRC, client_id="clearinghouse", vkey=str(vkey), topic=None)
        with self.world.transaction() as log:
            log.add_producer(producer, (), self.world.clock.now())

    def take(self, *entries: SealedEntry, src: str = SRC) -> None:
        """Let entries arrive, be published and be examined, with all that follows from them."""
        Producing(self.world, src).send(*entries)
        self.settle()

    def settle(self) -> None:
        for _ in range(2):  # what is found is said, and that is examined too
            drain(self.sequencer)
            self.publisher.step()
            while self.watcher.step():
                pass

    def pass_time(self, seconds: float) -> None:
        self.world.clock.pass_time(seconds)
        self.settle()

    def beat(self, key: Ed25519PrivateKey | None = None) -> SealedEntry:
        """Seal a heartbeat of the node."""
        return self.node.say(
            heartbeat_fact(
                ChainHead(
                    src=SRC,
                    epoch=1,
                    seq=self.node.seq,
                    leaf_hash=_unb64(self.node.previous),
                ),
                occurred_at=self.world.clock.now(),
                trace_id=TRACE,
                sign=(key or self.key).sign,
            )
        )

    def findings(self) -> list[tuple[str, str, bool]]:
        """Give rule, code and closedness of every finding."""
        with psycopg.connect(self.world.url) as connection:
            return connection.execute(
                "SELECT rule, code, closed_at IS NOT NULL FROM finding ORDER BY id"
            ).fetchall()

    def said(self, kind: str) -> list[Mapping[str, Any]]:
        """Give what the log says about findings, with the reason."""
        entries = [parse_entry(raw) for raw in entries_of(self.world)]
        wanted = f"placet.finding.{kind}.v1"
        return [{**one.extra, "r": one.reason} for one in entries if one.type == wanted]


def _unb64(text: str) -> bytes:
    return b64decode(text)


@pytest.fixture
def checked() -> Iterator[Checked]:
    world = PostgresWorld()
    yield Checked(world)
    world.close()


def issued(at: datetime = START - timedelta(hours=1), *, permit: str = "P-1") -> Fact:
    return Fact(
        type="placet.permit.issued.v1",
        occurred_at=at,
        trace_id=TRACE,
        dataset=DATASET,
        purposes=("DUO:0000006",),
        extra={"revision": 1, "expires_at": "2027-01-01T00:00:00.000000Z", "late": True},
        on_behalf_of={"iss": RITA.issuer, "sub": RITA.subject},
        permit={"permit_id": permit},
    )


def used(at: datetime = START, *, permit: str = "P-1", actor: Actor = RITA) -> Fact:
    return fact(at=at, permit={"permit_id": permit, "jti": "j"}, actor=actor, subjects=(HER,))


def test_a_good_use_is_no_finding(checked: Checked) -> None:
    checked.take(checked.permits.say(issued()), src=PERMITS)
    checked.take(checked.node.say(used()))
    checked.pass_time(60)
    assert checked.findings() == []


def test_a_use_without_a_permit_is_found_once_and_closes_when_the_permit_comes(
    checked: Checked,
) -> None:
    checked.take(checked.node.say(used()))
    assert checked.findings() == []
    checked.pass_time(29)
    assert checked.findings() == []
    checked.pass_time(2)
    assert checked.findings() == [("R7", "permit_unknown", False)]
    checked.watcher = checked.watch()  # a new process finds nothing anew
    checked.pass_time(60)
    assert checked.findings() == [("R7", "permit_unknown", False)]
    checked.take(checked.permits.say(issued()), src=PERMITS)
    assert checked.findings() == [("R7", "permit_unknown", True)]
    (opened,), (closed,) = checked.said("opened"), checked.said("closed")
    assert opened["evidence"] == [0]
    assert (opened["rule"], opened["severity"], opened["r"]) == ("R7", "critical", "permit_unknown")
    assert (closed["finding"], closed["r"]) == (opened["finding"], "cleared_by_later_entries")


def test_a_revocation_that_comes_late_finds_the_uses_after_it(checked: Checked) -> None:
    checked.take(checked.permits.say(issued()), src=PERMITS)
    checked.take(
        checked.node.say(used(START)), checked.node.say(used(START + timedelta(seconds=2)))
    )
    checked.pass_time(90)
    revoked = Fact(
        type="placet.permit.revoked.v1",
        occurred_at=START + timedelta(seconds=1),
        trace_id=TRACE,
        dataset=DATASET,
        extra={"revision": 2},
        permit={"permit_id": "P-1"},
    )
    checked.take(checked.permits.say(revoked), src=PERMITS)
    assert checked.findings() == [("R7", "permit_ended", False)]
    assert checked.said("opened")[0]["evidence"] == [3]  # the second use


def test_a_heartbeat_that_its_key_did_not_sign_is_found_and_counts_for_nothing(
    checked: Checked,
) -> None:
    checked.listen()
    checked.take(checked.beat())
    checked.pass_time(80)
    checked.take(checked.beat(Ed25519PrivateKey.generate()))
    assert checked.findings() == [("R4", "heartbeat_forged", False)]
    checked.pass_time(15)
    assert checked.findings()[1:] == [("R4", "heartbeat_missing", False)]
    checked.take(checked.beat())
    assert checked.findings()[1:] == [("R4", "heartbeat_missing", True)]


def test_a_heartbeat_of_a_chain_that_was_sealed_anew_does_not_fit(checked: Checked) -> None:
    checked.listen()
    checked.node.say(fact(at=START))  # dropped before it was sent
    forged = Speaker(SRC)
    first = forged.say(fact(at=START, reason="another"))
    honest = checked.beat()
    signed = parse_entry(honest.entry)
    resealed = forged.say(
        Fact(
            type=signed.type,
            occurred_at=signed.occurred_at,
            trace_id=TRACE,
            extra=signed.extra,
        )
    )
    checked.take(first, resealed)
    assert ("R4", "heartbeat_out_of_chain", False) in checked.findings()


def test_a_gap_that_is_filled_is_said_to_be_closed(checked: Checked) -> None:
    first, second, third = (checked.node.say(fact(at=START, decision="deny")) for _ in range(3))
    checked.take(first, third)
    assert checked.findings() == [("R1", "gap", False)]
    checked.take(second)
    assert checked.findings() == [("R1", "gap", True)]
    (closed,) = checked.said("closed")
    assert (closed["rule"], closed["code"], closed["r"]) == ("R1", "gap", "filled")
    checked.settle()
    assert len(checked.said("closed")) == 1


def test_a_withdrawn_person_is_found_and_nothing_passes_while_nobody_answers(
    checked: Checked,
) -> None:
    checked.take(checked.permits.say(issued()), src=PERMITS)
    checked.registry.away = True
    checked.registry.withdrawn.add((HER.ordinal, START + timedelta(milliseconds=1)))
    before, after = used(START), used(START + timedelta(milliseconds=2))
    checked.take(checked.node.say(before), checked.node.say(after))
    asker = checked.asker()
    assert not asker.step()
    assert checked.store.cursor("people") == 0
    checked.pass_time(301)
    assert not asker.step()
    assert checked.findings() == [("R8", "check_unanswered", False)]
    checked.registry.away = False
    while asker.step():
        checked.settle()
    assert checked.findings() == [
        ("R8", "check_unanswered", True),
        ("R8", "used_after_withdrawal", False),
    ]
    assert [one.at for one in checked.registry.asked] == [before.occurred_at, after.occurred_at]
    assert {one.permit_id for one in checked.registry.asked} == {"P-1"}


def test_two_workers_examine_each_entry_once(checked: Checked) -> None:
    other = checked.watch()
    other.step()
    checked.take(checked.node.say(used(permit="P-9")))
    with pytest.raises(RulesOvertaken):
        other.step()
    checked.pass_time(31)
    while other.step():
        pass
    assert checked.findings() == [("R7", "permit_unknown", False)]


def test_what_the_rules_remember_names_nobody(checked: Checked) -> None:
    checked.take(checked.permits.say(issued(permit="P-secret")), src=PERMITS)
    checked.take(checked.node.say(used(permit="P-secret")), checked.node.say(used(permit="P-x")))
    checked.pass_time(31)
    with psycopg.connect(checked.world.url) as connection:
        rows = connection.execute(
            "SELECT kind, key, value::text FROM rule_memory"
            " UNION ALL SELECT rule, cause, detail::text FROM finding"
        ).fetchall()
    assert len(rows) > 3
    text = repr(rows)
    for name in (RITA.subject, RITA.client_id, ISSUER, "P-secret", "P-x"):
        assert name not in text


def test_an_erasure_reaches_what_the_rules_remember(checked: Checked) -> None:
    checked.take(checked.permits.say(issued()), src=PERMITS)
    checked.take(checked.node.say(used()), checked.node.say(used(permit="P-9")))
    name = pseudonym(PSEUDONYMS.search(NO_YEAR, "actor", RITA.issuer, RITA.subject))
    assert remembering(checked, name) == {
        *("accounts", "doubts", "habits", "permits", "tallies"),
    }
    forget_rita(checked)
    assert remembering(checked, name) == set()
    other = Actor(issuer=ISSUER, subject="another", client_id="desk")
    checked.take(checked.node.say(fact(actor=other)))
    checked.pass_time(60)
    assert remembering(checked, name) == set(), "the running worker forgets too"


def test_a_worker_that_remembers_an_erased_account_writes_nothing(checked: Checked) -> None:
    checked.take(checked.permits.say(issued()), src=PERMITS)
    checked.take(checked.node.say(used()))
    stale = checked.store.load()
    forget_rita(checked)
    step = Step(name="entries", before=stale.next, next=stale.next, erasures=stale.erasures)
    with pytest.raises(RulesOvertaken):
        checked.store.commit(step, checked.world.clock.now())


def remembering(checked: Checked, name: str) -> set[str]:
    with psycopg.connect(checked.world.url) as connection:
        rows = connection.execute("SELECT kind, key || value::text FROM rule_memory").fetchall()
    return {kind for kind, text in rows if name in text}


def forget_rita(checked: Checked) -> None:
    erase_in(checked.world, Account(issuer=RITA.issuer, subject=RITA.subject))


def test_an_erased_use_is_not_taken_for_one_without_a_permit(checked: Checked) -> None:
    Producing(checked.world, SRC).send(checked.node.say(used()))
    drain(checked.sequencer)
    checked.publisher.step()
    forget_rita(checked)
    checked.pass_time(60)
    assert checked.findings() == []
