# SPDX-License-Identifier: Apache-2.0
"""Officers' cases with requests to open, and saved searches with their runs.

That nobody approves her own request stands here too, whatever a program says. Their rows have
hashes (0008), which the log says after each change.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_CASES = """
CREATE TABLE case_file (
    id text CONSTRAINT pk_case_file PRIMARY KEY,
    reason text NOT NULL,
    reference text,
    owner_iss text NOT NULL,
    owner_sub text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz
);
CREATE TABLE case_reveal (
    id text CONSTRAINT pk_case_reveal PRIMARY KEY,
    case_id text NOT NULL,
    indexes bigint[] NOT NULL,
    groups text[] NOT NULL,
    asked_iss text NOT NULL,
    asked_sub text NOT NULL,
    asked_at timestamptz NOT NULL,
    state text NOT NULL,
    decided_iss text,
    decided_sub text,
    decided_at timestamptz,
    CONSTRAINT ck_case_reveal_four_eyes
        CHECK (NOT (decided_iss IS NOT DISTINCT FROM asked_iss
            AND decided_sub IS NOT DISTINCT FROM asked_sub)),
    CONSTRAINT ck_case_reveal_decided
        CHECK ((state = 'asked') = (decided_at IS NULL)
            AND (decided_at IS NULL) = (decided_sub IS NULL)
            AND (decided_at IS NULL) = (decided_iss IS NULL))
);
CREATE INDEX ix_case_reveal_case_id ON case_reveal (case_id);
"""
_QUERIES = """
CREATE TABLE saved_query (
    id text CONSTRAINT pk_saved_query PRIMARY KEY,
    name text NOT NULL,
    owner_iss text NOT NULL,
    owner_sub text NOT NULL,
    kid bigint NOT NULL,
    kek text NOT NULL,
    wrapped bytea NOT NULL,
    sealed bytea NOT NULL,
    hours integer NOT NULL,
    next_at timestamptz,
    size bigint NOT NULL,
    results bigint NOT NULL
);
CREATE INDEX ix_saved_query_next_at ON saved_query (next_at);
CREATE TABLE query_run (
    query text,
    number bigint,
    ran_at timestamptz NOT NULL,
    before bigint NOT NULL,
    size bigint NOT NULL,
    results bigint NOT NULL,
    fresh bigint NOT NULL,
    gone bigint NOT NULL,
    indexes bigint[] NOT NULL,
    CONSTRAINT pk_query_run PRIMARY KEY (query, number)
);
"""
_GUARDS = """
CREATE FUNCTION log_guard_case_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL
        OR (NEW.id, NEW.reason, NEW.reference, NEW.owner_iss, NEW.owner_sub, NEW.opened_at)
        IS DISTINCT FROM
           (OLD.id, OLD.reason, OLD.reference, OLD.owner_iss, OLD.owner_sub, OLD.opened_at)
    THEN
        RAISE EXCEPTION 'a case is only closed, once' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_update BEFORE UPDATE ON case_file
    FOR EACH ROW EXECUTE FUNCTION log_guard_case_file();

CREATE FUNCTION log_guard_case_reveal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'asked' OR NEW.state = 'asked'
        OR (NEW.id, NEW.case_id, NEW.indexes, NEW.groups, NEW.asked_iss, NEW.asked_sub,
            NEW.asked_at)
        IS DISTINCT FROM
           (OLD.id, OLD.case_id, OLD.indexes, OLD.groups, OLD.asked_iss, OLD.asked_sub,
            OLD.asked_at)
    THEN
        RAISE EXCEPTION 'a request to open is only decided, once' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_update BEFORE UPDATE ON case_reveal
    FOR EACH ROW EXECUTE FUNCTION log_guard_case_reveal();
CREATE TRIGGER guard_update BEFORE UPDATE ON query_run
    FOR EACH ROW EXECUTE FUNCTION log_refuse();
"""
_TABLES = ("case_file", "case_reveal", "query_run")
_HASHED = {
    "case_file": ("logged", "id"),
    "case_reveal": ("logged", "id"),
    "saved_query": ("logged", "id"),
    "query_run": ("logged", "query", "number"),
}


def upgrade() -> None:
    for statements in (_CASES, _QUERIES, _GUARDS):
        op.execute(statements)
    for table, named in _HASHED.items():
        op.execute(
            f"CREATE TRIGGER hash_row AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW"
            f" EXECUTE FUNCTION log_hash_row({', '.join(repr(one) for one in named)})"
        )
    for table in _TABLES:
        op.execute(
            f"CREATE TRIGGER guard_delete BEFORE DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION log_refuse();"
            f"CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION log_refuse()"
        )


def downgrade() -> None:
    op.execute("DROP TABLE query_run, saved_query, case_reveal, case_file")
    op.execute(
        "DELETE FROM row_hash WHERE tbl IN ('query_run', 'saved_query', 'case_reveal', 'case_file')"
    )
    op.execute("DROP FUNCTION log_guard_case_file")
    op.execute("DROP FUNCTION log_guard_case_reveal")
