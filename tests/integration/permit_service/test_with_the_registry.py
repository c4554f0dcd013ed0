# SPDX-License-Identifier: Apache-2.0
"""The adapter against consent_registry itself: its application, its database, its tokens."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import requests

from consent_registry import bootstrap as registry
from consent_registry.settings import ConsentSettings
from permit_service.adapters.cohort_client import SCOPES, HttpCohorts
from permit_service.domain.errors import CohortRefused, FreezeOvertaken, FreezeVoid
from shared.http_client import ServiceTokens
from shared.ids import ApplicationId, CohortId, DatasetId, PermitId
from shared.settings import Secret, load
from tests.fakes.kernel import SteppingClock
from tests.fakes.permit_factories import DATASET, HMB, PROJECT
from tests.support.devidp import DevidpFiles, devidp_files, devidp_on_thread, served
from tests.support.permit_node import CONSENT_AUDIENCE
from tests.support.ports import free_port
from tests.support.postgres import fresh_database
from tests.support.registry_world import RegistryWorld, people
from tests.support.tokens import service_token

APPLICATION = ApplicationId("app-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """A running consent_registry with ninety people, and our adapter to it."""

    url: str
    idp: DevidpFiles
    clock: SteppingClock
    cohorts: HttpCohorts

    def withdraw(self, pseudonym: str) -> None:
        secret = self.idp.secret("story")
        scopes = ("consents.write",)
        token = service_token(self.idp.issuer, "story", secret, CONSENT_AUDIENCE, scopes)
        answer = requests.post(
            f"{self.url}/v1/participants/{pseudonym}/withdrawals",
            headers={"Authorization": f"Bearer {token}"},
            json={},
            timeout=30,
        )
        assert answer.status_code == 201, answer.text


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    folder, clock = tmp_path_factory.mktemp("registry"), SteppingClock()
    url = f"http://127.0.0.1:{free_port()}"
    idp = devidp_files(folder / "idp", pages={"consent_registry": url})
    settings = load(ConsentSettings, environment(folder, url, idp))
    parts = registry.build(settings, clock=clock)
    world = RegistryWorld(
        url=settings.database_url,
        engine=parts.engine,
        tools=parts.tools,
        clock=clock,
        keys=parts.keys,
        erasures=parts.settings.erasures_file,
    )
    world.dataset(DATASET)
    report = world.load(*people(30), *people_who_said_no(), *people_who_ask())
    assert report.batch.bad == 0
    secret = Secret(idp.secret("permit_service"))
    tokens = ServiceTokens(f"{idp.issuer}/token", "permit_service", secret, clock)
    with ExitStack() as stack:
        stack.callback(parts.engine.dispose)
        stack.enter_context(devidp_on_thread(idp, clock))
        stack.enter_context(served(registry.create_app(parts), int(url.rpartition(":")[2])))
        cohorts = HttpCohorts(url, lambda: tokens.token(CONSENT_AUDIENCE, SCOPES))
        yield Registry(url=url, idp=idp, clock=clock, cohorts=cohorts)


def people_who_said_no() -> list[dict[str, str]]:
    return [
        {**row, "participant": f"N{row['participant']}", "local_id": f"N{row['local_id']}"}
        for row in people(30, state="refused")
    ]


def people_who_ask() -> list[dict[str, str]]:
    return [
        {**row, "participant": f"R{row['participant']}", "local_id": f"R{row['local_id']}"}
        for row in people(30, modifiers="RTN=Bank of the north")
    ]


def secret_file(path: Path, content: str) -> str:
    path.touch(mode=0o600)
    path.write_text(content)
    return str(path)


def environment(folder: Path, url: str, idp: DevidpFiles) -> dict[str, str]:
    return {
        "PLACET_ENV": "development",
        "PLACET_NODE": "ZZ",
        "PLACET_BIND": url.removeprefix("http://"),
        "PLACET_PUBLIC_URL": url,
        "PLACET_DATABASE_URL": fresh_database("consent_registry"),
        "PLACET_TOKEN_ISSUER": idp.issuer,
        "PLACET_TOKEN_JWKS_URL": f"{idp.issuer}/jwks",
        "PLACET_TOKEN_ENDPOINT": f"{idp.issuer}/token",
        "PLACET_AUDIENCE": CONSENT_AUDIENCE,
        "PLACET_CLIENT_ID": "consent_registry",
        "PLACET_CLIENT_SECRET_FILE": secret_file(folder / "client", idp.secret("consent_registry")),
        "PLACET_KEYS_DIR": str(folder / "keys"),
        "PLACET_AUDIT_INTAKE_URL": "http://127.0.0.1:9/v1/intake",
        "PLACET_PERMIT_MESSAGES_URL": "http://127.0.0.1:9/v1/messages",
        "PLACET_SESSION_KEY_FILE": secret_file(folder / "session", secrets.token_urlsafe(48)),
        "PLACET_SIGN_IN_ISSUER": idp.issuer,
        "PLACET_SIGN_IN_CLIENT_ID": "consent_registry-pages",
        "PLACET_SIGN_IN_CLIENT_SECRET_FILE": secret_file(
            folder / "pages", idp.secret("consent_registry-pages")
        ),
    }


def test_counts_freeze_and_bind_are_understood(running: Registry) -> None:
    view = running.cohorts.evaluate(DATASET, HMB, APPLICATION)
    assert view.counts.members == 90
    # Every number is one that may be shown.
    assert view.counts.parts() == {"in": 30, "out": 60, "awaiting": None}
    assert view.reasons == {"refused": 30, "return_not_accepted": 30}
    assert view.counts.small_cell == 10
    frozen = running.cohorts.freeze(DATASET, HMB, APPLICATION)
    assert frozen.counts == view.counts
    assert (frozen.void_at - frozen.frozen_at).total_seconds() == 60
    for _ in range(2):
        running.cohorts.bind(frozen.cohort_id, PermitId("p1"), PROJECT)
    with pytest.raises(CohortRefused):
        running.cohorts.bind(frozen.cohort_id, PermitId("p2"), PROJECT)
    running.clock.pass_time(61)
    running.cohorts.bind(frozen.cohort_id, PermitId("p1"), PROJECT)


def test_what_many_people_ask_for_is_named_before_and_in_the_freeze(running: Registry) -> None:
    asked = replace(HMB, accepts=("RTN",))
    view = running.cohorts.evaluate(DATASET, asked, APPLICATION)
    assert [(one.code, one.values, one.ask_holder) for one in view.duties] == [
        ("RTN", ("Bank of the north",), True)
    ]
    annex = running.cohorts.freeze(DATASET, asked, APPLICATION).annex()
    assert annex is not None
    assert annex.duties == view.duties


def test_a_freeze_is_void_after_a_minute(running: Registry) -> None:
    frozen = running.cohorts.freeze(DATASET, HMB, APPLICATION)
    running.clock.pass_time(61)
    with pytest.raises(FreezeVoid):
        running.cohorts.bind(frozen.cohort_id, PermitId("p3"), PROJECT)


def test_a_withdrawal_overtakes_a_freeze_and_leaves_a_bound_one(running: Registry) -> None:
    bound = running.cohorts.freeze(DATASET, HMB, APPLICATION)
    running.cohorts.bind(bound.cohort_id, PermitId("p4"), PROJECT)
    frozen = running.cohorts.freeze(DATASET, HMB, APPLICATION)
    running.withdraw("P-000007")
    with pytest.raises(FreezeOvertaken):
        running.cohorts.bind(frozen.cohort_id, PermitId("p5"), PROJECT)
    running.cohorts.bind(bound.cohort_id, PermitId("p4"), PROJECT)
    fresh = running.cohorts.freeze(DATASET, HMB, APPLICATION)
    # One left, and the number is the same: nobody reads from two permits who did.
    assert fresh.counts == bound.counts
    assert fresh.revision > frozen.revision


def test_what_the_registry_does_not_know_is_refused(running: Registry) -> None:
    with pytest.raises(CohortRefused):
        running.cohorts.evaluate(DatasetId("GDI-ZZ-DATASET-99"), HMB, APPLICATION)
    with pytest.raises(CohortRefused):
        running.cohorts.bind(CohortId("none"), PermitId("p6"), PROJECT)
