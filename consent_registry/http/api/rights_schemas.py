# SPDX-License-Identifier: Apache-2.0
"""The shapes of the rights desk's requests and answers."""

from typing import Any, Final

from marshmallow import Schema, fields, validate

from consent_registry.domain.rights import Right, StepKind
from consent_registry.usecases.requests import MAX_WORDS
from consent_registry.usecases.tasks import MAX_PROOF
from shared.api import StrictSchema

_TIME: Final = "RFC 3339 in UTC"
_CODE: Final = validate.Length(min=1, max=64)


def _about(text: str) -> dict[str, Any]:
    return {"description": text}


class NewErasureSchema(StrictSchema):
    """On which ground of GDPR Article 17(1) somebody is to be erased."""

    ground = fields.String(
        required=True, validate=_CODE, metadata=_about("gdpr_17_1_a to gdpr_17_1_f")
    )


class ErasurePartSchema(Schema):
    """A part of an erasure; without a time it has not confirmed."""

    part = fields.String()
    confirmed_at = fields.String(metadata=_about(_TIME))


class ErasureSchema(Schema):
    """An erasure; `complete_on` is stated once all but the waiting has confirmed."""

    erasure_id = fields.String()
    ground = fields.String()
    state = fields.String(metadata=_about("asked, running, settling or complete"))
    asked_at = fields.String(metadata=_about(_TIME))
    confirmed_at = fields.String(metadata=_about(_TIME))
    waits_in_log = fields.Boolean(
        metadata=_about("a legal hold in the audit log keeps it back, or copies without an end")
    )
    complete_on = fields.String(metadata=_about("the first day without any copy"))
    parts = fields.List(fields.Nested(ErasurePartSchema))


class NewHoldSchema(StrictSchema):
    """Why somebody's data must stay, and until when."""

    ground = fields.String(
        required=True, validate=_CODE, metadata=_about("gdpr_17_3_b to gdpr_17_3_e")
    )
    until = fields.String(required=True, metadata=_about(_TIME))


class HoldSchema(Schema):
    """A legal hold."""

    hold_id = fields.String()
    ground = fields.String()
    set_at = fields.String(metadata=_about(_TIME))
    until = fields.String(metadata=_about(_TIME))
    lifted_at = fields.String(metadata=_about(_TIME))


class NewRequestSchema(StrictSchema):
    """What somebody asks for; `words` where a correction or an objection needs them."""

    right = fields.String(required=True, validate=validate.OneOf([right.value for right in Right]))
    words = fields.String(load_default="", validate=validate.Length(max=MAX_WORDS))
    received_at = fields.String(
        load_default=None,
        allow_none=True,
        metadata=_about("for the desk: when a letter came; else now"),
    )


class MoveSchema(StrictSchema):
    """A step with a request; a refusal has a ground and an extension a reason, as a code."""

    step = fields.String(required=True, validate=validate.OneOf([kind.value for kind in StepKind]))
    code = fields.String(load_default="", validate=validate.Length(max=64))


class GrantErasureSchema(StrictSchema):
    """On which ground a request for erasure is granted."""

    ground = fields.String(required=True, validate=_CODE)


class StepSchema(Schema):
    """One thing that happened to a request."""

    step = fields.String()
    at = fields.String(metadata=_about(_TIME))
    code = fields.String()
    by_desk = fields.Boolean()
    policy_sha256 = fields.String(
        allow_none=True, metadata=_about("SHA-256 of the policy file in force then, in hex")
    )


class ComplaintSchema(Schema):
    """Where to complain, and that one can go to court; null where the policy names nobody."""

    authority = fields.String(allow_none=True)
    url = fields.String(allow_none=True)
    articles = fields.List(fields.String(), metadata=_about("of the GDPR"))


class RequestSchema(Schema):
    """A request and its clock; no `due_on` while the clock stands still."""

    request_id = fields.String()
    right = fields.String()
    article = fields.String(metadata=_about("of the GDPR"))
    state = fields.String()
    received_at = fields.String(metadata=_about(_TIME))
    due_on = fields.String(metadata=_about("the last day for an answer"))
    extend_by = fields.String(
        allow_none=True, metadata=_about("the last day to say that it takes longer")
    )
    complaint = fields.Nested(
        ComplaintSchema, allow_none=True, metadata=_about("of one that was refused")
    )
    extended = fields.Boolean()
    overdue = fields.Boolean()
    taken = fields.Boolean(metadata=_about("whether somebody of the desk has taken it on"))
    steps = fields.List(fields.Nested(StepSchema))


class RequestListSchema(Schema):
    """Requests in the order in which they need an answer, or newest first for a person."""

    requests = fields.List(fields.Nested(RequestSchema))


class SeenRequestSchema(RequestSchema):
    """A request as the desk sees it."""

    participant = fields.String()
    words = fields.String()
    erasure_id = fields.String()


class FileQuerySchema(StrictSchema):
    """Whether the audit log's report of uses is to be in the file."""

    uses = fields.Boolean(load_default=False)


class TaskSchema(Schema):
    """What is to be done after a withdrawal; `proof` is the SHA-256 of the text that proves it."""

    task_id = fields.String()
    dataset = fields.String()
    level = fields.String()
    kind = fields.String()
    created_at = fields.String(metadata=_about(_TIME))
    taken = fields.Boolean()
    done_at = fields.String(metadata=_about(_TIME))
    proof = fields.String()


class TaskListSchema(Schema):
    """Tasks, oldest first."""

    tasks = fields.List(fields.Nested(TaskSchema))


class ProofSchema(StrictSchema):
    """The text that says what was done, by whom and when. Its hash is kept, the text is not."""

    proof = fields.String(required=True, validate=validate.Length(min=1, max=MAX_PROOF))
