# SPDX-License-Identifier: Apache-2.0
"""The shapes of requests and answers. What a value means is checked by the use cases."""

from typing import Any, Final

from marshmallow import Schema, fields, validate

from shared.api import StrictSchema
from shared.canonical import MAX_INTEGER

_PURPOSE_NOTE: Final = (
    "category (GRU, HMB, DS, POA, MDS or CC), diseases, methods, ancestry, commercial, clinical, "
    "genetic_data, organisation {id, not_for_profit, public_body (needed for 53-1-a to 53-1-c)}, "
    "partners (a list of such organisations, each of which counts), "
    "countries, users, project, months, accepts, "
    "no_publication_before (a date, with MOR accepted: later moratoria are not), "
    "evidence, data_categories (genome, variants, phenotype, ehr, samples, images; none: all that "
    "the dataset holds), ehds_purpose (53-1-a to 53-1-f, 53-1-e-i, 53-1-e-ii), prohibited_uses "
    "(54-a to 54-e), exception_71_4 {public_body, important_public_interest, "
    "not_obtainable_otherwise, justification}; a flag left out means: not said"
)


def _about(text: str) -> dict[str, Any]:
    return {"description": text}


class SubmissionSchema(StrictSchema):
    """An application as a researcher submits it."""

    title = fields.String(required=True)
    organisation = fields.String(load_default=None, allow_none=True)
    dataset = fields.String(required=True, metadata=_about("such as GDI-FI-DATASET-1"))
    purpose = fields.Dict(keys=fields.String(), required=True, metadata=_about(_PURPOSE_NOTE))
    months = fields.Integer(required=True, strict=True)


class DecisionSchema(StrictSchema):
    """A decision with its reasons."""

    decision = fields.String(required=True, validate=validate.OneOf(("grant", "refuse")))
    reasons = fields.String(required=True)
    valid_until = fields.String(
        load_default=None, allow_none=True, metadata=_about("RFC 3339 in UTC; an earlier end")
    )


class ReasonsSchema(StrictSchema):
    """Why a permit ends."""

    reasons = fields.String(required=True)


class FeedQuerySchema(StrictSchema):
    """Where to continue, and how long to wait for something new."""

    after = fields.Integer(load_default=0, validate=validate.Range(min=0, max=MAX_INTEGER))
    wait = fields.Float(load_default=0.0, validate=validate.Range(min=0, max=20))


class VisaQuerySchema(StrictSchema):
    """Whose subject the user is."""

    iss = fields.String(
        load_default=None,
        validate=validate.Length(min=1, max=255),
        metadata=_about("the issuer that gave the user this subject; the caller's by default"),
    )


class AccountSchema(Schema):
    """A person as the identity provider knows them."""

    iss = fields.String(required=True)
    sub = fields.String(required=True)


class SignatureSchema(Schema):
    """One person's decision."""

    decision = fields.String(required=True)
    reasons = fields.String(required=True)
    reasons_digest = fields.String(required=True)
    decided_at = fields.String(required=True)
    valid_until = fields.String(allow_none=True)
    policy_sha256 = fields.String(
        allow_none=True, metadata=_about("SHA-256 of the country's policy in force then, in hex")
    )


class OverdueSchema(Schema):
    """That nobody decided in time, and what that means by the policy it was submitted under."""

    due_on = fields.String(required=True, metadata=_about("the last day of the term"))
    means = fields.String(required=True, metadata=_about("escalation or refusal; never a grant"))
    law = fields.String(allow_none=True, metadata=_about("the law that makes it a refusal"))
    policy_sha256 = fields.String(required=True)
    noted_at = fields.String(required=True)


class GrantSchema(Schema):
    """A grant under way: how often it was tried and what stopped it."""

    tries = fields.Integer(required=True)
    next_try_at = fields.String(required=True)
    fault = fields.String(allow_none=True)


class DutySchema(Schema):
    """A duty of a permit for the purpose, whether or not anybody asks for it."""

    code = fields.String(required=True, metadata=_about("a DUO shorthand or a national code"))
    label = fields.String(required=True)
    values = fields.List(
        fields.String(), required=True, metadata=_about("what many people of the dataset named")
    )
    ask_holder = fields.Boolean(
        required=True,
        metadata=_about("somebody may have named something else: ask the dataset's holder"),
    )


class AnnexSchema(Schema):
    """What of a permit is for its holder and the authority: all duties, and the digest's salt.

    The digest in the permit is that of the salt and the duties in canonical JSON, SHA-256.
    """

    obligations = fields.List(fields.Nested(DutySchema), required=True)
    salt = fields.String(required=True, metadata=_about("base64"))


class ApplicationSchema(Schema):
    """An application as it stands."""

    application_id = fields.String(required=True)
    applicant = fields.Nested(AccountSchema, required=True)
    title = fields.String(required=True)
    organisation = fields.String(required=True)
    dataset = fields.String(required=True)
    purpose = fields.Dict(required=True)
    months = fields.Integer(required=True)
    submitted_at = fields.String(required=True)
    state = fields.String(required=True)
    signatures = fields.List(fields.Nested(SignatureSchema), required=True)
    due_on = fields.String(
        required=True, allow_none=True, metadata=_about("the last day for a decision in time")
    )
    overdue = fields.Nested(OverdueSchema, required=True, allow_none=True)
    permit_id = fields.String()
    annex = fields.Nested(AnnexSchema)
    grant = fields.Nested(GrantSchema)


class ApplicationsSchema(Schema):
    """The queue, or an applicant's own applications; the longest waiting first."""

    applications = fields.List(fields.Nested(ApplicationSchema), required=True)


class DecidedSchema(Schema):
    """What a decision led to."""

    application_id = fields.String(required=True)
    state = fields.String(required=True)
    permit_id = fields.String()


class MatterSchema(Schema):
    """What a ruling can be given on, and about how many people await it."""

    clause = fields.String(required=True)
    question = fields.String(required=True)
    value = fields.String(required=True, metadata=_about("the text to be read, else empty"))
    people = fields.Integer(required=True)
    in_words = fields.String(required=True)


class NewRulingSchema(StrictSchema):
    """A ruling with its reasons."""

    clause = fields.String(required=True)
    question = fields.String(required=True)
    value = fields.String(load_default="", validate=validate.Length(max=2000))
    answer = fields.String(required=True, validate=validate.OneOf(("yes", "no")))
    reasons = fields.String(required=True)


class RulingSchema(Schema):
    """A ruling and its withdrawal; the statements are what the authority signed."""

    ruling_id = fields.String(required=True)
    application_id = fields.String(required=True)
    clause = fields.String(required=True)
    question = fields.String(required=True)
    value = fields.String(required=True)
    answer = fields.String(required=True)
    reasons = fields.String(required=True)
    stated_at = fields.String(required=True)
    statement = fields.String(required=True, metadata=_about("JWS, typ placet-ruling+jws"))
    withdrawn_at = fields.String(allow_none=True)
    withdrawal_reasons = fields.String(allow_none=True)
    withdrawal_statement = fields.String(allow_none=True)


class RulingsSchema(Schema):
    """Every ruling of an application, in the order they were given."""

    rulings = fields.List(fields.Nested(RulingSchema), required=True)


class CohortSchema(Schema):
    """Who would be in, in numbers that may be shown; `<20` is one too small to be told.

    Reasons, clauses and matters of too few people are left out. The register's revision is not
    there: it moves whenever one person changes anything.
    """

    dataset = fields.String(required=True)
    counts = fields.Dict(required=True)
    reasons = fields.Dict(required=True)
    awaiting_by_clause = fields.Dict(required=True)
    matters = fields.List(fields.Nested(MatterSchema), required=True)
    obligations = fields.List(fields.Nested(DutySchema), required=True)
    small_cell = fields.Integer(required=True)


class PermitCohortSchema(Schema):
    """A permit's cohort: as frozen, and how many people are left; `<20` is too small to tell."""

    cohort_id = fields.String(required=True)
    revision = fields.Integer(required=True)
    counts = fields.Dict(required=True)
    members_now = fields.Raw(required=True)


class PermitSchema(Schema):
    """A permit as it stands; `jws` is the signed document."""

    permit_id = fields.String(required=True)
    application_id = fields.String(required=True)
    dataset = fields.String(required=True)
    state = fields.String(required=True)
    status = fields.String(required=True)
    issued_at = fields.String(required=True)
    not_before = fields.String(required=True)
    expires_at = fields.String(required=True)
    revoked_at = fields.String(allow_none=True)
    revision = fields.Integer(allow_none=True)
    cohort = fields.Nested(PermitCohortSchema, required=True)
    annex = fields.Nested(AnnexSchema, required=True, allow_none=True)
    jws = fields.String(required=True)


class RevokedSchema(Schema):
    """The ended permit and the revision of the register from which it opens nothing."""

    permit_id = fields.String(required=True)
    revision = fields.Integer(required=True)


class SnapshotSchema(Schema):
    """Signed snapshots and the cursor that continues from them."""

    snapshots = fields.List(fields.String(), required=True)
    cursor = fields.Integer(required=True)


class BatchSchema(Schema):
    """A signed batch of changes, the newest signed heartbeats, and the next cursor."""

    batch = fields.String(required=True)
    heartbeats = fields.List(fields.String(), required=True)
    cursor = fields.Integer(required=True)


class VisasSchema(Schema):
    """Visas under the claim name of the GA4GH passport."""

    ga4gh_passport_v1 = fields.List(fields.String(), required=True)


class AcceptedSchema(Schema):
    """How many messages of the batch are committed."""

    accepted = fields.Integer(required=True)


class KeySetSchema(Schema):
    """A JSON Web Key Set, the active key first."""

    keys = fields.List(fields.Dict(), required=True)
