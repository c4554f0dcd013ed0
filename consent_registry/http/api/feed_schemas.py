# SPDX-License-Identifier: Apache-2.0
"""The shapes of the feed: what its readers ask, get, and say that they enforce."""

from typing import Any, Final

from marshmallow import Schema, fields, validate

from shared.api import StrictSchema
from shared.canonical import MAX_INTEGER

_TIME: Final = "RFC 3339 in UTC"


def _about(text: str) -> dict[str, Any]:
    return {"description": text}


class FeedQuerySchema(StrictSchema):
    """Where to continue, and how long to wait for something new."""

    after = fields.Integer(load_default=0, validate=validate.Range(min=0, max=MAX_INTEGER))
    wait = fields.Float(load_default=0.0, validate=validate.Range(min=0, max=20))


class SnapshotSchema(Schema):
    """Every register whole."""

    snapshots = fields.List(fields.String(), metadata=_about("JWS, typ placet-snapshot+jwt"))
    cursor = fields.Integer()


class NewsSchema(Schema):
    """What followed a cursor."""

    batch = fields.String(metadata=_about("JWS, typ placet-changes+jwt"))
    heartbeats = fields.List(fields.String(), metadata=_about("JWS, typ placet-heartbeat+jwt"))
    cursor = fields.Integer()


class EnforcedSchema(StrictSchema):
    """One dataset and the revision of it that decisions rest on."""

    dataset = fields.String(required=True)
    revision = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=0, max=MAX_INTEGER)
    )


class AcknowledgeSchema(StrictSchema):
    """What a node enforces now."""

    acknowledgements = fields.List(
        fields.Nested(EnforcedSchema),
        required=True,
        validate=validate.Length(min=1, max=1000),
    )


class NodeSchema(Schema):
    """What one node enforces of one dataset."""

    node = fields.String(metadata=_about("its client, seen or expected"))
    dataset = fields.String()
    revision = fields.Integer(metadata=_about("what it enforces; 0 without a word of it"))
    newest = fields.Integer(metadata=_about("the dataset's revision"))
    acknowledged_at = fields.String(allow_none=True, metadata=_about(_TIME))
    seen_at = fields.String(
        allow_none=True, metadata=_about("when it last read the feed, to a minute; null for never")
    )
    lacks_since = fields.String(
        allow_none=True, metadata=_about("when the first change it lacks was recorded")
    )
    age_seconds = fields.Float(metadata=_about("for how long it has lacked something; 0 for none"))
    overdue = fields.Boolean(metadata=_about("for more than 15 minutes"))
    retired_at = fields.String(
        allow_none=True, metadata=_about("since when it is told nothing and owes nothing")
    )
    retired_why = fields.String(allow_none=True)


class NodeStepSchema(StrictSchema):
    """Why a node is retired, or is there again; shown beside it."""

    why = fields.String(required=True, metadata=_about("1 to 500 printable characters"))


class NodeSteppedSchema(Schema):
    """How a node stands after a step."""

    node = fields.String()
    retired = fields.Boolean()


class AcknowledgementsSchema(Schema):
    """Every node and dataset, the longest behind first."""

    nodes = fields.List(fields.Nested(NodeSchema))


class KeySetSchema(Schema):
    """Public keys, the active one first (RFC 7517)."""

    keys = fields.List(fields.Dict())
