# SPDX-License-Identifier: Apache-2.0
"""Which kinds of data a dataset holds, and of whom it holds fewer of them.

The index is of those people alone: where nobody is such a one, nothing is read.
"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_ONE_OF = "data_categories <@ '{genome,variants,phenotype,ehr,samples,images}'"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE dataset ADD COLUMN data_categories text[] NOT NULL DEFAULT '{}',"
        f" ADD CONSTRAINT ck_dataset_data_categories CHECK ({_ONE_OF})"
    )
    op.execute(
        "ALTER TABLE dataset_member ADD COLUMN data_categories text[],"
        " ADD CONSTRAINT ck_dataset_member_data_categories"
        f" CHECK ({_ONE_OF} AND data_categories <> '{{}}')"
    )
    op.execute(
        "CREATE INDEX dataset_member_fewer ON dataset_member (dataset)"
        " WHERE data_categories IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE dataset_member DROP COLUMN data_categories")
    op.execute("ALTER TABLE dataset DROP COLUMN data_categories")
