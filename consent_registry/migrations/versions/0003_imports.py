# SPDX-License-Identifier: Apache-2.0
"""Imports: the file, its rows in staging, its faults."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _import_batch()
    _import_chunk()
    _import_row()
    _import_bad()
    _import_fault()


def downgrade() -> None:
    op.drop_table("import_fault")
    op.drop_table("import_bad")
    op.drop_table("import_row")
    op.drop_table("import_chunk")
    op.drop_table("import_batch")


def _import_batch() -> None:
    op.create_table(
        "import_batch",
        sa.Column("import_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("mapping", sa.Integer(), nullable=False),
        sa.Column("file_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("bad", sa.BigInteger(), nullable=False),
        sa.Column("applied", sa.BigInteger(), nullable=False),
        sa.Column("repeated", sa.BigInteger(), nullable=False),
        sa.Column("done_line", sa.BigInteger(), nullable=False),
        sa.Column("actor", postgresql.JSONB(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_import_batch")),
    )
    op.create_index(
        op.f("ix_import_batch_state_received_at"),
        "import_batch",
        ["state", "received_at"],
        unique=False,
    )


def _import_chunk() -> None:
    op.create_table(
        "import_chunk",
        sa.Column("import_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import_batch.import_id"],
            name=op.f("fk_import_chunk_import_id_import_batch"),
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_import_chunk")),
    )


def _import_row() -> None:
    op.create_table(
        "import_row",
        sa.Column("import_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_line", sa.BigInteger(), nullable=False),
        sa.Column("participant", sa.Text(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("local_id", sa.Text(), nullable=False),
        sa.Column("alternative", sa.SmallInteger(), nullable=False),
        sa.Column("alternative_text", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("expressed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("form_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_import_row")),
    )
    op.create_index(
        op.f("ix_import_row_import_id_first_line"),
        "import_row",
        ["import_id", "first_line"],
        unique=False,
    )


def _import_bad() -> None:
    op.create_table(
        "import_bad",
        sa.Column("import_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("participant", sa.Text(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_import_bad")),
    )


def _import_fault() -> None:
    op.create_table(
        "import_fault",
        sa.Column("import_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("column_name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "line", "number", name=op.f("pk_import_fault")),
    )
