# SPDX-License-Identifier: Apache-2.0
"""A real disk under a data node's spool is full: no access that cannot be logged, and none lost."""

from pathlib import Path

from shared.entries import parse_entry
from tests.integration.clearinghouse.suite import Reply, running
from tests.support.small_disk import small_disk
from tests.support.spool import assert_one_chain, records_of
from tests.support.waiting import wait_until

_ROUNDS = 200


def test_a_disk_full_of_entries_closes_the_gate_and_room_opens_it(tmp_path: Path) -> None:
    with small_disk(tmp_path / "spool", "1m") as disk, running(tmp_path) as suite:
        assert suite.clearinghouse.spool == disk.folder
        suite.around.down.add("audit")  # what is sent is removed: the whole chain is to be seen
        allowed = 0

        def ask() -> Reply:
            nonlocal allowed
            reply = suite.read(1)
            allowed += reply.status == 200
            return reply

        assert ask().status == 200
        disk.fill()
        for _ in range(_ROUNDS):  # what is left of the last block takes a few entries
            reply = ask()
            if reply.status != 200:
                break
        assert (reply.status, reply.reason) == (403, "audit_unavailable")
        assert suite.clearinghouse.ask("/readyz").status == 503
        disk.make_room()
        wait_until(lambda: ask().status == 200, "the spool to be written again")
        for _ in range(5):
            assert ask().status == 200
        records = records_of(suite.clearinghouse.spool)
        assert records[0].seq == 1
        assert_one_chain(records)
        said = [parse_entry(record.entry) for record in records]
        permitted = [one for one in said if one.decision == "permit"]
        assert len(permitted) >= allowed, "nobody was let in without an entry"
        assert len({one.id for one in said}) == len(said)
