# SPDX-License-Identifier: Apache-2.0
"""Three nodes witness each other; a forked and a rolled-back log and a liar are caught."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import pytest
import requests

from audit_log.bootstrap import create_publisher
from audit_log.domain.errors import HeadMismatch
from audit_log.domain.merkle import EMPTY_ROOT
from audit_log.domain.note import parse_vkey
from audit_log.domain.submission import Submission, origin_digest
from tests.support.fsck import run_fsck
from tests.support.postgres import copied_database, owner_of
from tests.support.scripted_server import scripted_server
from tests.support.witness_net import (
    Member,
    federation,
    member,
    origin_of,
    policy_of,
    witness_key,
)

NAMES = ("se", "fi", "ee")


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Member]]:
    with federation(tmp_path_factory.mktemp("federation"), *NAMES) as members:
        yield members


def cosigner(one: Member) -> str:
    """Give the vkey of a node's witness."""
    return str(one.parts.witness.signers[0].key)


def findings(one: Member) -> list[tuple[str, object]]:
    with psycopg.connect(one.node.environment["PLACET_DATABASE_URL"]) as connection:
        return connection.execute(
            "SELECT code, detail->>'witness' FROM finding WHERE rule = 'R15' ORDER BY id"
        ).fetchall()


def policy_text(one: Member) -> str:
    return Path(one.node.environment["PLACET_WITNESS_POLICY"]).read_text(encoding="utf-8")


def submit(one: Member, raw: bytes) -> requests.Response:
    return requests.post(f"{one.node.url}/witness/add-checkpoint", data=raw, timeout=30)


def shown_now(one: Member) -> bytes:
    """Submit the newest checkpoint of a node as one that is known already."""
    with one.parts.transaction() as log:
        newest = log.reader.newest()
    assert newest is not None
    return bytes(Submission(old=newest.size, proof=(), note=newest.note))


def held(one: Member, name: str) -> requests.Response:
    digest = origin_digest(origin_of(name))
    return requests.get(f"{one.node.url}/witness/{digest}/checkpoint", timeout=30)


def test_each_node_serves_its_log_with_the_cosignatures_of_the_others(
    nodes: dict[str, Member], tmp_path: Path
) -> None:
    for entries in (5, 300):
        for one in nodes.values():
            one.turn(entries)
    for name, one in nodes.items():
        others = [parse_vkey(cosigner(other)) for n, other in nodes.items() if n != name]
        text = one.checkpoint(one.key, *others)
        assert text.startswith(f"{origin_of(name)}\n")
        about = one.about()
        assert about["signing"] == "signing"
        assert text.split("\n")[1] == str(about["size"]) == str(about["witnessed_size"])
        assert about["witness_lag_seconds"] == 0
        checked = run_fsck(one.node.url, origin_of(name), tmp_path)
        assert checked.accepted, checked.words
        metrics = requests.get(f"{one.node.url}/metrics", timeout=30).text
        assert "placet_log_witness_lag_seconds 0.0" in metrics
        assert "placet_log_signing 1.0" in metrics


def test_a_witness_answers_as_the_specification_says(nodes: dict[str, Member]) -> None:
    se, fi = nodes["se"], nodes["fi"]
    se.turn(3)
    with se.parts.transaction() as log:
        newest = log.reader.newest()
    assert newest is not None
    size, note = newest.size, newest.note
    good = bytes(Submission(old=size, proof=(), note=note))
    answer = submit(fi, good)
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        200,
        "text/plain; charset=utf-8",
    )
    assert answer.text.startswith("\u2014 witness.example/fi ")
    shown = held(fi, "se")
    assert shown.status_code == 200
    assert shown.content.endswith(answer.content)
    behind = submit(fi, bytes(Submission(old=0, proof=(), note=note)))
    assert (behind.status_code, behind.text) == (409, f"{size}\n")
    assert behind.headers["Content-Type"] == "text/x.tlog.size"
    proof = good.replace(b"\n", b"\n" + b"A" * 43 + b"=\n", 1)
    for raw, status in (
        (b"", 400),
        (good.replace(b"old ", b"old 0", 1), 400),
        (good.replace(b"old ", b"old 9", 1), 400),
        (good.replace(f"\n{size}\n".encode(), f"\n{size + 1}\n".encode(), 1), 403),
        (good.replace(b"log.example/se", b"log.example/xx"), 404),
        (proof, 422),
    ):
        assert submit(fi, raw).status_code == status
    assert held(fi, "xx").status_code == 404
    assert requests.get(f"{fi.node.url}/witness/x/checkpoint", timeout=30).status_code == 404


def test_with_too_few_witnesses_ingest_goes_on_and_the_log_says_so(
    nodes: dict[str, Member],
) -> None:
    se = nodes["se"]
    se.turn(3)
    before = se.about()
    se.start()
    assert not se.witnesses.may_sign()
    se.grow(20)
    assert not se.publisher.step()
    assert se.about()["size"] == before["size"]
    se.turn()
    after = se.about()
    assert after["size"] == after["witnessed_size"]
    assert int(str(after["size"])) >= int(str(before["size"])) + 20


def test_a_fork_under_the_same_key_finds_no_quorum(
    nodes: dict[str, Member], tmp_path: Path
) -> None:
    """Another history of the same length: the start is refused; whoever signs anyhow is alone."""
    ee = nodes["ee"]
    ee.turn(10)
    honest = held(nodes["se"], "ee").content
    with member(
        tmp_path / "fork",
        "ee",
        policy_text(ee),
        PLACET_KEYS_DIR=ee.node.environment["PLACET_KEYS_DIR"],
        PLACET_HEAD_FILE=str(tmp_path / "head.note"),
    ) as fork:
        fork.grow(400)
        fork.ask()
        assert not fork.witnesses.may_sign()
        assert fork.node.get("/log/checkpoint").status_code == 404
        assert {code for code, _ in findings(fork)} == {"split_view"}
        with pytest.raises(HeadMismatch):
            fork.publisher.step()
        with psycopg.connect(owner_of(fork.node.environment["PLACET_DATABASE_URL"])) as connection:
            connection.execute("ALTER TABLE fork_evidence DISABLE TRIGGER USER")
            connection.execute("DELETE FROM fork_evidence")
        create_publisher(fork.parts).step()  # a thief of the key asks nobody
        fork.start()
        fork.ask()
        assert fork.node.get("/log/checkpoint").status_code == 404
        assert fork.about()["signing"] == "stopped"
        forged = forged_submissions(fork, honest)
        assert [submit(nodes["se"], raw).status_code for raw in forged] == [422, 422]
    assert held(nodes["se"], "ee").content == honest
    ee.turn(5)
    assert ee.about()["signing"] == "signing"


def forged_submissions(fork: Member, honest: bytes) -> Sequence[bytes]:
    with fork.parts.transaction() as log:
        newest = log.reader.newest()
    assert newest is not None
    old = int(honest.split(b"\n")[1])
    return [
        bytes(Submission(old=old, proof=proof, note=newest.note)) for proof in ((), (EMPTY_ROOT,))
    ]


def test_a_restored_older_database_signs_nothing(nodes: dict[str, Member], tmp_path: Path) -> None:
    """Database and head file are from before: only the witnesses know what was signed since."""
    fi = nodes["fi"]
    fi.turn(5)
    fi.parts.engine.dispose()
    older = copied_database(fi.node.environment["PLACET_DATABASE_URL"])
    head = tmp_path / "head.note"
    head.write_bytes(fi.parts.settings.head_file.read_bytes())
    fi.turn(30)
    newest = fi.checkpoint(fi.key)
    with member(
        tmp_path / "restored",
        "fi",
        policy_text(fi),
        PLACET_KEYS_DIR=fi.node.environment["PLACET_KEYS_DIR"],
        PLACET_HEAD_FILE=str(head),
        PLACET_DATABASE_URL=older,
    ) as restored:
        before = restored.about()["size"]
        restored.sequence()
        restored.ask()
        assert restored.about()["signing"] == "stopped"
        with pytest.raises(HeadMismatch):
            restored.publisher.step()
        assert restored.about()["size"] == before
        assert ("split_view", "se") in findings(restored)
        with psycopg.connect(older) as connection:
            kept = connection.execute("SELECT note FROM fork_evidence").fetchall()
        assert all(newest.encode() in bytes(note) for (note,) in kept)
        restored.start()  # and after a restart neither
        restored.ask()
        assert not restored.witnesses.may_sign()
        # Its witness would vouch for what others may have shown differently since.
        assert submit(restored, shown_now(nodes["se"])).status_code == 404
    assert submit(fi, shown_now(nodes["se"])).status_code == 200
    fi.turn(3)
    assert fi.about()["signing"] == "signing"


@pytest.mark.parametrize(
    ("status", "body"), [(409, b"999999\n"), (409, b""), (422, b"no"), (200, b"no"), (500, b"")]
)
def test_a_lying_witness_halts_nobody_and_counts_for_nothing(
    nodes: dict[str, Member], tmp_path: Path, status: int, body: bytes
) -> None:
    with scripted_server() as liar:
        liar.status, liar.body = status, body
        witnesses = {
            "liar": (witness_key(tmp_path / "liar", "liar"), liar.url),
            **{
                name: (parse_vkey(cosigner(nodes[name])), f"{nodes[name].node.url}/witness")
                for name in ("se", "fi")
            },
        }
        name = f"no-{status}-{len(body)}"
        with member(tmp_path / "log", name, policy_of(witnesses, 2)) as log:
            for other in ("se", "fi"):
                nodes[other].parts.witness.store.watch(log.key, log.parts.clock.now())
            for _ in range(2):
                log.turn(5)
            about = log.about()
            assert about["signing"] == "signing"
            assert about["size"] == about["witnessed_size"]
            log.checkpoint(*(parse_vkey(cosigner(nodes[other])) for other in ("se", "fi")))
            log.sequence()
            codes = {code for code, _ in findings(log)}
            assert codes == {409: {"witness_refused"}, 422: {"witness_refused"}}.get(
                status, {"cosignature_invalid"} if status == 200 else set()
            )
