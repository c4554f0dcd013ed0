# SPDX-License-Identifier: Apache-2.0
"""The log's real processes: killed, stopped and woken, two at once, in any order."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import requests

from audit_log.domain.tiles import decode_bundle
from audit_log.settings import AdminSettings
from services.audit_log import admin
from shared.entries import parse_entry
from shared.settings import load
from tests.fakes.log_factories import Speaker
from tests.support.log_node import LogNode
from tests.support.ports import free_port
from tests.support.postgres import owner_of
from tests.support.waiting import wait_until


@contextlib.contextmanager
def process(
    environment: Mapping[str, str], command: str, log: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    with contextlib.ExitStack() as stack:
        written = stack.enter_context(log.open("ab")) if log else None
        child = subprocess.Popen(
            [sys.executable, "-m", "services.audit_log", command],
            env={"PATH": os.environ["PATH"], **environment},
            stderr=written,
        )
        try:
            yield child
        finally:
            if child.poll() is None:
                child.send_signal(signal.SIGCONT)
                child.terminate()
            child.wait(timeout=60)


def published(node: LogNode) -> int:
    answer = node.get("/v1/log", node.otto())
    return int(answer.json()["size"]) if answer.status_code == 200 else 0


def served(node: LogNode, size: int) -> list[tuple[str, int, int]]:
    """Give (source, epoch, seq) of every served entry."""
    found: list[tuple[str, int, int]] = []
    for number in range(-(-size // 256)):
        width = min(256, size - number * 256)
        partial = "" if width == 256 else f".p/{width}"
        answer = node.get(f"/log/tile/entries/{number:03d}{partial}", node.otto())
        for raw in decode_bundle(answer.content):
            entry = parse_entry(raw)
            found.append((entry.src, entry.epoch, entry.seq))
    return found


def of(node: LogNode, speaker: Speaker) -> list[int]:
    places = served(node, published(node))
    return [seq for src, epoch, seq in places if (src, epoch) == (speaker.src, speaker.epoch)]


def arrived(node: LogNode, speaker: Speaker, number: int) -> None:
    wait_until(
        lambda: of(node, speaker) == list(range(1, number + 1)),
        f"{number} entries in the served log, each once and in order",
        60,
    )


def test_what_was_sent_is_in_the_signed_log_after_any_process_was_killed(node: LogNode) -> None:
    speaker = Speaker(epoch=10)
    with process(node.environment, "work"), process(node.environment, "sequence") as first:
        node.send(*speaker.say_many(40))
        arrived(node, speaker, 40)
        node.send(*speaker.say_many(40))
        first.kill()
        first.wait(timeout=30)
        node.send(*speaker.say_many(40))
    with process(node.environment, "sequence"):
        with process(node.environment, "work") as worker:
            arrived(node, speaker, 120)
            worker.kill()
            worker.wait(timeout=30)
        node.send(*speaker.say_many(40))
        with process(node.environment, "work"):
            arrived(node, speaker, 160)


def leader(node: LogNode) -> str:
    with psycopg.connect(node.environment["PLACET_DATABASE_URL"]) as connection:
        row = connection.execute("SELECT holder FROM log_state").fetchone()
    return str(row[0]) if row else ""


def test_a_stopped_sequencer_is_replaced_and_stands_by_when_it_wakes(node: LogNode) -> None:
    speaker = Speaker(epoch=20)
    with process(node.environment, "work"), process(node.environment, "sequence") as first:
        wait_until(lambda: f":{first.pid}:" in leader(node), "the first one leads", 60)
        with process(node.environment, "sequence") as second:
            node.send(*speaker.say_many(20))
            arrived(node, speaker, 20)
            first.send_signal(signal.SIGSTOP)
            node.send(*speaker.say_many(20))
            wait_until(lambda: f":{second.pid}:" in leader(node), "the second one leads", 60)
            arrived(node, speaker, 40)
            first.send_signal(signal.SIGCONT)
            node.send(*speaker.say_many(20))
            arrived(node, speaker, 60)
            assert f":{second.pid}:" in leader(node)
            assert first.poll() is None
    report = admin.verify_stored(load(AdminSettings, node.environment))
    assert [str(flaw) for flaw in report.flaws] == []


def test_a_tree_that_does_not_extend_the_head_file_is_not_signed(
    node: LogNode, tmp_path: Path
) -> None:
    node.settle()
    head = Path(node.environment["PLACET_KEYS_DIR"]) / "head.note"
    good = head.read_bytes()
    size = published(node)
    head.write_bytes(good.replace(f"\n{size}\n".encode(), f"\n{size + 5}\n".encode()))
    log = tmp_path / "work.log"
    node.post("/v1/search", {}, node.otto())
    store = node.store()
    sequencer = node.sequencer(store)
    while sequencer.step():
        pass
    sequencer.stop()
    store.close()
    with process(node.environment, "work", log) as worker:
        assert worker.wait(timeout=60) == 1
    assert "head_mismatch" in log.read_text()
    assert published(node) == size
    head.write_bytes(good)


def test_serve_answers_after_its_master_was_killed(node: LogNode) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    environment = {**node.environment, "PLACET_BIND": url.removeprefix("http://")}

    def answers() -> bool:
        try:
            return requests.get(f"{url}/readyz", timeout=2).ok
        except requests.ConnectionError:
            return False

    with process(environment, "serve") as master:
        wait_until(answers, "the log answers", 60)
        master.kill()
        master.wait(timeout=30)
        wait_until(lambda: not answers(), "its worker has gone with it")
    with process(environment, "serve"):
        wait_until(answers, "the log answers again", 60)


def test_a_half_configured_start_names_every_fault(tmp_path: Path) -> None:
    log = tmp_path / "said"
    environment = {"PLACET_ENV": "development", "PLACET_NODE": "zz", "PLACET_TILES_PUBLIC": "yes"}
    with process(environment, "check-config", log) as child:
        assert child.wait(timeout=60) == 2
    said = log.read_text()
    for name in ("PLACET_NODE", "PLACET_TILES_PUBLIC", "PLACET_DATABASE_URL", "PLACET_KEYS_DIR"):
        assert name in said


def test_another_origin_than_the_database_s_is_refused(node: LogNode, tmp_path: Path) -> None:
    log = tmp_path / "said"
    environment = {**node.environment, "PLACET_LOG_ORIGIN": "another.example/log"}
    with process(environment, "migrate", log) as child:
        assert child.wait(timeout=60) == 1
    assert "another origin" in log.read_text()
    with process(node.environment, "migrate") as child:
        assert child.wait(timeout=60) == 0


def test_migrating_needs_no_keys(node: LogNode, tmp_path: Path) -> None:
    production = {
        **node.environment,
        "PLACET_ENV": "production",
        "PLACET_MIGRATIONS_DATABASE_URL": owner_of(node.environment["PLACET_DATABASE_URL"]),
        "PLACET_KEYS_DIR": str(tmp_path / "none"),
        "PLACET_PUBLIC_URL": "https://log.example",
        "PLACET_TOKEN_ISSUER": "https://login.example",
    }
    with process(production, "migrate") as child:
        assert child.wait(timeout=60) == 0
    assert not (tmp_path / "none").exists()
