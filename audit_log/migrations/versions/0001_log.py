# SPDX-License-Identifier: Apache-2.0
"""The first schema: the tree, its search rows, sealed parts and keys, producers, and their guards.

`audit_log.adapters.tables` says what each guard allows. They are a second line: the first is that
the processes hold no statement that would trip them.
"""

from alembic import op

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

_GUARDS = """
CREATE FUNCTION log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% refuses %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'PL001';
END $$;

CREATE FUNCTION log_erasing() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM erasure WHERE id = current_setting('placet.erasure', true))
$$;

CREATE FUNCTION log_only_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT log_erasing() THEN
        RAISE EXCEPTION '% is only erased from', TG_TABLE_NAME USING ERRCODE = 'PL001';
    END IF;
    RETURN OLD;
END $$;

CREATE FUNCTION log_guard_ev() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT log_erasing()
        OR (NEW.idx, NEW.retention, NEW.month, NEW.etime, NEW.ty, NEW.src, NEW.decision,
            NEW.reason, NEW.dataset, NEW.purposes)
        IS DISTINCT FROM
           (OLD.idx, OLD.retention, OLD.month, OLD.etime, OLD.ty, OLD.src, OLD.decision,
            OLD.reason, OLD.dataset, OLD.purposes)
        OR num_nonnulls(NEW.actor, NEW.permit, NEW.visa, NEW.project) > 0
    THEN
        RAISE EXCEPTION 'ev only forgets people' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION log_guard_dek() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT log_erasing() OR NEW.wrapped IS NOT NULL
        OR (NEW.kid, NEW.kind, NEW.kek, NEW.created_at)
        IS DISTINCT FROM (OLD.kid, OLD.kind, OLD.kek, OLD.created_at)
    THEN
        RAISE EXCEPTION 'a key is only destroyed' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION log_guard_checkpoint() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL OR NEW.published_at IS NULL
        OR (NEW.size, NEW.root, NEW.note, NEW.signed_at)
        IS DISTINCT FROM (OLD.size, OLD.root, OLD.note, OLD.signed_at)
    THEN
        RAISE EXCEPTION 'a checkpoint is only published, once' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION log_guard_edge_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM bundle WHERE n = OLD.idx / 256) THEN
        RAISE EXCEPTION 'an entry of the edge goes only into a bundle' USING ERRCODE = 'PL001';
    END IF;
    RETURN OLD;
END $$;

CREATE FUNCTION log_guard_tile_edge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    full_tile bytea := NEW.data;
BEGIN
    IF NEW.n > OLD.n THEN
        SELECT data INTO full_tile FROM tile WHERE level = OLD.level AND n = OLD.n;
    END IF;
    IF NEW.level <> OLD.level OR NEW.n < OLD.n
        OR substring(full_tile FOR length(OLD.data)) IS DISTINCT FROM OLD.data
    THEN
        RAISE EXCEPTION 'the edge of the tree only grows' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION log_guard_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.origin <> OLD.origin OR NEW.size < OLD.size OR NEW.epoch < OLD.epoch
        OR NEW.erasures < OLD.erasures
    THEN
        RAISE EXCEPTION 'the log only grows' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION log_guard_producer_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seq < OLD.seq OR NEW.duplicates < OLD.duplicates THEN
        RAISE EXCEPTION 'a chain only grows' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION log_guard_kafka_offset() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.next_offset < OLD.next_offset
        OR (NEW.cluster_id, NEW.topic_id) IS DISTINCT FROM (OLD.cluster_id, OLD.topic_id)
    THEN
        RAISE EXCEPTION 'an offset only moves forward' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION log_guard_finding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL
        OR (NEW.id, NEW.rule, NEW.code, NEW.detail, NEW.opened_at)
        IS DISTINCT FROM (OLD.id, OLD.rule, OLD.code, OLD.detail, OLD.opened_at)
    THEN
        RAISE EXCEPTION 'a finding is only closed, once' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;
"""

_TABLES = (
    *("log_state", "bundle", "edge_entry", "tile", "tile_edge", "checkpoint"),
    *("term", "ev", "ev_person", "dek", "sealed", "erasure", "erased_part"),
    *("producer", "producer_state", "producer_run", "gap", "quarantine", "finding"),
    *("kafka_offset", "intake", "own_head"),
)
_FREE = ("gap", "intake", "own_head", "producer")
_UPDATES = {
    "ev": "log_guard_ev",
    "dek": "log_guard_dek",
    "checkpoint": "log_guard_checkpoint",
    "tile_edge": "log_guard_tile_edge",
    "log_state": "log_guard_state",
    "producer_state": "log_guard_producer_state",
    "kafka_offset": "log_guard_kafka_offset",
    "finding": "log_guard_finding",
}
_DELETES = {
    "edge_entry": "log_guard_edge_entry",
    "ev_person": "log_only_erasure",
    "sealed": "log_only_erasure",
}
_FUNCTIONS = ("log_refuse", *dict.fromkeys((*_UPDATES.values(), *_DELETES.values())), "log_erasing")


def upgrade() -> None:
    for statements in (_TREE, _SEARCH, _SEALED, _PRODUCERS, _GUARDS):
        op.execute(statements)
    for table in _TABLES:
        if table not in _FREE:
            _guard(table)


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP SEQUENCE dek_kid")
    for function in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")


def _guard(table: str) -> None:
    """Refuse whatever the log never does to this table; inserting costs nothing."""
    on_update = _UPDATES.get(table, "log_refuse")
    on_delete = _DELETES.get(table, "log_refuse")
    op.execute(
        f"CREATE TRIGGER guard_update BEFORE UPDATE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {on_update}();"
        f"CREATE TRIGGER guard_delete BEFORE DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {on_delete}();"
        f"CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION log_refuse()"
    )
