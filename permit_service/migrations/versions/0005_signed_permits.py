# SPDX-License-Identifier: Apache-2.0
"""A permit that was issued is only revoked and counted anew; one that ended stays as it ended.

While it is being issued its freeze may be replaced (`usecases.issue`), so no right on columns can
say this. The guard costs what a comparison of one row costs, at changes of permits alone.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_GUARD = """
CREATE FUNCTION guard_permit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moves text[] := ARRAY['state', 'revision', 'members_now', 'members_revision', 'revoked_at',
        'revoked_by_issuer', 'revoked_by_subject', 'revocation_reasons'];
BEGIN
    IF OLD.state <> 'issuing' AND (to_jsonb(NEW) - moves) IS DISTINCT FROM (to_jsonb(OLD) - moves)
    THEN
        RAISE EXCEPTION 'an issued permit is not altered' USING ERRCODE = 'PL001';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (('issuing', 'live'),
        ('issuing', 'revoked'), ('issuing', 'void'), ('live', 'revoked'))
    THEN
        RAISE EXCEPTION 'a permit that ended stays so' USING ERRCODE = 'PL001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_update BEFORE UPDATE ON permit
    FOR EACH ROW EXECUTE FUNCTION guard_permit();
"""


def upgrade() -> None:
    op.execute(_GUARD)


def downgrade() -> None:
    op.execute("DROP TRIGGER guard_update ON permit; DROP FUNCTION guard_permit()")
