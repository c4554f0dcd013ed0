# SPDX-License-Identifier: Apache-2.0
"""`ev` and `sealed` are partitioned by retention class, then month; what was dropped is kept known.

Existing rows are moved in chunks, all in this one migration: on a log of many million entries it
takes minutes, during which nothing is sequenced.
"""

from alembic import op
from sqlalchemy import text

from audit_log.migrations import guards_0001
from audit_log.migrations import partitions_0006 as made

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_PERSON = """
DROP TRIGGER guard_delete ON ev_person;
CREATE TRIGGER guard_delete BEFORE DELETE ON ev_person
    FOR EACH ROW EXECUTE FUNCTION {}();
"""
_RENAMED = "ALTER TABLE {0} RENAME TO {0}_before;"
_KEY_RENAMED = "ALTER TABLE {0}_before RENAME CONSTRAINT pk_{0} TO pk_{0}_before;"
_INDEXES = """
ALTER INDEX ix_ev_actor_idx RENAME TO ix_ev_actor_idx_before;
ALTER INDEX ix_ev_dataset_idx RENAME TO ix_ev_dataset_idx_before;
"""
_EV_BEFORE = """
CREATE TABLE ev (LIKE ev_before INCLUDING STORAGE, CONSTRAINT pk_ev PRIMARY KEY (idx));
CREATE INDEX ix_ev_actor_idx ON ev (actor, idx);
CREATE INDEX ix_ev_dataset_idx ON ev (dataset, idx);
CREATE TABLE sealed (
    idx bigint,
    grp smallint,
    kid bigint NOT NULL,
    data bytea NOT NULL,
    CONSTRAINT pk_sealed PRIMARY KEY (idx, grp)
);
ALTER TABLE sealed ALTER data SET STORAGE EXTERNAL;
"""
_COPY_EV = "INSERT INTO ev SELECT * FROM ev_before WHERE idx >= :first AND idx < :end"
_COPY_SEALED = (
    "INSERT INTO sealed (idx, grp, retention, month, kid, data)"
    " SELECT s.idx, s.grp, e.retention, e.month, s.kid, s.data"
    " FROM sealed_before AS s JOIN ev_before AS e ON e.idx = s.idx"
    " WHERE s.idx >= :first AND s.idx < :end"
)
_COPY_SEALED_BACK = (
    "INSERT INTO sealed SELECT idx, grp, kid, data FROM sealed_before"
    " WHERE idx >= :first AND idx < :end"
)


def upgrade() -> None:
    _set_aside()
    for parent in made.PARENTS:
        op.execute(_KEY_RENAMED.format(parent))
    op.execute(made.DROPPED)
    op.execute(made.FUNCTIONS)
    op.execute(made.EV)
    op.execute(made.SEALED)
    for parent in made.PARENTS:
        op.execute(made.partition(parent))
        op.execute(made.guard(parent))
    op.execute(guards_0001.guard("dropped"))
    _add_months()
    _move(_COPY_EV, _COPY_SEALED)
    op.execute(_PERSON.format("log_guard_person"))
    op.execute("DROP TABLE sealed_before; DROP TABLE ev_before")


def downgrade() -> None:
    _set_aside()
    op.execute(_EV_BEFORE)
    _move(_COPY_EV.replace("*", _ORDER), _COPY_SEALED_BACK)
    op.execute(_PERSON.format("log_only_erasure"))
    op.execute("DROP TABLE sealed_before; DROP TABLE ev_before; DROP TABLE dropped")
    for name in made.NAMES:
        op.execute(f"DROP FUNCTION {name}")
    for parent in made.PARENTS:
        op.execute(guards_0001.guard(parent))


_ORDER = (
    "idx, retention, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit,"
    " visa, project"
)


def _set_aside() -> None:
    for parent in made.PARENTS:
        op.execute(_RENAMED.format(parent))
    op.execute(_INDEXES)


def _add_months() -> None:
    """Make the months that have rows, this month and the two after it."""
    op.execute(
        "SELECT log_add_month(p.name, m.class, m.month) FROM unnest(ARRAY['ev', 'sealed'])"
        " AS p(name) CROSS JOIN (SELECT DISTINCT retention::int, month::int FROM ev_before"
        " UNION SELECT c, extract(year FROM now())::int * 12 + extract(month FROM now())::int - 1"
        " + a FROM generate_series(1, 4) AS c, generate_series(0, 2) AS a) AS m(class, month)"
    )


def _move(*copies: str) -> None:
    connection = op.get_bind()
    bounds = connection.execute(text("SELECT coalesce(max(idx), -1) FROM ev_before"))
    for first in range(0, bounds.scalar_one() + 1, made.CHUNK):
        for copy in copies:
            connection.execute(text(copy), {"first": first, "end": first + made.CHUNK})
