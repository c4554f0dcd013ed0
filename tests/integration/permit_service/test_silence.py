# SPDX-License-Identifier: Apache-2.0
"""An application that nobody decided in time, at the API and on the pages of both sides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from permit_service.adapters.tables import ApplicationRow
from permit_service.workers.silence import SilenceWorker
from shared.db import engine
from tests.fakes.country_policies import EXAMPLES, example
from tests.fakes.permit_factories import NATIONAL
from tests.integration.permit_service.test_pages import Browser
from tests.integration.permit_service.test_processes import run
from tests.support.permit_node import PermitNode
from tests.support.postgres import owner_of


def of_long_ago(node: PermitNode, title: str) -> str:
    """Apply, and have it that this was 200 days ago."""
    application_id = node.apply(title=title)
    owner = engine(owner_of(node.environment["PLACET_DATABASE_URL"]))
    mine = ApplicationRow.application_id == application_id
    then = datetime.now(tz=UTC) - timedelta(days=200)
    with owner.begin() as connection:
        connection.execute(update(ApplicationRow).where(mine).values(submitted_at=then))
    owner.dispose()
    return application_id


@pytest.fixture
def dora(node: PermitNode) -> Browser:
    return Browser(node).sign_in("dora")


@pytest.fixture
def rita(node: PermitNode) -> Browser:
    return Browser(node).sign_in("rita")


def test_what_nobody_decided_in_time_is_first_on_the_authoritys_list_until_somebody_does(
    node: PermitNode, dora: Browser, rita: Browser
) -> None:
    fresh = node.get(f"/v1/applications/{node.apply()}", node.rita()).json()
    assert (fresh["due_on"] > datetime.now(tz=UTC).date().isoformat(), fresh["overdue"]) == (
        True,
        None,
    )
    application_id = of_long_ago(node, "Forgotten since spring")
    SilenceWorker(node.parts.ports).step()
    seen = node.get(f"/v1/applications/{application_id}", node.dora()).json()
    assert seen["state"] == "submitted"
    assert seen["overdue"]["means"] == "escalation"
    assert seen["overdue"]["law"] is None
    assert seen["overdue"]["policy_sha256"] == NATIONAL.digest
    assert seen["overdue"]["due_on"] == seen["due_on"]
    queue = dora.page("/queue")
    first, waiting = queue.index("Not decided in time"), queue.index("Waiting, the longest first")
    assert first < queue.index("Forgotten since spring") < waiting
    assert "Not decided in time" in dora.page(f"/queue/{application_id}")
    assert "Not decided in time" in rita.page(f"/applications/{application_id}")
    assert node.decide(application_id, "refuse").status_code == 201
    decided = node.get(f"/v1/applications/{application_id}", node.dora()).json()
    assert decided["due_on"] is None
    assert decided["signatures"][0]["policy_sha256"] == NATIONAL.digest
    assert "Not decided in time" not in dora.page(f"/queue/{application_id}")


def test_a_refusal_by_law_names_the_law_to_both_sides(
    node: PermitNode, dora: Browser, rita: Browser
) -> None:
    law = example("PT")
    ports = node.parts.ports
    application_id = of_long_ago(node, "Refused by nobody")
    SilenceWorker(replace(ports, policy=replace(ports.policy, national=(law,)))).step()
    seen = node.get(f"/v1/applications/{application_id}", node.rita()).json()
    assert (seen["state"], seen["signatures"]) == ("refused", [])
    assert (seen["overdue"]["means"], seen["overdue"]["law"]) == ("refusal", law.silence.law)
    assert node.decide(application_id).status_code == 409
    for page in (
        dora.page(f"/queue/{application_id}"),
        rita.page(f"/applications/{application_id}"),
    ):
        assert "Refused, because nobody decided in time" in page
        assert law.silence.law in page


def test_a_policy_that_makes_silence_a_grant_stops_the_start(
    node: PermitNode, tmp_path: Path
) -> None:
    text = (EXAMPLES / "example-fi.toml").read_text(encoding="utf-8")
    file = tmp_path / "policy.toml"
    file.write_text(text.replace('means = "escalation"', 'means = "consent"'), encoding="utf-8")
    ended = run({**node.environment, "PLACET_POLICY_FILE": str(file)}, "check-config")
    assert ended.returncode == 2
    assert "PLACET_POLICY_FILE: policy.toml: dac_silence_rule.means" in ended.stderr
    production = {**node.environment, "PLACET_ENV": "production"}
    unsigned = run(
        {**production, "PLACET_POLICY_FILE": str(EXAMPLES / "example-fi.toml")}, "check-config"
    )
    assert unsigned.returncode == 2
    assert "PLACET_POLICY_KEYS_FILE" in unsigned.stderr
