# SPDX-License-Identifier: Apache-2.0
"""Whom a saved search names, as keyed pseudonyms, so that an erasure ends it.

Null where it was not noted yet: filters are sealed, and the worker that opens them notes it.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE saved_query ADD about bytea[]")


def downgrade() -> None:
    op.execute("ALTER TABLE saved_query DROP about")
