# SPDX-License-Identifier: Apache-2.0
"""Releases of the disease hierarchy and which one was in use when."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mondo_release",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("terms", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_mondo_release")),
    )
    op.create_table(
        "mondo_activation",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["sha256"],
            ["mondo_release.sha256"],
            name=op.f("fk_mondo_activation_sha256_mondo_release"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_mondo_activation")),
    )


def downgrade() -> None:
    op.drop_table("mondo_activation")
    op.drop_table("mondo_release")
