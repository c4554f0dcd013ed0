# SPDX-License-Identifier: Apache-2.0
"""Reading a request's arguments strictly: what is not declared, or not well-formed, is a fault.

Faults point into the caller's own input and are worded by the schema; they never quote a value.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NoReturn

import flask
import marshmallow as ma
from webargs import core
from webargs.flaskparser import FlaskParser

from shared import strict_json
from shared.clock import from_rfc3339
from shared.errors import AppError, FieldFault, ValidationFailed

_BODIES: Final = frozenset({"json", "form", "files"})
_FAULT_CODES: Final[Mapping[str, str]] = {
    "Missing data for required field.": "required",
    "Unknown field.": "unknown_field",
    "Field may not be null.": "null",
}
_MAX_FAULTS: Final = 100


class MalformedJson(AppError):
    """The body is not JSON, or JSON that two readers may understand differently."""

    code = "malformed_json"


class UnsupportedMediaType(AppError):
    """The body is of another media type than the address reads."""

    code = "unsupported_media_type"


class StrictSchema(ma.Schema):
    """A marshmallow schema that refuses what it does not declare."""

    class Meta(ma.Schema.Meta):
        """Refuse unknown fields."""

        unknown = ma.RAISE


class StrictParser(FlaskParser):
    """Turns marshmallow's errors into ValidationFailed and bad JSON into MalformedJson."""

    def __init__(self) -> None:
        """Let each schema itself say what it does with fields it does not declare."""
        super().__init__(unknown=None)

    def load_json(self, req: flask.Request, schema: ma.Schema) -> Any:
        """Read the body; an absent one counts as `{}`, so that required fields are named."""
        raw = req.get_data(cache=True)
        if not raw:
            return {}
        if not core.is_json(req.mimetype):
            raise UnsupportedMediaType("send application/json")
        try:
            return strict_json.loads(raw)
        except ValueError as fault:
            raise MalformedJson(str(fault)) from None

    def handle_error(
        self,
        error: ma.ValidationError,
        req: flask.Request,
        schema: ma.Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Raise ValidationFailed with one fault per message."""
        raise ValidationFailed(faults=faults_of(error.messages_dict)) from None


def instant_of(text: str | None, pointer: str) -> datetime | None:
    """Read an optional RFC 3339 time in UTC; raise ValidationFailed when it is none."""
    if text is None:
        return None
    try:
        return from_rfc3339(text)
    except ValueError:
        fault = FieldFault(pointer, "a time in UTC such as 2026-11-22T06:25:00Z", "date_invalid")
        raise ValidationFailed("a time has the wrong form", faults=[fault]) from None


def faults_of(messages: Mapping[Any, Any]) -> tuple[FieldFault, ...]:
    """Turn webargs' messages, keyed by location, into faults.

    A fault of the body has its RFC 6901 pointer into the body; one of another location has that
    location's name first, as in `/query/mode`.
    """
    found: list[FieldFault] = []
    for location, inside in messages.items():
        start = "" if location in _BODIES else f"/{location}"
        found.extend(_walk(start, inside))
    return tuple(found[:_MAX_FAULTS])


def _walk(pointer: str, messages: Any) -> Iterator[FieldFault]:
    if isinstance(messages, Mapping):
        for key, inside in messages.items():
            at = pointer if key == "_schema" else f"{pointer}/{_escape(str(key))}"
            yield from _walk(at, inside)
    elif isinstance(messages, list | tuple):
        for message in messages:
            yield from _walk(pointer, message)
    else:
        text = str(messages)
        yield FieldFault(pointer=pointer, detail=text, code=_FAULT_CODES.get(text, "invalid"))


def _escape(segment: str) -> str:
    return segment[:64].replace("~", "~0").replace("/", "~1")
