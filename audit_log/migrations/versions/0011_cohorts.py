# SPDX-License-Identifier: Apache-2.0
"""Entries are found by the cohort they name: rows of `ev_cohort`, also for what is there already.

Every bundle is read once for entries that name a cohort: a few minutes on a log of many million
entries, in which the sequencer must not run. Rows that were dropped after their term stay away.
"""

from alembic import op

from audit_log.migrations import cohorts_0011 as made

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TABLE = """
CREATE TABLE ev_cohort (
    dataset integer,
    cohort integer,
    idx bigint,
    revision bigint,
    CONSTRAINT pk_ev_cohort PRIMARY KEY (dataset, cohort, idx)
);
CREATE INDEX ix_ev_cohort_idx ON ev_cohort (idx);
"""
_GUARDS = """
CREATE FUNCTION log_guard_cohort() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT log_dropping() THEN
        RAISE EXCEPTION '% only outlives its term', TG_TABLE_NAME USING ERRCODE = 'PL001';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER guard_update BEFORE UPDATE ON ev_cohort
    FOR EACH ROW EXECUTE FUNCTION log_refuse();
CREATE TRIGGER guard_delete BEFORE DELETE ON ev_cohort
    FOR EACH ROW EXECUTE FUNCTION log_guard_cohort();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON ev_cohort
    FOR EACH STATEMENT EXECUTE FUNCTION log_refuse();
"""
# A term that stands behind those of cohorts keeps its number; then the terms stay.
_TERMS = """
ALTER TABLE term DISABLE TRIGGER guard_delete;
DELETE FROM term WHERE kind = 6
    AND id > (SELECT coalesce(max(id), 0) FROM term WHERE kind <> 6);
ALTER TABLE term ENABLE TRIGGER guard_delete;
"""


def upgrade() -> None:
    op.execute(_TABLE)
    made.fill(op.get_bind())
    op.execute("ALTER TABLE query_run ADD COLUMN unresolved bigint")
    op.execute(_GUARDS)


def downgrade() -> None:
    op.execute("ALTER TABLE query_run DROP COLUMN unresolved")
    op.execute("DROP TABLE ev_cohort")
    op.execute("DROP FUNCTION log_guard_cohort")
    op.execute(_TERMS)
