# SPDX-License-Identifier: Apache-2.0
"""What goes on record, and what other services tell: each once, and nobody's name in the open."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from permit_service.adapters.tables import OUTBOX
from permit_service.bootstrap import create_app
from permit_service.http.edge import current_edge, install
from shared.clock import to_rfc3339
from shared.events import (
    Entry,
    SealedPart,
    check_commitments,
    leaf_hash,
    open_sealed,
    parse_entry,
)
from tests.support.permit_node import PermitNode

MARKER = "Ottilie Marker"
OURS = ("placet", "shared", "permit_service", "services")


def entries(node: PermitNode) -> list[tuple[Entry, tuple[SealedPart, ...]]]:
    """Read what waits in the outbox, in order."""
    with node.parts.engine.connect() as connection:
        rows = connection.execute(OUTBOX.outbox.select().order_by(OUTBOX.outbox.c.id)).all()
    return [(parse_entry(bytes(row.value)), open_sealed(bytes(row.sealed))) for row in rows]


def test_the_story_is_on_record_in_one_unbroken_chain(node: PermitNode) -> None:
    permit_id = node.grant()
    node.visas(node.rita())
    node.revoke(permit_id)
    found = entries(node)
    assert [entry.seq for entry, _ in found] == list(range(1, len(found) + 1))
    for (before, _), (after, _) in pairwise(found):
        assert after.previous == leaf_hash(before.raw)
    for entry, parts in found:
        check_commitments(entry, parts)
    about = [
        entry.type
        for entry, parts in found
        if any(permit_id.encode() in part.value for part in parts if part.group == "permit")
    ]
    assert about == [
        "placet.permit.issued.v1",
        "placet.visa.issued.v1",
        "placet.permit.revoked.v1",
    ]


def test_neither_entries_nor_logs_nor_errors_name_anybody(
    node: PermitNode, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    application_id = node.apply(title=MARKER, organisation=MARKER)
    node.post(
        f"/v1/applications/{application_id}/decisions",
        {"decision": "grant", "reasons": f"{MARKER} asked nicely."},
        node.dora(),
    )
    node.visas(node.rita())
    faulty = {"title": MARKER, "dataset": MARKER, "months": MARKER, MARKER: MARKER}
    refused = node.post("/v1/applications", {**faulty, "purpose": {"users": [1]}}, node.rita())
    assert refused.status_code == 422
    assert MARKER not in refused.text.replace(f"/{MARKER}", "")
    unknown = node.get(f"/v1/applications/{MARKER}", node.rita())
    assert MARKER not in unknown.text
    # The test's own HTTP client and server log addresses; the suite's loggers must not.
    said = [str(vars(one)) for one in caplog.records if one.name.startswith(OURS)]
    assert said
    assert not any(name in line for line in said for name in ("Marker", "person-rita"))
    for entry, parts in entries(node):
        for name in (MARKER, "Marker", "person-rita", "person-dora"):
            assert name.encode() not in entry.raw
        assert not any(MARKER.encode() in part.value for part in parts)


def message(node: PermitNode, permit_id: str, members: int, revision: int) -> dict[str, Any]:
    cohorts = [{"permit_id": permit_id, "members_now": members}]
    return {
        "id": str(uuid4()),
        "source": "zz/consent_registry/1",
        "type": "placet.consent.narrowed.v1",
        "time": to_rfc3339(datetime.now(UTC)),
        "topic": "consent.changes.v1",
        "key": "GDI-ZZ-DATASET-1",
        "data": {"dataset": "GDI-ZZ-DATASET-1", "revision": revision, "cohorts": cohorts},
    }


def test_messages_of_another_client_are_refused_whatever_its_scopes(node: PermitNode) -> None:
    token = node.service("consent_registry", "messages.write")
    permit_id = node.grant()
    before = node.permit(permit_id)["cohort"]
    app = create_app(node.parts)
    with app.app_context():
        install(app, replace(current_edge(), messages_from="another_registry"))
    answer = app.test_client().post(
        "/v1/messages",
        json={"messages": [message(node, permit_id, 20, 50)]},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (answer.status_code, (answer.json or {})["code"]) == (403, "sender_refused")
    assert node.permit(permit_id)["cohort"] == before


def test_a_message_takes_effect_once_and_the_newest_count_stays(node: PermitNode) -> None:
    token = node.service("consent_registry", "messages.write")
    permit_id = node.grant()
    first = message(node, permit_id, 600, 20)
    for _ in range(2):
        answer = node.post("/v1/messages", {"messages": [first]}, token)
        assert (answer.status_code, answer.json()) == (202, {"accepted": 1})
    assert node.permit(permit_id)["cohort"]["members_now"] == 600
    # The same message with another content is the same message.
    again = {**message(node, permit_id, 5, 30), "id": first["id"]}
    node.post("/v1/messages", {"messages": [again]}, token)
    batch = [message(node, permit_id, 590, 22), message(node, permit_id, 610, 21)]
    assert node.post("/v1/messages", {"messages": batch}, token).json() == {"accepted": 2}
    cohort = node.permit(permit_id)["cohort"]
    assert cohort["members_now"] == 590, "of revision 22, not of 21"
    assert "members_revision" not in cohort, "it moves with each one who leaves"
    # Nobody reads from it how few are left.
    node.post("/v1/messages", {"messages": [message(node, permit_id, 3, 23)]}, token)
    assert node.permit(permit_id)["cohort"]["members_now"] == "<20"


def test_a_message_of_a_type_not_known_here_is_taken_and_passed_over(node: PermitNode) -> None:
    token = node.service("consent_registry", "messages.write")
    strange = {**message(node, "none", 1, 1), "type": "placet.consent.invented.v9"}
    assert node.post("/v1/messages", {"messages": [strange]}, token).status_code == 202


def test_messages_come_only_from_those_who_may_write_them(node: PermitNode) -> None:
    body = {"messages": [message(node, "none", 1, 1)]}
    assert node.post("/v1/messages", body).status_code == 401
    assert node.post("/v1/messages", body, node.dora()).status_code == 403
    token = node.service("consent_registry", "messages.write")
    bodies: list[dict[str, Any]] = [
        {},
        {"messages": []},
        {"messages": [{"id": "x"}]},
        {"entries": []},
    ]
    for wrong in bodies:
        answer = node.post("/v1/messages", wrong, token)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
