# SPDX-License-Identifier: Apache-2.0
"""Which producers are believed is decided by two: who has the console, and an officer's case."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import psycopg
import pytest

from audit_log.adapters.own_producer import OwnProducer
from audit_log.adapters.topic_desk import topic_desks
from audit_log.domain.errors import CaseClosed, CaseNeeded, CaseUnknown
from audit_log.ports import Producer, StoredOffset
from audit_log.ports.topics import HeldPartition, HeldTopic, TopicDesks
from audit_log.usecases.backing import Backing
from audit_log.usecases.cases import close_case, open_case
from audit_log.usecases.register import register
from audit_log.usecases.topics import Lost, move_producer, resume_topic
from services.cli import main
from shared.db import engine
from shared.entries import parse_entry
from shared.ids import Uuid7Source
from tests.fakes.log_factories import ALONE, OTTO, Speaker
from tests.integration.audit_log.test_pages import Browser
from tests.support.log_node import LogNode
from tests.support.log_world import SRC, PostgresWorld, drain, entries_of, sequencer

ADD = ("audit", "producer", "add", "--src", "zz/htsget/1", "--client-id", "htsget")
NEW = HeldTopic(
    topic="audit-own",
    cluster_id="cluster",
    topic_id="own",
    partitions={0: HeldPartition(first=0, end=1, value=Speaker().say().entry)},
)
KEPT = HeldTopic(
    topic="audit-shared",
    cluster_id="cluster",
    topic_id="shared",
    partitions={0: HeldPartition(first=40, end=40, value=None)},
)


def opened(node: LogNode, reference: str, reason: str = "producers") -> str:
    body = {"reason": reason, "reference": reference}
    answer = node.post("/v1/cases", body, node.otto())
    assert answer.status_code == 201
    return str(answer.json()["id"])


def test_an_officer_reads_what_such_a_case_allows(node: LogNode) -> None:
    page = Browser(node).sign_in("otto").get("/cases").text
    assert "a case with the reason producers lets whoever runs the log" in page


def test_the_console_registers_nobody_without_an_officers_case(
    node: LogNode, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in node.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PLACET_ENV", "production")
    closed = opened(node, "zz/htsget/1")
    assert node.post(f"/v1/cases/{closed}/close", {}, node.otto()).status_code == 200
    for words, why in (
        ((), "an officer's open case is needed"),
        (("--case", opened(node, "zz/htsget/1", "complaint")), "an officer's open case is needed"),
        (("--case", opened(node, "zz/htsget/2")), "an officer's open case is needed"),
        (("--case", closed), "the case is closed"),
        (("--case", "nonsense"), "there is no such case"),
    ):
        assert main([*ADD, *words]) == 1
        assert capsys.readouterr().err.startswith(f"Refused: {why}")
    with node.parts.transaction() as log:
        assert log.reader.producer("zz/htsget/1") is None
    case = opened(node, "zz/htsget/1")
    assert main([*ADD, "--case", case]) == 0
    node.settle()
    (added,) = [
        one
        for one in map(parse_entry, node.entries())
        if one.reason == "producer_added" and one.extra["src"] == "zz/htsget/1"
    ]
    assert added.extra == {"client": "htsget", "src": "zz/htsget/1", "case": case}
    # Whose case it is says the case's own entry; here it would outlive the officer's erasure.
    assert added.commitments == {}
    monkeypatch.setenv("PLACET_ENV", "development")
    assert main([*ADD[:-3], "zz/other/1", "--client-id", "other"]) == 0


@pytest.fixture
def world() -> Iterator[PostgresWorld]:
    made = PostgresWorld()
    producer = Producer(src=SRC, client_id="clearinghouse", vkey="", topic=KEPT.topic)
    first = StoredOffset(
        topic=KEPT.topic, partition=0, next=40, cluster_id="cluster", topic_id="shared"
    )
    register(
        producer,
        [first],
        transaction=made.transaction,
        clock=made.clock,
        backing=ALONE,
    )
    yield made
    made.close()


@pytest.fixture
def desks(world: PostgresWorld) -> Iterator[TopicDesks]:
    database = engine(world.url, pool_size=1)
    yield topic_desks(database, OwnProducer("zz/audit_log/1", Uuid7Source()), world.clock)
    database.dispose()


def case_of(world: PostgresWorld, reference: str = SRC) -> str:
    made = open_case(
        "producers",
        reference,
        principal=OTTO,
        transaction=world.transaction,
        ids=Uuid7Source(),
        clock=world.clock,
    )
    return made.id


def said(world: PostgresWorld, reason: str) -> Mapping[str, object]:
    drain(sequencer(world))
    (found,) = [one for one in map(parse_entry, entries_of(world)) if one.reason == reason]
    return found.extra


def test_a_producer_is_moved_with_a_case_about_it(world: PostgresWorld, desks: TopicDesks) -> None:
    case, other = case_of(world), case_of(world, "zz/other/1")
    now = world.clock.now()
    for wrong, refusal in ((None, CaseNeeded), (other, CaseNeeded), ("none", CaseUnknown)):
        with pytest.raises(refusal):
            move_producer(
                SRC, NEW, KEPT, desks=desks, at=now, backing=Backing(case=wrong, alone=False)
            )
    backed = Backing(case=case, alone=False)
    assert move_producer(SRC, NEW, KEPT, desks=desks, at=now, backing=backed) == []
    assert said(world, "producer_moved")["case"] == case


def test_a_topic_is_read_on_with_a_case_about_one_of_its_producers(
    world: PostgresWorld, desks: TopicDesks
) -> None:
    with psycopg.connect(world.url) as connection:
        connection.execute("UPDATE kafka_offset SET next_offset = 41")
    lost = replace(KEPT, partitions={0: HeldPartition(first=50, end=60, value=None)})
    nothing = Backing(case=None, alone=False)
    now, gone = world.clock.now(), [Lost(partition=0, first=41, last=49)]
    assert resume_topic(lost, desks=desks, at=now, backing=nothing) == gone, "a look needs no case"
    case = case_of(world)
    for wrong in (None, case_of(world, "zz/other/1")):
        with pytest.raises(CaseNeeded):
            resume_topic(
                lost,
                desks=desks,
                at=now,
                accept_gap=True,
                backing=Backing(case=wrong, alone=False),
            )
    backed = Backing(case=case, alone=False)
    assert resume_topic(lost, desks=desks, at=now, accept_gap=True, backing=backed) == gone
    assert said(world, "offsets_lost")["case"] == case
    close_case(case, principal=OTTO, transaction=world.transaction, clock=world.clock)
    with pytest.raises(CaseClosed):
        resume_topic(lost, desks=desks, at=now, accept_gap=True, backing=backed)
