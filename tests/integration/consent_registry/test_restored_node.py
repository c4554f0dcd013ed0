# SPDX-License-Identifier: Apache-2.0
"""Every process of a registry on a restored database erases again before it does anything else."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest

from consent_registry.bootstrap import build, create_app
from consent_registry.settings import ConsentSettings
from consent_registry.usecases.erasing import ask_erasure, confirm_erasure
from consent_registry.usecases.erasing_parts import erase_next
from shared.clock import SystemClock
from shared.settings import load
from tests.fakes.audit_erasure import ForgettingLog
from tests.support.devidp import served
from tests.support.erasing_world import GRETA, HUGO
from tests.support.ports import free_port
from tests.support.postgres import copied_database
from tests.support.registry_node import NEW_DATASET, RegistryNode, registry_node
from tests.support.registry_world import csv_of, people
from tests.support.waiting import wait_until

HER = "SELECT count(*) FROM participant WHERE pseudonym = 'anna-p'"
OWN = "/v1/participants/anna-p/consents"


@dataclass(frozen=True)
class Restored:
    """A node in which Anna was erased, and its backup from before that."""

    node: RegistryNode
    backup: str

    def again(self) -> str:
        """Restore the backup once more."""
        return copied_database(self.backup)

    @contextmanager
    def serving(self, url: str, **changes: str) -> Iterator[RegistryNode]:
        """Serve a restored database."""
        environment = {**self.node.environment, "PLACET_DATABASE_URL": url, **changes}
        parts, port = build(load(ConsentSettings, environment), clock=SystemClock()), free_port()
        try:
            with served(create_app(parts), port):
                yield replace(self.node, url=f"http://127.0.0.1:{port}", parts=parts)
        finally:
            parts.engine.dispose()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restored]:
    with registry_node(tmp_path_factory.mktemp("restored")) as node:
        token = node.service("consents.write")
        assert node.call("POST", "/v1/datasets", dict(NEW_DATASET), token=token).status_code == 201
        node.take_in(csv_of([*people(2), {"participant": "anna-p", "local_id": "anna"}]))
        node.work()
        link = {"issuer": node.idp.issuer, "subject": "person-anna"}
        answer = node.call("PUT", "/v1/participants/anna-p/link", link, token=token)
        assert answer.status_code == 204, answer.text
        assert node.call("GET", OWN, token=node.person("anna")).status_code == 200
        node.parts.engine.dispose()
        backup = copied_database(node.environment["PLACET_DATABASE_URL"])
        tools = replace(node.parts.tools, audit=ForgettingLog())
        asked = ask_erasure("anna-p", "gdpr_17_1_b", tools=tools, principal=GRETA)
        confirm_erasure(asked.erasure_id, tools=tools, principal=HUGO)
        while erase_next(tools=tools):
            pass
        assert node.call("GET", OWN, token=node.person("anna")).status_code == 403
        yield Restored(node, backup)


def count(url: str) -> int:
    with psycopg.connect(url) as connection:
        (found,) = connection.execute(HER).fetchone() or (None,)
    assert isinstance(found, int)
    return found


def test_the_first_answer_comes_after_the_erasure(site: Restored) -> None:
    url = site.again()
    assert count(url) == 1
    with site.serving(url) as node:
        answer = node.call("GET", OWN, token=node.person("anna"))
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert node.call("GET", OWN, token=node.service("consents.read")).status_code == 404
        assert node.call("GET", "/readyz").status_code == 200
    assert count(url) == 0


@pytest.mark.parametrize("command", ["opt-outs", "verify-events"])
def test_a_command_of_the_operator_s_erases_first(site: Restored, command: str) -> None:
    url = site.again()
    done = subprocess.run(
        [sys.executable, "-m", "services.consent_registry", command],
        env={
            "PATH": os.environ["PATH"],
            **site.node.environment,
            "PLACET_DATABASE_URL": url,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert count(url) == 0


def test_the_worker_erases_first(site: Restored) -> None:
    url = site.again()
    with site.node.process("work", PLACET_DATABASE_URL=url):
        wait_until(lambda: count(url) == 0, "the erasure done again")


def test_nothing_is_answered_while_the_file_cannot_be_read(site: Restored, tmp_path: Path) -> None:
    url = site.again()
    with site.serving(url, PLACET_ERASURES_FILE=str(tmp_path / "none" / "file")) as node:
        answer = node.call("GET", OWN, token=node.service("consents.read"))
        assert (answer.status_code, answer.json()["code"]) == (503, "erasures_unreadable")
        assert node.call("GET", "/readyz").status_code == 503
    assert count(url) == 1
