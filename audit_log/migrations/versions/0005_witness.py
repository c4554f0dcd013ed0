# SPDX-License-Identifier: Apache-2.0
"""Witnessing: what this node witnesses for others, what others witnessed here, and fork evidence.

`audit_log.adapters.tables` says what each guard allows.
"""

from alembic import op

from audit_log.migrations import guards_0001

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = """
ALTER TABLE checkpoint ADD witnessed_note bytea, ADD witnessed_at timestamptz,
    ADD CONSTRAINT ck_checkpoint_witnessed
        CHECK ((witnessed_note IS NULL) = (witnessed_at IS NULL));
CREATE INDEX ix_checkpoint_witnessed ON checkpoint (size) WHERE witnessed_at IS NOT NULL;
CREATE TABLE witness_log (
    vkey text CONSTRAINT pk_witness_log PRIMARY KEY,
    origin text NOT NULL,
    added_at timestamptz NOT NULL
);
CREATE TABLE witness_state (
    origin text CONSTRAINT pk_witness_state PRIMARY KEY,
    digest text NOT NULL CONSTRAINT uq_witness_state_digest UNIQUE,
    size bigint NOT NULL,
    root bytea NOT NULL,
    note bytea,
    seen_at timestamptz
);
CREATE TABLE fork_evidence (
    digest bytea CONSTRAINT pk_fork_evidence PRIMARY KEY,
    witness text NOT NULL,
    note bytea NOT NULL,
    found_at timestamptz NOT NULL
);
CREATE TABLE log_signing (
    log_id smallint CONSTRAINT pk_log_signing PRIMARY KEY
        CONSTRAINT ck_log_signing_one_log CHECK (log_id = 1),
    state text NOT NULL,
    since timestamptz NOT NULL
);
"""

_GUARDS = """
CREATE OR REPLACE FUNCTION log_guard_checkpoint() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.published_at IS NULL
        OR (OLD.published_at IS NOT NULL AND NEW.published_at <> OLD.published_at)
        OR (OLD.published_at IS NOT NULL AND NEW.witnessed_at IS NULL)
        OR (OLD.witnessed_at IS NOT NULL AND (NEW.witnessed_at IS DISTINCT FROM OLD.witnessed_at
            OR length(NEW.witnessed_note) <= length(OLD.witnessed_note)))
        OR (NEW.size, NEW.root, NEW.note, NEW.signed_at)
        IS DISTINCT FROM (OLD.size, OLD.root, OLD.note, OLD.signed_at)
    THEN
        RAISE EXCEPTION 'a checkpoint is only published, then witnessed, once'
            USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION log_guard_witness_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.origin, NEW.digest) IS DISTINCT FROM (OLD.origin, OLD.digest)
        OR NEW.size < OLD.size OR NEW.note IS NULL
        OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
    THEN
        RAISE EXCEPTION 'a witness only sees a log grow' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;
"""
_REFUSE = "log_refuse"
_GUARDED = {"witness_state": "log_guard_witness_state", "fork_evidence": _REFUSE}
_NEW_TABLES = ("log_signing", "fork_evidence", "witness_state", "witness_log")


def upgrade() -> None:
    op.execute(_TABLES)
    op.execute(_GUARDS)
    for table, on_update in _GUARDED.items():
        op.execute(
            f"CREATE TRIGGER guard_update BEFORE UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {on_update}();"
            f"CREATE TRIGGER guard_delete BEFORE DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {_REFUSE}();"
            f"CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {_REFUSE}()"
        )


def downgrade() -> None:
    for table in _NEW_TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION log_guard_witness_state")
    start = guards_0001.FUNCTIONS.index("CREATE FUNCTION log_guard_checkpoint")
    before = guards_0001.FUNCTIONS[start:].partition("END $$;")
    op.execute(before[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION") + before[1])
    op.execute("ALTER TABLE checkpoint DROP witnessed_note, DROP witnessed_at")
