# SPDX-License-Identifier: Apache-2.0
"""The shapes of requests and answers. What a value means is checked by the use cases."""

from typing import Any, Final

from marshmallow import Schema, fields, validate

from consent_registry.domain.activities import MAX_ACTIVITIES
from consent_registry.domain.data_categories import CATEGORIES
from consent_registry.domain.levels import Level
from consent_registry.http.api.cohort_schemas import UseThenSchema
from consent_registry.http.api.schemas_uses import DespiteSchema
from shared.api import StrictSchema
from shared.canonical import MAX_INTEGER

_IMPORT_STATES: Final = "staged, applying, finished, refused, failed or cancelled"
_TIME: Final = "RFC 3339 in UTC"
_ACTIVITIES: Final = (
    "af_aggregate, subject_query, edic_secondary_use (when left out), project:<id>; each may have "
    "an end of its own, the first day (UTC) without it: af_aggregate=2030-01-31"
)
_FAULTS: Final = "by line; one of severity `note` refuses nothing and says what its row does"
_HELD: Final = "which kinds of data it holds; none: not said"
_COLLECTED: Final = "when its data were collected; null: not said"


def _about(text: str) -> dict[str, Any]:
    return {"description": text}


class WindowSchema(StrictSchema):
    """Days, both included; one of them may be null, which leaves that side open."""

    first = fields.Date(load_default=None, allow_none=True)
    last = fields.Date(load_default=None, allow_none=True)


def categories_field(about: str) -> fields.Field[Any]:
    """Make a field of data categories, in any order; none when left out."""
    return fields.List(
        fields.String(validate=validate.OneOf(CATEGORIES)),
        load_default=list,
        validate=validate.Length(max=len(CATEGORIES)),
        metadata=_about(about),
    )


class NewDatasetSchema(StrictSchema):
    """A dataset to be registered."""

    dataset = fields.String(required=True, metadata=_about("such as GDI-FI-DATASET-1"))
    title = fields.String(required=True)
    controller = fields.String(required=True)
    country = fields.String(required=True, metadata=_about("ISO 3166-1 alpha-2"))
    legal_regime = fields.String(required=True)
    consent_role = fields.String(
        load_default="legal_basis", metadata=_about("legal_basis, safeguard or none")
    )
    collected = fields.Nested(
        WindowSchema, load_default=None, allow_none=True, metadata=_about(_COLLECTED)
    )
    data_categories = categories_field(_HELD)


class DatasetSchema(Schema):
    """A registered dataset and where its register stands."""

    dataset = fields.String()
    title = fields.String()
    controller = fields.String()
    country = fields.String()
    legal_regime = fields.String()
    consent_role = fields.String()
    form = fields.String(metadata=_about("the form it demands of consents; empty: none"))
    revision = fields.Integer()
    members = fields.Integer()
    table_version = fields.Integer()
    created_at = fields.String(metadata=_about(_TIME))
    collected = fields.Nested(WindowSchema, allow_none=True, metadata=_about(_COLLECTED))
    data_categories = categories_field(_HELD)


class DatasetWithCodesSchema(DatasetSchema):
    """A dataset with its own codes; none and `by_person_only` when its people share none."""

    by_person_only = fields.Boolean()
    alternatives = fields.List(fields.Dict())


class DatasetListSchema(Schema):
    """All datasets."""

    datasets = fields.List(fields.Nested(DatasetSchema))


class ModifierSchema(StrictSchema):
    """One DUO modifier; `value` is a text, a number, or a list of texts, by the code."""

    code = fields.String(required=True)
    value = fields.Raw(load_default=None, allow_none=True)


class AlternativeSchema(StrictSchema):
    """One permission with its modifiers, for DS its diseases, and what is done with the data."""

    permission = fields.String(required=True)
    modifiers = fields.List(
        fields.Nested(ModifierSchema), load_default=list, validate=validate.Length(max=40)
    )
    diseases = fields.List(fields.String(), load_default=list, validate=validate.Length(max=200))
    activities = fields.List(
        fields.String(),
        load_default=list,
        validate=validate.Length(max=16),
        metadata=_about(_ACTIVITIES),
    )
    data = fields.Nested(
        WindowSchema, load_default=None, allow_none=True, metadata=_about("which data are meant")
    )
    data_categories = categories_field("kinds of data that are meant; none: all")


class NewConsentSchema(StrictSchema):
    """A whole statement; an empty list of alternatives is a no."""

    alternatives = fields.List(
        fields.Nested(AlternativeSchema), required=True, validate=validate.Length(max=40)
    )
    effective_from = fields.String(load_default=None, allow_none=True, metadata=_about(_TIME))
    effective_to = fields.String(load_default=None, allow_none=True, metadata=_about(_TIME))
    form_version = fields.String(load_default="")
    approval_id = fields.String(
        load_default=None,
        allow_none=True,
        metadata=_about("of a consent dated back, listed by somebody else"),
    )


class StoppedDataSchema(StrictSchema):
    """Kinds of data that are not to be used any more."""

    data_categories = categories_field("at least one")


class StoppedActivitiesSchema(StrictSchema):
    """Activities that are not allowed any more."""

    activities = fields.List(
        fields.String(),
        required=True,
        validate=validate.Length(min=1, max=MAX_ACTIVITIES),
        metadata=_about("af_aggregate, subject_query, edic_secondary_use, project:<id>; no ends"),
    )


class RecordedSchema(Schema):
    """When and at which revision a statement was recorded."""

    dataset = fields.String()
    revision = fields.Integer()
    recorded_at = fields.String(metadata=_about(_TIME))
    kind = fields.String()
    receipt_url = fields.String()


class WithdrawSchema(StrictSchema):
    """What to withdraw from: some datasets, a study, or all. There is no field for a reason."""

    datasets = fields.List(
        fields.String(), load_default=None, allow_none=True, validate=validate.Length(min=1)
    )
    study = fields.String(
        load_default="", metadata=_about("a whole study, with whatever is put in it later")
    )
    effective_from = fields.String(
        load_default=None,
        allow_none=True,
        metadata=_about("the date of a letter, or a date at most one year ahead; else now"),
    )
    level = fields.String(
        load_default="no_further_use",
        validate=validate.OneOf([level.value for level in Level]),
        metadata=_about("how far it goes; what others have to do becomes tasks"),
    )


class RevisionSchema(Schema):
    """A dataset's revision."""

    dataset = fields.String()
    revision = fields.Integer()


class WithdrawalSchema(Schema):
    """What a withdrawal did."""

    withdrawal_id = fields.String()
    recorded_at = fields.String(metadata=_about(_TIME))
    revisions = fields.List(fields.Nested(RevisionSchema))
    receipt_url = fields.String()


class AsOfSchema(StrictSchema):
    """At which instant, and as known at which."""

    effective_at = fields.String(load_default=None, metadata=_about(_TIME))
    known_at = fields.String(load_default=None, metadata=_about(_TIME))


class OptOutSchema(StrictSchema):
    """What an opt-out or its reversal is about. There is no field for a reason."""

    about = fields.String(
        load_default="all",
        validate=validate.Length(max=220),
        metadata=_about("all, genomic, or holder:<controller>; the policy says which are offered"),
    )


class OptOutStatusSchema(Schema):
    """How one person's opt-out stands."""

    participant = fields.String()
    known_at = fields.String(metadata=_about(_TIME))
    opted_out = fields.Boolean()
    about = fields.List(fields.String())
    since = fields.String(allow_none=True, metadata=_about(_TIME))
    offered = fields.List(fields.String())
    register = fields.String(metadata=_about("the pseudo-dataset of this country's register"))
    exception_law = fields.String(
        allow_none=True,
        metadata=_about("the law by which public bodies may use data in spite of it (71(4))"),
    )
    despite_opt_out = fields.List(fields.Nested(DespiteSchema))


class ConsentsSchema(Schema):
    """What a participant allows at an instant, as known at another."""

    participant = fields.String()
    effective_at = fields.String(metadata=_about(_TIME))
    known_at = fields.String(metadata=_about(_TIME))
    engine = fields.String()
    consents = fields.List(fields.Dict())


class HistorySchema(Schema):
    """Every event, newest first."""

    participant = fields.String()
    events = fields.List(fields.Dict())


class NewApprovalSchema(StrictSchema):
    """What is approved: a consent dated back, or a yes after a no in a file."""

    dataset = fields.String(required=True)
    widening = fields.String(required=True, validate=validate.OneOf(("backdated", "no_to_yes")))
    dated = fields.String(
        required=True, metadata=_about(f"{_TIME}; when it is to hold from, or was signed")
    )
    evidence = fields.String(required=True, metadata=_about("SHA-256 of the signed paper, hex"))


class ApprovalSchema(Schema):
    """A listed approval."""

    approval_id = fields.String()
    listed_at = fields.String(metadata=_about(_TIME))


class InclusionSchema(Schema):
    """Whether one person was included for a permit, and what that was decided on."""

    participant = fields.String()
    permit_id = fields.String()
    dataset = fields.String()
    effective_at = fields.String(metadata=_about(_TIME))
    known_at = fields.String(metadata=_about(_TIME))
    included = fields.Boolean()
    left_at = fields.String(allow_none=True, metadata=_about(_TIME))
    cause = fields.String(allow_none=True)
    cohort_id = fields.String()
    revision = fields.Integer()
    decided_at = fields.String(metadata=_about(_TIME))
    decided_on = fields.Dict(metadata=_about("state, event_id, and what stood beside the consent"))
    known_now = fields.Dict(metadata=_about("of the same instant, as known today"))
    engine = fields.String()


class LinkSchema(StrictSchema):
    """A login."""

    issuer = fields.String(required=True)
    subject = fields.String(required=True)


class ImportQuerySchema(StrictSchema):
    """How to import: what one bad row does to the good ones, and whether to record anything."""

    mode = fields.String(
        load_default="all_or_nothing",
        validate=validate.OneOf(("all_or_nothing", "valid_rows_only")),
    )
    dry_run = fields.Boolean(
        load_default=True, metadata=_about("judge every row and record nothing (the default)")
    )
    source = fields.String(load_default="")
    mapping = fields.String(
        load_default="placet",
        metadata=_about("how FHIR consents are read: a mapping of this node, or its own form"),
    )


class ImportTakenSchema(Schema):
    """An import that waits for the worker."""

    import_id = fields.String()
    state = fields.String()


class ProgressSchema(Schema):
    """How far an import is, in rows of the file."""

    staged = fields.Integer(metadata=_about("rows read and judged one by one"))
    checked = fields.Integer(metadata=_about("rows judged with each other and the register"))
    committed = fields.Integer(metadata=_about("rows recorded; they stay whatever happens"))


class ImportSchema(Schema):
    """How an import goes; `faults` are at most 1000 (all of them as text/csv)."""

    import_id = fields.String()
    source = fields.String()
    mode = fields.String()
    dry_run = fields.Boolean()
    state = fields.String(metadata=_about(_IMPORT_STATES))
    rows = fields.Integer()
    good = fields.Integer()
    bad = fields.Integer()
    applied = fields.Integer()
    repeated = fields.Integer(metadata=_about("rows recorded by an earlier import of the file"))
    progress = fields.Nested(ProgressSchema)
    cancelling = fields.Boolean(metadata=_about("somebody wants it to end, and it has not yet"))
    received_at = fields.String(metadata=_about(_TIME))
    finished_at = fields.String(allow_none=True, metadata=_about(_TIME))
    faults = fields.List(fields.Dict(), metadata=_about(_FAULTS))


class PersonQuestionSchema(UseThenSchema):
    """One member at one instant, as known at another; both are now when left out."""

    dataset = fields.String(required=True)
    ordinal = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=0, max=MAX_INTEGER)
    )


class QuestionsSchema(StrictSchema):
    """Up to 500 questions."""

    questions = fields.List(
        fields.Nested(PersonQuestionSchema), required=True, validate=validate.Length(max=500)
    )


class AnswerSchema(Schema):
    """Whether the member's data was open; `reason` says why not."""

    answer = fields.String(metadata=_about("in, out, awaiting or unknown"))
    reason = fields.String(allow_none=True)


class AnswersSchema(Schema):
    """One answer for each question, in their order."""

    answers = fields.List(fields.Nested(AnswerSchema))
