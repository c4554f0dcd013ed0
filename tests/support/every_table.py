# SPDX-License-Identifier: Apache-2.0
"""A log with a row in every table, and the means to flip a bit in any of them."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy import ARRAY, Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Boolean, DateTime, Integer, LargeBinary, Text

from audit_log.adapters.casework_tables import CASE_FILE
from audit_log.adapters.inspector import PostgresInspector
from audit_log.adapters.keeping_desk import keeping_transactions
from audit_log.adapters.row_hashes import PostgresRowHashes
from audit_log.adapters.row_sums import PostgresRowSums
from audit_log.adapters.search_blocks import SUMMARY
from audit_log.domain.errors import LogMismatch
from audit_log.domain.holds import HoldKind
from audit_log.usecases.say_rows import RowSayer, rows_fact
from audit_log.usecases.sum_rows import sums_fact
from audit_log.usecases.verify import verify
from audit_log.usecases.verify_rows import RowVerifier
from tests.fakes.log_factories import Speaker, cohort_name, fact
from tests.integration.audit_log.test_verify import TRUST, NoHead
from tests.support.keeping_node import OTHER, PERSON, READ, KeepingNode, about
from tests.support.log_world import PSEUDONYMS, VAULT, PostgresWorld, Producing
from tests.support.postgres import owner_of

METADATA: Final = CASE_FILE.metadata
_WORKING: Final = (
    "INSERT INTO kafka_offset VALUES ('audit.zz.v1', 0, 7, 'cluster', 'topic')",
    "INSERT INTO topic_copy VALUES ('audit.zz.v1', 700000, now())",
    "INSERT INTO producer VALUES ('zz/x/1', 'x', 'vkey', 'audit.zz.v1', now())",
    "INSERT INTO witness_log VALUES ('vkey', 'log.example/se', now())",
    "INSERT INTO witness_state VALUES ('log.example/se', 'd', 7, 'root', 'note', now())",
    "INSERT INTO fork_evidence SELECT 'digest', 'se', note, now() FROM checkpoint LIMIT 1",
    "INSERT INTO log_signing VALUES (1, 'signing', now(), '{vkey}')",
    "INSERT INTO ended_session VALUES ('digest', now())",
    "INSERT INTO rule_cursor VALUES ('entries', 7, now())",
    "INSERT INTO rule_memory VALUES ('accounts', 'a', '{\"n\": 1}')",
    """INSERT INTO export VALUES ('e', 'ready', 900, 'kek-0001', 'w', 'r', 'content', 3, 1, 1,
        'id', 'fault', now(), now())""",
    """INSERT INTO finding (rule, code, src, epoch, first_seq, last_seq, detail, opened_at, owner,
        cause, evidence) VALUES ('R7', 'x', 'zz/x/1', 1, 2, 3, '{"n": 1}', now(), 'otto', 'c',
        '{1}')""",
    "INSERT INTO integrity_run VALUES (1, NULL, 0, 3, 0, now(), now(), 'id')",
    "INSERT INTO integrity_run VALUES (2, 1, 3, 5, 0, now(), now(), 'id')",
    "INSERT INTO case_file VALUES ('c', 'complaint', 'dpo/1', 'iss', 'otto', now(), now())",
    """INSERT INTO case_reveal VALUES ('r', 'c', '{5}', '{actor}', 'iss', 'otto', now(), 'approved',
        'iss', 'olga', now())""",
    """INSERT INTO saved_query VALUES ('q', 'nights', 'iss', 'otto', 901, 'kek-0001', 'w', 's', 24,
        now(), 3, 1, ARRAY['abc'::bytea])""",
    "INSERT INTO query_run VALUES ('q', 1, now(), 0, 3, 1, 1, 0, '{2}', 2)",
)
_WITNESSED: Final = (
    "UPDATE checkpoint SET witnessed_note = 'with', witnessed_at = now() WHERE size < 100"
)


_BLOCKS: Final = f"INSERT INTO ev_block (n, low, high, terms, low_month, high_month) {SUMMARY}"


@contextmanager
def every_table() -> Iterator[KeepingNode]:
    """A log with a row in every table, its changed rows said, and one word still waiting."""
    world = PostgresWorld()
    keeping = keeping_transactions(world.engine, world.own, world.clock)
    made = KeepingNode(world=world, keeping=keeping, speaker=Speaker(), head=NoHead())
    made.say(about(PERSON, OTHER), fact(subjects=(), permit={"permit_id": "p", "jti": "v"}))
    made.pass_months(14)
    made.retain()
    made.say(*[about(PERSON) for _ in range(270)], about(OTHER), about(PERSON, OTHER))
    made.speaker.seq += 2
    made.say(about(PERSON))
    Producing(world).send_raw((b"poison", b""))
    made.erase(OTHER)
    made.hold(HoldKind.PERSON, dataset=PERSON.dataset, ordinal=PERSON.ordinal)
    made.hold(HoldKind.PERMIT, permit="p1")
    made.hold(HoldKind.CASE, matter="case_1", entries=(5,))
    assert made.erase(PERSON).complete is None
    made.settle()
    made.pass_months(14)
    made.retain(**{READ.replace(".", "_"): 13})
    made.say(about(PERSON), fact(type_=READ), fact(cohort=cohort_name(1)))
    with psycopg.connect(owner_of(world.url)) as connection:
        for statement in _WORKING:
            connection.execute(statement.encode())
    sayer = RowSayer(PostgresRowHashes(world.engine, world.own, rows_fact), world.clock)
    while sayer.step():
        pass
    made.settle()
    sums = PostgresRowSums(world.engine, world.own, sums_fact)
    assert sums.sum_up(10_000, world.clock.now()) > 0
    made.settle()
    Producing(world).send(made.speaker.say(about(PERSON)))
    with psycopg.connect(owner_of(world.url)) as connection:
        connection.execute(_WITNESSED.encode())
        connection.execute(_BLOCKS.encode(), {"first": 0, "end": 1024})
    assert sums.sum_up(10_000, world.clock.now()) > 0
    yield made
    world.close()


def flaws_in(connection: psycopg.Connection) -> list[tuple[str, str]]:
    inspector = PostgresInspector(connection)
    try:
        found = verify(inspector, trust=TRUST, rows=RowVerifier(VAULT, PSEUDONYMS))
    except LogMismatch:
        return [("log_state", "log_id=1")]  # nothing is a log without it
    return [(flaw.table, flaw.row) for flaw in found.flaws]


MISSED: Final = {
    "dek": SQL("kid IN (SELECT kid FROM sealed)"),  # another opens nothing
    "intake": SQL("false"),  # in no chain yet: the next entry of its producer leaves a gap
}
"""Which rows of a table are missed when they are gone, where that is not each."""


def is_named(name: str, flaws: Collection[str]) -> bool:
    """Whether tables in which flaws were found tell that a row of this one is gone.

    A hash is missed in the row that it is of, and a term in the search rows that use it.
    """
    return name in flaws or (name in {"row_hash", "term"} and bool(flaws))


def tables_of(flaws: Iterable[tuple[str, str]]) -> set[str]:
    """Give in which tables flaws were found; what is held has a table of the same rows."""
    return {table.removeprefix("held_") for table, _ in flaws}


_FLIPS: Final = {
    LargeBinary: "set_bit({0}, 5, 1 - get_bit({0}, 5))",
    Text: "chr(ascii({0}) # 1) || substr({0}, 2)",
    Integer: "{0} # 8192",
    Boolean: "NOT {0}",
    DateTime: "CASE WHEN isfinite({0}) THEN {0} + interval '1 microsecond' ELSE now() END",
    ARRAY: "array_append({0}[2:], {0}[1] # 1)",
    JSONB: "{0} - 'n' || '{{\"n\": 3}}'::jsonb",
}


def flipped(column: Column[object]) -> Composed:
    """Give the value of a column with one bit of it flipped; of a list, of its first."""
    (flip,) = [flip for kind, flip in _FLIPS.items() if isinstance(column.type, kind)]
    if isinstance(column.type, ARRAY) and isinstance(column.type.item_type, Text):
        flip = "array_append({0}[2:], chr(ascii({0}[1]) # 1) || substr({0}[1], 2))"
    elif isinstance(column.type, ARRAY) and isinstance(column.type.item_type, LargeBinary):
        flip = "array_append({0}[2:], set_bit({0}[1], 5, 1 - get_bit({0}[1], 5)))"
    if column.name == "retention":  # there are partitions for few of its values
        flip = "{0} # 1"
    return SQL(flip).format(Identifier(column.name))


def free(connection: psycopg.Connection, name: str) -> None:
    """Take a table's guards and constraints away, within the transaction."""
    table = Identifier(name)
    connection.execute(SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
    checks = connection.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", (name,)
    )
    for (check,) in checks.fetchall():
        connection.execute(
            SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(table, Identifier(check))
        )
    if any(column.identity for column in METADATA.tables[name].columns):
        connection.execute(SQL("ALTER TABLE {} ALTER id DROP IDENTITY").format(table))


def filled(column: Column[object]) -> Composed:
    """Give where a column has a bit to flip."""
    name, kind = Identifier(column.name), column.type
    if isinstance(kind, LargeBinary | Text):
        # Which of row and hash was altered shows where the log says the hash.
        said = " AND logged AND said = digest" if column.table.name == "row_hash" else ""
        return SQL("length({0}) > 0" + said).format(name)
    if isinstance(kind, ARRAY):
        return SQL("cardinality({0}) > 0").format(name)
    return SQL("{0} IS NOT NULL").format(name)
