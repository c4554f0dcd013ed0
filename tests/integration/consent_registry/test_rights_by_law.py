# SPDX-License-Identifier: Apache-2.0
"""The rights desk as a strict data protection officer tries it, over real HTTP: GDPR 12 to 21."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from consent_registry.bootstrap import create_app
from consent_registry.domain.supervision import Authority
from shared.clock import SystemClock, to_rfc3339
from tests.support.devidp import served
from tests.support.ports import free_port
from tests.support.registry_node import AUDIENCE, NEW_DATASET, RegistryNode
from tests.support.registry_world import csv_of
from tests.support.tokens import person_token

WHO = "anna-p"
ASKING = f"/v1/participants/{WHO}/rights-requests"
AUTHORITY = Authority(name="The Inspectorate", url="https://inspectorate.test")


class Later:
    """The clock of this machine, some whole days later."""

    def __init__(self) -> None:
        self.days = 0

    def now(self) -> datetime:
        return SystemClock().now() + timedelta(days=self.days)

    def monotonic(self) -> float:
        return SystemClock().monotonic()


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A registry whose use cases live some days later, and its people."""

    node: RegistryNode
    clock: Later

    def steward(self) -> str:
        given = person_token(self.node.idp.issuer, "greta", AUDIENCE, ("rights.manage",))
        return given.access_token

    def ask(self, body: dict[str, str], token: str | None = None) -> dict[str, Any]:
        answer = self.node.call("POST", ASKING, body, token=token or self.steward())
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def step(self, request_id: str, step: str, code: str = "") -> tuple[int, dict[str, Any]]:
        body = {"step": step, "code": code} if code else {"step": step}
        path = f"/v1/rights-requests/{request_id}/steps"
        answer = self.node.call("POST", path, body, token=self.steward())
        return answer.status_code, answer.json()

    def within(self) -> int:
        """Count the people of the dataset whom a purpose reaches now."""
        question = {"dataset": NEW_DATASET["dataset"], "purpose": {"category": "HMB"}}
        token = self.node.service("cohorts.evaluate")
        answer = self.node.call("POST", "/v1/cohorts/evaluate", question, token=token)
        return int(answer.json()["counts"]["in"])


@pytest.fixture(scope="module")
def desk(node: RegistryNode) -> Iterator[Desk]:
    token = node.service("consents.write")
    assert node.call("POST", "/v1/datasets", dict(NEW_DATASET), token=token).status_code == 201
    node.take_in(csv_of([{"participant": WHO, "local_id": "anna"}]))
    node.work()
    link = {"issuer": node.idp.issuer, "subject": "person-anna"}
    assert node.call("PUT", f"/v1/participants/{WHO}/link", link, token=token).status_code == 204
    clock = Later()
    policy = replace(node.parts.tools.policy, authority=AUTHORITY)
    parts = replace(node.parts, tools=replace(node.parts.tools, policy=policy, clock=clock))
    port = free_port()
    with served(create_app(parts), port):
        yield Desk(node=replace(node, url=f"http://127.0.0.1:{port}", parts=parts), clock=clock)


def test_a_refusal_gives_its_ground_the_authority_and_the_court(desk: Desk) -> None:
    """Article 12(4)."""
    made = desk.ask({"right": "access"}, desk.node.person("anna"))
    assert made["complaint"] is None
    status, _ = desk.step(made["request_id"], "refused")
    assert status == 422, "never without a ground"
    status, refused = desk.step(made["request_id"], "refused", "gdpr_15_4")
    assert status == 200
    assert refused["complaint"] == {
        "authority": AUTHORITY.name,
        "url": AUTHORITY.url,
        "articles": ["77", "79"],
    }
    path = f"/v1/rights-requests/{made['request_id']}"
    hers = desk.node.call("GET", path, token=desk.node.person("anna")).json()
    assert hers["complaint"] == refused["complaint"]
    assert hers["steps"][-1]["code"] == "gdpr_15_4"
    named = {step["policy_sha256"] for step in hers["steps"]}
    assert named == {desk.node.parts.tools.policy.digest}, "each step names the policy"
    file = desk.node.call(
        "GET", f"/v1/participants/{WHO}/own-data", token=desk.node.person("anna")
    ).json()
    assert file["complaint"]["authority"] == AUTHORITY.name


def test_an_answer_is_extended_once_with_a_reason_and_within_the_first_month(desk: Desk) -> None:
    """Article 12(3)."""
    made = desk.ask({"right": "access"})
    request_id, extend_by = made["request_id"], date.fromisoformat(made["extend_by"])
    assert made["due_on"] == made["extend_by"]
    assert desk.step(request_id, "extended")[0] == 422
    assert desk.step(request_id, "extended", "holidays")[0] == 422
    try:
        desk.clock.days = (extend_by - datetime.now(tz=UTC).date()).days + 1
        status, late = desk.step(request_id, "extended", "complexity")
        assert (status, late["code"]) == (409, "rights_step_refused")
        queued = desk.node.call("GET", "/v1/rights-requests", token=desk.steward()).json()
        assert queued["requests"][0]["overdue"]
        desk.clock.days -= 1
        status, longer = desk.step(request_id, "extended", "complexity")
        assert (status, longer["extend_by"]) == (200, None)
        assert timedelta(days=55) < date.fromisoformat(longer["due_on"]) - extend_by
        assert desk.step(request_id, "extended", "number_of_requests")[0] == 409
    finally:
        desk.clock.days = 0
    assert desk.step(request_id, "fulfilled")[0] == 200


def test_a_letters_clock_runs_from_the_day_it_came(desk: Desk) -> None:
    came = datetime.now(tz=UTC) - timedelta(days=45)
    made = desk.ask({"right": "access", "received_at": to_rfc3339(came)})
    assert made["overdue"]
    assert made["extend_by"] is None
    future = {"right": "access", "received_at": to_rfc3339(came + timedelta(days=50))}
    assert desk.node.call("POST", ASKING, future, token=desk.steward()).status_code == 422
    assert desk.step(made["request_id"], "refused", "gdpr_12_5_b")[0] == 200


def test_the_clock_does_not_stand_still_at_will(desk: Desk) -> None:
    """Article 12(6): a reasonable doubt, once, and not of who signed in."""
    hers = desk.ask({"right": "access"}, desk.node.person("anna"))
    assert desk.step(hers["request_id"], "identity_asked")[0] == 409
    letter = desk.ask({"right": "access"})
    status, still = desk.step(letter["request_id"], "identity_asked")
    assert (status, still["due_on"]) == (200, None)
    assert desk.step(letter["request_id"], "fulfilled")[0] == 409
    assert desk.step(letter["request_id"], "identified")[0] == 200
    assert desk.step(letter["request_id"], "identity_asked")[0] == 409
    for one in (hers, letter):
        assert desk.step(one["request_id"], "fulfilled")[0] == 200


@pytest.mark.parametrize(
    ("asked", "ground"),
    [
        ({"right": "restriction"}, "gdpr_18_1_no_ground"),
        ({"right": "objection", "words": "I am a twin"}, "gdpr_21_1_overriding"),
    ],
)
def test_data_rest_at_once_and_go_on_only_after_she_was_told_before(
    desk: Desk, asked: dict[str, str], ground: str
) -> None:
    """Articles 18(1), 18(3) and 21(1)."""
    assert desk.within() == 1
    made = desk.ask(asked, desk.node.person("anna"))
    assert desk.within() == 0
    status, early = desk.step(made["request_id"], "refused", ground)
    assert (status, early["code"]) == (409, "rights_end_not_told")
    assert desk.step(made["request_id"], "end_told")[0] == 200
    assert desk.step(made["request_id"], "refused", ground)[0] == 409
    assert desk.within() == 0
    try:
        desk.clock.days = 1
        status, refused = desk.step(made["request_id"], "refused", ground)
        assert (status, refused["state"]) == (200, "refused")
        assert desk.within() == 1
    finally:
        desk.clock.days = 0


def test_what_she_objects_to_the_desk_does_not_let_go_on(desk: Desk) -> None:
    """Article 21(1): no longer, unless she says so."""
    made = desk.ask({"right": "objection", "words": "I am a twin"}, desk.node.person("anna"))
    assert desk.step(made["request_id"], "fulfilled")[0] == 200
    assert desk.within() == 0
    assert desk.step(made["request_id"], "end_told")[0] == 409
    assert desk.step(made["request_id"], "lifted")[0] == 409
    path = f"/v1/rights-requests/{made['request_id']}/steps"
    lifted = desk.node.call("POST", path, {"step": "lifted"}, token=desk.node.person("anna"))
    assert lifted.json()["state"] == "lifted"
    assert desk.within() == 1


def test_nobody_invents_a_step_a_right_or_a_ground(desk: Desk) -> None:
    made = desk.ask({"right": "rectification", "words": "born in 1990"})
    for step, code in (
        ("received", ""),
        ("taken_back", ""),
        ("lifted", ""),
        ("end_told", ""),
        ("identified", ""),
        ("refused", "gdpr_21_1_overriding"),
        ("fulfilled", "complexity"),
        ("forgotten", ""),
    ):
        assert desk.step(made["request_id"], step, code)[0] in {409, 422}
    for body in ({"right": "silence"}, {"right": "rectification"}, {"right": "objection"}):
        assert desk.node.call("POST", ASKING, body, token=desk.steward()).status_code == 422
    assert desk.step(made["request_id"], "fulfilled")[0] == 200
