# SPDX-License-Identifier: Apache-2.0
"""`placet consent rights`: the queue, and an erasure asked for, confirmed and looked at."""

import json

from tests.support.scripted_server import Scripted

from .conftest import Placet

ID = "01939a5c-0000-7000-8000-000000000000"
ERASURE = {
    "erasure_id": ID,
    "ground": "gdpr_17_1_b",
    "state": "running",
    "asked_at": "2026-11-22T06:25:00.000000Z",
    "confirmed_at": None,
    "complete_on": None,
    "parts": [
        {"part": "imports", "confirmed_at": "2026-11-22T06:26:00.000000Z"},
        {"part": "registry", "confirmed_at": None},
    ],
}
REQUEST = {"request_id": ID, "right": "access", "state": "open", "overdue": True}


def answers(registry: Scripted, body: object) -> None:
    registry.status, registry.body = 200, json.dumps(body).encode()


def test_the_queue_says_what_is_overdue_and_what_stands_still(
    placet: Placet, registry: Scripted
) -> None:
    still = {**REQUEST, "overdue": False, "state": "identity", "due_on": None}
    answers(registry, {"requests": [{**REQUEST, "due_on": "2026-11-20"}, still]})
    lines = placet("rights", "queue").out.splitlines()
    assert "2026-11-20" in lines[1]
    assert "overdue" in lines[1]
    assert "stands still" in lines[2]


def test_an_erasure_is_asked_for_confirmed_and_never_called_complete_early(
    placet: Placet, registry: Scripted
) -> None:
    answers(registry, ERASURE)
    ended = placet("rights", "erase", "P 17/a", "--ground", "gdpr_17_1_b")
    call = registry.calls[-1]
    assert call.path == "/v1/participants/P%2017%2Fa/erasures"
    assert json.loads(call.body) == {"ground": "gdpr_17_1_b"}
    assert "not stated before each part but the last has confirmed" in ended.out
    assert "registry  not confirmed" in ended.out
    placet("rights", "confirm", ID)
    assert registry.calls[-1].path == f"/v1/erasures/{ID}/confirmation"
    answers(registry, {**ERASURE, "complete_on": "2026-12-23"})
    assert "No copy is left from: 2026-12-23" in placet("rights", "erasure", ID).out
    assert placet("rights", "erasure", ID, "--json").json()["state"] == "running"
