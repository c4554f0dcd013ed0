# SPDX-License-Identifier: Apache-2.0
"""Whoever joins a dataset is looked up once, as her person is there and as somebody else's work.

What 0029 asked in two passes over the same people: ADR 0036.
"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

# OFFSET 0 keeps each a lookup of its own, as in 0029.
_ONCE = """
CREATE OR REPLACE FUNCTION require_person_and_dataset() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  there bigint;
  others uuid[];
BEGIN
  SELECT count(*), array_agg(p.pid) FILTER (WHERE p.xmin <> CAST(pg_current_xact_id() AS xid))
    INTO there, others
    FROM added, LATERAL
      (SELECT q.pid, q.xmin FROM participant AS q WHERE q.pid = added.pid OFFSET 0) AS p;
  PERFORM FROM unnest(others) AS o(pid), LATERAL
    (SELECT FROM participant AS p WHERE p.pid = o.pid FOR KEY SHARE) AS held;
  IF there < (SELECT count(*) FROM added)
    OR EXISTS (SELECT FROM (SELECT DISTINCT dataset FROM added) AS named WHERE NOT EXISTS
      (SELECT FROM dataset AS d WHERE d.dataset = named.dataset OFFSET 0)) THEN
    RAISE EXCEPTION 'a member of no dataset, or who is nobody'
      USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$
"""
_TWICE = """
CREATE OR REPLACE FUNCTION require_person_and_dataset() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM FROM added, LATERAL (SELECT FROM participant AS p WHERE p.pid = added.pid
    AND p.xmin <> CAST(pg_current_xact_id() AS xid) FOR KEY SHARE) AS held;
  IF EXISTS (SELECT FROM added WHERE NOT EXISTS
      (SELECT FROM participant AS p WHERE p.pid = added.pid OFFSET 0))
    OR EXISTS (SELECT FROM (SELECT DISTINCT dataset FROM added) AS named WHERE NOT EXISTS
      (SELECT FROM dataset AS d WHERE d.dataset = named.dataset OFFSET 0)) THEN
    RAISE EXCEPTION 'a member of no dataset, or who is nobody'
      USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute(_ONCE)


def downgrade() -> None:
    op.execute(_TWICE)
