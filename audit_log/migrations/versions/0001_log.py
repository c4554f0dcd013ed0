# SPDX-License-Identifier: Apache-2.0
"""The first schema: the tree, its search rows, sealed parts and keys, producers, and their guards.

`audit_log.adapters.tables` says what each guard allows. They are a second line: the first is that
the processes hold no statement that would trip them.
"""

from alembic import op

from audit_log.migrations import guards_0001 as guards

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TREE = """
CREATE TABLE log_state (
    log_id smallint CONSTRAINT pk_log_state PRIMARY KEY
        CONSTRAINT ck_log_state_one_log CHECK (log_id = 1),
    origin text NOT NULL,
    size bigint NOT NULL,
    root bytea NOT NULL,
    epoch bigint NOT NULL,
    erasures bigint NOT NULL,
    holder text NOT NULL,
    backend integer NOT NULL,
    lease_until timestamptz NOT NULL
);
CREATE TABLE bundle (n bigint CONSTRAINT pk_bundle PRIMARY KEY, data bytea NOT NULL);
ALTER TABLE bundle ALTER data SET STORAGE EXTERNAL;
CREATE TABLE edge_entry (idx bigint CONSTRAINT pk_edge_entry PRIMARY KEY, entry bytea NOT NULL);
CREATE TABLE tile (
    level smallint,
    n bigint,
    data bytea NOT NULL,
    CONSTRAINT pk_tile PRIMARY KEY (level, n)
);
ALTER TABLE tile ALTER data SET STORAGE EXTERNAL;
CREATE TABLE tile_edge (
    level smallint CONSTRAINT pk_tile_edge PRIMARY KEY,
    n bigint NOT NULL,
    data bytea NOT NULL
);
ALTER TABLE tile_edge ALTER data SET STORAGE EXTERNAL;
CREATE TABLE checkpoint (
    size bigint CONSTRAINT pk_checkpoint PRIMARY KEY,
    root bytea NOT NULL,
    note bytea NOT NULL,
    signed_at timestamptz NOT NULL,
    published_at timestamptz
);
"""

_SEARCH = """
CREATE TABLE term (
    id integer CONSTRAINT pk_term PRIMARY KEY,
    kind smallint NOT NULL,
    value text NOT NULL,
    CONSTRAINT uq_term_kind_value UNIQUE (kind, value)
);
CREATE TABLE ev (
    idx bigint CONSTRAINT pk_ev PRIMARY KEY,
    retention smallint NOT NULL,
    month smallint NOT NULL,
    etime timestamptz NOT NULL,
    ty integer NOT NULL,
    src integer NOT NULL,
    decision smallint,
    reason integer,
    dataset integer,
    purposes integer,
    actor bigint,
    permit bigint,
    visa bigint,
    project bigint
);
CREATE INDEX ix_ev_actor_idx ON ev (actor, idx);
CREATE INDEX ix_ev_dataset_idx ON ev (dataset, idx);
CREATE TABLE ev_person (
    dataset integer,
    ordinal bigint,
    idx bigint,
    CONSTRAINT pk_ev_person PRIMARY KEY (dataset, ordinal, idx)
);
"""

_SEALED = """
CREATE SEQUENCE dek_kid AS bigint;
CREATE TABLE dek (
    kid bigint CONSTRAINT pk_dek PRIMARY KEY,
    kind text NOT NULL,
    subject bytea CONSTRAINT uq_dek_subject UNIQUE,
    kek text NOT NULL,
    wrapped bytea,
    created_at timestamptz NOT NULL,
    erased_at timestamptz,
    CONSTRAINT ck_dek_erased CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL)),
    CONSTRAINT ck_dek_forgotten CHECK ((subject IS NULL) = (erased_at IS NOT NULL))
);
CREATE TABLE sealed (
    idx bigint,
    grp smallint,
    kid bigint NOT NULL,
    data bytea NOT NULL,
    CONSTRAINT pk_sealed PRIMARY KEY (idx, grp)
);
ALTER TABLE sealed ALTER data SET STORAGE EXTERNAL;
CREATE TABLE erasure (
    id text CONSTRAINT pk_erasure PRIMARY KEY,
    kind text NOT NULL,
    ground text NOT NULL,
    kid bigint NOT NULL,
    parts bigint NOT NULL,
    below bigint NOT NULL,
    digest bytea NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE TABLE erased_part (
    idx bigint,
    grp smallint,
    erasure text NOT NULL,
    CONSTRAINT pk_erased_part PRIMARY KEY (idx, grp)
);
"""

_PRODUCERS = """
CREATE TABLE producer (
    src text CONSTRAINT pk_producer PRIMARY KEY,
    client_id text NOT NULL CONSTRAINT uq_producer_client_id UNIQUE,
    vkey text NOT NULL,
    topic text,
    added_at timestamptz NOT NULL
);
CREATE TABLE producer_state (
    src text,
    epoch bigint,
    seq bigint NOT NULL,
    head bytea NOT NULL,
    last_ts timestamptz,
    duplicates bigint NOT NULL,
    CONSTRAINT pk_producer_state PRIMARY KEY (src, epoch)
);
CREATE TABLE producer_run (
    src text,
    epoch bigint,
    first_seq bigint,
    n integer NOT NULL,
    first_idx bigint NOT NULL,
    CONSTRAINT pk_producer_run PRIMARY KEY (src, epoch, first_seq)
);
CREATE TABLE gap (
    src text,
    epoch bigint,
    first_seq bigint,
    last_seq bigint NOT NULL,
    CONSTRAINT pk_gap PRIMARY KEY (src, epoch, first_seq)
);
CREATE TABLE quarantine (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_quarantine PRIMARY KEY,
    reason text NOT NULL,
    digest bytea NOT NULL,
    leaf bytea NOT NULL,
    kid bigint NOT NULL,
    data bytea NOT NULL,
    src text,
    epoch bigint,
    seq bigint,
    occupies smallint NOT NULL,
    topic text,
    part integer,
    at_offset bigint,
    received_at timestamptz NOT NULL,
    quarantined_at timestamptz NOT NULL
);
CREATE INDEX ix_quarantine_src_epoch_seq ON quarantine (src, epoch, seq);
CREATE TABLE finding (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_finding PRIMARY KEY,
    rule text NOT NULL,
    code text NOT NULL,
    src text,
    epoch bigint,
    first_seq bigint,
    last_seq bigint,
    detail jsonb NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz
);
CREATE TABLE kafka_offset (
    topic text,
    part integer,
    next_offset bigint NOT NULL,
    cluster_id text NOT NULL,
    topic_id text NOT NULL,
    CONSTRAINT pk_kafka_offset PRIMARY KEY (topic, part)
);
CREATE TABLE intake (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_intake PRIMARY KEY,
    src text NOT NULL,
    entry bytea NOT NULL,
    sealed bytea NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE TABLE own_head (
    src text CONSTRAINT pk_own_head PRIMARY KEY,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    head bytea NOT NULL
);
"""


def upgrade() -> None:
    for statements in (_TREE, _SEARCH, _SEALED, _PRODUCERS, guards.FUNCTIONS):
        op.execute(statements)
    for table in guards.TABLES:
        if table not in guards.FREE:
            op.execute(guards.guard(table))


def downgrade() -> None:
    for table in reversed(guards.TABLES):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP SEQUENCE dek_kid")
    for function in guards.NAMES:
        op.execute(f"DROP FUNCTION {function}")
