# SPDX-License-Identifier: Apache-2.0
"""Blocks of search rows say of which months they are; refusals have an index by dataset.

After some years `ev` is hundreds of tables. A search that looks into a block needs those of its
months alone, which are two at most unless little happened. The blocks that are there are forgotten
and made anew by the worker, a million entries in some seconds; until then all rows are walked.

Refusals are few, so their index costs ingest next to nothing. To make it every search row is read
once: some seconds for ten million of them, during which nothing is sequenced.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_FORGET = """
ALTER TABLE ev_block DISABLE TRIGGER USER;
TRUNCATE ev_block;
DELETE FROM row_hash WHERE tbl = 'ev_block';
"""
_REFUSED = "CREATE INDEX ix_ev_refused ON ev (dataset, idx) WHERE decision <> 1"
_ENABLE = "ALTER TABLE ev_block ENABLE TRIGGER USER"


def upgrade() -> None:
    op.execute(_FORGET)
    op.execute(
        "ALTER TABLE ev_block ADD COLUMN low_month smallint NOT NULL,"
        " ADD COLUMN high_month smallint NOT NULL"
    )
    op.execute(_ENABLE)
    op.execute("SET LOCAL statement_timeout = '10min'")
    op.execute(_REFUSED)


def downgrade() -> None:
    op.execute("DROP INDEX ix_ev_refused")
    op.execute(_FORGET)
    op.execute("ALTER TABLE ev_block DROP COLUMN low_month, DROP COLUMN high_month")
    op.execute(_ENABLE)
