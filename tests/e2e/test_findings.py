# SPDX-License-Identifier: Apache-2.0
"""A node at its honest work has nothing to answer for: every check has looked, and none objects."""

from typing import Any

from tests.e2e.conftest import Granted
from tests.support.waiting import wait_until

# Sixty people within a minute by an account with a new client: true, and worth a look.
WORTH_A_LOOK = {"R12", "R13"}


def test_the_checks_cover_the_log_and_find_nothing_wrong(granted: Granted) -> None:
    audit = granted.stage.suite.urls["audit_log"]
    audience = granted.stage.suite.audiences["audit_log"]
    token = granted.stage.tokens.service(audience, ("log.search",))

    def ask(path: str) -> dict[str, Any]:
        answer = granted.stage.client.get(f"{audit}{path}", token=token)
        assert answer.status == 200
        return dict(answer.body)

    size = ask("/v1/rules")["size"]

    def covered() -> bool:
        checks = {one["name"]: one["next"] for one in ask("/v1/rules")["checks"]}
        return {"entries", "people"} <= checks.keys() and min(checks.values()) >= size

    wait_until(covered, "both checks to have seen every entry", 240)
    found = ask("/v1/findings?limit=200")["findings"]
    wrong = [(one["rule"], one["code"]) for one in found if one["rule"] not in WORTH_A_LOOK]
    assert wrong == []
