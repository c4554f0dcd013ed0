# SPDX-License-Identifier: Apache-2.0
"""Rulings, which are only ever added; numbers about cohorts that may be shown."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _ruling_statement()
    op.create_table(
        "untold_ruling",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("application_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_untold_ruling")),
    )
    op.create_index(
        op.f("ix_untold_ruling_application_id"), "untold_ruling", ["application_id"], unique=False
    )
    op.alter_column("permit", "members_now", nullable=True)
    # What was counted exactly is not kept: of few people nothing is said, of more the nearest ten.
    op.execute(
        "UPDATE permit SET members_now = CASE WHEN members_now < 20 THEN NULL"
        " ELSE round(members_now / 10.0) * 10 END,"
        " cohort_counts = (SELECT coalesce(jsonb_object_agg(key, CASE WHEN key = 'members'"
        " THEN value ELSE to_jsonb(round(value::text::numeric / 10) * 10) END), '{}')"
        " FROM jsonb_each(cohort_counts) WHERE key = 'members' OR value::text::numeric >= 20)"
    )


def downgrade() -> None:
    op.execute("UPDATE permit SET members_now = 0 WHERE members_now IS NULL")
    op.alter_column("permit", "members_now", nullable=False)
    op.drop_table("untold_ruling")
    op.drop_table("ruling_statement")
    op.execute("DROP FUNCTION refuse_change()")


def _ruling_statement() -> None:
    op.create_table(
        "ruling_statement",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("ruling_id", sa.String(), nullable=False),
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("dataset", sa.String(), nullable=False),
        sa.Column("purpose_sha256", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("says", sa.String(), nullable=False),
        sa.Column("by_issuer", sa.String(), nullable=False),
        sa.Column("by_subject", sa.String(), nullable=False),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("jws", sa.String(), nullable=False),
        sa.CheckConstraint(
            "says IN ('yes', 'no', 'withdrawn')", name=op.f("ck_ruling_statement_says")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.application_id"],
            name=op.f("fk_ruling_statement_application_id_application"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ruling_statement")),
        sa.UniqueConstraint("ruling_id", "says", name=op.f("uq_ruling_statement_ruling_id_says")),
    )
    op.create_index(
        op.f("ix_ruling_statement_application_id"),
        "ruling_statement",
        ["application_id"],
        unique=False,
    )
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE TRIGGER ruling_statement_append_only BEFORE UPDATE OR DELETE OR TRUNCATE"
        " ON ruling_statement FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON ruling_statement FROM CURRENT_USER")
