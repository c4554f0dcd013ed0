# SPDX-License-Identifier: Apache-2.0
"""A typed face of flask-smorest: blueprints, arguments, responses and the OpenAPI document.

The library has no types; here its decorators keep the type of what they decorate. A view that
does not say who may call it cannot be routed.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, TypeVar

import flask_smorest
from flask import Flask, Response, jsonify
from marshmallow import EXCLUDE, Schema

from shared.api_arguments import (
    MalformedJson,
    StrictParser,
    StrictSchema,
    UnsupportedMediaType,
    instant_of,
)
from shared.auth import any_suffices, auth_of, public, reason_of
from shared.problems import register_problems

__all__ = [
    "Api",
    "ApiBlueprint",
    "MalformedJson",
    "StrictSchema",
    "UnsupportedMediaType",
    "create_api",
    "instant_of",
]

Location = Literal["json", "query", "form", "files", "headers", "path"]

_VIEW = TypeVar("_VIEW", bound=Callable[..., Any])
_OPENAPI_PATH: Final = "/openapi.json"
# Documented by flask-smorest for features that are not used here.
_FOREIGN_SCHEMAS: Final = ("Error", "PaginationMetadata")
_PROBLEM_REF: Final = {"$ref": "#/components/responses/Problem"}


class ApiBlueprint:
    """A group of addresses under one prefix.

    Decorators stand in this order, route first::

        @blueprint.route("/datasets", methods=["POST"])
        @requires("consents.write")
        @blueprint.arguments(DatasetSchema)
        @blueprint.response(201, DatasetSchema)
        def create(body: dict[str, Any]) -> ...
    """

    def __init__(
        self, name: str, import_name: str, url_prefix: str = "", description: str = ""
    ) -> None:
        self.inner: Final = flask_smorest.Blueprint(
            name, import_name, url_prefix=url_prefix or None, description=description
        )
        self.inner.ARGUMENTS_PARSER = StrictParser()

    def route(
        self, rule: str, *, methods: Sequence[str] = ("GET",), endpoint: str | None = None
    ) -> Callable[[_VIEW], _VIEW]:
        """Serve a view at a rule; TypeError when the view does not say who may call it."""

        def decorate(view: _VIEW) -> _VIEW:
            scopes, reason = auth_of(view), reason_of(view)
            if scopes is None and reason is None:
                raise TypeError(f"{view.__name__} says neither whom it requires nor why it is open")
            security: list[dict[str, list[str]]] = [] if scopes is None else [{"bearer": []}]
            # Overrides what flask-smorest says of faults in the arguments: here they are problems.
            codes = (
                (422, "default") if "arguments" in getattr(view, "_apidoc", {}) else ("default",)
            )
            responses = dict.fromkeys(codes, _PROBLEM_REF)
            about: dict[str, Any] = {"security": security, "responses": responses}
            if scopes:
                rule_of_scopes = "any" if any_suffices(view) else "all"
                about[f"x-placet-{rule_of_scopes}-scopes"] = list(scopes)
            documented = self.inner.doc(**about)(view)
            options = {"endpoint": endpoint} if endpoint else {}
            self.inner.route(rule, methods=list(methods), **options)(documented)
            return view

        return decorate

    def arguments(
        self, schema: type[Schema] | Schema, *, location: Location = "json", required: bool = True
    ) -> Callable[[_VIEW], _VIEW]:
        """Load and check the arguments of one location; the view gets them as a positional dict.

        Faults become ValidationFailed (422) with JSON pointers, unreadable JSON MalformedJson
        (400), a body of another type UnsupportedMediaType (415).
        """
        # A browser and every proxy on the way send headers that nobody declared.
        options = {"unknown": EXCLUDE} if location == "headers" else {}
        decorate: Callable[[_VIEW], _VIEW] = self.inner.arguments(
            schema, location=location, required=required, **options
        )
        return decorate

    def response(
        self,
        status: int,
        schema: type[Schema] | Schema | None = None,
        *,
        description: str | None = None,
        content_type: str | None = None,
    ) -> Callable[[_VIEW], _VIEW]:
        """Write what the view returns with this schema and status; a Response passes unchanged."""
        decorate: Callable[[_VIEW], _VIEW] = self.inner.response(
            status, schema, description=description, content_type=content_type
        )
        return decorate

    def alt_response(
        self, status: int, *, description: str, content_type: str | None = None
    ) -> Callable[[_VIEW], _VIEW]:
        """Document another answer of the view; it changes nothing else."""
        decorate: Callable[[_VIEW], _VIEW] = self.inner.alt_response(
            status, description=description, content_type=content_type
        )
        return decorate

    def raw_body(self, *content_types: str) -> Callable[[_VIEW], _VIEW]:
        """Document a body that the view reads itself, such as a CSV file."""
        binary = {"schema": {"type": "string", "format": "binary"}}
        body = {"required": True, "content": dict.fromkeys(content_types, binary)}
        decorate: Callable[[_VIEW], _VIEW] = self.inner.doc(requestBody=body)
        return decorate


class Api:
    """The JSON API of one application and its OpenAPI 3.1 document."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def register_blueprint(self, blueprint: ApiBlueprint) -> None:
        """Serve a blueprint's addresses and add them to the document."""
        self._inner.register_blueprint(blueprint.inner)

    def document(self) -> Mapping[str, Any]:
        """Give the OpenAPI document of everything registered so far."""
        document: dict[str, Any] = self._inner.spec.to_dict()
        for unused in _FOREIGN_SCHEMAS:
            document["components"].get("schemas", {}).pop(unused, None)
        return document


def create_api(app: Flask, title: str, version: str) -> Api:
    """Prepare an application for ApiBlueprints and serve its document at `/openapi.json`."""
    app.config["OPENAPI_VERSION"] = "3.1.0"
    app.config["API_TITLE"] = title
    app.config["API_VERSION"] = version
    inner = flask_smorest.Api(app)
    inner.DEFAULT_ERROR_RESPONSE_NAME = None  # every operation names our problem instead
    inner.spec.components.security_scheme(
        "bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "at+jwt"}
    )
    inner.spec.components.response("Problem", _problem_response())
    api = Api(inner)

    @public("describes the interface and holds no data")
    def openapi_document() -> Response:
        return jsonify(api.document())

    app.add_url_rule(_OPENAPI_PATH, "openapi_document", openapi_document)
    # flask-smorest has just registered its own answer to HTTP errors; ours must be the last.
    register_problems(app)
    return api


def _problem_response() -> dict[str, Any]:
    text = {"type": "string"}
    fault = {"type": "object", "properties": {"pointer": text, "detail": text, "code": text}}
    schema = {
        "type": "object",
        "required": ["type", "title", "status", "code", "correlation_id"],
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "code": text,
            "correlation_id": text,
            "errors": {"type": "array", "items": fault},
        },
    }
    return {
        "description": "A problem (RFC 9457)",
        "content": {"application/problem+json": {"schema": schema}},
    }
