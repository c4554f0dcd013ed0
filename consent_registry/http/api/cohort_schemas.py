# SPDX-License-Identifier: Apache-2.0
"""The shapes of questions about cohorts, of rulings, and of their answers."""

from typing import Any, Final

from marshmallow import Schema, fields, validate

from shared.api import StrictSchema
from shared.canonical import MAX_INTEGER

_PURPOSE: Final = (
    "category (GRU, HMB, DS, POA, MDS or CC), diseases, methods, ancestry, commercial, clinical, "
    "genetic_data, organisation {id, not_for_profit, public_body (needed for 53-1-a to 53-1-c)}, "
    "partners (a list of such organisations, each of which counts), "
    "countries, users, project, months, accepts, "
    "no_publication_before (a date, with MOR accepted: later moratoria are not), "
    "evidence, data_categories (genome, variants, phenotype, ehr, samples, images; none: all that "
    "the dataset holds), ehds_purpose (53-1-a to 53-1-f, 53-1-e-i, 53-1-e-ii), prohibited_uses "
    "(54-a to 54-e), activity (edic_secondary_use when left out); a flag that is null or left out "
    "means: not said; exception_71_4 {public_body, important_public_interest, "
    "not_obtainable_otherwise, justification} claims the data of people who opted out"
)
_TIME: Final = "RFC 3339 in UTC"


def _about(text: str) -> dict[str, Any]:
    return {"description": text}


class AskedSchema(StrictSchema):
    """A purpose asked of a dataset."""

    dataset = fields.String(required=True)
    purpose = fields.Dict(keys=fields.String(), required=True, metadata=_about(_PURPOSE))


class QuestionSchema(AskedSchema):
    """A purpose asked of a dataset, now or as of an instant as known at another."""

    effective_at = fields.String(load_default=None, allow_none=True, metadata=_about(_TIME))
    known_at = fields.String(load_default=None, allow_none=True, metadata=_about(_TIME))


class EvaluateSchema(QuestionSchema):
    """The same, in the case of an application where one is named."""

    application_id = fields.String(
        load_default=None,
        allow_none=True,
        metadata=_about("the case whose rulings count, when it is asked of now"),
    )


class MatterSchema(Schema):
    """What a ruling can be given on, and how many people await it."""

    clause = fields.String()
    question = fields.String()
    value = fields.String(metadata=_about("the text to be read, else empty"))
    people = fields.Integer()


class DutySchema(Schema):
    """A duty of a permit for this purpose, whether or not anybody asks for it."""

    code = fields.String(metadata=_about("a DUO shorthand or a national code"))
    label = fields.String()
    values = fields.List(
        fields.String(), metadata=_about("what many people named; only where a case is named")
    )
    ask_holder = fields.Boolean(
        metadata=_about("somebody may have named something else: ask the dataset's holder")
    )


class NamedRulingSchema(Schema):
    """A ruling that the decision was made with."""

    ruling_id = fields.String()
    sha256 = fields.String(metadata=_about("of its signed bytes, hex"))


class RulingSchema(StrictSchema):
    """A ruling, or that it is withdrawn, as the authority signed it."""

    statement = fields.String(
        required=True,
        validate=validate.Length(max=16_384),
        metadata=_about("JWS (ES256), typ placet-ruling+jws"),
    )


class RulingTakenSchema(Schema):
    """A statement as it is recorded."""

    ruling_id = fields.String()
    application_id = fields.String()
    answer = fields.String(metadata=_about("yes, no or withdrawn"))
    sha256 = fields.String()
    recorded_at = fields.String(metadata=_about(_TIME))
    repeated = fields.Boolean()


class BlockingSchema(Schema):
    """Who blocks what. Every number may be shown; one that may not be is left out."""

    dataset = fields.String()
    shown = fields.Dict(keys=fields.String(), values=fields.Integer())
    reasons = fields.Dict(keys=fields.String(), values=fields.Integer())
    awaiting_by_clause = fields.Dict(keys=fields.String(), values=fields.Integer())
    without_clause = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        metadata=_about("how many more would be in were this clause alone not there"),
    )
    small_cell = fields.Integer()


class FreezeSchema(AskedSchema):
    """A purpose asked of a dataset for an application."""

    application_id = fields.String(required=True)


class ProjectSchema(StrictSchema):
    """What the people of a cohort are told of its permit."""

    title = fields.String(required=True, validate=validate.Length(1, 200))
    organisation = fields.String(required=True, validate=validate.Length(0, 200))
    until = fields.String(required=True, metadata=_about(_TIME))


class BindSchema(StrictSchema):
    """The permit that a frozen cohort belongs to."""

    permit_id = fields.String(required=True)
    project = fields.Nested(ProjectSchema, load_default=None, allow_none=True)


class EndSchema(StrictSchema):
    """Which permit ended early, and when."""

    permit_id = fields.String(required=True)
    ended_at = fields.String(required=True, metadata=_about(_TIME))


class EndedSchema(Schema):
    """When the permit ended: what was said first stays."""

    ended_at = fields.String(required=True)


class NamedCohortSchema(StrictSchema):
    """A frozen cohort as entries of the log name it."""

    cohort_id = fields.String(required=True, validate=validate.Length(min=1, max=64))
    digest = fields.String(
        required=True,
        validate=validate.Length(min=1, max=64),
        metadata=_about("SHA-256 over its bitmap and a salt, base64"),
    )


class ContainingSchema(StrictSchema):
    """A member, and up to 200 cohorts of her dataset."""

    dataset = fields.String(required=True)
    ordinal = fields.Integer(required=True, strict=True, validate=validate.Range(0, 2**53 - 1))
    cohorts = fields.List(
        fields.Nested(NamedCohortSchema), required=True, validate=validate.Length(max=200)
    )


class MembershipSchema(Schema):
    """Whether the member was frozen into the cohort, and when she left it."""

    answer = fields.String(metadata=_about("in, out, unknown or erased"))
    left_revision = fields.Integer(
        allow_none=True,
        metadata=_about("the dataset's revision at which who was in left the live cohort"),
    )


class MembershipsSchema(Schema):
    """One answer for each cohort, in their order."""

    answers = fields.List(fields.Nested(MembershipSchema))


class ExceptionSchema(Schema):
    """What a claim under EHDS Article 71(4) lacks here, and whether it was ruled to apply."""

    applied = fields.Boolean()
    lacking = fields.List(fields.String())
    law = fields.String(allow_none=True)


class UseThenSchema(StrictSchema):
    """When data was used, as known when, and for what; both instants are now when left out."""

    effective_at = fields.String(load_default=None, allow_none=True, metadata=_about(_TIME))
    known_at = fields.String(load_default=None, allow_none=True, metadata=_about(_TIME))
    permit_id = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(min=1, max=128)
    )
    purposes = fields.List(
        fields.String(),
        load_default=list,
        validate=validate.Length(max=64),
        metadata=_about("DUO identifiers under which the data was asked for"),
    )


class CohortUseSchema(UseThenSchema):
    """A use of a cohort at one instant, as known at another; both are now when left out.

    With `cohort_id` and `digest` null the cohort of the permit is meant.
    """

    cohort_id = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(min=1, max=64)
    )
    digest = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(min=1, max=64)
    )

    dataset = fields.String(required=True)
    revision = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(0, MAX_INTEGER),
        metadata=_about("by which its reader went; null for one that read all of it"),
    )


class CohortUsesSchema(StrictSchema):
    """Up to 200 uses."""

    questions = fields.List(
        fields.Nested(CohortUseSchema), required=True, validate=validate.Length(max=200)
    )


class CohortVerdictSchema(Schema):
    """Whether the cohort could be used so; of the people in it neither names nor numbers."""

    answer = fields.String(metadata=_about("in, out or unknown"))
    reason = fields.String(
        allow_none=True, metadata=_about("what is wrong with the use, whoever is in the cohort")
    )
    causes = fields.List(
        fields.String(),
        metadata=_about("for what people had left it then, unknown to its reader"),
    )
    who = fields.String(
        allow_none=True, metadata=_about("salted SHA-256 over the set of those, base64")
    )


class CohortVerdictsSchema(Schema):
    """One answer for each use, in their order."""

    answers = fields.List(fields.Nested(CohortVerdictSchema))


class EvaluationSchema(Schema):
    """A decided cohort. `counts` belong to `bitmap` and are not for anybody's eyes; `shown` are.

    Numbers that may be shown are multiples of `small_cell`; a cell that may not be is left out.
    """

    dataset = fields.String()
    revision = fields.Integer()
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    shown = fields.Dict(keys=fields.String(), values=fields.Integer())
    reasons = fields.Dict(keys=fields.String(), values=fields.Integer())
    awaiting_by_clause = fields.Dict(keys=fields.String(), values=fields.Integer())
    matters = fields.List(fields.Nested(MatterSchema))
    obligations = fields.List(fields.Nested(DutySchema))
    rulings = fields.List(fields.Nested(NamedRulingSchema))
    purpose_sha256 = fields.String()
    exception_71_4 = fields.Nested(ExceptionSchema, allow_none=True)
    small_cell = fields.Integer()
    manifest = fields.String(metadata=_about("JWS, typ placet-manifest+jwt"))
    bitmap = fields.String(metadata=_about("portable Roaring bitmap in base64"))
    salt = fields.String(metadata=_about("hex; opens the manifest's digest"))


class SinceSchema(StrictSchema):
    """Which state of a live cohort its holder has."""

    since = fields.Integer(
        load_default=None,
        validate=validate.Range(min=0),
        metadata=_about("a revision of the dataset; that of the freeze when left out"),
    )


class CohortManifestSchema(Schema):
    """How a live cohort stands; `manifest` is signed and has all that stands beside it."""

    cohort_id = fields.String()
    permit_id = fields.String()
    dataset = fields.String()
    revision = fields.Integer()
    since = fields.Integer()
    delta = fields.String(metadata=_about("who left: portable Roaring bytes of ordinals, base64"))
    salt = fields.String(metadata=_about("of both digests in the manifest, hex"))
    manifest = fields.String(metadata=_about("JWS of type placet-manifest+jwt"))


class FrozenSchema(Schema):
    """A frozen cohort; void at `void_at` unless bound. Its numbers may be shown."""

    cohort_id = fields.String()
    dataset = fields.String()
    revision = fields.Integer()
    frozen_at = fields.String(metadata=_about(_TIME))
    void_at = fields.String(metadata=_about(_TIME))
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    reasons = fields.Dict(keys=fields.String(), values=fields.Integer())
    small_cell = fields.Integer()
    rulings = fields.List(fields.String(), metadata=_about("ids of those it was decided with"))
    digest = fields.String()
    manifest = fields.String()
    permit_id = fields.String(allow_none=True)
