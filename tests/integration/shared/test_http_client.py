# SPDX-License-Identifier: Apache-2.0
"""Calls to others: bounded, without redirects, and silent about what they carried."""

import base64
import json
import socket
import threading
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from shared.errors import AppError
from shared.http_client import (
    Http,
    JsonClient,
    Limits,
    RemoteKeySet,
    ServiceTokens,
    Unavailable,
    UpstreamRefused,
)
from shared.settings import Secret
from shared.tracing import read_traceparent, work_context
from tests.fakes.kernel import SteppingClock
from tests.support.scripted_server import Scripted, scripted_server

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TOKEN = "very-secret-token"


@pytest.fixture
def server() -> Iterator[Scripted]:
    with scripted_server() as script:
        yield script


def client(server: Scripted, limits: Limits | None = None) -> JsonClient:
    return JsonClient(server.url, bearer=lambda: TOKEN, http=Http(limits=limits))


def silent(error: AppError) -> None:
    shown = f"{error} {error.detail} {dict(error.context)}"
    assert TOKEN not in shown
    assert "Anna" not in shown


def test_a_call_carries_token_trace_and_body(server: Scripted) -> None:
    server.body = b'{"cohort_id": "c-1", "members": 3}'
    with work_context("0" * 16, TRACE):
        answer = client(server).post("/v1/cohorts/freeze", {"dataset": "d"})
    assert answer == {"cohort_id": "c-1", "members": 3}
    (call,) = server.calls
    assert (call.method, call.path) == ("POST", "/v1/cohorts/freeze")
    assert json.loads(call.body) == {"dataset": "d"}
    assert call.headers["authorization"] == f"Bearer {TOKEN}"
    assert call.headers["content-type"] == "application/json"
    assert read_traceparent(call.headers["traceparent"]) == TRACE
    assert call.headers["x-correlation-id"] == "0" * 16


def test_parameters_are_encoded_and_get_has_no_body(server: Scripted) -> None:
    assert client(server).get("/v1/feed", {"after": "7", "odd": "a&b=c/ü"}) == {}
    (call,) = server.calls
    path, _, query = call.path.partition("?")
    assert path == "/v1/feed"
    assert parse_qs(query) == {"after": ["7"], "odd": ["a&b=c/ü"]}
    assert "content-type" not in call.headers


def test_put_and_an_empty_answer(server: Scripted) -> None:
    server.status, server.body = 204, b""
    assert client(server).put("/v1/x", {"a": [1, None]}) == {}
    assert server.calls[0].method == "PUT"


def test_without_a_bearer_no_credential_is_sent(
    server: Scripted, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w") as file:  # noqa: PTH123 - a path given as text
        file.write("default login anna password hunter2\n")
    monkeypatch.setenv("NETRC", netrc)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    JsonClient(server.url).get("/")
    assert "authorization" not in server.calls[0].headers


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (404, b'{"code": "not_found", "detail": "Anna"}', "not_found"),
        (409, b'{"code": "freeze_void"}', "freeze_void"),
        (400, b'{"error": "invalid_target"}', "invalid_target"),
        (422, b'{"code": "Anna Andersson"}', ""),
        (403, b"Anna", ""),
        (401, b"[]", ""),
        (429, b"", ""),
    ],
)
def test_a_refusal_keeps_its_status_and_code_and_nothing_else(
    server: Scripted, status: int, body: bytes, code: str
) -> None:
    server.status, server.body = status, body
    with pytest.raises(UpstreamRefused) as refused:
        client(server).get("/v1/x")
    assert (refused.value.status, refused.value.upstream_code) == (status, code)
    silent(refused.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_refusal_and_never_followed(server: Scripted, status: int) -> None:
    server.status, server.headers = status, {"Location": f"{server.url}/elsewhere"}
    with pytest.raises(UpstreamRefused):
        client(server).get("/v1/x")
    assert [call.path for call in server.calls] == ["/v1/x"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b'{"code": "internal_error"}'),
        (503, b""),
        (200, b"not json Anna"),
        (200, b"[]"),
        (200, b'"Anna"'),
        (200, b'{"a": 1, "a": 2}'),
        (200, b'{"a": NaN}'),
        (200, b"\xff"),
    ],
)
def test_an_unusable_answer_is_unavailable(server: Scripted, status: int, body: bytes) -> None:
    server.status, server.body = status, body
    with pytest.raises(Unavailable) as refused:
        client(server).get("/v1/x")
    silent(refused.value)


def test_nobody_there_is_unavailable() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        with pytest.raises(Unavailable) as refused:
            JsonClient(f"http://127.0.0.1:{port}").get("/v1/x?name=Anna")
    silent(refused.value)
    with pytest.raises(Unavailable):
        JsonClient("http://no-such-host.invalid").get("/")


def test_an_answer_beyond_the_size_limit_is_given_up(server: Scripted) -> None:
    server.body = b'{"a": "' + b"x" * 2_000 + b'"}'
    with pytest.raises(Unavailable, match="too long"):
        client(server, Limits(max_bytes=1_000)).get("/")
    server.headers["Content-Encoding"] = "identity"
    assert client(server, Limits(max_bytes=3_000)).get("/")


def test_an_endless_answer_is_given_up(server: Scripted) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b" " * 1_000

    server.pieces = endless
    with pytest.raises(Unavailable, match="too long"):
        client(server, Limits(max_bytes=100_000)).get("/")


def test_a_server_that_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        limits = Limits(read_seconds=0.05)
        with pytest.raises(Unavailable):
            JsonClient(f"http://127.0.0.1:{mute.getsockname()[1]}", http=Http(limits=limits)).get(
                "/"
            )


def test_an_answer_that_drips_is_given_up_in_the_end(server: Scripted) -> None:
    clock = SteppingClock()

    def drip() -> Iterator[bytes]:
        for _ in range(10):
            clock.pass_time(10)
            yield b" " * 70_000

    server.pieces = drip
    dripping = JsonClient(server.url, http=Http(limits=Limits(total_seconds=60), clock=clock))
    with pytest.raises(Unavailable, match="takes too long"):
        dripping.get("/")


def grant(server: Scripted, token: str, life: object = 600) -> None:
    server.body = json.dumps({"access_token": token, "expires_in": life}).encode()


def tokens(server: Scripted, clock: SteppingClock) -> ServiceTokens:
    return ServiceTokens(f"{server.url}/token", "clearing:house", Secret("s&/ecret"), clock)


def test_a_service_asks_for_one_audience_with_its_secret(server: Scripted) -> None:
    grant(server, "t-1")
    given = tokens(server, SteppingClock()).token("urn:placet:zz:audit_log", ["b.write", "a.read"])
    assert given == "t-1"
    (call,) = server.calls
    assert parse_qs(call.body.decode()) == {
        "grant_type": ["client_credentials"],
        "resource": ["urn:placet:zz:audit_log"],
        "scope": ["a.read b.write"],
    }
    scheme, _, pair = call.headers["authorization"].partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(pair) == b"clearing%3Ahouse:s%26%2Fecret"


def test_a_token_is_kept_until_thirty_seconds_before_its_end(server: Scripted) -> None:
    clock = SteppingClock()
    source = tokens(server, clock)
    grant(server, "t-1")
    assert source.token("a", ["s"]) == "t-1"
    grant(server, "t-2")
    clock.pass_time(569)
    assert source.token("a", ["s"]) == "t-1"
    assert source.token("b", ["s"]) == "t-2"
    clock.pass_time(1)
    assert source.token("a", ["s"]) == "t-2"
    assert len(server.calls) == 3


@pytest.mark.parametrize("life", [None, "600", True, 1.5])
def test_an_answer_without_token_or_life_is_unavailable(server: Scripted, life: object) -> None:
    grant(server, "t-1", life)
    with pytest.raises(Unavailable):
        tokens(server, SteppingClock()).token("a", ["s"])
    server.status, server.body = 401, b'{"error": "invalid_client"}'
    with pytest.raises(UpstreamRefused) as refused:
        tokens(server, SteppingClock()).token("a", ["s"])
    assert refused.value.upstream_code == "invalid_client"


def test_threads_that_ask_together_get_one_token(server: Scripted) -> None:
    grant(server, "t-1")
    source = tokens(server, SteppingClock())
    given: list[str] = []
    callers = [
        threading.Thread(target=lambda: given.append(source.token("a", ["s"]))) for _ in range(8)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert given == ["t-1"] * 8
    assert len(server.calls) == 1


def publish(server: Scripted, *kids: str) -> None:
    server.status = 200
    server.body = json.dumps({"keys": [{"kty": "EC", "kid": kid} for kid in kids]}).encode()


def kids_of(keys: object) -> list[str]:
    assert isinstance(keys, dict)
    return [key["kid"] for key in keys["keys"]]


def test_a_key_set_is_kept_for_300_seconds(server: Scripted) -> None:
    clock = SteppingClock()
    keys = RemoteKeySet(f"{server.url}/jwks", clock)
    publish(server, "a")
    assert kids_of(keys.jwks()) == ["a"]
    publish(server, "b")
    clock.pass_time(299)
    assert kids_of(keys.jwks()) == ["a"]
    clock.pass_time(1)
    assert kids_of(keys.jwks()) == ["b"]
    assert len(server.calls) == 2


def test_an_unknown_key_is_looked_up_at_most_every_ten_seconds(server: Scripted) -> None:
    clock = SteppingClock()
    keys = RemoteKeySet(f"{server.url}/jwks", clock)
    publish(server, "a")
    assert kids_of(keys.jwks_with("a")) == ["a"]
    publish(server, "a", "b")
    assert kids_of(keys.jwks_with("b")) == ["a"], "the first answer is less than ten seconds old"
    clock.pass_time(10)
    assert kids_of(keys.jwks_with("b")) == ["a", "b"]
    for _ in range(5):
        keys.jwks_with("forged")
    assert len(server.calls) == 2


def test_a_silent_owner_does_not_prolong_a_keys_life(server: Scripted) -> None:
    clock = SteppingClock()
    keys = RemoteKeySet(f"{server.url}/jwks", clock)
    publish(server, "a")
    keys.jwks()
    server.status = 500
    clock.pass_time(20)
    assert kids_of(keys.jwks_with("b")) == ["a"]
    clock.pass_time(280)
    with pytest.raises(Unavailable):
        keys.jwks()
    with pytest.raises(Unavailable):
        keys.jwks_with("a")
