# SPDX-License-Identifier: Apache-2.0
"""Log lines: whole, tied together, and silent about people and secrets."""

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from shared import logging as json_logging
from shared.logging import JsonFormatter, describe_error
from shared.redaction import REDACTED, redact, redact_text
from shared.tracing import (
    current_correlation_id,
    current_trace_id,
    current_traceparent,
    leave,
    read_correlation_id,
    read_traceparent,
    work_context,
)
from tests.fakes.kernel import SteppingClock

MARKER = "Anna Andersson"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.c2lnbmF0dXJl"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def line_of(message: str, *args: object, **extra: object) -> dict[str, Any]:
    record = logging.getLogger("t").makeRecord(
        "t", logging.INFO, __file__, 1, message, args, None, extra=extra
    )
    written = JsonFormatter("consent_registry").format(record)
    assert "\n" not in written
    line: dict[str, Any] = json.loads(written)
    return line


def test_a_line_is_one_object_with_its_ids() -> None:
    with work_context("0" * 16, TRACE):
        line = line_of("frozen %s", "c-1", cohort="c-1", members=3, ok=True, share=0.5)
    assert line["service"] == "consent_registry"
    assert line["level"] == "info"
    assert line["message"] == "frozen c-1"
    assert (line["correlation_id"], line["trace_id"]) == ("0" * 16, TRACE)
    assert (line["cohort"], line["members"], line["ok"], line["share"]) == ("c-1", 3, True, 0.5)


@pytest.mark.parametrize(
    "key",
    [
        "authorization",
        "Authorization",
        "access_token",
        "set_cookie",
        "client_secret",
        "password",
        "passwd",
        "session_key",
        "visa",
        "passport_jwt",
        "email",
        "given_name",
        "subject",
        "sub",
        "salt",
    ],
)
def test_secret_keys_are_redacted_wherever_they_stand(key: str) -> None:
    assert line_of("x", **{key: MARKER})[key] == REDACTED
    nested = line_of("x", outer={"inner": [{key: MARKER}]})["outer"]
    assert nested == {"inner": [{key: REDACTED}]}


@pytest.mark.parametrize(
    "text",
    [
        JWT,
        f"got {JWT} from them",
        JWT.rsplit(".", 1)[0] + ".",
        f"Authorization: Bearer {JWT}",
        "Bearer abcdef123456",
        "basic dXNlcjpwYXNzd29yZA==",
        "anna@example.org wrote",
        "postgresql://u:hunter2@db.example/x",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----",
    ],
)
def test_what_looks_like_a_secret_is_redacted(text: str) -> None:
    for shown in (
        redact_text(text),
        line_of("%s", text)["message"],
        line_of("x", note=text)["note"],
    ):
        assert REDACTED in shown
        for part in (JWT, "hunter2", "anna@", "abcdef123456", "dXNlcjpw", "PRIVATE KEY"):
            assert part not in shown


def test_plain_words_stay() -> None:
    text = "dataset GDI-ZZ-DATASET-1 at revision 7, 12 basic members"
    assert redact_text(text) == text


def test_values_no_line_can_hold_become_something_it_can() -> None:
    line = line_of(
        "x", deep=[[[[[[1]]]]]], big=10**40, bad="\ud800", thing=object(), nan=float("nan")
    )
    assert line["big"] == "<int>"
    assert line["thing"] == "<object>"
    assert line["bad"] == "?"
    assert line["nan"] is None
    assert redact("x", {1: {2: {3: {4: {5: 6}}}}}) == {"1": {"2": {"3": {"4": "<dict>"}}}}
    assert len(line_of("y" * 10_000)["message"]) == 4_096
    assert line_of("%d people", "many")["message"] == "%d people"


def test_an_error_says_type_and_place_but_never_its_message() -> None:
    def fail() -> None:
        try:
            dict[str, str]()[MARKER]
        except KeyError as inner:
            raise ValueError(f"bad {MARKER}") from inner

    try:
        fail()
    except ValueError as error:
        record = logging.getLogger("t").makeRecord(
            "t", logging.ERROR, __file__, 1, "failed", (), (type(error), error, error.__traceback__)
        )
        written = JsonFormatter("s").format(record)
        about = describe_error(error)
    assert MARKER not in written
    assert json.loads(written)["error"]["type"] == "builtins.ValueError"
    assert about["causes"] == ["builtins.KeyError"]
    assert "test_logging.py" in json.loads(written)["error"]["stack"][0]


def test_libraries_that_write_addresses_and_tokens_never_speak_at_debug() -> None:
    script = (
        "import logging; from shared.logging import configure; configure('svc', 'debug');"
        "[logging.getLogger(n).debug('seen') for n in ('urllib3.connectionpool', 'authlib.x')];"
        "logging.getLogger('urllib3.x').info('info'); logging.getLogger('placet.x').debug('own');"
        "configure('svc', 'error'); logging.getLogger('urllib3.x').warning('gone')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    spoken = [json.loads(line)["message"] for line in ran.stderr.splitlines()]
    assert spoken == ["info", "own"]


def test_configure_speaks_json_on_standard_error_and_stays_mute_about_its_own_trouble() -> None:
    script = (
        "import logging, warnings; from shared.logging import configure; configure('svc', 'info');"
        "logging.getLogger('a').debug('hidden'); logging.getLogger('a').info('shown');"
        "warnings.warn('careful'); configure('svc', 'error'); logging.getLogger('a').info('gone');"
        "logging.getLogger('a').error('x %s', object())"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in ran.stderr.splitlines()]
    assert lines[0]["message"] == "shown"
    assert "careful" in lines[1]["message"]
    assert len(lines) == 3
    assert ran.stdout == ""


@pytest.mark.parametrize(
    ("text", "trace"),
    [
        (f"00-{TRACE}-00f067aa0ba902b7-01", TRACE),
        (f"00-{TRACE}-00f067aa0ba902b7-00", TRACE),
        (f"cc-{TRACE}-00f067aa0ba902b7-01-what-comes-later", TRACE),
        (f"00-{TRACE}-00f067aa0ba902b7-01-extra", None),
        (f"ff-{TRACE}-00f067aa0ba902b7-01", None),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", None),
        (f"00-{TRACE}-{'0' * 16}-01", None),
        (f"00-{TRACE.upper()}-00f067aa0ba902b7-01", None),
        (f"00-{TRACE}-00f067aa0ba902b7", None),
        (f"00-{TRACE}-00f067aa0ba902b7-01\n", None),
        (f"cc-{TRACE}-00f067aa0ba902b7-01-" + "x" * 600, None),
        ("", None),
        (None, None),
    ],
)
def test_traceparent_is_read_as_w3c_says(text: str | None, trace: str | None) -> None:
    assert read_traceparent(text) == trace


def test_what_we_send_can_be_read_and_differs_each_time() -> None:
    with work_context(trace_id=TRACE):
        first, second = current_traceparent(), current_traceparent()
    assert read_traceparent(first) == TRACE
    assert first != second


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("0192f0c1-2b3c-7d4e-8f50-112233445566", True),
        ("a" * 64, True),
        ("a" * 65, False),
        ("a" * 15, False),
        ("Anna-Andersson-1970", False),
        ("0192F0C1-2B3C-7D4E-8F50-112233445566", False),
        ("0192f0c1-2b3c-7d4e-8f50-112233445566\n", False),
        ("", False),
        (None, False),
    ],
)
def test_a_correlation_id_cannot_carry_a_name(text: str | None, accepted: bool) -> None:
    assert read_correlation_id(text) == (text if accepted else None)


def test_work_has_its_own_ids_and_gives_back_those_around_it() -> None:
    leave()
    outer = (current_correlation_id(), current_trace_id())
    assert outer == (current_correlation_id(), current_trace_id())
    with work_context():
        inner = (current_correlation_id(), current_trace_id())
        assert not set(inner) & set(outer)
    assert (current_correlation_id(), current_trace_id()) == outer


def access_app() -> Flask:
    app = Flask(__name__)
    json_logging.install(app, SteppingClock())

    @app.get("/v1/participants/<who>")
    def view(who: str) -> dict[str, str]:
        return {"correlation_id": current_correlation_id(), "trace_id": current_trace_id()}

    return app


def test_a_request_takes_up_the_callers_ids_and_leaves_none_behind(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    asked = "0192f0c1-2b3c-7d4e-8f50-112233445566"
    headers = {"X-Correlation-ID": asked, "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    client = access_app().test_client()
    first = client.get("/v1/participants/Anna", headers=headers)
    assert first.get_json() == {"correlation_id": asked, "trace_id": TRACE}
    assert first.headers["X-Correlation-ID"] == asked
    second = client.get("/v1/participants/Anna").get_json()
    assert second["correlation_id"] != asked
    assert second["trace_id"] != TRACE


def test_the_access_line_names_the_rule_and_never_the_path(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    client = access_app().test_client()
    client.get(f"/v1/participants/{MARKER}?name={MARKER}", headers={"User-Agent": MARKER})
    client.get(f"/{MARKER}")
    lines = [JsonFormatter("s").format(record) for record in caplog.records]
    routes = [json.loads(line)["route"] for line in lines if "placet.access" in line]
    assert routes == ["/v1/participants/<who>", ""]
    assert not any("Anna" in line for line in lines)
