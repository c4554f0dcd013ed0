# SPDX-License-Identifier: Apache-2.0
"""Bad input is a problem with a stable code and a pointer; our own faults say nothing at all."""

import json
import logging
import re
from typing import Any

import jsonschema
import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient
from marshmallow import fields, validate
from werkzeug.test import TestResponse

from shared.api import ApiBlueprint, StrictSchema, create_api
from shared.auth import public, requires
from shared.clock import Clock
from shared.errors import AppError, Conflict, FieldFault, NotFound, ValidationFailed
from shared.logging import JsonFormatter
from shared.problems import PROBLEMS
from shared.version import VERSION
from shared.web import create_flask
from tests.fakes.kernel import SteppingClock
from tests.fakes.process import INFO, settings

MARKER = "Anna Andersson"


class Alternative(StrictSchema):
    permission = fields.String(required=True, validate=validate.OneOf(["GRU", "HMB"]))


class Consent(StrictSchema):
    months = fields.Integer(required=True, strict=True, validate=validate.Range(1, 120))
    alternatives = fields.List(fields.Nested(Alternative()), validate=validate.Length(max=3))


class Mode(StrictSchema):
    mode = fields.String(required=True, validate=validate.OneOf(["all_or_nothing"]))


class Unlisted(AppError):
    code = "nobody_wrote_a_row_for_this"


def failing_check() -> None:
    raise RuntimeError(MARKER)


def make_app(clock: Clock | None = None) -> Flask:
    app = create_flask(
        __name__,
        settings=settings(),
        clock=clock or SteppingClock(),
        info=INFO,
        checks={"database": failing_check, "feed": lambda: None},
        max_body_bytes=10_000,
    )
    blueprint = ApiBlueprint("test", __name__, url_prefix="/v1", description="For tests.")

    @blueprint.route("/consents", methods=["POST"])
    @public("a test")
    @blueprint.arguments(Consent)
    @blueprint.response(201, Consent)
    def consents(body: dict[str, Any]) -> dict[str, Any]:
        """Record a consent."""
        return body

    @blueprint.route("/imports", methods=["GET"])
    @public("a test")
    @blueprint.arguments(Mode, location="query")
    @blueprint.response(200, Mode)
    def imports(query: dict[str, Any]) -> dict[str, Any]:
        """Read a query."""
        return query

    @blueprint.route("/files", methods=["POST"])
    @public("a test")
    @blueprint.raw_body("text/csv")
    @blueprint.response(202)
    def files() -> Response:
        """Take a file."""
        return Response(str(len(request.get_data())))

    @blueprint.route("/guarded")
    @requires("consents.read")
    @blueprint.response(200, Mode)
    def guarded() -> dict[str, str]:
        """Need a scope."""
        raise AssertionError("no verifier is installed")

    @blueprint.route("/fails/<how>")
    @public("a test")
    def fails(how: str) -> str:
        """Fail in the way asked for."""
        raise {
            "app": NotFound(),
            "conflict": Conflict("it was frozen", context={"cohort": "c-1"}),
            "faults": ValidationFailed(faults=[FieldFault("/a/0", "is wrong", "wrong")]),
            "unlisted": Unlisted(MARKER),
            "any": RuntimeError(MARKER),
            "key": KeyError(MARKER),
        }[how]

    create_api(app, "Test API", VERSION).register_blueprint(blueprint)
    return app


@pytest.fixture
def client() -> FlaskClient:
    return make_app().test_client()


def problem(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = answer.get_json()
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert body["code"] == code
    assert body["type"] == f"urn:placet:problem:{code}"
    assert body["status"] == status == PROBLEMS[code].status
    assert body["title"] == PROBLEMS[code].title
    assert body["correlation_id"] == answer.headers["X-Correlation-ID"]
    assert answer.headers["Cache-Control"] == "no-store"
    return body


def post(client: FlaskClient, raw: str | bytes, kind: str = "application/json") -> TestResponse:
    return client.post("/v1/consents", data=raw, content_type=kind)


def test_good_input_passes(client: FlaskClient) -> None:
    body = {"months": 12, "alternatives": [{"permission": "GRU"}]}
    answer = client.post("/v1/consents", json=body)
    assert (answer.status_code, answer.get_json()) == (201, body)
    assert client.get("/v1/imports?mode=all_or_nothing").get_json() == {"mode": "all_or_nothing"}
    assert client.post("/v1/files", data=b"a,b\n", content_type="text/csv").text == "4"


def test_every_fault_of_a_body_is_pointed_at(client: FlaskClient) -> None:
    answer = client.post(
        "/v1/consents",
        json={
            "months": "12",
            "alternatives": [{"permission": MARKER}, {"permission": None}, {}, {"x/~": 1}],
            "name": MARKER,
        },
    )
    body = problem(answer, 422, "validation_failed")
    found = {fault["pointer"]: fault["code"] for fault in body["errors"]}
    assert found["/months"] == "invalid"
    assert found["/name"] == "unknown_field"
    assert found["/alternatives/0/permission"] == "invalid"
    assert found["/alternatives/1/permission"] == "null"
    assert found["/alternatives/2/permission"] == "required"
    assert found["/alternatives/3/x~1~0"] == "unknown_field"
    assert MARKER not in answer.text, "faults never quote a value"


def test_an_absent_body_names_what_is_required(client: FlaskClient) -> None:
    body = problem(client.post("/v1/consents"), 422, "validation_failed")
    assert body["errors"] == [
        {"pointer": "/months", "detail": "Missing data for required field.", "code": "required"}
    ]


def test_a_body_that_is_no_object_is_a_fault_of_the_whole(client: FlaskClient) -> None:
    for raw in ("[]", "1", '"x"', "null"):
        body = problem(post(client, raw), 422, "validation_failed")
        assert body["errors"][0]["pointer"] == ""


@pytest.mark.parametrize(
    "raw",
    [
        "{",
        "{'months': 1}",
        '{"months": NaN}',
        '{"months": 1, "months": 2}',
        '{"months": 1} x',
        "[" * 6_000,
        b'{"months": "\xff"}',
        '{"months": ' + "9" * 5_000 + "}",
    ],
)
def test_json_that_two_readers_may_understand_differently_is_malformed(
    client: FlaskClient, raw: str | bytes
) -> None:
    answer = post(client, raw)
    problem(answer, 400, "malformed_json")


def test_other_media_types_are_not_read(client: FlaskClient) -> None:
    for kind in ("text/plain", "text/csv", "application/x-www-form-urlencoded", ""):
        problem(post(client, '{"months": 1}', kind), 415, "unsupported_media_type")
    assert post(client, '{"months": 1}', "application/json; charset=utf-8").status_code == 201


def test_unknown_and_missing_query_parameters_are_pointed_at(client: FlaskClient) -> None:
    body = problem(client.get(f"/v1/imports?dry={MARKER}"), 422, "validation_failed")
    found = {fault["pointer"]: fault["code"] for fault in body["errors"]}
    assert found == {"/query/dry": "unknown_field", "/query/mode": "required"}


def test_a_body_beyond_the_limit_is_413(client: FlaskClient) -> None:
    problem(post(client, '{"months": "' + "x" * 20_000 + '"}'), 413, "payload_too_large")
    huge = client.post("/v1/files", data=b"x" * 20_000, content_type="text/csv")
    problem(huge, 413, "payload_too_large")


def test_the_frameworks_own_errors_are_problems_too(client: FlaskClient) -> None:
    problem(client.get("/v1/nothing"), 404, "not_found")
    problem(client.get("/anywhere"), 404, "not_found")
    refused = client.delete("/v1/consents")
    problem(refused, 405, "method_not_allowed")
    assert "POST" in refused.headers["Allow"]


def test_errors_of_ours_become_their_rows(client: FlaskClient) -> None:
    problem(client.get("/v1/fails/app"), 404, "not_found")
    conflict = problem(client.get("/v1/fails/conflict"), 409, "conflict")
    assert conflict["detail"] == "it was frozen"
    assert "c-1" not in json.dumps(conflict), "context is for the log"
    faults = problem(client.get("/v1/fails/faults"), 422, "validation_failed")
    assert faults["errors"] == [{"pointer": "/a/0", "detail": "is wrong", "code": "wrong"}]


@pytest.mark.parametrize("how", ["unlisted", "any", "key"])
def test_an_unexpected_failure_says_nothing_but_its_correlation_id(
    client: FlaskClient, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get(f"/v1/fails/{how}")
    body = problem(answer, 500, "internal_error")
    assert set(body) == {"type", "title", "status", "code", "correlation_id"}
    lines = [JsonFormatter("s").format(record) for record in caplog.records]
    assert any('"error":{"type":' in line for line in lines)
    assert not any(MARKER in line for line in lines)


def test_a_test_client_sees_what_a_caller_sees() -> None:
    app = make_app()
    app.testing = True
    assert app.test_client().get("/v1/fails/any").status_code == 500


def test_a_view_that_does_not_say_who_may_call_it_cannot_be_routed() -> None:
    blueprint = ApiBlueprint("x", __name__)

    def view() -> str:
        return ""

    with pytest.raises(TypeError, match="view says neither"):
        blueprint.route("/x")(view)


def test_the_openapi_document_says_what_is_served(client: FlaskClient) -> None:
    answer = client.get("/openapi.json")
    document = answer.get_json()
    assert document["openapi"].startswith("3.1")
    post_consents = document["paths"]["/v1/consents"]["post"]
    reference = {"$ref": "#/components/responses/Problem"}
    assert post_consents["responses"]["422"] == reference
    assert post_consents["responses"]["default"] == reference
    assert post_consents["security"] == []
    guarded = document["paths"]["/v1/guarded"]["get"]
    assert guarded["security"] == [{"bearer": []}]
    assert guarded["x-placet-all-scopes"] == ["consents.read"]
    files = document["paths"]["/v1/files"]["post"]
    assert list(files["requestBody"]["content"]) == ["text/csv"]
    schema = document["components"]["responses"]["Problem"]["content"]["application/problem+json"]
    jsonschema.validate(client.get("/v1/fails/faults").get_json(), schema["schema"])
    assert set(document["components"]["schemas"]) == {"Alternative", "Consent", "Mode"}
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document)))
    assert named <= set(document["components"]["schemas"]), "no reference leads nowhere"


def test_health_tells_alive_from_ready(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert client.get("/healthz").get_json() == {"status": "ok"}
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json() == {
        "status": "unready",
        "checks": {"database": "failed", "feed": "ok"},
    }
    assert not any(MARKER in JsonFormatter("s").format(record) for record in caplog.records)


def test_service_info_is_ga4ghs(client: FlaskClient) -> None:
    info = client.get("/service-info").get_json()
    assert {"id", "name", "type", "organization", "version"} <= set(info)
    assert set(info["type"]) == {"group", "artifact", "version"}
    assert set(info["organization"]) == {"name", "url"}
    assert info["version"] == VERSION


def test_metrics_count_by_rule_and_never_by_path() -> None:
    clock = SteppingClock()
    client = make_app(clock).test_client()
    client.get(f"/v1/fails/{MARKER}")
    client.get(f"/{MARKER}")
    client.open("/v1/imports", method=f"X{MARKER.replace(' ', '')}")
    text = client.get("/metrics").text
    assert (
        'placet_http_requests_total{method="GET",route="/v1/fails/<how>",status="500"} 1.0' in text
    )
    assert 'route="unknown",status="404"' in text
    assert 'method="other"' in text
    assert "Anna" not in text


def test_answers_are_kept_out_of_caches_and_sniffers(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_every_view_of_the_bare_application_says_who_may_call_it() -> None:
    app = make_app()
    silent = [
        name
        for name, view in app.view_functions.items()
        if not hasattr(view, "__placet_auth__") and not hasattr(view, "__placet_public__")
    ]
    assert silent == []
