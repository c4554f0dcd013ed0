# SPDX-License-Identifier: Apache-2.0
"""The gate before the framework: what it reads, what it answers, and what it leaves alone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from permit_service.clearinghouse.domain.outcome import Decision, Reason, refusal
from permit_service.clearinghouse.http.api.gate import DecisionGate
from permit_service.clearinghouse.usecases.decide import Request
from shared.tracing import current_trace_id

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ASKED = {
    "PATH_INFO": "/v1/decide",
    "HTTP_AUTHORIZATION": "Bearer x",
    "HTTP_X_ORIGINAL_METHOD": "GET",
    "HTTP_X_ORIGINAL_PATH": "/data/x",
    "HTTP_X_ORIGINAL_REMOTE": "192.0.2.7",
    "HTTP_TRACEPARENT": f"00-{TRACE}-00f067aa0ba902b7-01",
}


@dataclass
class Asked:
    """One call of the gate: what reached the use case, and what was answered."""

    decision: Callable[[Request], Decision]
    requests: list[Request] = field(default_factory=list)
    status: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(self, **changes: str) -> bytes:
        def decide(request: Request) -> Decision:
            self.requests.append(request)
            assert current_trace_id() == request.trace_id
            return self.decision(request)

        def start(
            status: str, headers: list[tuple[str, str]], _: object = None
        ) -> Callable[..., object]:
            self.status, self.headers = status, dict(headers)
            return print

        gate = DecisionGate(_application, decide)
        return b"".join(gate({**ASKED, **changes}, start))


def _application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    start_response("418 I'm a teapot", [])
    return [environ["PATH_INFO"].encode()]


def test_the_gateways_headers_become_the_request() -> None:
    asked = Asked(lambda _: Decision(allowed=True, reason=Reason.PERMIT_VALID))
    assert asked() == b""
    assert asked.requests == [
        Request(
            authorization="Bearer x",
            method="GET",
            path="/data/x",
            remote="192.0.2.7",
            trace_id=TRACE,
        )
    ]
    assert asked.status == "200 OK"
    assert asked.headers["X-Placet-Reason"] == "permit_valid"
    assert asked.headers["X-Correlation-ID"] == TRACE
    assert "WWW-Authenticate" not in asked.headers


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason.status != 200])
def test_every_refusal_has_its_status_and_reason(reason: Reason) -> None:
    asked = Asked(lambda _: refusal(reason))
    asked()
    assert asked.status.startswith(str(reason.status))
    assert asked.headers["X-Placet-Reason"] == reason.value
    assert ("WWW-Authenticate" in asked.headers) == (reason.status == 401)


def test_a_missing_token_is_asked_for_and_a_bad_one_named() -> None:
    asked = Asked(lambda _: refusal(Reason.BEARER_MISSING))
    asked()
    assert asked.headers["WWW-Authenticate"] == 'Bearer realm="placet"'
    asked = Asked(lambda _: refusal(Reason.BEARER_EXPIRED))
    asked()
    assert 'error="invalid_token"' in asked.headers["WWW-Authenticate"]


def test_what_the_gateway_did_not_say_is_empty_or_fresh() -> None:
    asked = Asked(lambda _: refusal(Reason.PATH_INVALID))
    asked(HTTP_X_ORIGINAL_REMOTE="Astrid Lindgren", HTTP_TRACEPARENT="nonsense")
    assert asked.requests[0].remote == ""
    assert len(asked.requests[0].trace_id) == 32
    assert asked.requests[0].trace_id != TRACE


def test_other_addresses_are_the_applications() -> None:
    asked = Asked(lambda _: refusal(Reason.PATH_INVALID))
    for path in ("/v1/state", "/v1/decide/", "/v1/decide2", "/", ""):
        assert asked(PATH_INFO=path) == path.encode()
    assert asked.requests == []


def test_a_bug_is_a_500_that_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: Request) -> Decision:
        raise LookupError("Astrid Lindgren")

    asked = Asked(broken)
    assert asked() == b""
    assert asked.status.startswith("500")
    assert "X-Placet-Reason" not in asked.headers
    assert caplog.records[0].message == "decision_failed"
