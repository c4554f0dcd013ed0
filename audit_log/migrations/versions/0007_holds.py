# SPDX-License-Identifier: Apache-2.0
"""Legal holds, erasures that wait for one, and how long copies outside the database live.

`audit_log.adapters.tables` says what each guard allows.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TABLES = """
CREATE TABLE hold (
    id text CONSTRAINT pk_hold PRIMARY KEY,
    kind text NOT NULL,
    authority text NOT NULL,
    dataset text,
    ordinal bigint,
    permits bigint[] NOT NULL,
    matter text,
    entries bigint[] NOT NULL,
    placed_by text NOT NULL,
    placed_at timestamptz NOT NULL,
    lift_asked_by text,
    lift_asked_at timestamptz,
    lifted_by text,
    lifted_at timestamptz,
    CONSTRAINT ck_hold_asked CHECK ((lift_asked_by IS NULL) = (lift_asked_at IS NULL)),
    CONSTRAINT ck_hold_lifted CHECK ((lifted_by IS NULL) = (lifted_at IS NULL)),
    CONSTRAINT ck_hold_four_eyes CHECK (lifted_by <> lift_asked_by)
);
CREATE TABLE erasure_waiting (
    id text CONSTRAINT pk_erasure_waiting PRIMARY KEY,
    kind text NOT NULL,
    ground text NOT NULL,
    subject bytea,
    pseudonyms bigint[] NOT NULL,
    dataset text,
    ordinal bigint,
    asked_at timestamptz NOT NULL,
    ended_at timestamptz,
    outcome text,
    CONSTRAINT ck_erasure_waiting_ended CHECK ((ended_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT ck_erasure_waiting_forgotten CHECK ((ended_at IS NULL) = (subject IS NOT NULL))
);
CREATE TABLE topic_copy (
    topic text CONSTRAINT pk_topic_copy PRIMARY KEY,
    seconds bigint,
    read_at timestamptz NOT NULL
);
CREATE VIEW held_index AS
    SELECT h.id AS hold, e.idx, e.retention, e.month
    FROM ev AS e JOIN hold AS h ON h.kind = 'case' AND e.idx = ANY(h.entries)
    WHERE h.lifted_at IS NULL
    UNION ALL
    SELECT h.id, e.idx, e.retention, e.month
    FROM ev AS e JOIN hold AS h ON h.kind = 'permit' AND e.permit = ANY(h.permits)
    WHERE h.lifted_at IS NULL
    UNION ALL
    SELECT h.id, e.idx, e.retention, e.month
    FROM hold AS h JOIN term AS t ON t.kind = 3 AND t.value = h.dataset
    JOIN ev AS e ON e.dataset = t.id
    WHERE h.kind = 'dataset' AND h.lifted_at IS NULL
    UNION ALL
    SELECT h.id, e.idx, e.retention, e.month
    FROM hold AS h JOIN term AS t ON t.kind = 3 AND t.value = h.dataset
    JOIN ev_person AS p ON p.dataset = t.id AND p.ordinal = h.ordinal
    JOIN ev AS e ON e.idx = p.idx
    WHERE h.kind = 'person' AND h.lifted_at IS NULL;
"""
_GUARDS = """
CREATE FUNCTION log_guard_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.kind, NEW.authority, NEW.dataset, NEW.ordinal, NEW.permits, NEW.matter,
        NEW.entries, NEW.placed_by, NEW.placed_at)
        IS DISTINCT FROM
       (OLD.id, OLD.kind, OLD.authority, OLD.dataset, OLD.ordinal, OLD.permits, OLD.matter,
        OLD.entries, OLD.placed_by, OLD.placed_at)
        OR OLD.lifted_at IS NOT NULL
        OR (NEW.lifted_at IS NOT NULL AND OLD.lift_asked_at IS NULL)
        OR (OLD.lift_asked_at IS NOT NULL AND NEW.lift_asked_by IS DISTINCT FROM OLD.lift_asked_by
            AND NEW.lifted_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'a hold is only lifted, by two' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION log_guard_waiting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
        OR (NEW.id, NEW.kind, NEW.ground, NEW.asked_at)
        IS DISTINCT FROM (OLD.id, OLD.kind, OLD.ground, OLD.asked_at)
        OR num_nonnulls(NEW.subject, NEW.dataset, NEW.ordinal) > 0 OR NEW.pseudonyms <> '{}'
    THEN
        RAISE EXCEPTION 'a waiting erasure only ends, and is forgotten' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION log_guard_quarantine() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF length(NEW.data) > 0 OR (to_jsonb(NEW) - 'data') IS DISTINCT FROM (to_jsonb(OLD) - 'data')
    THEN
        RAISE EXCEPTION 'what is quarantined is only emptied' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER guard_update ON quarantine;
CREATE TRIGGER guard_update BEFORE UPDATE ON quarantine
    FOR EACH ROW EXECUTE FUNCTION log_guard_quarantine();
"""
_BACK = """
DROP TRIGGER guard_update ON quarantine;
CREATE TRIGGER guard_update BEFORE UPDATE ON quarantine
    FOR EACH ROW EXECUTE FUNCTION log_refuse();
DROP VIEW held_index;
DROP TABLE hold, erasure_waiting, topic_copy;
DROP FUNCTION log_guard_hold, log_guard_waiting, log_guard_quarantine;
"""
_GUARDED = {"hold": "log_guard_hold", "erasure_waiting": "log_guard_waiting"}


def upgrade() -> None:
    op.execute(_TABLES)
    op.execute(_GUARDS)
    for table, on_update in _GUARDED.items():
        op.execute(
            f"CREATE TRIGGER guard_update BEFORE UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {on_update}();"
            f"CREATE TRIGGER guard_delete BEFORE DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION log_refuse();"
            f"CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION log_refuse()"
        )


def downgrade() -> None:
    op.execute(_BACK)
