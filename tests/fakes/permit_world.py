# SPDX-License-Identifier: Apache-2.0
"""A whole permit_service in memory: ports, callers and a clock that only tests move."""

import base64
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from permit_service.domain.application import Application, Verdict
from permit_service.domain.caller import Caller
from permit_service.domain.permit import Permit
from permit_service.domain.policy import Policy
from permit_service.domain.purpose import Purpose
from permit_service.ports import Ports
from permit_service.usecases.decide import Decision, decide
from permit_service.usecases.submit import Submission, submit
from shared.canonical import JSON, canonical
from shared.ids import DatasetId, Uuid7Source
from shared.principal import Principal
from tests.fakes.cohort_source import MemoryCohorts
from tests.fakes.permit_factories import DATASET, HMB, IDP, NATIONAL, PROFILE, T0
from tests.fakes.permit_store import MemoryUnits

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
REASONS = "Purpose and consents agree."


class HandClock:
    """A clock that stands until a test moves it."""

    def __init__(self, at: datetime = T0) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - T0).total_seconds()

    def pass_by(self, **time: float) -> None:
        self.at += timedelta(**time)


class OpenSigner:
    """Writes what a signer would sign in the shape of a JWS, readable and without a key."""

    def sign(self, body: Mapping[str, JSON], *, typ: str) -> str:
        parts = (json.dumps({"typ": typ}).encode(), canonical(body), b"unsigned")
        return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def opened(jws: str) -> dict[str, JSON]:
    payload = jws.split(".")[1]
    found: dict[str, JSON] = json.loads(
        base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    )
    return found


def a_caller(subject: str, *scopes: str, service: bool = False, issuer: str = IDP) -> Caller:
    principal = Principal(
        issuer=issuer,
        subject=subject,
        client_id=subject if service else "desk",
        scopes=frozenset(scopes),
        is_service=service,
    )
    return Caller(principal=principal, trace_id=TRACE)


RESEARCHER = a_caller("rita", "applications.submit", "visas.read")
OTHER = a_caller("stranger", "applications.submit", "visas.read")
AUTHORITY = a_caller(
    "dora", "applications.read", "applications.decide", "permits.read", "permits.revoke"
)
CLEARINGHOUSE = a_caller("clearinghouse", "visas.read", "feed.read", service=True)


@dataclass
class World:
    """Ports made of fakes, and the shortest ways to an application and a permit."""

    clock: HandClock = field(default_factory=HandClock)
    units: MemoryUnits = field(default_factory=MemoryUnits)

    def __post_init__(self) -> None:
        self.cohorts = MemoryCohorts(self.clock, DATASET)
        counter = itertools.count(1)
        signer = OpenSigner()
        self.ports = Ports(
            units=self.units,
            cohorts=self.cohorts,
            permit_signer=signer,
            visa_signer=signer,
            feed_signer=signer,
            clock=self.clock,
            ids=Uuid7Source(),
            random=lambda size: next(counter).to_bytes(size, "big"),
            policy=Policy(
                profile=PROFILE,
                node="ZZ",
                national=(NATIONAL,),
                recipients=frozenset({"clearinghouse"}),
            ),
        )

    def with_policy(self, policy: Policy) -> None:
        self.ports = replace(self.ports, policy=policy)

    def apply(
        self,
        *,
        by: Caller = RESEARCHER,
        dataset: DatasetId = DATASET,
        months: int = 12,
        purpose: Purpose = HMB,
    ) -> Application:
        submission = Submission(
            title="Rare variants of the heart",
            organisation="Institute of Examples",
            dataset=dataset,
            purpose=purpose,
            months=months,
        )
        return submit(submission, caller=by, ports=self.ports)

    def decide(
        self,
        application: Application,
        verdict: Verdict = Verdict.GRANT,
        *,
        by: Caller = AUTHORITY,
        valid_until: datetime | None = None,
    ) -> Application:
        decision = Decision(
            application_id=application.application_id,
            verdict=verdict,
            reasons=REASONS,
            valid_until=valid_until,
        )
        return decide(decision, caller=by, ports=self.ports)

    def permit_of(self, application: Application) -> Permit | None:
        with self.ports.units() as work:
            return work.permits.of_application(application.application_id)

    def grant(self, *, by: Caller = RESEARCHER, valid_until: datetime | None = None) -> Permit:
        permit = self.permit_of(self.decide(self.apply(by=by), valid_until=valid_until))
        assert permit is not None
        return permit
