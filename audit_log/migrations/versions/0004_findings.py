# SPDX-License-Identifier: Apache-2.0
"""Findings with severity, owner, evidence and end; what the rules remember, and how far they are.

The rules' memory can be made anew from the entries; a finding is only assigned and closed.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_FINDING = """
ALTER TABLE finding
    ADD severity text NOT NULL DEFAULT 'critical',
    ADD owner text,
    ADD cause text CONSTRAINT uq_finding_cause UNIQUE,
    ADD evidence bigint[] NOT NULL DEFAULT '{}',
    ADD closed_reason text,
    ADD closing text
"""
_MEMORY = """
CREATE TABLE rule_memory (
    kind text,
    key text,
    value jsonb NOT NULL,
    CONSTRAINT pk_rule_memory PRIMARY KEY (kind, key)
);
CREATE TABLE rule_cursor (
    name text CONSTRAINT pk_rule_cursor PRIMARY KEY,
    next_idx bigint NOT NULL,
    moved_at timestamptz NOT NULL
);
"""
_GUARD = """
CREATE OR REPLACE FUNCTION log_guard_finding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.rule, NEW.code, NEW.src, NEW.epoch, NEW.first_seq, NEW.last_seq, NEW.detail,
        NEW.opened_at, NEW.severity, NEW.cause, NEW.evidence)
        IS DISTINCT FROM
       (OLD.id, OLD.rule, OLD.code, OLD.src, OLD.epoch, OLD.first_seq, OLD.last_seq, OLD.detail,
        OLD.opened_at, OLD.severity, OLD.cause, OLD.evidence)
        OR (OLD.closed_at IS NOT NULL AND (NEW.closed_at, NEW.closed_reason, NEW.owner)
            IS DISTINCT FROM (OLD.closed_at, OLD.closed_reason, OLD.owner))
        OR (OLD.closing IS NOT NULL AND NEW.closing IS DISTINCT FROM OLD.closing)
    THEN
        RAISE EXCEPTION 'a finding is only assigned, and closed once' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION log_guard_rule_cursor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.next_idx < OLD.next_idx THEN
        RAISE EXCEPTION 'the rules only go on' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_update BEFORE UPDATE ON rule_cursor
    FOR EACH ROW EXECUTE FUNCTION log_guard_rule_cursor();
"""
_GUARD_BEFORE = """
CREATE OR REPLACE FUNCTION log_guard_finding() RETURNS trigger LANGUAGE plpgsql AS $$
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


def upgrade() -> None:
    for statements in (_FINDING, _MEMORY, _GUARD):
        op.execute(statements)


def downgrade() -> None:
    op.execute(_GUARD_BEFORE)
    op.execute("DROP TABLE rule_memory, rule_cursor")
    op.execute("DROP FUNCTION log_guard_rule_cursor")
    op.execute(
        "ALTER TABLE finding DROP severity, DROP owner, DROP cause, DROP evidence,"
        " DROP closed_reason, DROP closing"
    )
