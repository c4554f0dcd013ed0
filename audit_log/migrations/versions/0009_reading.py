# SPDX-License-Identifier: Apache-2.0
"""What searches go by, and the runs in which search rows were recomputed from the entries.

Who acted, permits and visas keep indexes; datasets, types, sources, purposes, decisions and times
are found by blocks, which cost half a byte an entry and nothing at ingest. An index of `ev` is one
of each of its partitions, those to come included. Both tables' rows have hashes (0008).
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_SEARCH = """
CREATE INDEX ix_ev_permit_idx ON ev (permit, idx) WHERE permit IS NOT NULL;
CREATE INDEX ix_ev_visa ON ev (visa) WHERE visa IS NOT NULL;
DROP INDEX ix_ev_dataset_idx;
CREATE TABLE ev_block (
    n bigint CONSTRAINT pk_ev_block PRIMARY KEY,
    low timestamptz NOT NULL,
    high timestamptz NOT NULL,
    terms integer[] NOT NULL
);
CREATE INDEX ix_ev_block_terms ON ev_block USING gin (terms);
"""
_RUNS = """
CREATE TABLE integrity_run (
    id bigint CONSTRAINT pk_integrity_run PRIMARY KEY,
    base bigint,
    first bigint NOT NULL,
    size bigint NOT NULL,
    flaws bigint NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    entry_id text NOT NULL,
    CONSTRAINT ck_integrity_run_whole CHECK ((base IS NULL) = (first = 0))
);
CREATE INDEX ix_integrity_run_size ON integrity_run (size);
"""
# Whether the log says each change, and the columns that name a row.
_HASHED = {"ev_block": ("kept", "n"), "integrity_run": ("logged", "id")}


def upgrade() -> None:
    for statements in (_SEARCH, _RUNS):
        op.execute(statements)
    for table, named in _HASHED.items():
        op.execute(
            f"CREATE TRIGGER hash_row AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW"
            f" EXECUTE FUNCTION log_hash_row({', '.join(repr(one) for one in named)})"
        )
        for word, each in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            op.execute(
                f"CREATE TRIGGER guard_{word.lower()} BEFORE {word} ON {table}"
                f" FOR EACH {each} EXECUTE FUNCTION log_refuse()"
            )


def downgrade() -> None:
    op.execute("DROP TABLE integrity_run")
    op.execute("DROP TABLE ev_block")
    op.execute("DELETE FROM row_hash WHERE tbl IN ('ev_block', 'integrity_run')")
    op.execute("DROP INDEX ix_ev_permit_idx; DROP INDEX ix_ev_visa")
    op.execute("CREATE INDEX ix_ev_dataset_idx ON ev (dataset, idx)")
