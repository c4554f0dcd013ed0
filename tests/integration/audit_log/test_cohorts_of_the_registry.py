# SPDX-License-Identifier: Apache-2.0
"""A read of seventy people from its freeze to each of their reports, through both real services.

The registry freezes and binds a cohort, somebody withdraws, a data server reads and says so, an
officer searches, and each person asks who used her data: everything over HTTP.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from audit_log.bootstrap import create_exporter
from audit_log.bootstrap.working import create_asker
from shared.clock import from_rfc3339
from shared.events import NamedCohort, Subject
from tests.fakes.consent_factories import purpose
from tests.fakes.log_factories import Speaker, cohort_name, fact
from tests.integration.audit_log.test_pages import Browser
from tests.support.log_node import LogNode, log_node
from tests.support.ports import free_port
from tests.support.registry_node import DATASET, NEW_DATASET, RegistryNode, registry_node
from tests.support.registry_world import csv_of, people

PEOPLE: Final = 70
READ: Final = "placet.access.read.v1"
LEAVES, REFUSED, STAYS = 3, PEOPLE, 5


@dataclass(frozen=True)
class Both:
    """A registry and a log that know each other, and what a data server said."""

    registry: RegistryNode
    log: LogNode
    speaker: Speaker

    def call(self, method: str, path: str, body: Any, *scopes: str) -> Any:
        answer = self.registry.call(method, path, body, token=self.registry.service(*scopes))
        assert answer.status_code < 300, answer.text
        return answer.json()

    def frozen(self, permit: str) -> NamedCohort:
        """Freeze and bind whoever may be used now; give it as a reader of it names it."""
        asked = {"dataset": DATASET, "purpose": purpose().to_json(), "application_id": permit}
        made = self.call("POST", "/v1/cohorts/freeze", asked, "cohorts.freeze")
        path = f"/v1/cohorts/{made['cohort_id']}/bind"
        self.call("POST", path, {"permit_id": permit}, "cohorts.freeze")
        return NamedCohort(
            cohort_id=made["cohort_id"], digest=made["digest"], revision=self.revision()
        )

    def revision(self) -> int:
        """Give where the dataset's register stands: what a reader knows from the feed."""
        found = self.registry.call(
            "GET", f"/v1/datasets/{DATASET}", token=self.registry.service("consents.read")
        )
        revision: int = found.json()["revision"]
        return revision

    def read(self, cohort: NamedCohort) -> None:
        """Let the data server say that it read all of a cohort."""
        said = self.speaker.say(fact(type_=READ, dataset=DATASET, cohort=cohort))
        assert self.log.send(said).status_code == 202
        self.log.settle()

    def found(self, ordinal: int) -> dict[str, Any]:
        """Search as the officer does, for reads of one person."""
        body = {"person": {"dataset": DATASET, "ordinal": ordinal}, "type": READ}
        answer = self.log.post("/v1/search", body, self.log.otto())
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def uses(self, ordinal: int) -> tuple[int, int]:
        """Give how many uses the desk is told of, and how many cohorts stayed open."""
        path = f"/v1/participants/P-{ordinal:06}/uses"
        answer = self.registry.call("GET", path, token=self.registry.service("consents.read"))
        assert answer.status_code == 200, answer.text
        told = answer.json()
        return sum(use["times"] for use in told["uses"]), told["log_unresolved"]


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    with ExitStack() as stack:
        port = free_port()
        seen = {"PLACET_AUDIT_LOG_URL": f"http://127.0.0.1:{port}"}
        registry = stack.enter_context(registry_node(tmp_path / "registry", changes=seen))
        secret = tmp_path / "secret"
        secret.touch(mode=0o600)
        secret.write_text(registry.idp.secret("audit_log"), encoding="utf-8")
        log = stack.enter_context(
            log_node(
                tmp_path / "log",
                port=port,
                PLACET_CONSENT_REGISTRY_URL=registry.url,
                PLACET_TOKEN_ISSUER=registry.idp.issuer,
                PLACET_TOKEN_JWKS_URL=f"{registry.idp.issuer}/jwks",
                PLACET_TOKEN_ENDPOINT=f"{registry.idp.issuer}/token",
                PLACET_CLIENT_SECRET_FILE=str(secret),
            )
        )
        made = Both(registry, replace(log, idp=registry.idp), Speaker())
        made.log.add()
        made.call("POST", "/v1/datasets", dict(NEW_DATASET), "consents.write")
        refused = {"participant": f"P-{REFUSED:06}", "local_id": "r", "state": "refused"}
        registry.take_in(csv_of([*people(PEOPLE), refused]))
        registry.work()
        yield made


def test_a_read_of_seventy_is_found_by_each_of_them_and_by_nobody_else(both: Both) -> None:
    cohort = both.frozen("PERMIT-1")
    both.read(cohort)
    first = both.found(STAYS)
    assert (first["count"], first["count_is_exact"]) == (1, True)
    assert first["cohorts"]["unresolved"] == 0
    assert both.found(PEOPLE - 1)["count"] == 1
    assert both.found(REFUSED)["count"] == 0
    assert both.found(REFUSED)["count_is_exact"]
    assert (both.uses(STAYS), both.uses(REFUSED)) == ((1, 0), (0, 0))

    both.call("POST", f"/v1/participants/P-{LEAVES:06}/withdrawals", {}, "consents.write")
    both.read(replace(cohort, revision=both.revision()))  # the reader knows that she left
    both.read(both.frozen("PERMIT-2"))  # frozen without her
    assert both.found(STAYS)["count"] == 3
    assert both.found(LEAVES)["count"] == 1, "what was read before she withdrew stays hers"
    assert (both.uses(STAYS), both.uses(LEAVES)) == ((3, 0), (1, 0))
    size = first["as_of"]["size"]
    body = {"person": {"dataset": DATASET, "ordinal": STAYS}, "type": READ, "as_of": size}
    again = both.log.post("/v1/search", body, both.log.otto()).json()
    assert [one["idx"] for one in again["entries"]] == [one["idx"] for one in first["entries"]]


def test_a_read_by_who_did_not_know_that_she_left_is_found_and_by_who_did_is_not(
    both: Both,
) -> None:
    cohort = both.frozen("PERMIT-1")
    gone = both.call("POST", f"/v1/participants/P-{LEAVES:06}/withdrawals", {}, "consents.write")
    at = from_rfc3339(gone["recorded_at"]) + timedelta(seconds=1)
    knowing = replace(cohort, revision=both.revision())
    for one in (knowing, cohort, knowing):
        said = fact(
            type_=READ, at=at, dataset=DATASET, cohort=one, permit={"permit_id": "PERMIT-1"}
        )
        assert both.log.send(both.speaker.say(said)).status_code == 202
    both.log.settle()
    asker = create_asker(both.log.parts)
    assert asker is not None
    while asker.step():
        pass
    found = both.log.get("/v1/findings", both.log.otto()).json()["findings"]
    assert [(one["rule"], one["code"]) for one in found] == [("R8", "used_after_withdrawal")]
    newest_first = both.log.post("/v1/search", {"type": READ}, both.log.otto()).json()["entries"]
    assert found[0]["evidence"] == [sorted(one["idx"] for one in newest_first)[1]]


def test_a_digest_that_the_registry_never_gave_is_told_as_open(both: Both) -> None:
    cohort = both.frozen("PERMIT-1")
    both.read(replace(cohort, digest=cohort.digest[:-3] + "AA="))
    found = both.found(STAYS)
    assert (found["count"], found["count_is_exact"]) == (0, False)
    assert (found["cohorts"]["reached"], found["cohorts"]["unresolved"]) == (True, 1)
    assert both.uses(STAYS) == (0, 1)


def test_a_registry_that_is_away_is_said_in_the_answer_and_on_the_page(tmp_path: Path) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    with log_node(tmp_path, PLACET_CONSENT_REGISTRY_URL=nowhere) as log:
        log.add()
        speaker = Speaker()
        own = fact(type_=READ, subjects=(Subject(dataset=DATASET, ordinal=STAYS),))
        said = [speaker.say(one) for one in (fact(type_=READ, cohort=cohort_name(1)), own)]
        assert log.send(*said).status_code == 202
        log.settle()
        body = {"person": {"dataset": DATASET, "ordinal": STAYS}, "type": READ}
        found = log.post("/v1/search", body, log.otto()).json()
        assert (found["count"], found["count_is_exact"]) == (1, False)
        assert (found["cohorts"]["reached"], found["cohorts"]["unresolved"]) == (False, 1)
        fields = {"dataset": DATASET, "ordinal": str(STAYS), "type": READ}
        page = Browser(log).sign_in("otto").search(fields).text
        assert "NOT ALL OF IT: entries that name 1 cohort may be about this person" in page
        assert "the consent registry gave no answer" in page
        # Of nobody that is said, and a pack of hers is not made.
        everybody = Browser(log).sign_in("otto").search({"type": READ}).text
        assert "NOT ALL OF IT" not in everybody
        asked = log.post("/v1/exports", {"filter": body}, log.otto()).json()
        exporter = create_exporter(log.parts)
        while exporter.step():
            pass
        ended = log.get(f"/v1/exports/{asked['id']}/pack", log.otto())
        assert ended.status_code == 410
