# SPDX-License-Identifier: Apache-2.0
"""No key is destroyed and no hold lifted but with the log's own word on it, in one transaction.

A key is destroyed by the erasure of that very key. Whether the word is there is looked up when the
transaction commits, as words come last. That it stays is for verification: it compares erasures
and lifted holds with the entries of the tree.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_DEK = """
CREATE OR REPLACE FUNCTION log_guard_dek() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT {erasing} OR NEW.wrapped IS NOT NULL
        OR (NEW.kid, NEW.kind, NEW.kek, NEW.created_at)
        IS DISTINCT FROM (OLD.kid, OLD.kind, OLD.kek, OLD.created_at)
    THEN
        RAISE EXCEPTION 'a key is only destroyed' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;
"""
_OF_THIS_KEY = """EXISTS (SELECT FROM erasure AS e
        WHERE e.id = current_setting('placet.erasure', true)
        AND e.kid = OLD.kid AND e.kind = OLD.kind)"""
_SAID = """
CREATE FUNCTION log_says(VARIADIC words text[]) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM intake AS i JOIN own_head AS o ON o.src = i.src
        WHERE NOT EXISTS (SELECT FROM unnest(words) AS w
            WHERE position(convert_to(w, 'UTF8') IN i.entry) = 0))
$$;

CREATE FUNCTION log_guard_erasure_said() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT log_says('"ty":"placet.audit.erase.v1"', format('"erasure":"%s"', NEW.id)) THEN
        RAISE EXCEPTION 'a key is destroyed when the log says so' USING ERRCODE = 'PL001';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER guard_said AFTER INSERT ON erasure DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION log_guard_erasure_said();

CREATE FUNCTION log_guard_lift_said() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    word text := CASE WHEN NEW.lifted_at IS NULL THEN 'hold_lift_asked' ELSE 'hold_lifted' END;
BEGIN
    IF NOT log_says('"ty":"placet.audit.hold.v1"', format('"hold":"%s"', NEW.id),
        format('"r":"%s"', word))
    THEN
        RAISE EXCEPTION 'a hold is lifted when the log says so' USING ERRCODE = 'PL001';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER guard_said AFTER UPDATE ON hold DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION log_guard_lift_said();
"""


def upgrade() -> None:
    op.execute(_DEK.replace("{erasing}", _OF_THIS_KEY))
    op.execute(_SAID)


def downgrade() -> None:
    op.execute(
        "DROP TRIGGER guard_said ON hold; DROP TRIGGER guard_said ON erasure;"
        "DROP FUNCTION log_guard_lift_said, log_guard_erasure_said;"
        "DROP FUNCTION log_says(text[])"
    )
    op.execute(_DEK.replace("{erasing}", "log_erasing()"))
