# SPDX-License-Identifier: Apache-2.0
"""What breaks, and that nothing opens by it: feeds, disks, processes, settings."""

import os
import resource
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.entries import leaf_hash, parse_entry
from shared.events import open_sealed
from shared.spool.folder import SpoolFolder
from tests.fakes.clearinghouse_feeds import REGISTER, dataset_body
from tests.fakes.clearinghouse_node import node
from tests.integration.clearinghouse.suite import (
    Clearinghouse,
    Reply,
    Suite,
    content_of,
    populate,
    running,
)
from tests.support.spool import assert_one_chain, records_of
from tests.support.waiting import wait_until

SHORT = "2"


@pytest.fixture
def suite(tmp_path: Path) -> Iterator[Suite]:
    """Run a node of the test's own."""
    with running(tmp_path) as one:
        yield one


def reason_of(suite: Suite) -> str:
    reply = suite.read(1)
    assert (reply.status == 200) == (reply.reason == "permit_valid")
    return reply.reason


@pytest.mark.parametrize("silent", ["consent", "permits"])
def test_a_feed_without_heartbeats_closes_the_gate_until_it_beats(
    tmp_path: Path, silent: str
) -> None:
    with running(tmp_path, PLACET_STALE_SECONDS=SHORT) as suite:
        feed = getattr(suite.around, silent)
        assert reason_of(suite) == "permit_valid"
        feed.beating = False
        wait_until(lambda: reason_of(suite) == "stale_state", "the picture to grow old")
        assert not suite.clearinghouse.state()["ready"]
        feed.beating = True
        wait_until(lambda: reason_of(suite) == "permit_valid", "the picture to be fresh again")
        register = REGISTER if silent == "consent" else "permits"
        assert register in suite.clearinghouse.log.read_text()


@pytest.mark.parametrize("part", ["consent", "permits", "idp"])
def test_a_part_that_is_away_from_the_start_is_waited_for(tmp_path: Path, part: str) -> None:
    with node() as around:
        populate(around)
        around.down.add(part)
        process = Clearinghouse(tmp_path, around)
        process.start(ready=False)
        try:
            assert process.ask("/healthz").status == 200
            assert process.ask("/readyz").status == 503
            path = {"X-Original-Method": "GET", "X-Original-Path": "/data/GDI-ZZ-DATASET-1/P0001/x"}
            assert process.ask("/v1/decide", **path).reason == "stale_state"
            around.down.clear()
            wait_until(lambda: process.state()["ready"], "the clearinghouse to catch up")
        finally:
            process.kill()


def test_people_not_seen_before_are_refused_while_their_source_is_away(suite: Suite) -> None:
    suite.around.down.add("permits")
    assert reason_of(suite) == "stale_state"
    suite.around.down.clear()
    wait_until(lambda: reason_of(suite) == "permit_valid", "the source to be asked again")
    suite.around.down.add("permits")
    assert reason_of(suite) == "permit_valid", "her visas are still good"


def test_a_feed_that_goes_back_is_not_followed(tmp_path: Path) -> None:
    with running(tmp_path, PLACET_STALE_SECONDS=SHORT) as suite:
        consent = suite.around.consent
        gone = {"ordinal": 1, "cause": "withdrawn"}
        revision = consent.change(REGISTER, "member.narrowed", gone)
        wait_until(lambda: suite.seen() == revision, "the withdrawal to be seen")
        with consent.news:
            consent.changes.clear()
            everybody = suite.around.cohort(range(10))
            consent.registers[REGISTER] = dataset_body(everybody, revision=5)
        wait_until(lambda: reason_of(suite) == "stale_state", "the old register to be refused")
        assert suite.seen() == revision


def test_with_the_clearinghouse_away_nothing_is_served(suite: Suite) -> None:
    assert suite.read(1).status == 200
    suite.clearinghouse.kill()
    for member in (1, 8):
        reply = suite.read(member)
        assert reply.status in {500, 502, 503}
        assert b"VCF" not in reply.body
    assert suite.get("/clearinghouse/state").status in {502, 504}
    suite.clearinghouse.start()
    assert suite.read(1).body == content_of(1)


def test_a_clearinghouse_that_hangs_opens_nothing(suite: Suite) -> None:
    worker = suite.clearinghouse.worker()
    os.kill(worker, signal.SIGSTOP)
    replies: list[Reply] = []
    asking = threading.Thread(target=lambda: replies.append(suite.read(1)))
    asking.start()
    try:
        asking.join(2)
        assert replies == []
    finally:
        os.kill(worker, signal.SIGCONT)
    asking.join(60)
    assert [reply.status for reply in replies] == [200]


def test_a_full_disk_closes_the_gate_and_room_opens_it(suite: Suite) -> None:
    suite.around.down.add("audit")  # what is sent is removed: the whole chain is to be seen
    assert suite.read(1).status == 200
    worker = suite.clearinghouse.worker()
    before = resource.prlimit(worker, resource.RLIMIT_FSIZE)
    resource.prlimit(worker, resource.RLIMIT_FSIZE, (64, before[1]))
    for _ in range(3):
        reply = suite.read(1)
        assert (reply.status, reply.reason) == (403, "audit_unavailable")
    assert suite.clearinghouse.ask("/readyz").status == 503
    resource.prlimit(worker, resource.RLIMIT_FSIZE, before)
    wait_until(lambda: reason_of(suite) == "permit_valid", "the spool to be written again")
    records = records_of(suite.clearinghouse.spool)
    assert records[0].seq == 1
    assert_one_chain(records)


def test_a_log_that_takes_nothing_closes_the_gate_at_the_limit(tmp_path: Path) -> None:
    with running(tmp_path, PLACET_SPOOL_LIMIT_BYTES="65536") as suite:
        suite.around.down.add("audit")
        for _ in range(300):
            if reason_of(suite) == "audit_unavailable":
                break
        assert reason_of(suite) == "audit_unavailable"
        suite.around.down.clear()
        wait_until(lambda: reason_of(suite) == "permit_valid", "the spool to be emptied")


def test_a_stopped_process_leaves_a_chain_that_goes_on(suite: Suite) -> None:
    for member in range(3):
        suite.read(member)
    suite.clearinghouse.stop()
    before = records_of(suite.clearinghouse.spool)
    suite.clearinghouse.start()
    suite.read(1)
    records = records_of(suite.clearinghouse.spool)
    assert records[: len(before)] == before
    assert_one_chain(records)
    starts = [parse_entry(record.entry).type for record in records].count("placet.sys.start.v1")
    assert starts == 2
    assert parse_entry(records[0].entry).epoch == parse_entry(records[-1].entry).epoch


def test_a_second_process_on_the_spool_refuses_to_start(suite: Suite) -> None:
    folder = suite.clearinghouse.folder / "second"
    folder.mkdir()
    second = Clearinghouse(folder, suite.around, PLACET_SPOOL_DIR=str(suite.clearinghouse.spool))
    outcome = second.run("serve")
    assert outcome.returncode == 1
    assert b"another process writes this spool" in outcome.stderr
    assert suite.read(1).status == 200


def test_a_damaged_spool_refuses_to_start(suite: Suite) -> None:
    suite.around.down.add("audit")
    suite.read(1)
    suite.clearinghouse.stop()
    folder = SpoolFolder(suite.clearinghouse.spool)
    durable = folder.durable()
    assert durable is not None
    segment = folder.segment(durable.segment)
    raw = bytearray(segment.read_bytes())
    raw[durable.offset - 10] ^= 1  # what lies behind may be torn, and be cut off
    segment.write_bytes(raw)
    outcome = suite.clearinghouse.run("serve")
    assert outcome.returncode == 1
    assert segment.name.encode() in outcome.stderr
    assert segment.read_bytes() == bytes(raw)


def test_every_bad_setting_is_named_at_once(suite: Suite) -> None:
    trusted = suite.clearinghouse.folder / "bad.json"
    trusted.write_text('[{"name": "x", "jku": "ftp://x"}]')
    bad = Clearinghouse(
        suite.clearinghouse.folder,
        suite.around,
        PLACET_STALE_SECONDS="301",
        PLACET_BIND="nowhere",
        PLACET_PERMIT_FEED_URL="",
    )
    for command in ("serve", "check-config"):
        outcome = bad.run(command)
        assert outcome.returncode == 2
        for name in (b"PLACET_STALE_SECONDS", b"PLACET_BIND", b"PLACET_PERMIT_FEED_URL"):
            assert name in outcome.stderr
    worse = Clearinghouse(
        suite.clearinghouse.folder, suite.around, PLACET_TRUSTED_SOURCES=str(trusted)
    )
    outcome = worse.run("check-config")
    assert outcome.returncode == 2
    for fault in (b"issuer is missing", b"binding is neither", b"jku is not", b"sources is not"):
        assert fault in outcome.stderr
    assert (
        Clearinghouse(suite.clearinghouse.folder, suite.around).run("check-config").returncode == 0
    )


def test_a_torn_write_is_cut_off_and_said_so(suite: Suite) -> None:
    suite.around.down.add("audit")
    suite.read(1)
    suite.clearinghouse.kill()
    folder = SpoolFolder(suite.clearinghouse.spool)
    with folder.segment(folder.segments()[-1]).open("ab") as segment:
        segment.write(b"PlS1 torn")
    suite.clearinghouse.start()
    records = records_of(suite.clearinghouse.spool)
    assert_one_chain(records)
    starts = [
        parse_entry(record.entry).counts["cut_bytes"]
        for record in records
        if parse_entry(record.entry).type == "placet.sys.start.v1"
    ]
    assert starts == [0, 9]
    assert leaf_hash(records[0].entry) == parse_entry(records[1].entry).previous
    assert open_sealed(records[0].sealed) == ()
