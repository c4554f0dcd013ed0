# SPDX-License-Identifier: Apache-2.0
"""Exports on their way: a working table, nothing of which outlives its day."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_EXPORT = """
CREATE TABLE export (
    id text CONSTRAINT pk_export PRIMARY KEY,
    state text NOT NULL,
    kid bigint NOT NULL,
    kek text NOT NULL,
    wrapped bytea NOT NULL,
    request bytea NOT NULL,
    content bytea NOT NULL,
    as_of bigint NOT NULL,
    results bigint,
    opened bigint NOT NULL,
    entry_id text,
    fault text,
    asked_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX ix_export_state_id ON export (state, id);
ALTER TABLE export ALTER content SET STORAGE EXTERNAL;
"""


def upgrade() -> None:
    op.execute(_EXPORT)


def downgrade() -> None:
    op.execute("DROP TABLE export")
