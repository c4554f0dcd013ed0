# SPDX-License-Identifier: Apache-2.0
"""Who holds mandates, by a keyed hash of the login, until when; lists of mandates and deaths."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mandate_holder",
        sa.Column("mandate_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("pid", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("login", sa.LargeBinary(), nullable=True),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["pid"], ["participant.pid"], name=op.f("fk_mandate_holder_pid_participant")
        ),
        sa.PrimaryKeyConstraint("mandate_id", name=op.f("pk_mandate_holder")),
    )
    op.create_index(op.f("ix_mandate_holder_pid"), "mandate_holder", ["pid"], unique=False)
    op.create_index(op.f("ix_mandate_holder_login"), "mandate_holder", ["login"], unique=False)
    op.create_index(op.f("ix_mandate_holder_ends"), "mandate_holder", ["ends"], unique=False)
    op.create_index(
        op.f("ix_person_event_kind"),
        "person_event",
        ["kind", "recorded_at", "event_id"],
        unique=False,
        postgresql_where=sa.text("kind IN ('died', 'mandate_recorded')"),
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_person_event_kind"), "person_event")
    op.drop_table("mandate_holder")
