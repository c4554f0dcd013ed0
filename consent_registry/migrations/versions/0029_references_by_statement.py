# SPDX-License-Identifier: Apache-2.0
"""What an import fills is held to its references a statement at a time, and they stay for good.

ADR 0036. A foreign key asks, and locks, for each row; nothing that these rows refer to may go.
As under a foreign key, an erasure and whoever makes its person a member wait for each other; of
people whom this transaction has made, nobody else knows.
"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# OFFSET 0 keeps each a lookup of its own: as a join it would be planned for a table without
# statistics, and read all of it for every two thousand rows.
_MEMBER = """
CREATE FUNCTION require_person_and_dataset() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
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
_EVENT = """
CREATE FUNCTION require_member() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT FROM added WHERE NOT EXISTS
      (SELECT FROM dataset_member AS m WHERE m.dataset = added.dataset
        AND m.ordinal = added.ordinal AND m.pid = added.pid OFFSET 0)) THEN
    RAISE EXCEPTION 'an event of no member, or of another person'
      USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$
"""
_CHECKED = {"dataset_member": "require_person_and_dataset", "consent_event": "require_member"}
_KEPT = {"dataset": "dataset", "participant": "pid", "dataset_member": "dataset, ordinal, pid"}
_MEMBERS, _EVENTS = "fk_dataset_member", "fk_consent_event"


def upgrade() -> None:
    op.execute(_MEMBER)
    op.execute(_EVENT)
    for table, function in _CHECKED.items():
        op.execute(
            f"CREATE TRIGGER {table}_refers AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )
    for table, key in _KEPT.items():
        op.execute(
            f"CREATE TRIGGER {table}_stays BEFORE DELETE OR TRUNCATE OR UPDATE OF {key} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.drop_constraint(op.f(f"{_EVENTS}_dataset_ordinal_dataset_member"), "consent_event")
    op.drop_constraint(op.f(f"{_MEMBERS}_pid_participant"), "dataset_member")
    op.drop_constraint(op.f(f"{_MEMBERS}_dataset_dataset"), "dataset_member")


def downgrade() -> None:
    member = ["dataset", "ordinal"]
    op.create_foreign_key(
        op.f(f"{_MEMBERS}_dataset_dataset"), "dataset_member", "dataset", ["dataset"], ["dataset"]
    )
    op.create_foreign_key(
        op.f(f"{_MEMBERS}_pid_participant"), "dataset_member", "participant", ["pid"], ["pid"]
    )
    op.create_foreign_key(
        op.f(f"{_EVENTS}_dataset_ordinal_dataset_member"),
        "consent_event",
        "dataset_member",
        member,
        member,
    )
    for table in _KEPT:
        op.execute(f"DROP TRIGGER {table}_stays ON {table}")
    for table, function in _CHECKED.items():
        op.execute(f"DROP TRIGGER {table}_refers ON {table}")
        op.execute(f"DROP FUNCTION {function}()")
