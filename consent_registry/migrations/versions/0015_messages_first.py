# SPDX-License-Identifier: Apache-2.0
"""The relay finds messages at once, however many entries wait."""

from shared.migration_steps import forget_outbox_messages, index_outbox_messages

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    index_outbox_messages()


def downgrade() -> None:
    forget_outbox_messages()
