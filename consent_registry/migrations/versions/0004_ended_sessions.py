# SPDX-License-Identifier: Apache-2.0
"""Sessions of the pages that were ended before their time."""

from shared.migration_steps import create_ended_sessions, drop_ended_sessions

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_ended_sessions()


def downgrade() -> None:
    drop_ended_sessions()
