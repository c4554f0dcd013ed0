# SPDX-License-Identifier: Apache-2.0
"""When a dataset's data were collected, which consents for data of a certain time ask for."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dataset", sa.Column("collected_first", sa.Date(), nullable=True))
    op.add_column("dataset", sa.Column("collected_last", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("dataset", "collected_last")
    op.drop_column("dataset", "collected_first")
