# SPDX-License-Identifier: Apache-2.0
"""A log with two doors whose processes meet their fate, and whose served tiles are then decoded.

The ledger is what was said to it: a round over Kafka holds new people, records that come twice and
one entry that contradicts another, and a round over HTTP a few more.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import psycopg

from audit_log.adapters.kafka_entries import KafkaEntries
from audit_log.bootstrap import create_publisher
from audit_log.domain.checkpoint import Checkpoint
from audit_log.domain.merkle import leaf_hash, root_of
from audit_log.domain.tiles import decode_bundle
from audit_log.settings import AdminSettings
from audit_log.usecases.sequence import Pace, Sequencer
from services.audit_log import admin
from shared.clock import SystemClock
from shared.entries import parse_entry
from shared.events import SealedEntry, Subject
from shared.kafka_io import KafkaTransport
from shared.settings import load
from shared.transport import entry_row
from tests.fakes.log_factories import Speaker, fact
from tests.support.kafka import KafkaBroker, forget_failed_connections, session_broker
from tests.support.log_node import LogNode, log_node
from tests.support.postgres import fresh_database
from tests.support.waiting import wait_until

BY_KAFKA: Final = "zz/permit_service/1"
BY_HTTP: Final = "zz/clearinghouse/1"
OWN: Final = "zz/audit_log/1"
_PER_ROUND: Final = 260  # one more bundle is full
_TWICE: Final = 5
_SECONDS: Final = 120.0


@cache
def _place(raw: bytes) -> tuple[str, int]:
    entry = parse_entry(raw)
    return entry.src, entry.seq


@dataclass
class FaultedLog:
    """The log, what was said to it, and what it had signed when it was last looked at."""

    node: LogNode
    broker: KafkaBroker
    topic: str
    folder: Path
    said: dict[str, list[bytes]] = field(default_factory=dict)
    records: int = 0
    twice: int = 0
    contradicted: int = 0
    rounds: int = 0

    def __post_init__(self) -> None:
        self.speakers = {src: Speaker(src) for src in (BY_KAFKA, BY_HTTP)}
        self.said = {src: [] for src in self.speakers}
        self.signed = [Checkpoint(origin="", size=0, root=root_of([]))]
        self.source = KafkaEntries(self.broker.brokers, clock=SystemClock())

    @property
    def url(self) -> str:
        """The database."""
        return self.node.environment["PLACET_DATABASE_URL"]

    def register(self) -> None:
        """Let both sources in."""
        self.node.add()
        self.register_on_topic(BY_KAFKA, "permit_service")

    def register_on_topic(self, src: str, client_id: str) -> None:
        """Let one more source in over Kafka."""
        admin.add_producer(
            load(AdminSettings, self.node.environment),
            src=src,
            client_id=client_id,
            vkey="",
            topic=self.topic,
            offsets=None,
            shared_topic=True,
        )

    def say(self) -> None:
        """Say a round at both doors; everything is acknowledged when this returns."""
        self.say_on_topic()
        self.say_over_http()

    def say_on_topic(self, number: int = _PER_ROUND) -> None:
        """Say a round at the door that is Kafka."""
        self.rounds += 1
        speaker = self.speakers[BY_KAFKA]
        dataset = f"GDI-ZZ-DATASET-{self.rounds}"
        fresh = [
            speaker.say(fact(dataset=dataset, subjects=(Subject(dataset=dataset, ordinal=n % 40),)))
            for n in range(number)
        ]
        self.said[BY_KAFKA] += [one.entry for one in fresh]
        self.produce(*fresh, *fresh[-_TWICE:], self._contradiction(speaker))
        self.twice += _TWICE
        self.contradicted += 1

    def say_over_http(self, number: int = 3) -> None:
        """Say a few entries at the other door."""
        few = self.speakers[BY_HTTP].say_many(number)
        assert self.node.send(*few).status_code == 202
        self.said[BY_HTTP] += [one.entry for one in few]

    def produce(self, *entries: SealedEntry) -> None:
        """Put entries on the topic."""
        transport = KafkaTransport(self.broker.brokers)
        try:
            rows = [entry_row(one, row_id=1, topic=self.topic) for one in entries]
            assert transport.send(rows) == len(rows)
        finally:
            transport.close()
        self.records = self.broker.written(self.topic)

    def _contradiction(self, speaker: Speaker) -> SealedEntry:
        other = Speaker(speaker.src, speaker.epoch)
        other.seq, other.previous = speaker.seq - 1, "A" * 43 + "="
        return other.say(fact(reason="another_story"))

    @contextlib.contextmanager
    def process(
        self, *words: str, module: str = "tests.support.doomed_log", **environment: str
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run a process of the log; its words go to `log` in the folder."""
        with self.log.open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", module, *words],
                env={"PATH": os.environ["PATH"], **self.node.environment, **environment},
                stderr=log,
            )
        try:
            yield child
        finally:
            if child.poll() is None:
                child.kill()
            child.wait(timeout=60)

    @property
    def log(self) -> Path:
        """What the processes said."""
        return self.folder / "processes.log"

    def killed_by_itself(self, point: str, command: str) -> int:
        """Run a process that dies at this point; give its status."""
        with self.process("die", point, command) as child:
            return child.wait(timeout=_SECONDS)

    def sequence(self) -> None:
        """Sequence all that was said, as a process does that starts anew."""
        store = self.node.store()
        one = Sequencer(
            store=store,
            source=self.source,
            vault=self.node.parts.keys.vault,
            pseudonyms=self.node.parts.keys.pseudonyms,
            clock=self.node.parts.clock,
            holder="survivor",
            pace=Pace(wait_ms=20),
        )
        try:
            wait_until(lambda: not one.step() and self.is_taken(), "all is sequenced", _SECONDS)
            one.stop()
        finally:
            store.close()

    def publish(self) -> None:
        """Publish what is sequenced, as a process does that starts anew."""
        create_publisher(self.node.parts).step()

    def is_taken(self) -> bool:
        """Whether everything said has left both doors."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(
                "SELECT coalesce(sum(next_offset), 0), (SELECT count(*) FROM intake)"
                " FROM kafka_offset"
            ).fetchone()
        return row == (self.records, 0)

    def is_published(self) -> bool:
        """Whether readers see all that is sequenced."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(
                "SELECT size = (SELECT max(size) FROM checkpoint WHERE published_at IS NOT NULL)"
                " FROM log_state"
            ).fetchone()
        return row is not None and bool(row[0])

    def taken(self) -> int:
        """Give how many records of the topic are behind the stored offsets."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SELECT sum(next_offset) FROM kafka_offset").fetchone()
        return int(row[0] or 0) if row else 0

    def served(self) -> tuple[Checkpoint, list[bytes]]:
        """Decode every served bundle; the root of what is in them is the one that is signed."""
        note = self.node.get("/log/checkpoint", self.node.otto())
        opened = self.node.parts.trust.open(note.content)
        entries: list[bytes] = []
        for number in range(-(-opened.size // 256)):
            width = min(256, opened.size - number * 256)
            partial = "" if width == 256 else f".p/{width}"
            path = f"/log/tile/entries/{number:03d}{partial}"
            entries += decode_bundle(self.node.get(path, self.node.otto()).content)
        assert len(entries) == opened.size
        leaves = [leaf_hash(entry) for entry in entries]
        assert root_of(leaves) == opened.root
        before = self.signed[-1]
        assert opened.size >= before.size, "what was signed is still there"
        assert root_of(leaves[: before.size]) == before.root, "the tree extends what was signed"
        self.signed.append(opened)
        return opened, entries

    def assert_whole(self) -> None:
        """The served log holds what was said, byte for byte and once, and counted the rest."""
        _, entries = self.served()
        found: dict[str, list[bytes]] = {BY_KAFKA: [], BY_HTTP: [], OWN: []}
        for entry in entries:
            found[_place(entry)[0]].append(entry)
        assert found[BY_KAFKA] == self.said[BY_KAFKA]
        assert found[BY_HTTP] == self.said[BY_HTTP]
        own = [_place(entry)[1] for entry in found[OWN]]
        assert own == list(range(1, len(own) + 1))
        counted = {
            "duplicates": self.twice,
            "kept apart": self.contradicted,
            "findings": self.contradicted,
        }
        assert self.counted() == counted, f"{self.counted()} instead of {counted}"

    def counted(self) -> Mapping[str, int]:
        """Give what the log says of what it did not take as entries."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(
                "SELECT (SELECT sum(duplicates)::int FROM producer_state),"
                " (SELECT count(*) FROM quarantine),"
                " (SELECT count(*) FROM finding WHERE rule IN ('R0', 'R1', 'R2', 'R3'))"
            ).fetchone()
        assert row is not None
        return dict(zip(("duplicates", "kept apart", "findings"), map(int, row), strict=True))

    def flaws(self) -> list[str]:
        """Verify everything that is stored."""
        report = admin.verify_stored(load(AdminSettings, self.node.environment))
        return [str(flaw) for flaw in report.flaws]


@contextlib.contextmanager
def faulted_log(
    folder: Path, *, broker: KafkaBroker | None = None, database: str | None = None
) -> Iterator[FaultedLog]:
    """Run a log with a topic of its own, both sources registered, one checkpoint published."""
    broker = broker or session_broker()
    topic = broker.new_topic("audit", partitions=2)
    with log_node(
        folder,
        PLACET_DATABASE_URL=database or fresh_database("audit_log"),
        PLACET_TRANSPORT="kafka",
        PLACET_KAFKA_BOOTSTRAP=broker.bootstrap,
    ) as node:
        made = FaultedLog(node=node, broker=broker, topic=topic, folder=folder)
        made.register()
        made.sequence()
        made.publish()
        try:
            yield made
        finally:
            made.source.close()
    forget_failed_connections()
