# SPDX-License-Identifier: Apache-2.0
"""Evidence packs over real HTTP, to the verifier that travels in them; and two that must not be."""

import subprocess
import sys
from pathlib import Path

import pytest

from audit_log.adapters.exports import PostgresExports
from audit_log.adapters.pack import VERIFIER, companions
from audit_log.domain import pack
from audit_log.domain.errors import KeysErased
from audit_log.ports import ExportState
from audit_log.usecases.pack import Enclosed, Exporter
from shared.events import Subject
from tests.contract.audit_log.test_publishing import TRUST
from tests.fakes.log_factories import DATASET, Speaker
from tests.integration.audit_log.test_processes import process
from tests.support.log_node import LogNode
from tests.support.log_world import (
    COHORTS,
    OWN,
    PSEUDONYMS,
    VAULT,
    PostgresWorld,
    Producing,
    erase_in,
    register,
)
from tests.support.packs import POLICY, PackDesk, apart
from tests.support.waiting import wait_until

PERMITTED = {"dataset": DATASET, "decision": "permit"}


@pytest.fixture(scope="module")
def said(node: LogNode) -> int:
    assert node.send(*Speaker().say_many(40)).status_code == 202
    return node.settle()


def verified(data: bytes, vkey: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Check a pack as its reader would, with a key that was had before."""
    (folder / "pack.zip").write_bytes(data)
    (folder / VERIFIER).write_bytes(companions()[VERIFIER])
    (folder / "policy.txt").write_text(f"log {vkey}\nquorum none\n", encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-I", VERIFIER, "pack.zip", "--vkey", vkey, "--policy", "policy.txt"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_pack_is_asked_for_made_fetched_and_verified(
    node: LogNode, said: int, tmp_path: Path
) -> None:
    vkey = node.get("/v1/log", node.otto()).json()["vkey"]
    body = {"filter": PERMITTED, "open": ["actor"], "reason": "complaint"}
    assert node.post("/v1/exports", body, node.otto()).json()["code"] == "validation_failed"
    body["case"] = node.agreed("actor")
    data = node.export(body)
    done = verified(data, vkey, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    files = apart(data)
    assert len(files[pack.ENTRIES].splitlines()) == len(files[pack.OPENINGS].splitlines()) == 40
    search = node.post("/v1/search", {"type": "placet.audit.export.v1"}, node.otto()).json()
    assert [one["entry"]["n"] for one in search["entries"]] == [{"opened": 40, "results": 40}]
    assert search["entries"][0]["entry"]["x"]["filter"] == ["dataset", "decision"]


def test_the_state_is_told_until_the_pack_is_there(node: LogNode, said: int) -> None:
    asked = node.post("/v1/exports", {"indexes": [1, 2, 3]}, node.otto())
    assert asked.status_code == 202
    job = asked.json()
    assert (job["state"], job["count"], job["fault"]) == ("waiting", None, None)
    assert node.get(f"/v1/exports/{job['id']}", node.otto()).json() == job
    early = node.get(f"/v1/exports/{job['id']}/pack", node.otto())
    assert (early.status_code, early.json()["code"]) == (409, "export_not_ready")
    stranger = node.service("story", "log.search")
    assert node.get(f"/v1/exports/{job['id']}", stranger).json()["code"] == "export_unknown"
    assert node.get(f"/v1/exports/{job['id']}/pack", stranger).status_code == 404


def test_opening_needs_the_right_to_reveal(node: LogNode, said: int) -> None:
    body = {"filter": {}, "open": ["actor"], "reason": "complaint", "case": node.agreed("actor")}
    without = node.service("story", "log.search")
    assert node.post("/v1/exports", body, without).json()["code"] == "forbidden"
    assert node.post("/v1/exports", {"filter": {}}, without).status_code == 202


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/filter"),
        ({"filter": {}, "indexes": [1]}, "/filter"),
        ({"filter": {"decision": "maybe"}}, "/filter/decision"),
        ({"filter": {"type": "nonsense"}}, "/filter/type"),
        ({"indexes": []}, "/indexes"),
        ({"indexes": [-1]}, "/indexes/0"),
        ({"filter": {}, "open": ["name"], "reason": "complaint"}, "/open/0"),
        ({"filter": {}, "open": ["actor"], "case": "c"}, "/reason"),
        ({"filter": {}, "open": ["actor"], "reason": "complaint"}, "/case"),
    ],
)
def test_a_question_with_faults_names_them(
    node: LogNode, said: int, body: dict[str, object], pointer: str
) -> None:
    answer = node.post("/v1/exports", body, node.otto())
    assert answer.status_code == 422, answer.text
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


def test_nothing_personal_lies_open_in_the_table(node: LogNode, said: int) -> None:
    body = {
        "filter": {"actor": {"issuer": "https://login.example", "subject": "MARKER-4712"}},
        "open": ["actor"],
        "reason": "complaint",
        "case": node.agreed("actor"),
    }
    node.export(body)
    with node.parts.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT export::text FROM export").scalars().all()
        bytes_of = connection.exec_driver_sql("SELECT request, content FROM export").all()
    assert "MARKER" not in str(rows)
    assert not any(b"MARKER" in bytes(one) for row in bytes_of for one in row)


def test_the_running_worker_makes_packs(node: LogNode, said: int) -> None:
    with process(node.environment, "sequence"), process(node.environment, "work"):
        job = node.post("/v1/exports", {"filter": PERMITTED}, node.otto()).json()["id"]
        wait_until(
            lambda: node.get(f"/v1/exports/{job}", node.otto()).json()["state"] == "ready",
            "the worker to make the pack",
        )
    assert node.get(f"/v1/exports/{job}/pack", node.otto()).status_code == 200


def test_somebody_erased_while_parts_are_opened_is_in_no_pack() -> None:
    world = PostgresWorld()
    try:
        register(world)
        desk = PackDesk(world)
        desk.settle()
        Producing(world).send(*Speaker().say_many(3))
        desk.settle()
        job = desk.ask(desk.opening("subj"))

        def erased_meanwhile(number: int) -> bytes:
            erase_in(world, Subject(dataset=DATASET, ordinal=7))
            return bytes(number)

        exporter = Exporter(
            transaction=world.transaction,
            vault=VAULT,
            pseudonyms=PSEUDONYMS,
            cohorts=COHORTS,
            trust=TRUST,
            enclosed=Enclosed(policy=POLICY, files=companions()),
            src=OWN,
            clock=world.clock,
            random=erased_meanwhile,
        )
        with pytest.raises(KeysErased):
            exporter.step()
        assert desk.state(job.id).state is ExportState.WAITING
        desk.round()
        assert desk.state(job.id).opened == 0
    finally:
        world.close()


def test_two_exporters_never_take_one_job() -> None:
    world = PostgresWorld()
    try:
        desk = PackDesk(world)
        desk.settle()
        first, second = desk.ask(), desk.ask()
        with world.engine.begin() as one, world.engine.begin() as other:
            taken = [PostgresExports(held).next("") for held in (one, other)]
        assert [job.id for job in taken if job is not None] == [first.id, second.id]
    finally:
        world.close()
