# SPDX-License-Identifier: Apache-2.0
"""The shapes of requests and answers about people beside their consents."""

from typing import Final

from marshmallow import Schema, fields, validate

from consent_registry.domain.lives import Finding, Quality, Topic, Wish
from consent_registry.domain.mandates import MandateKind
from consent_registry.http.api.schemas import AlternativeSchema
from shared.api import StrictSchema

_TIME: Final = {"description": "RFC 3339 in UTC"}
_DIGEST: Final = {"description": "SHA-256 of the paper, in lower-case hex"}
_WISHES: Final = [wish.value for wish in Wish if wish is not Wish.UNSAID]


class NewMergeSchema(StrictSchema):
    """Two participants who are said to be one person."""

    one = fields.String(required=True)
    other = fields.String(required=True)
    why = fields.String(required=True, metadata={"description": "sealed; for who confirms"})


class MergeSchema(Schema):
    """A merge and where it stands: pending, confirmed or undone."""

    merge_id = fields.String()
    participants = fields.List(fields.String())
    state = fields.String()
    proposed_at = fields.String(metadata=_TIME)
    settled_at = fields.String(allow_none=True, metadata=_TIME)


class MergeListSchema(Schema):
    """Merges."""

    merges = fields.List(fields.Nested(MergeSchema))


class NewMandateSchema(StrictSchema):
    """An authority to be recorded; the date of birth gives the end and is not kept."""

    kind = fields.String(
        required=True, validate=validate.OneOf([kind.value for kind in MandateKind])
    )
    holder = fields.String(required=True)
    evidence = fields.String(required=True, metadata=_DIGEST)
    issuer = fields.String(load_default="")
    subject = fields.String(load_default="")
    joint = fields.Boolean(required=True)
    datasets = fields.List(fields.String(), load_default=None, allow_none=True)
    begins = fields.String(load_default=None, allow_none=True, metadata=_TIME)
    until = fields.String(load_default=None, allow_none=True, metadata=_TIME)
    born_on = fields.Date(load_default=None, allow_none=True)


class MandateSchema(Schema):
    """An authority; its end is at the latest when the person decides for herself."""

    mandate_id = fields.String()
    kind = fields.String()
    holder = fields.String()
    joint = fields.Boolean()
    datasets = fields.List(fields.String(), allow_none=True)
    begins = fields.String(metadata=_TIME)
    ends = fields.String(allow_none=True, metadata=_TIME)
    recorded_at = fields.String(metadata=_TIME)


class HeldMandateSchema(MandateSchema):
    """An authority, and whether it gave power at the instant asked about."""

    in_force = fields.Boolean()


class MandateListSchema(Schema):
    """Every authority for one participant that had begun by then; both instants are echoed."""

    effective_at = fields.String(metadata=_TIME)
    known_at = fields.String(metadata=_TIME)
    mandates = fields.List(fields.Nested(HeldMandateSchema))


class EndMandateSchema(StrictSchema):
    """When an authority ended; left out, it ends now."""

    at = fields.String(load_default=None, allow_none=True, metadata=_TIME)


class NewDecisionSchema(StrictSchema):
    """What guardians allow for one dataset, or study, from now on, and who has signed on paper."""

    dataset = fields.String(load_default=None, allow_none=True)
    study = fields.String(
        load_default=None,
        allow_none=True,
        metadata={"description": "a whole study instead of a dataset: one of the two"},
    )
    alternatives = fields.List(
        fields.Nested(AlternativeSchema), required=True, validate=validate.Length(min=1)
    )
    effective_to = fields.String(load_default=None, allow_none=True, metadata=_TIME)
    form_version = fields.String(load_default="")
    signed_by = fields.List(fields.String(), load_default=list)


class SignatureSchema(StrictSchema):
    """The mandates that have signed on paper; a guardian signs with her own and names none."""

    signed_by = fields.List(fields.String(), load_default=list)


class DecisionSchema(Schema):
    """A decision in a person's place: whose signature is missing, or when it was recorded."""

    decision_id = fields.String()
    dataset = fields.String(allow_none=True)
    study = fields.String(allow_none=True)
    state = fields.String(metadata={"description": "pending or recorded"})
    missing = fields.List(fields.String())
    recorded_at = fields.String(allow_none=True, metadata=_TIME)


class DeathSchema(StrictSchema):
    """A death, with the SHA-256 of its notice."""

    died_at = fields.String(required=True, metadata=_TIME)
    source = fields.String(required=True, metadata=_DIGEST)


class DeathCorrectedSchema(StrictSchema):
    """That a death was recorded wrongly, with the SHA-256 of the proof."""

    source = fields.String(required=True, metadata=_DIGEST)


class WishSchema(StrictSchema):
    """What should happen after death."""

    wish = fields.String(required=True, validate=validate.OneOf(_WISHES))


class PreferencesSchema(StrictSchema):
    """A whole statement: what is not named is not wanted."""

    topics = fields.List(
        fields.String(validate=validate.OneOf([topic.value for topic in Topic])), required=True
    )
    findings = fields.List(
        fields.String(validate=validate.OneOf([one.value for one in Finding])), required=True
    )
    no_contact = fields.Boolean(required=True)


class PreferencesReadSchema(Schema):
    """What somebody wants to hear of; `alive` is false once a death is recorded."""

    effective_at = fields.String(metadata=_TIME)
    known_at = fields.String(metadata=_TIME)
    topics = fields.List(fields.String())
    findings = fields.List(fields.String())
    no_contact = fields.Boolean()
    since = fields.String(allow_none=True, metadata=_TIME)
    alive = fields.Boolean()


class EvidenceLookSchema(StrictSchema):
    """A look at a piece of evidence of one consent event."""

    event_id = fields.String(required=True)
    quality = fields.String(
        required=True, validate=validate.OneOf([quality.value for quality in Quality])
    )
    sha256 = fields.String(required=True, metadata=_DIGEST)
    evidence_id = fields.String(load_default=None, allow_none=True)


class EvidenceSchema(Schema):
    """A piece of evidence with its last quality."""

    evidence_id = fields.String()
    event_id = fields.String()
    quality = fields.String()
    sha256 = fields.String()
    since = fields.String(metadata=_TIME)


class LifeSchema(Schema):
    """What is known of a person's life at an instant, as known at another; both are echoed."""

    participant = fields.String()
    effective_at = fields.String(metadata=_TIME)
    known_at = fields.String(metadata=_TIME)
    died_at = fields.String(allow_none=True, metadata=_TIME)
    wish = fields.String()
    evidence = fields.List(fields.Nested(EvidenceSchema))
