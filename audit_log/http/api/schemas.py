# SPDX-License-Identifier: Apache-2.0
"""What goes in and out as JSON: shapes only; what they mean is checked by the use cases."""

from marshmallow import ValidationError, fields, validate, validates_schema

from audit_log.domain.cohorts import Membership
from audit_log.domain.search import DECISION_CODES, MAX_PAGE
from audit_log.http.api.keeping_schemas import DroppedSchema
from shared.api import StrictSchema

_MAX_INDEX = 1 << 53


def _index(*, key: str | None = None, required: bool = False, none: bool = True) -> fields.Integer:
    return fields.Integer(
        strict=True,
        required=required,
        allow_none=none,
        data_key=key,
        validate=validate.Range(min=0, max=_MAX_INDEX),
    )


class AccountSchema(StrictSchema):
    """An account, as its issuer names it."""

    issuer = fields.String(required=True, validate=validate.Length(min=1, max=2048))
    subject = fields.String(required=True, validate=validate.Length(min=1, max=2048))


class PersonSchema(StrictSchema):
    """A member of a dataset."""

    dataset = fields.String(required=True, validate=validate.Length(min=1, max=64))
    ordinal = _index(required=True, none=False)


class SearchSchema(StrictSchema):
    """A search; times are RFC 3339 in UTC, `until` is excluded, `after` an index."""

    actor = fields.Nested(AccountSchema, allow_none=True)
    dataset = fields.String(allow_none=True, validate=validate.Length(min=1, max=256))
    person = fields.Nested(PersonSchema, allow_none=True)
    permit = fields.String(allow_none=True, validate=validate.Length(min=1, max=256))
    visa = fields.String(allow_none=True, validate=validate.Length(min=1, max=256))
    purpose = fields.String(allow_none=True, validate=validate.Length(min=1, max=4096))
    src = fields.String(allow_none=True, validate=validate.Length(min=1, max=256))
    type = fields.String(allow_none=True, validate=validate.Length(min=1, max=256))
    decision = fields.String(allow_none=True, validate=validate.OneOf(sorted(DECISION_CODES)))
    since = fields.String(allow_none=True)
    until = fields.String(allow_none=True)
    after = _index()
    as_of = _index()
    limit = fields.Integer(
        strict=True, load_default=50, validate=validate.Range(min=1, max=MAX_PAGE)
    )
    exact_count = fields.Boolean(load_default=False)


class FoundSchema(StrictSchema):
    """One entry: its index, its leaf hash (base64), and what it says."""

    idx = fields.Integer(required=True)
    leaf = fields.String(required=True)
    entry = fields.Dict(required=True)


class AsOfSchema(StrictSchema):
    """The published tree that an answer rests on."""

    size = fields.Integer(required=True)
    checkpoint = fields.String(required=True)


class IntegritySchema(StrictSchema):
    """The run in which search rows below `size` were recomputed, and how many it does not cover."""

    run = fields.Integer(required=True)
    base = fields.Integer(required=True, allow_none=True)
    first = fields.Integer(required=True)
    size = fields.Integer(required=True)
    flaws = fields.Integer(required=True)
    not_covered = fields.Integer(required=True)
    ended_at = fields.String(required=True)
    entry_id = fields.String(required=True)


class RemarkSchema(StrictSchema):
    """Findings of one code about a producer's word; `last` is null while one is open."""

    code = fields.String(required=True)
    count = fields.Integer(required=True)
    open = fields.Integer(required=True)
    first = fields.String(required=True)
    last = fields.String(required=True, allow_none=True)


class MissingSchema(StrictSchema):
    """A producer whose word is missing: gaps as [epoch, first, last], or silence.

    `remarks` are what the rules R4 and R5 found that touches the time asked for: it may have been
    silent then and speak again now.
    """

    src = fields.String(required=True)
    gaps = fields.List(fields.List(fields.Integer()), required=True)
    remarks = fields.List(fields.Nested(RemarkSchema), required=True)
    silent = fields.Boolean(required=True)
    silent_since = fields.String(required=True, allow_none=True)


class NamedCohortSchema(StrictSchema):
    """A frozen cohort as entries name it."""

    cohort_id = fields.String(required=True, validate=validate.Length(min=1, max=64))
    digest = fields.String(required=True, validate=validate.Length(min=1, max=64))


class CohortAnswerSchema(NamedCohortSchema):
    """Whether a frozen cohort holds the person: in, out, unknown or erased.

    `left_revision` is the dataset's revision at which who was in left it.
    """

    answer = fields.String(
        required=True, validate=validate.OneOf([one.value for one in Membership])
    )
    left_revision = fields.Integer(
        required=True, strict=True, allow_none=True, validate=validate.Range(0, _MAX_INDEX)
    )


class CohortsSchema(StrictSchema):
    """The answers by which a person was found in cohorts that entries name.

    The entry of the search says their digest. Entries of `unresolved` cohorts were not found; with
    `reached` false the consent registry gave no answer.
    """

    person = fields.Nested(PersonSchema, required=True)
    reached = fields.Boolean(required=True)
    unresolved = fields.Integer(required=True)
    answers = fields.List(fields.Nested(CohortAnswerSchema), required=True)
    nonce = fields.String(required=True)
    digest = fields.String(required=True)


class StatedSchema(StrictSchema):
    """What an answer says about itself; `count` is null where an earlier page has said it.

    It is not exact either while `cohorts` leave open where the person is. `dropped` are the ranges
    that could not be looked into any more.
    """

    filter = fields.Dict(required=True)
    count = fields.Integer(required=True, allow_none=True)
    count_is_exact = fields.Boolean(required=True)
    integrity = fields.Nested(IntegritySchema, required=True, allow_none=True)
    missing = fields.List(fields.Nested(MissingSchema), required=True)
    dropped = fields.List(fields.Nested(DroppedSchema), required=True)
    cohorts = fields.Nested(CohortsSchema, required=True, allow_none=True)


class PageSchema(StatedSchema):
    """A page of entries, newest first; `next` goes into `after`."""

    entries = fields.List(fields.Nested(FoundSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)
    as_of = fields.Nested(AsOfSchema, required=True)


class SeenSchema(FoundSchema):
    """One entry with its inclusion proof, verified here and to be verified by whoever asks."""

    raw = fields.String(required=True)
    proof = fields.String(required=True)
    as_of = fields.Nested(AsOfSchema, required=True)


class LogSchema(StrictSchema):
    """The log's name, its published size, and the key that verifies its checkpoints.

    `signing` is `signing`, `waiting_for_witnesses` or `stopped`. `witness_lag_seconds` is the age
    of the newest witnessed checkpoint while a newer one is published, null when none is witnessed.
    """

    origin = fields.String(required=True)
    size = fields.Integer(required=True)
    vkey = fields.String(required=True)
    signing = fields.String(required=True)
    witnessed_size = fields.Integer(required=True, allow_none=True)
    witness_lag_seconds = fields.Float(required=True, allow_none=True)


class ConsistencyQuerySchema(StrictSchema):
    """Two sizes, the older first."""

    old = fields.Integer(
        required=True, data_key="from", validate=validate.Range(min=0, max=_MAX_INDEX)
    )
    new = fields.Integer(
        required=True, data_key="to", validate=validate.Range(min=0, max=_MAX_INDEX)
    )


class ConsistencySchema(StrictSchema):
    """A consistency proof: hashes in base64, in the order of RFC 6962 section 2.1.2."""

    old = fields.Integer(required=True, data_key="from")
    new = fields.Integer(required=True, data_key="to")
    proof = fields.List(fields.String(), required=True)


class AcceptedSchema(StrictSchema):
    """How many entries were kept."""

    accepted = fields.Integer(required=True)


class GapSchema(StrictSchema):
    """Places of a chain that nothing has filled, both ends included."""

    first = fields.Integer(required=True)
    last = fields.Integer(required=True)


class ChainSchema(StrictSchema):
    """How far one epoch of a producer's chain has come; `head` is a leaf hash in base64."""

    epoch = fields.Integer(required=True)
    seq = fields.Integer(required=True)
    head = fields.String(required=True)
    gaps = fields.List(fields.Nested(GapSchema), required=True)
    duplicates = fields.Integer(required=True)


class ProducerSchema(StrictSchema):
    """A producer and its chains, newest epoch first."""

    src = fields.String(required=True)
    client_id = fields.String(required=True)
    vkey = fields.String(required=True)
    topic = fields.String(required=True, allow_none=True)
    chains = fields.List(fields.Nested(ChainSchema), required=True)


class ErasureSchema(StrictSchema):
    """Whose key to destroy: an account or a member of a dataset, and on what ground."""

    actor = fields.Nested(AccountSchema, allow_none=True)
    person = fields.Nested(PersonSchema, allow_none=True)
    ground = fields.String(load_default="gdpr_17", validate=validate.Length(min=1, max=64))

    @validates_schema
    def one_target(
        self, data: dict[str, object], *, partial: object, many: bool, unknown: object
    ) -> None:
        """Demand exactly one of the two; the keywords are marshmallow's and say nothing here."""
        if (data.get("actor") is None) == (data.get("person") is None):
            raise ValidationError("Name either an actor or a person.")


class CompleteSchema(StrictSchema):
    """By when the last copy is gone; null while that cannot be said, and `open` has the codes why.

    `copies` has the date of each place that has one: database, quarantine, backups, kafka.
    """

    complete_by = fields.String(required=True, allow_none=True)
    open = fields.List(fields.String(), required=True)
    copies = fields.Dict(required=True)


class ErasedSchema(CompleteSchema):
    """What was made unreadable: parts of entries below `below`; `entry_id` says so in the log.

    `state` is `done`, or `waiting` with the code `erasure_held` while a legal hold forbids it.
    """

    erasure_id = fields.String(required=True)
    state = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)
    parts = fields.Integer(required=True)
    below = fields.Integer(required=True)
    entry_id = fields.String(required=True)


class ErasureStateSchema(CompleteSchema):
    """Where an erasure stands: `done`, `waiting`, or `nothing_to_erase` after a hold."""

    erasure_id = fields.String(required=True)
    state = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)
    asked_at = fields.String(required=True)
    done_at = fields.String(required=True, allow_none=True)
