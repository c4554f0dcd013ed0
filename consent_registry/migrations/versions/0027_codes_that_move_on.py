# SPDX-License-Identifier: Apache-2.0
"""How everybody stood when it was decided what the catalogue says; null for rows decided before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("catalogue_entry", sa.Column("versions", postgresql.JSONB(), nullable=True))
    op.add_column("catalogue_entry", sa.Column("salt", sa.LargeBinary(), nullable=True))
    op.add_column("catalogue_entry", sa.Column("marks", sa.LargeBinary(), nullable=True))
    op.add_column("catalogue_entry", sa.Column("reach", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    for name in ("reach", "marks", "salt", "versions"):
        op.drop_column("catalogue_entry", name)
