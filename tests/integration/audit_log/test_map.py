# SPDX-License-Identifier: Apache-2.0
"""`placet log map` over a log in which one producer wrote what a format has no room for."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from audit_log.domain import pack
from shared.events import Actor
from tests.fakes.log_factories import ISSUER, Speaker, fact
from tests.integration.audit_log.test_recount import placet
from tests.support.log_node import LogNode
from tests.support.packs import apart


@pytest.fixture(scope="module")
def copy(node: LogNode, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy and openings; every fourth actor is nobody, every third address none."""
    speaker = Speaker()
    nobody = Actor(issuer=ISSUER, subject="", client_id="desk")
    entries = [
        speaker.say(
            replace(
                fact(type_="placet.access.read.v1", actor=nobody if number % 4 == 0 else None),
                net={"ip": "unknown" if number % 3 == 0 else "192.0.2.7"},
            )
        )
        for number in range(12)
    ]
    assert node.send(*entries).status_code == 202
    node.settle()
    folder = tmp_path_factory.mktemp("map")
    body = {"filter": {}, "open": ["actor", "net"], "reason": "complaint"}
    body["case"] = node.agreed("actor", "net")
    (folder / "openings.jsonl").write_bytes(apart(node.export(body))[pack.OPENINGS])
    token = folder / "token"
    token.write_text(node.otto(), encoding="ascii")
    vkey = node.get("/v1/log", node.otto()).json()["vkey"]
    told = ("--url", node.url, "--vkey", vkey, "--token-file", str(token))
    assert placet("export", "--to", str(folder / "log"), *told).code == 0
    return folder


@pytest.mark.parametrize("to", ["ecs", "fhir-r4", "fhir-r5", "ocsf"])
def test_one_entry_that_does_not_fit_keeps_no_other_back(
    node: LogNode, copy: Path, to: str
) -> None:
    vkey = node.get("/v1/log", node.otto()).json()["vkey"]
    told = ("--to", to, "--export", str(copy / "log"), "--vkey", vkey)
    read = ("--filter", json.dumps({"type": "placet.access.read.v1"}))
    done = placet("map", *told, *read, "--openings", str(copy / "openings.jsonl"))
    assert (done.code, len(done.out.splitlines())) == (1, 9)
    assert len(done.err.splitlines()) == 3
    assert all("is missing or wrong" in one for one in done.err.splitlines())
    assert "unknown" not in done.out
    sealed = placet("map", *told, *read)
    assert (sealed.code, len(sealed.out.splitlines())) == (0, 12)
