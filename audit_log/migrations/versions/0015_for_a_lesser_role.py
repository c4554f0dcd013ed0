# SPDX-License-Identifier: Apache-2.0
"""What the processes ask of the tables' owner, now that they are not: months, and two locks.

`audit_log.adapters.privileges` lends these functions. They believe their caller nothing: a month is
of a class that is there, and one with rows is dropped only after `dropped` says so and what a hold
covers has moved out.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ADD_MONTH = """
CREATE OR REPLACE FUNCTION log_add_month(parent text, class integer, month integer) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    leaf text := log_month_name(parent, class, month);
    key text := CASE parent WHEN 'ev' THEN 'idx' ELSE 'idx, grp' END;
    class_table text := format('%s_%s', parent, class);
    rest text := format('%s_%s_default', parent, class);
BEGIN
    {check}
    IF to_regclass(leaf) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', rest);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING STORAGE, PRIMARY KEY (%s))',
        leaf, parent, key);
    EXECUTE format('INSERT INTO %I SELECT * FROM %I WHERE month = $1', leaf, rest) USING month;
    EXECUTE format('DELETE FROM %I WHERE month = $1', rest) USING month;
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
        class_table, leaf, month, month + 1);
    EXECUTE format('CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON %I'
        ' FOR EACH STATEMENT EXECUTE FUNCTION log_refuse()', leaf);
    RETURN true;
END $$;
"""
_CHECK = """
    IF (parent IN ('ev', 'sealed') AND class BETWEEN 1 AND 4 AND month BETWEEN 0 AND 32766)
        IS NOT TRUE
    THEN
        RAISE EXCEPTION 'there is no such month' USING ERRCODE = 'PL001';
    END IF;
"""
_FUNCTIONS = """
CREATE FUNCTION log_lock_month(of_class integer, of_month integer) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('LOCK TABLE %I, %I IN SHARE ROW EXCLUSIVE MODE',
        log_month_name('ev', of_class, of_month), log_month_name('sealed', of_class, of_month));
END $$;

CREATE FUNCTION log_drop_month(of_class integer, of_month integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    rows text := log_month_name('ev', of_class, of_month);
    parts text := log_month_name('sealed', of_class, of_month);
    filled boolean;
BEGIN
    IF (of_class BETWEEN 1 AND 4) IS NOT TRUE OR to_regclass(rows) IS NULL THEN
        RAISE EXCEPTION 'there is no such month' USING ERRCODE = 'PL001';
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %I) OR EXISTS (SELECT FROM %I)', rows, parts)
        INTO filled;
    IF filled AND NOT EXISTS (SELECT FROM dropped AS d WHERE d.class = of_class
        AND d.month = of_month AND d.id = current_setting('placet.drop', true))
    THEN
        RAISE EXCEPTION 'a month is dropped when it is said to be' USING ERRCODE = 'PL001';
    END IF;
    -- Of entries that name a cohort consent_registry says whom they are about; the caller asked it.
    IF EXISTS (SELECT FROM held_index AS h WHERE h.retention = of_class AND h.month = of_month
        AND h.cohort IS NULL AND NOT EXISTS (SELECT FROM held_ev AS k WHERE k.idx = h.idx))
    THEN
        RAISE EXCEPTION 'a legal hold covers rows of this month' USING ERRCODE = 'PL001';
    END IF;
    -- Only now the tables that the sequencer writes through, until the commit.
    EXECUTE format('LOCK TABLE ONLY %I, ONLY %I IN ACCESS EXCLUSIVE MODE',
        'ev_' || of_class, 'sealed_' || of_class);
    EXECUTE format('DROP TABLE %I, %I', rows, parts);
END $$;

CREATE FUNCTION log_lock_runs() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE integrity_run IN SHARE ROW EXCLUSIVE MODE;
END $$;
"""


def upgrade() -> None:
    op.execute(_ADD_MONTH.replace("{check}", _CHECK))
    op.execute(_FUNCTIONS)


def downgrade() -> None:
    op.execute(_ADD_MONTH.replace("{check}", ""))
    op.execute(
        "DROP FUNCTION log_lock_runs();"
        "DROP FUNCTION log_drop_month(integer, integer);"
        "DROP FUNCTION log_lock_month(integer, integer)"
    )
