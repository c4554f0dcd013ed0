# SPDX-License-Identifier: Apache-2.0
"""The planner's count of an import's rows, which only a table's owner may take.

`adapters.privileges` lends the function to the processes with the owner's rights; it takes no word
from its caller. (PostgreSQL 17 has MAINTAIN for this; 16 has nothing.)
"""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE FUNCTION count_staged_rows() RETURNS void LANGUAGE plpgsql AS"
        " $$ BEGIN ANALYZE import_row; END $$"
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION count_staged_rows()")
