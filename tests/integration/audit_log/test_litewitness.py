# SPDX-License-Identifier: Apache-2.0
"""A foreign witness, litewitness in Go, cosigns our log, and refuses what is not its growth."""

from pathlib import Path

from audit_log.bootstrap import create_publisher
from tests.support.foreign_reader import foreign_reader
from tests.support.litewitness import litewitness
from tests.support.witness_net import member, policy_of


def test_a_foreign_witness_cosigns_our_log_and_no_fork_of_it(tmp_path: Path) -> None:
    with member(tmp_path / "keys", "zz", "quorum none\n") as first:
        key = first.key
        keys = first.node.environment["PLACET_KEYS_DIR"]
    with litewitness(tmp_path / "witness", key) as foreign:
        policy = policy_of({"foreign": (foreign.key, foreign.url)}, 1)
        with member(tmp_path / "log", "zz", policy, PLACET_KEYS_DIR=keys) as log:
            for entries in (3, 300, 7):
                log.turn(entries)
                text = log.checkpoint(key, foreign.key)
                assert text.split("\n")[1] == str(log.about()["size"])
            log.start()
            log.turn(5)  # after a restart it names the size it holds
            log.checkpoint(key, foreign.key)
            assert log.about()["signing"] == "signing"
            reader = foreign_reader(tmp_path, str(key), f"log {key}\n{policy}")
            assert reader.read(log.node.url)[0] == log.about()["size"]
        head = str(tmp_path / "head.note")
        with member(
            tmp_path / "fork", "zz", policy, PLACET_KEYS_DIR=keys, PLACET_HEAD_FILE=head
        ) as fork:
            fork.grow(400)
            create_publisher(fork.parts).step()  # a thief of the key
            fork.ask()
            assert fork.node.get("/log/checkpoint").status_code == 404
            assert not fork.witnesses.may_sign()
