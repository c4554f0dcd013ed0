# SPDX-License-Identifier: Apache-2.0
"""The shapes of requests and answers about a minor's own will, and what waits in her place."""

from typing import Final

from marshmallow import Schema, fields, validate

from consent_registry.domain.assent import Will
from consent_registry.http.api.schemas import AlternativeSchema
from shared.api import StrictSchema

_TIME: Final = {"description": "RFC 3339 in UTC"}


class NewWordSchema(StrictSchema):
    """What a minor says: an assent to one consent or proposal, or a dissent.

    A desk names the paper it records this from, and may record that she is unable to say.
    """

    will = fields.String(required=True, validate=validate.OneOf([will.value for will in Will]))
    about = fields.String(
        load_default=None,
        allow_none=True,
        metadata={"description": "the consent event, or pending decision, that an assent is to"},
    )
    datasets = fields.List(
        fields.String(),
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1),
        metadata={"description": "what a dissent is to; left out, it is to everything"},
    )
    evidence = fields.String(
        load_default="", metadata={"description": "SHA-256 of the paper, in lower-case hex"}
    )
    said_at = fields.String(load_default=None, allow_none=True, metadata=_TIME)


class WordSchema(Schema):
    """One word of hers, or about her."""

    will = fields.String()
    about = fields.String(allow_none=True)
    datasets = fields.List(fields.String(), allow_none=True)
    said_at = fields.String(metadata=_TIME)
    recorded_at = fields.String(metadata=_TIME)


class MinorHereSchema(Schema):
    """One dataset: whether others decide, the consent that holds, and what her will does."""

    dataset = fields.String()
    guarded = fields.Boolean()
    event_id = fields.String(allow_none=True)
    assent_missing = fields.Boolean()
    dissent = fields.Boolean()


class MinorWillSchema(Schema):
    """A minor's own will at an instant, as known at another; both are echoed.

    The two ages are null when they are not known, and then count as reached.
    """

    participant = fields.String()
    effective_at = fields.String(metadata=_TIME)
    known_at = fields.String(metadata=_TIME)
    assent_needed = fields.Boolean(allow_none=True)
    dissent_counts = fields.Boolean(allow_none=True)
    words = fields.List(fields.Nested(WordSchema))
    datasets = fields.List(fields.Nested(MinorHereSchema))


class AgesSchema(StrictSchema):
    """A date of birth, from which the ages of the policy in force are reckoned. It is not kept."""

    born_on = fields.Date(required=True)


class WaitingSchema(Schema):
    """A proposal in a person's place; `alternatives` is null when it cannot be read any more."""

    decision_id = fields.String()
    dataset = fields.String(allow_none=True)
    study = fields.String(allow_none=True)
    alternatives = fields.List(fields.Nested(AlternativeSchema), allow_none=True)
    proposed_at = fields.String(metadata=_TIME)
    missing = fields.List(fields.String())


class WaitingListSchema(Schema):
    """What waits for signatures in one person's place, the oldest first."""

    decisions = fields.List(fields.Nested(WaitingSchema))
