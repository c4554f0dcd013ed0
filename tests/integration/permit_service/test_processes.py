# SPDX-License-Identifier: Apache-2.0
"""`serve` and `work` as real processes: killed, started in any order, and refusing bad settings."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping

import requests

from shared import feed
from tests.support.permit_node import PermitNode
from tests.support.ports import free_port
from tests.support.postgres import owner_of
from tests.support.waiting import wait_until


@contextlib.contextmanager
def process(environment: Mapping[str, str], command: str) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(
        [sys.executable, "-m", "services.permit_service", command],
        env={"PATH": os.environ["PATH"], **environment},
    )
    try:
        yield child
    finally:
        if child.poll() is None:
            child.terminate()
        child.wait(timeout=60)


def state(node: PermitNode, application_id: str) -> str:
    seen = node.get(f"/v1/applications/{application_id}", node.dora()).json()
    found: str = seen["state"]
    return found


def left_behind(node: PermitNode) -> str:
    """Leave a grant that its request could not finish."""
    application_id = node.apply()
    node.registry.up = False
    assert node.decide(application_id).json()["state"] == "granting"
    node.registry.up = True
    return application_id


def test_work_finishes_what_a_request_left_and_survives_a_kill(node: PermitNode) -> None:
    first = left_behind(node)
    with process(node.environment, "work") as worker:
        wait_until(lambda: state(node, first) == "granted", "the grant is finished")
        worker.kill()
        worker.wait(timeout=30)
    second = left_behind(node)
    with process(node.environment, "work") as worker:
        wait_until(lambda: state(node, second) == "granted", "the second grant is finished")
        worker.terminate()
        assert worker.wait(timeout=30) == 0


def test_work_signs_heartbeats_that_end_a_long_poll(node: PermitNode) -> None:
    token = node.service("clearinghouse", "feed.read")
    keys = node.keys("/api/feed-jwk")
    cursor = node.get("/v1/feed/snapshot", token).json()["cursor"]
    with process(node.environment, "work"):
        answer = wait_until(
            lambda: node.get("/v1/feed", token, after=str(cursor), wait="20").json()["heartbeats"],
            "a heartbeat is in the feed",
        )
        beat = feed.read_heartbeat(answer[0], keys, issuer=node.url)
        assert (beat.register, beat.revision) == ("permits", cursor)
        later = node.get("/v1/feed", token, after=str(cursor), wait="20").json()["heartbeats"]
        newer = feed.read_heartbeat(later[0], keys, issuer=node.url)
        assert newer.time > beat.time


def test_serve_answers_after_its_master_was_killed(node: PermitNode) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    environment = {**node.environment, "PLACET_BIND": url.removeprefix("http://")}

    def answers() -> bool:
        try:
            return requests.get(f"{url}/readyz", timeout=5).ok
        except requests.ConnectionError:
            return False

    for _ in range(2):
        with process(environment, "serve") as master:
            wait_until(answers, "the service is ready")
            assert requests.get(f"{url}/service-info", timeout=5).json()["name"]
            master.kill()
            master.wait(timeout=30)


def run(environment: Mapping[str, str], command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services.permit_service", command],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_bad_settings_are_all_named_in_one_message(node: PermitNode) -> None:
    wrong = {
        **node.environment,
        "PLACET_NODE": "Atlantis",
        "PLACET_DATASET_URL_BASE": "https://data.example/datasets",
        "PLACET_VISA_SECONDS": "901",
        "PLACET_SIGNERS_REQUIRED": "0",
        "PLACET_CONSENT_REGISTRY_URL": "consents",
    }
    del wrong["PLACET_AUTHORITY_URL"]
    for command in ("check-config", "serve"):
        ended = run(wrong, command)
        assert ended.returncode == 2
        for name in (
            "PLACET_NODE",
            "PLACET_DATASET_URL_BASE",
            "PLACET_VISA_SECONDS",
            "PLACET_SIGNERS_REQUIRED",
            "PLACET_CONSENT_REGISTRY_URL",
            "PLACET_AUTHORITY_URL",
        ):
            assert name in ended.stderr
        assert "Atlantis" not in ended.stderr


def test_a_usable_configuration_says_so_and_migrating_again_changes_nothing(
    node: PermitNode,
) -> None:
    assert run(node.environment, "check-config").returncode == 0
    assert run(node.environment, "migrate").returncode == 0


def test_outside_development_missing_keys_are_a_bad_configuration(node: PermitNode) -> None:
    production = {
        **node.environment,
        "PLACET_ENV": "production",
        "PLACET_KEYS_DIR": node.environment["PLACET_KEYS_DIR"] + "-nowhere",
        "PLACET_PUBLIC_URL": "https://permits.zz.example",
        "PLACET_TOKEN_ISSUER": "https://login.zz.example",
    }
    ended = run(production, "check-config")
    assert ended.returncode == 2
    assert "visa" in ended.stderr
    owner = {"PLACET_MIGRATIONS_DATABASE_URL": owner_of(production["PLACET_DATABASE_URL"])}
    migrated = run(production | owner, "migrate")
    assert migrated.returncode == 0, "bringing the schema up to date needs none"
