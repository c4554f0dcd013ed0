# SPDX-License-Identifier: Apache-2.0
"""Sums over the hashes of rows that the log does not say one by one (`audit_log.domain.sums`).

`row_sum` holds one for each table; its digest is in the newest entry that says sums. A row that is
gone stays as an empty hash until it is out of its table's sum.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_SUMS = """
CREATE TABLE row_sum (
    tbl text CONSTRAINT pk_row_sum PRIMARY KEY,
    rows bigint NOT NULL,
    state bytea NOT NULL
);
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON row_sum
    FOR EACH STATEMENT EXECUTE FUNCTION log_refuse();
CREATE INDEX ix_row_hash_unsummed ON row_hash (tbl, key)
    WHERE NOT logged AND said IS DISTINCT FROM digest;
"""
_HASH_ROW = """
CREATE OR REPLACE FUNCTION log_hash_row() RETURNS trigger LANGUAGE plpgsql
SET TimeZone = 'UTC' SET bytea_output = 'hex' AS $$
DECLARE
    content jsonb;
    name text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        content := to_jsonb(OLD);
    ELSIF TG_TABLE_NAME = 'export' THEN
        content := log_export_content(NEW);
    ELSE
        content := to_jsonb(NEW);
    END IF;
    SELECT jsonb_agg(content -> k.c ORDER BY k.n)::text INTO name
        FROM unnest(TG_ARGV) WITH ORDINALITY AS k(c, n) WHERE k.n > 1;
    IF TG_OP = 'DELETE' AND TG_ARGV[0] = 'kept' THEN
        {gone}
    ELSE
        INSERT INTO row_hash (tbl, key, logged, digest) VALUES (TG_TABLE_NAME, name,
            TG_ARGV[0] = 'logged',
            CASE TG_OP WHEN 'DELETE' THEN '' ELSE log_row_digest(content) END)
        ON CONFLICT (tbl, key) DO UPDATE SET digest = EXCLUDED.digest;
    END IF;
    RETURN NULL;
END $$;
"""
_AT_ONCE = "DELETE FROM row_hash WHERE tbl = TG_TABLE_NAME AND key = name;"
_WHEN_SUMMED = """
        DELETE FROM row_hash WHERE tbl = TG_TABLE_NAME AND key = name AND said IS NULL;
        UPDATE row_hash SET digest = '' WHERE tbl = TG_TABLE_NAME AND key = name;
"""


def upgrade() -> None:
    op.execute(_SUMS)
    op.execute(_HASH_ROW.format(gone=_WHEN_SUMMED))


def downgrade() -> None:
    op.execute(_HASH_ROW.format(gone=_AT_ONCE))
    op.execute("DELETE FROM row_hash WHERE NOT logged AND digest = ''")
    op.execute("UPDATE row_hash SET said = NULL WHERE NOT logged")
    op.execute("DROP INDEX ix_row_hash_unsummed")
    op.execute("DROP TABLE row_sum")
