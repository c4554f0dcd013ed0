# SPDX-License-Identifier: Apache-2.0
"""Sets of people are stored as they are: a Roaring bitmap does not get smaller, only slower."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE stand_in ALTER people SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE cohort ALTER bitmap SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.execute("ALTER TABLE cohort ALTER bitmap SET STORAGE EXTENDED")
    op.execute("ALTER TABLE stand_in ALTER people SET STORAGE EXTENDED")
