# SPDX-License-Identifier: Apache-2.0
"""The tables of consent_registry. Declares them; reads and writes nothing.

Truth: `consent_event`, `person_event`, `withdrawal`, `ruling_statement` and the events of the
opt-out register, insert-only (the migrations take the rights away and put triggers behind).
Projections, which can be rebuilt: `consent_terms`, `standing`, `bar`, `mandate_holder`. The rest:
registers, frozen cohorts, the feed, import staging.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from consent_registry.adapters import mondo_tables, opt_out_tables, rights_tables, shown_tables
from consent_registry.adapters.beside_tables import beside_tables
from consent_registry.adapters.cohort_tables import cohort_tables
from consent_registry.adapters.form_tables import form_tables
from consent_registry.adapters.notice_tables import notice_tables
from consent_registry.adapters.person_tables import bar_table, holder_table, person_tables
from consent_registry.adapters.ruling_tables import ruling_statement_table
from consent_registry.adapters.study_tables import study_tables
from shared.db import new_metadata
from shared.ended_sessions import ended_session_table
from shared.outbox_tables import outbox_tables

METADATA: Final = new_metadata()
OUTBOX: Final = outbox_tables(METADATA)
ENDED_SESSIONS: Final = ended_session_table(METADATA)
CONSENT_FORM, CONSENT_FORM_STEP = form_tables(METADATA)
BESIDE: Final = beside_tables(METADATA)
IMPORTED_LINE: Final = BESIDE.imported_line
RULING_STATEMENT: Final = ruling_statement_table(METADATA)
NOTICE, NOTICE_STEP, NOTICE_ROUND = notice_tables(METADATA)
STUDY_VERSION, STUDY_DATASET = study_tables(METADATA)

_INSTANT: Final = DateTime(timezone=True)
_ID: Final = Uuid(as_uuid=False)
_KINDS_OF_DATA: Final = "data_categories <@ '{genome,variants,phenotype,ehr,samples,images}'"

DATASET: Final = Table(
    "dataset",
    METADATA,
    Column("dataset", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("controller", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("legal_regime", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("members", BigInteger, nullable=False),
    Column("table_version", BigInteger, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    # No event of the dataset was recorded later; the next one is recorded after it.
    Column("recorded_at", _INSTANT, nullable=False),
    Column("consent_role", Text, nullable=False, server_default="legal_basis"),
    Column("form", Text, nullable=False, server_default=""),
    Column("collected_first", Date),
    Column("collected_last", Date),
    Column("data_categories", ARRAY(Text), nullable=False, server_default="{}"),
    CheckConstraint(_KINDS_OF_DATA, name="data_categories"),
)

PARTICIPANT: Final = Table(
    "participant",
    METADATA,
    Column("pid", _ID, primary_key=True),
    Column("pseudonym", Text, nullable=False, unique=True),
    Column("created_at", _INSTANT, nullable=False),
    # Nothing personal is written of her any more; the row stays for the ordinals she had.
    Column("erased_at", _INSTANT),
)

PARTICIPANT_LINK: Final = Table(
    "participant_link",
    METADATA,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("pid", _ID, ForeignKey("participant.pid"), nullable=False, unique=True),
    Column("linked_at", _INSTANT, nullable=False),
)

PERSON_KEY: Final = Table(
    "person_key",
    METADATA,
    Column("pid", _ID, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)

DATASET_MEMBER: Final = Table(
    "dataset_member",
    METADATA,
    # Both are held to what they name by a trigger, a statement at a time (ADR 0036).
    Column("dataset", Text, primary_key=True),
    Column("ordinal", BigInteger, primary_key=True, autoincrement=False),
    Column("pid", _ID, nullable=False),
    Column("local_id", Text, nullable=False),
    Column("added_at", _INSTANT, nullable=False),
    # The kinds of data there are of her, where they are not all that the dataset holds.
    Column("data_categories", ARRAY(Text)),
    UniqueConstraint("pid", "dataset"),
    UniqueConstraint("dataset", "local_id"),
    CheckConstraint("ordinal >= 0", name="ordinal"),
    CheckConstraint(f"{_KINDS_OF_DATA} AND data_categories <> '{{}}'", name="data_categories"),
    Index("dataset_member_fewer", "dataset", postgresql_where=text("data_categories IS NOT NULL")),
)

CONSENT_EVENT: Final = Table(
    "consent_event",
    METADATA,
    Column("event_id", _ID, primary_key=True),
    Column("pid", _ID, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("expressed_at", _INSTANT, nullable=False),
    Column("effective_from", _INSTANT, nullable=False),
    Column("effective_to", _INSTANT),
    Column("recorded_at", _INSTANT, nullable=False),
    Column("channel", Text, nullable=False),
    Column("form_version", Text, nullable=False),
    Column("file_sha256", LargeBinary),
    Column("line", BigInteger),
    Column("mapping", Integer),
    Column("withdrawal_id", _ID),
    Column("sealed", LargeBinary, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    # Of a member, and of her: held to it by a trigger, a statement at a time (ADR 0036).
    Index(None, "dataset", "ordinal", "revision"),
    Index(None, "dataset", "revision"),
    # Lines of files stand in `imported_line`; here only those of events from before that was so.
    Index(
        "ix_consent_event_file_sha256_line_mapping",
        "file_sha256",
        "line",
        "mapping",
        unique=True,
        postgresql_where=text("file_sha256 IS NOT NULL"),
    ),
)

WITHDRAWAL: Final = Table(
    "withdrawal",
    METADATA,
    Column("withdrawal_id", _ID, primary_key=True),
    Column("pid", _ID, nullable=False, index=True),
    Column("recorded_at", _INSTANT, nullable=False),
    Column("revisions", JSONB, nullable=False),
    Column("idempotency_key", Text),
    Column("request_sha256", LargeBinary, nullable=False),
    # From everything, not from datasets that were named.
    Column("everywhere", Boolean, nullable=False, server_default=text("true")),
    UniqueConstraint("pid", "idempotency_key"),
)

CONSENT_TERMS: Final = Table(
    "consent_terms",
    METADATA,
    Column("terms_id", BigInteger, Identity(always=True), primary_key=True),
    Column("sha256", LargeBinary, nullable=False, unique=True),
    Column("body", JSONB, nullable=False),
)

STANDING: Final = Table(
    "standing",
    METADATA,
    Column("dataset", Text, primary_key=True),
    Column("ordinal", BigInteger, primary_key=True, autoincrement=False),
    Column("starts_at", _INSTANT, primary_key=True),
    Column("ends_at", _INSTANT),
    Column("state", Text, nullable=False),
    Column("terms_id", BigInteger),
    Column("event_id", _ID, nullable=False),
    # It began after its event was recorded, and the feed has not said so yet.
    Column("pending", Boolean, nullable=False),
    # One grant for a person in a dataset at any instant, without a range type: every segment but
    # one ends where another of hers begins, no two end together, and none ends before it begins.
    UniqueConstraint("dataset", "ordinal", "ends_at", postgresql_nulls_not_distinct=True),
    ForeignKeyConstraint(
        ["dataset", "ordinal", "ends_at"],
        ["standing.dataset", "standing.ordinal", "standing.starts_at"],
        name="fk_standing_next",
    ),
    CheckConstraint("ends_at > starts_at", name="ends_later"),
    Index(None, "dataset", "starts_at"),
    Index("ix_standing_pending", "dataset", "starts_at", postgresql_where=text("pending")),
)

COHORT, COHORT_NARROWED = cohort_tables(METADATA)

LISTED_APPROVAL: Final = Table(
    "listed_approval",
    METADATA,
    Column("approval_id", _ID, primary_key=True),
    Column("widening", Text, nullable=False),
    Column("pid", _ID, ForeignKey("participant.pid"), nullable=False),
    Column("dataset", Text, ForeignKey("dataset.dataset"), nullable=False),
    Column("dated", _INSTANT, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("listed_at", _INSTANT, nullable=False),
    Column("used", Boolean, nullable=False),
    Index(None, "pid", "dataset"),
)

PERSON_EVENT, PERSON_REACH = person_tables(METADATA)
BAR: Final = bar_table(METADATA)
MANDATE_HOLDER: Final = holder_table(METADATA)

OPT_OUT_REGISTER: Final = opt_out_tables.register_table(METADATA)
OPT_OUT_PERSON: Final = opt_out_tables.person_table(METADATA)
OPT_OUT_EVENT: Final = opt_out_tables.event_table(METADATA)
OPT_OUT_REACH: Final = opt_out_tables.reach_table(METADATA)

STAND_IN: Final = shown_tables.stand_in_table(METADATA)
SHOWN_STATE: Final = shown_tables.shown_state_table(METADATA)
CATALOGUE_ENTRY: Final = shown_tables.catalogue_entry_table(METADATA)

FEED_CHANGE: Final = Table(
    "feed_change",
    METADATA,
    Column("last_position", BigInteger, primary_key=True, autoincrement=False),
    Column("first_position", BigInteger, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("items", JSONB, nullable=False),
    Column("recorded_at", _INSTANT, nullable=False, server_default=func.now()),
    Index(None, "dataset", "revision"),
    # Who has left does not wait for who has come.
    Index(
        "ix_feed_change_narrowed",
        "last_position",
        postgresql_where=text("kind = 'member.narrowed'"),
    ),
)

HEARTBEAT: Final = Table(
    "heartbeat",
    METADATA,
    Column("register", Text, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("signed_at", _INSTANT, nullable=False),
    Column("jws", Text, nullable=False),
)

IMPORT_BATCH: Final = Table(
    "import_batch",
    METADATA,
    Column("import_id", _ID, primary_key=True),
    Column("source", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("mapping", Integer, nullable=False),
    Column("file_sha256", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("received_at", _INSTANT, nullable=False),
    Column("finished_at", _INSTANT),
    Column("rows", BigInteger, nullable=False),
    Column("bad", BigInteger, nullable=False),
    Column("applied", BigInteger, nullable=False),
    Column("repeated", BigInteger, nullable=False),
    # Consents whose first line is at most this have been applied.
    Column("done_line", BigInteger, nullable=False),
    Column("actor", JSONB, nullable=False),
    Column("failure", Text, nullable=False),
    Column("format", Text, nullable=False, server_default="csv"),
    Index(None, "state", "received_at"),
)

IMPORT_CHUNK: Final = Table(
    "import_chunk",
    METADATA,
    Column("import_id", _ID, ForeignKey("import_batch.import_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)

IMPORT_ROW: Final = Table(
    "import_row",
    METADATA,
    Column("import_id", _ID, primary_key=True),
    Column("line", BigInteger, primary_key=True, autoincrement=False),
    # The first line of the consent this row belongs to, once the rows have been seen together.
    Column("first_line", BigInteger, nullable=False),
    Column("participant", Text, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("local_id", Text, nullable=False),
    Column("alternative", SmallInteger, nullable=False),
    Column("alternative_text", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("expressed_at", _INSTANT, nullable=False),
    Column("effective_from", _INSTANT, nullable=False),
    Column("effective_to", _INSTANT),
    Column("form_version", Text, nullable=False),
    Column("reference_names", Text),  # digests of a FHIR consent's names, apart by spaces
    # The datasets that somebody was told of who speaks of a study; NULL of what is about a dataset.
    Column("told_of", Text),
    Index(None, "import_id", "first_line"),
)

# Whose consents are incomplete because a row of theirs is bad.
IMPORT_BAD: Final = Table(
    "import_bad",
    METADATA,
    Column("import_id", _ID, primary_key=True),
    Column("line", BigInteger, primary_key=True, autoincrement=False),
    Column("participant", Text, nullable=False),
    Column("dataset", Text, nullable=False),
)

IMPORT_FAULT: Final = Table(
    "import_fault",
    METADATA,
    Column("import_id", _ID, primary_key=True),
    Column("line", BigInteger, primary_key=True, autoincrement=False),
    Column("number", SmallInteger, primary_key=True, autoincrement=False),
    Column("column_name", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("hint", Text, nullable=False),
)

MONDO_RELEASE: Final = mondo_tables.release_table(METADATA)
MONDO_ACTIVATION: Final = mondo_tables.activation_table(METADATA)
STOP_EVENT: Final = rights_tables.stop_event_table(METADATA)
STOP_REACH: Final = rights_tables.stop_reach_table(METADATA)
LEGAL_HOLD: Final = rights_tables.legal_hold_table(METADATA)
ERASURE: Final = rights_tables.erasure_table(METADATA)
ERASURE_PART: Final = rights_tables.erasure_part_table(METADATA)
ERASURE_ACCOUNT: Final = rights_tables.erasure_account_table(METADATA)
RIGHTS_REQUEST: Final = rights_tables.rights_request_table(METADATA)
RIGHTS_STEP: Final = rights_tables.rights_step_table(METADATA)
WITHDRAWAL_TASK: Final = rights_tables.withdrawal_task_table(METADATA)
