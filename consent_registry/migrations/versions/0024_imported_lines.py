# SPDX-License-Identifier: Apache-2.0
"""Which lines of which files were taken in, beside the events: an erasure takes the person out."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_OLD = "uq_consent_event_file_sha256_line_mapping"
_COLUMNS = ["file_sha256", "line", "mapping"]


def upgrade() -> None:
    op.create_table(
        "imported_line",
        sa.Column("file_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mapping", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pid", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint(*_COLUMNS, name=op.f("pk_imported_line")),
    )
    op.create_index(op.f("ix_imported_line_pid"), "imported_line", ["pid"], unique=False)
    op.drop_constraint(op.f(_OLD), "consent_event", type_="unique")
    op.create_index(
        op.f("ix_consent_event_file_sha256_line_mapping"),
        "consent_event",
        _COLUMNS,
        unique=True,
        postgresql_where=sa.text("file_sha256 IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_consent_event_file_sha256_line_mapping"), table_name="consent_event")
    op.create_unique_constraint(op.f(_OLD), "consent_event", _COLUMNS)
    op.drop_table("imported_line")
