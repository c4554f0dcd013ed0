# SPDX-License-Identifier: Apache-2.0
"""One standing for a person in a dataset at any instant, kept by the database as well.

Every segment ends where another one of the same person begins, or not at all; no two end together.
With begins that are distinct already, segments then neither overlap nor leave a gap.
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_ENDS = ["dataset", "ordinal", "ends_at"]


def upgrade() -> None:
    op.create_unique_constraint(
        op.f("uq_standing_dataset_ordinal_ends_at"),
        "standing",
        _ENDS,
        postgresql_nulls_not_distinct=True,
    )
    op.create_foreign_key(
        op.f("fk_standing_next"), "standing", "standing", _ENDS, ["dataset", "ordinal", "starts_at"]
    )
    op.create_check_constraint(op.f("ck_standing_ends_later"), "standing", "ends_at > starts_at")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_standing_ends_later"), "standing", type_="check")
    op.drop_constraint(op.f("fk_standing_next"), "standing", type_="foreignkey")
    op.drop_constraint(op.f("uq_standing_dataset_ordinal_ends_at"), "standing", type_="unique")
