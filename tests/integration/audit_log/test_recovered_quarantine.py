# SPDX-License-Identifier: Apache-2.0
"""What had been refused is found again in Kafka by its hash, once, and what is lost is said."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from audit_log.domain.tiles import bundles_of
from audit_log.settings import AdminSettings
from audit_log.usecases.recover import Recovered
from services.audit_log import admin
from shared.settings import load
from tests.support.faulted_log import BY_KAFKA, FaultedLog, faulted_log
from tests.support.postgres import copied_database
from tests.support.waiting import wait_until

_KEPT = (
    "SELECT reason, digest, leaf, src, epoch, seq, occupies, topic, part, at_offset"
    " FROM quarantine ORDER BY topic, part, at_offset, digest"
)
_FOUND = "SELECT rule, code, src, epoch, first_seq, last_seq FROM finding ORDER BY rule, first_seq"
_GAPS = "SELECT src, epoch, first_seq, last_seq FROM gap"
_CHAINS = "SELECT src, epoch, seq, head FROM producer_state WHERE src <> 'zz/audit_log/1'"


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


class Lost:
    """A log with refused input of every kind since its backup."""

    def __init__(self, log: FaultedLog, folder: Path) -> None:
        self.log = log
        self.copy = folder / "copy"
        log.say()
        self.refuse()
        log.sequence()
        self.older = self.backup()
        log.say()
        self.refuse()
        log.node.post(
            "/v1/intake",
            {"entries": [{"entry": "Z2liYmVyaXNo", "sealed": ""}]},
            log.node.service("clearinghouse", "entries.write"),
        )
        log.sequence()
        log.sequence()
        log.publish()
        note = log.node.parts.settings.head_file.read_bytes()
        self.note, size = note, int(note.split(b"\n")[1])
        for name in bundles_of(size):
            path = self.copy / str(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(log.node.get(f"/log/{name}", log.node.otto()).content)
        self.size = size

    def refuse(self) -> None:
        """Say what no reader takes: nonsense, and an entry whose parts are gone."""
        speaker = self.log.speakers[BY_KAFKA]
        whole = speaker.say()
        following = speaker.say()
        nonsense = replace(whole, entry=b"nonsense of round %d" % self.log.rounds)
        self.log.produce(nonsense, replace(whole, sealed=b""), following)
        self.log.said[BY_KAFKA].append(following.entry)

    def backup(self) -> str:
        self.log.node.parts.engine.dispose()
        return copied_database(self.log.url)

    def settings(self, url: str) -> AdminSettings:
        return load(AdminSettings, {**self.log.node.environment, "PLACET_DATABASE_URL": url})

    def recover(self) -> Recovered:
        return admin.recover(self.settings(self.older), copy=str(self.copy), note=self.note)


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lost]:
    folder = tmp_path_factory.mktemp("refused")
    with faulted_log(folder) as log:
        yield Lost(log, folder)


def test_what_was_refused_is_found_again_once_and_the_rest_is_said(lost: Lost) -> None:
    before = rows(lost.log.url, _KEPT)
    there = len(rows(lost.older, _KEPT))
    done = lost.recover()
    found = rows(lost.older, _KEPT)
    over_http = [row for row in before if row[7] is None]
    assert len(over_http) == 1, "its intake is lost with the database"
    assert found == [row for row in before if row[7] is not None]
    assert done.refused == len(found) - there > 0
    assert done.lost["quarantine"] == 1
    for table in (_FOUND, _GAPS, _CHAINS):
        assert rows(lost.older, table) == rows(lost.log.url, table)


def test_reading_the_topic_again_refuses_nothing_twice(lost: Lost) -> None:
    """After the recovery the sequencer reads everything from the backup's offsets on."""
    before = rows(lost.older, _KEPT)
    environment = {**lost.log.node.environment, "PLACET_DATABASE_URL": lost.older}
    with lost.log.process("sequence", module="services.audit_log", **environment):
        wait_until(
            lambda: (
                rows(lost.older, "SELECT sum(next_offset) FROM kafka_offset")
                == [(lost.log.records,)]
                and rows(lost.older, "SELECT count(*) FROM intake") == [(0,)]
            ),
            "everything is read",
            120.0,
        )
    assert rows(lost.older, _KEPT) == before
    assert rows(lost.older, _FOUND) == rows(lost.log.url, _FOUND)
    report = admin.verify_stored(lost.settings(lost.older))
    assert {(flaw.table, flaw.what) for flaw in report.flaws} <= {
        ("sealed", "is gone, and no erasure says why")
    }
