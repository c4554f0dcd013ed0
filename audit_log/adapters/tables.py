# SPDX-License-Identifier: Apache-2.0
"""The log's tables, as declarations; `migrations/` creates them with their guards.

What may change in them, ever (triggers refuse everything else, also to the owner):

- `bundle`, `tile`, `ev_person`, `ev_cohort`, `producer_run`, `term`, `erased_part`, `erasure`: rows
  are added.
- `ev_block` sums up 1,024 search rows, `integrity_run` says when they were checked: rows are added.
- The right edge of the tree is the one mutable place: `edge_entry` holds the entries after the last
  full bundle and loses them when that bundle is there; `tile_edge` has one row a level, whose bytes
  only grow until the full tile is there. Narrower tiles are cut from these, never stored.
- `checkpoint`: a row is published once, then witnessed once; stragglers only lengthen the witnessed
  note.
- `witness_state`: what this node saw of another log only grows; `fork_evidence`: rows are added.
- `log_state`: one row; size, epoch and erasures never shrink.
- `finding`: a row is assigned, closed once, and its closing said once. `rule_cursor` only goes on;
  `rule_memory` holds keyed pseudonyms and can be made anew from the entries.
- `hold`: a row is lifted once, by somebody else than asked for it. `erasure_waiting`: a row ends
  once and forgets whom it was about. `dropped`: rows are added. `quarantine`: a row is emptied.
- Only an erasure may empty a `dek` and clear the pseudonyms of an `ev` row; only an erasure or the
  end of a term may delete from `sealed` and `ev_person`, only the latter from `ev` and `ev_cohort`.

`ev` and `sealed` are partitioned by `retention`, then `month` (`migrations.partitions_0006`); class
0, `held_ev` and `held_sealed`, keeps rows that outlive their month. `dropped` says what went.
"""

from typing import Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from audit_log.adapters.tables_keeping import (
    dropped_table,
    erasure_waiting_table,
    hold_table,
    row_hash_table,
    row_sum_table,
    topic_copy_table,
)
from audit_log.adapters.tables_people import ev_cohort_table, ev_person_table
from audit_log.adapters.tables_reading import ev_block_table, integrity_run_table
from shared.db import new_metadata
from shared.ended_sessions import ended_session_table

METADATA: Final = new_metadata()
ENDED_SESSIONS: Final = ended_session_table(METADATA)
_INSTANT: Final = DateTime(timezone=True)


def _number(name: str, *, key: bool = False, null: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=key, nullable=null, autoincrement=False)


LOG_STATE: Final = Table(
    "log_state",
    METADATA,
    Column("log_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("origin", Text, nullable=False),
    _number("size"),
    Column("root", LargeBinary, nullable=False),
    _number("epoch"),
    _number("erasures"),
    Column("holder", Text, nullable=False),
    Column("backend", Integer, nullable=False),
    Column("lease_until", _INSTANT, nullable=False),
    CheckConstraint("log_id = 1", name="one_log"),
)
BUNDLE: Final = Table(
    "bundle",
    METADATA,
    _number("n", key=True),
    Column("data", LargeBinary, nullable=False),
)
EDGE_ENTRY: Final = Table(
    "edge_entry",
    METADATA,
    _number("idx", key=True),
    Column("entry", LargeBinary, nullable=False),
)
TILE: Final = Table(
    "tile",
    METADATA,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    _number("n", key=True),
    Column("data", LargeBinary, nullable=False),
)
TILE_EDGE: Final = Table(
    "tile_edge",
    METADATA,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    _number("n"),
    Column("data", LargeBinary, nullable=False),
)
CHECKPOINT: Final = Table(
    "checkpoint",
    METADATA,
    _number("size", key=True),
    Column("root", LargeBinary, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("signed_at", _INSTANT, nullable=False),
    Column("published_at", _INSTANT, nullable=True),
    Column("witnessed_note", LargeBinary, nullable=True),
    Column("witnessed_at", _INSTANT, nullable=True),
    CheckConstraint("(witnessed_note IS NULL) = (witnessed_at IS NULL)", name="witnessed"),
)
Index(
    "ix_checkpoint_witnessed",
    CHECKPOINT.c.size,
    postgresql_where=CHECKPOINT.c.witnessed_at.is_not(None),
)
TERM: Final = Table(
    "term",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, nullable=False),
    Column("value", Text, nullable=False),
    UniqueConstraint("kind", "value"),
)
EV: Final = Table(
    "ev",
    METADATA,
    _number("idx", key=True),
    Column("retention", SmallInteger, primary_key=True, autoincrement=False),
    Column("month", SmallInteger, primary_key=True, autoincrement=False),
    Column("etime", _INSTANT, nullable=False),
    Column("ty", Integer, nullable=False),
    Column("src", Integer, nullable=False),
    Column("decision", SmallInteger, nullable=True),
    Column("reason", Integer, nullable=True),
    Column("dataset", Integer, nullable=True),
    Column("purposes", Integer, nullable=True),
    _number("actor", null=True),
    _number("permit", null=True),
    _number("visa", null=True),
    _number("project", null=True),
)
Index(None, EV.c.actor, EV.c.idx)
Index(None, EV.c.permit, EV.c.idx, postgresql_where=EV.c.permit.is_not(None))
Index(None, EV.c.visa, postgresql_where=EV.c.visa.is_not(None))
Index("ix_ev_refused", EV.c.dataset, EV.c.idx, postgresql_where=EV.c.decision != text("1"))
EV_BLOCK: Final = ev_block_table(METADATA)
INTEGRITY_RUN: Final = integrity_run_table(METADATA)
EV_PERSON: Final = ev_person_table(METADATA)
EV_COHORT: Final = ev_cohort_table(METADATA)
SEALED: Final = Table(
    "sealed",
    METADATA,
    _number("idx", key=True),
    Column("grp", SmallInteger, primary_key=True, autoincrement=False),
    Column("retention", SmallInteger, primary_key=True, autoincrement=False),
    Column("month", SmallInteger, primary_key=True, autoincrement=False),
    _number("kid"),
    Column("data", LargeBinary, nullable=False),
)
DROPPED: Final = dropped_table(METADATA)
HOLD: Final = hold_table(METADATA)
ERASURE_WAITING: Final = erasure_waiting_table(METADATA)
TOPIC_COPY: Final = topic_copy_table(METADATA)
DEK: Final = Table(
    "dek",
    METADATA,
    _number("kid", key=True),
    Column("kind", Text, nullable=False),
    Column("subject", LargeBinary, nullable=True, unique=True),
    Column("kek", Text, nullable=False),
    Column("wrapped", LargeBinary, nullable=True),
    Column("created_at", _INSTANT, nullable=False),
    Column("erased_at", _INSTANT, nullable=True),
    CheckConstraint("(wrapped IS NULL) = (erased_at IS NOT NULL)", name="erased"),
    CheckConstraint("(subject IS NULL) = (erased_at IS NOT NULL)", name="forgotten"),
)
ERASURE: Final = Table(
    "erasure",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("ground", Text, nullable=False),
    _number("kid"),
    _number("parts"),
    _number("below"),
    Column("digest", LargeBinary, nullable=False),
    Column("recorded_at", _INSTANT, nullable=False),
)
ERASED_PART: Final = Table(
    "erased_part",
    METADATA,
    _number("idx", key=True),
    Column("grp", SmallInteger, primary_key=True, autoincrement=False),
    Column("erasure", Text, nullable=False),
)
PRODUCER: Final = Table(
    "producer",
    METADATA,
    Column("src", Text, primary_key=True),
    Column("client_id", Text, nullable=False, unique=True),
    Column("vkey", Text, nullable=False),
    Column("topic", Text, nullable=True),
    Column("added_at", _INSTANT, nullable=False),
)
PRODUCER_STATE: Final = Table(
    "producer_state",
    METADATA,
    Column("src", Text, primary_key=True),
    _number("epoch", key=True),
    _number("seq"),
    Column("head", LargeBinary, nullable=False),
    Column("last_ts", _INSTANT, nullable=True),
    _number("duplicates"),
)
PRODUCER_RUN: Final = Table(
    "producer_run",
    METADATA,
    Column("src", Text, primary_key=True),
    _number("epoch", key=True),
    _number("first_seq", key=True),
    Column("n", Integer, nullable=False),
    _number("first_idx"),
)
GAP: Final = Table(
    "gap",
    METADATA,
    Column("src", Text, primary_key=True),
    _number("epoch", key=True),
    _number("first_seq", key=True),
    _number("last_seq"),
)
QUARANTINE: Final = Table(
    "quarantine",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    _number("kid"),
    Column("data", LargeBinary, nullable=False),
    Column("src", Text, nullable=True),
    _number("epoch", null=True),
    _number("seq", null=True),
    Column("occupies", SmallInteger, nullable=False),
    Column("topic", Text, nullable=True),
    Column("part", Integer, nullable=True),
    _number("at_offset", null=True),
    Column("received_at", _INSTANT, nullable=False),
    Column("quarantined_at", _INSTANT, nullable=False),
)
Index(None, QUARANTINE.c.src, QUARANTINE.c.epoch, QUARANTINE.c.seq)
FINDING: Final = Table(
    "finding",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("rule", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("src", Text, nullable=True),
    _number("epoch", null=True),
    _number("first_seq", null=True),
    _number("last_seq", null=True),
    Column("detail", JSONB, nullable=False),
    Column("opened_at", _INSTANT, nullable=False),
    Column("closed_at", _INSTANT, nullable=True),
    # What the sequencer itself finds is as grave as can be, and it says no more than it must.
    Column("severity", Text, nullable=False, server_default=text("'critical'")),
    Column("owner", Text, nullable=True),
    Column("cause", Text, nullable=True, unique=True),
    Column("evidence", ARRAY(BigInteger), nullable=False, server_default=text("'{}'")),
    Column("closed_reason", Text, nullable=True),
    # The id of the entry that says so.
    Column("closing", Text, nullable=True),
)
RULE_MEMORY: Final = Table(
    "rule_memory",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", JSONB, nullable=False),
)
RULE_CURSOR: Final = Table(
    "rule_cursor",
    METADATA,
    Column("name", Text, primary_key=True),
    _number("next_idx"),
    Column("moved_at", _INSTANT, nullable=False),
)
KAFKA_OFFSET: Final = Table(
    "kafka_offset",
    METADATA,
    Column("topic", Text, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    _number("next_offset"),
    Column("cluster_id", Text, nullable=False),
    Column("topic_id", Text, nullable=False),
)
INTAKE: Final = Table(
    "intake",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("src", Text, nullable=False),
    Column("entry", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("received_at", _INSTANT, nullable=False),
    # Made by a trigger when the row is: SHA-256 over source, entry and sealed parts.
    Column("digest", LargeBinary, nullable=False),
)
OWN_HEAD: Final = Table(
    "own_head",
    METADATA,
    Column("src", Text, primary_key=True),
    _number("epoch"),
    _number("seq"),
    Column("head", LargeBinary, nullable=False),
)
EXPORT: Final = Table(
    "export",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    _number("kid"),
    Column("kek", Text, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("request", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    _number("as_of"),
    _number("results", null=True),
    _number("opened"),
    Column("entry_id", Text, nullable=True),
    Column("fault", Text, nullable=True),
    Column("asked_at", _INSTANT, nullable=False),
    Column("changed_at", _INSTANT, nullable=False),
)
Index(None, EXPORT.c.state, EXPORT.c.id)
WITNESS_LOG: Final = Table(
    "witness_log",
    METADATA,
    Column("vkey", Text, primary_key=True),
    Column("origin", Text, nullable=False),
    Column("added_at", _INSTANT, nullable=False),
)
WITNESS_STATE: Final = Table(
    "witness_state",
    METADATA,
    Column("origin", Text, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    _number("size"),
    Column("root", LargeBinary, nullable=False),
    Column("note", LargeBinary, nullable=True),
    Column("seen_at", _INSTANT, nullable=True),
)
FORK_EVIDENCE: Final = Table(
    "fork_evidence",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("witness", Text, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("found_at", _INSTANT, nullable=False),
)
LOG_SIGNING: Final = Table(
    "log_signing",
    METADATA,
    Column("log_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("since", _INSTANT, nullable=False),
    Column("witness_barred", ARRAY(Text), nullable=False, server_default="{}"),
    CheckConstraint("log_id = 1", name="one_log"),
)
ROW_HASH: Final = row_hash_table(METADATA)
ROW_SUM: Final = row_sum_table(METADATA)
