# SPDX-License-Identifier: Apache-2.0
"""`serve` and `work` as real processes: killed in the middle of an import, and started again."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import requests
from sqlalchemy import text

from shared.feed import read_heartbeat
from tests.support.ports import free_port
from tests.support.postgres import owner_of
from tests.support.registry_node import NEW_DATASET, RegistryNode, registry_node
from tests.support.registry_world import csv_of, people
from tests.support.waiting import wait_until

ROWS = 2_300


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[RegistryNode]:
    with registry_node(tmp_path) as running:
        token = running.service("consents.write")
        assert running.call("POST", "/v1/datasets", dict(NEW_DATASET), token=token).ok
        yield running


def numbers(node: RegistryNode) -> tuple[int, int, int]:
    """Give distinct events, events, and members."""
    statement = text(
        "SELECT (SELECT count(DISTINCT (ordinal)) FROM consent_event),"
        " (SELECT count(*) FROM consent_event), (SELECT count(*) FROM dataset_member)"
    )
    with node.parts.engine.connect() as connection:
        row = connection.execute(statement).one()
    return int(row[0]), int(row[1]), int(row[2])


def applied_at_least(node: RegistryNode, import_id: str, rows: int) -> bool:
    applied: int = node.report(import_id)["applied"]
    return applied >= rows


def test_an_import_killed_at_any_point_is_finished_without_loss_or_double(
    fresh: RegistryNode,
) -> None:
    import_id = fresh.take_in(csv_of(people(ROWS)))
    killed_at: list[int] = []
    for stop_after in (0, 1, 900, 1_700):
        with fresh.process("work") as worker:
            enough = partial(applied_at_least, fresh, import_id, stop_after)
            wait_until(enough, "so much is applied", seconds=180)
            worker.kill()
            worker.wait(timeout=30)
        killed_at.append(fresh.report(import_id)["applied"])
    assert killed_at == sorted(killed_at)
    with fresh.process("work") as worker:
        wait_until(
            lambda: fresh.report(import_id)["state"] == "finished", "it is finished", seconds=180
        )
        worker.terminate()
        # The import may have been finished by the last killed worker: then this one has only begun.
        assert worker.wait(timeout=60) in {0, -signal.SIGTERM}
    report = fresh.report(import_id)
    assert (report["rows"], report["applied"], report["bad"]) == (ROWS, ROWS, 0)
    assert numbers(fresh) == (ROWS, ROWS, ROWS)
    with fresh.parts.engine.connect() as connection:
        people_recorded = connection.execute(
            text(
                "SELECT count(*) FROM outbox"
                " WHERE convert_from(value, 'UTF8')::jsonb->>'ty' = :type"
            ),
            {"type": "placet.import.finished.v1"},
        ).scalar_one()
        chain = connection.execute(text("SELECT seq FROM outbox_head")).scalar_one()
        entries = connection.execute(
            text("SELECT count(*) FROM outbox WHERE kind = 'entry'")
        ).scalar_one()
    assert people_recorded == 1
    assert chain == entries  # nothing reached the log here, so nothing may be missing


def test_work_signs_a_heartbeat_for_each_dataset(fresh: RegistryNode) -> None:
    token = fresh.service("feed.read")
    keys = fresh.call("GET", "/api/jwk").json()
    cursor = fresh.call("GET", "/v1/feed/snapshot", token=token).json()["cursor"]
    asked = {"after": str(cursor), "wait": "20"}
    with fresh.process("work"):
        beats = wait_until(
            lambda: fresh.call("GET", "/v1/feed", token=token, params=asked).json()["heartbeats"],
            "a heartbeat is in the feed",
        )
        beat = read_heartbeat(beats[0], keys, issuer=fresh.url)
        assert (beat.register, beat.revision) == (f"dataset:{NEW_DATASET['dataset']}", 1)
        later = fresh.call("GET", "/v1/feed", token=token, params=asked).json()["heartbeats"]
        assert read_heartbeat(later[0], keys, issuer=fresh.url).time > beat.time


def test_serve_answers_after_its_master_was_killed(fresh: RegistryNode) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    bind = url.removeprefix("http://")

    def answers() -> bool:
        try:
            return requests.get(f"{url}/readyz", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    for _ in range(2):
        with fresh.process("serve", PLACET_BIND=bind) as master:
            wait_until(answers, "the service answers", seconds=60)
            master.kill()
            master.wait(timeout=30)
        wait_until(lambda: not answers(), "its worker died with it", seconds=30)


@pytest.mark.parametrize("command", ["serve", "work", "check-config"])
def test_a_half_configured_process_names_every_fault_and_ends_with_2(
    fresh: RegistryNode, command: str, tmp_path: Path
) -> None:
    bad_policy = tmp_path / "policy.toml"
    bad_policy.write_text('format = "x"\ncolour = "red"\n', encoding="utf-8")
    for changes, expected in (
        ({"PLACET_NODE": "zzz", "PLACET_PERMIT_MESSAGES_URL": ""}, ["NODE", "PERMIT_MESSAGES"]),
        (
            {
                "PLACET_POLICY_FILE": str(bad_policy),
                "PLACET_MONDO_FILE": str(bad_policy),
                "PLACET_ENV": "production",
                "PLACET_KEYS_DIR": str(tmp_path / "none"),
                "PLACET_PUBLIC_URL": "https://c.example",
                "PLACET_TOKEN_ISSUER": "https://l.example",
            },
            [
                "KEYS_DIR",
                "ERASURES_FILE",
                "POLICY_KEYS_FILE",
                "format: must be",
                "colour: unknown key",
                "small_cell",
                "MONDO_FILE",
            ],
        ),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "services.consent_registry", command],
            env={**fresh.environment, **changes},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 2, done.stderr
        for words in expected:
            assert words in done.stderr, done.stderr


def test_migrating_needs_no_keys(fresh: RegistryNode, tmp_path: Path) -> None:
    production = {
        "PLACET_ENV": "production",
        "PLACET_MIGRATIONS_DATABASE_URL": owner_of(fresh.environment["PLACET_DATABASE_URL"]),
        "PLACET_KEYS_DIR": str(tmp_path / "none"),
        "PLACET_PUBLIC_URL": "https://c.example",
        "PLACET_TOKEN_ISSUER": "https://l.example",
    }
    with fresh.process("migrate", **production) as migrating:
        assert migrating.wait(timeout=60) == 0
    assert not (tmp_path / "none").exists()
