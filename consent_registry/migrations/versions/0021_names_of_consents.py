# SPDX-License-Identifier: Apache-2.0
"""Under which names a staged FHIR consent goes, so that its source can take it back as an error."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_row", sa.Column("reference_names", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("import_row", "reference_names")
