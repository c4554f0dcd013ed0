# SPDX-License-Identifier: Apache-2.0
"""Rows of an import may be about a study: which datasets the person was told of."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_row", sa.Column("told_of", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("import_row", "told_of")
