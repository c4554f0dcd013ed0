# SPDX-License-Identifier: Apache-2.0
"""What somebody tries who holds a process's way into its database, on a real connection."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL, Composed, Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Loot:
    """A service's database as its processes reach it, and what in it must not be touched."""

    url: str
    owner: str
    append_only: Sequence[str]
    lent: Sequence[str]

    def refusals(self, attempts: Iterable[Composed | SQL]) -> dict[str, str]:
        """Try each in a transaction of its own; give the SQLSTATE of each refusal, "" for none."""
        found = {}
        with psycopg.connect(self.url) as connection:
            for attempt in attempts:
                try:
                    connection.execute(attempt)
                    found[attempt.as_string(connection)] = ""
                except psycopg.Error as refused:
                    found[attempt.as_string(connection)] = refused.sqlstate or "?"
                connection.rollback()
        return found


def on_tables(tables: Sequence[str], columns: dict[str, str]) -> Iterable[Composed]:
    """Change, delete, empty, unguard, drop, take and trap each table."""
    for name in tables:
        table, column = Identifier(name), Identifier(columns[name])
        yield SQL("UPDATE {0} SET {1} = {1}").format(table, column)
        for statement in (
            "DELETE FROM {}",
            "TRUNCATE {} CASCADE",
            "ALTER TABLE {} DISABLE TRIGGER ALL",
            "ALTER TABLE {} OWNER TO CURRENT_USER",
            "ALTER TABLE {} RENAME TO elsewhere",
            "DROP TABLE {} CASCADE",
            "CREATE TRIGGER trap BEFORE INSERT ON {} EXECUTE FUNCTION tsvector_update_trigger()",
            "CREATE RULE away AS ON INSERT TO {} DO INSTEAD NOTHING",
            "CREATE POLICY mine ON {}",
            "LOCK TABLE {} IN ACCESS EXCLUSIVE MODE",
            "CREATE INDEX ON {} ((1))",
        ):
            yield SQL(statement).format(table)


def around(loot: Loot) -> Iterable[Composed]:
    """Become somebody else, or give oneself more."""
    owner = Identifier(loot.owner)
    for statement in (
        "SET ROLE {}",
        "SET SESSION AUTHORIZATION {}",
        "GRANT {} TO CURRENT_USER",
        "ALTER ROLE {} PASSWORD 'mine'",
        "REASSIGN OWNED BY {} TO CURRENT_USER",
        "DROP OWNED BY {}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {} GRANT ALL ON TABLES TO CURRENT_USER",
    ):
        yield SQL(statement).format(owner)
    for statement in (
        "SET ROLE postgres",
        "SET session_replication_role = replica",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        "ALTER ROLE CURRENT_USER CREATEROLE",
        "CREATE ROLE another",
        "CREATE TABLE public.mine (id int)",
        "CREATE VIEW public.mine AS SELECT 1",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA mine",
        "ALTER SCHEMA public OWNER TO CURRENT_USER",
        "DROP SCHEMA public CASCADE",
        "CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION log_refuse()",
        "CREATE PUBLICATION mine FOR ALL TABLES",
        "SELECT pg_read_file('PG_VERSION')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT lo_export(1, '/tmp/mine')",
        "UPDATE alembic_version SET version_num = '0001'",
    ):
        yield SQL(statement).format()


def on_functions(lent: Sequence[str]) -> Iterable[Composed]:
    """Replace, loosen or take a function that works with the owner's rights."""
    for signature in lent:
        name, _, types = signature.partition("(")
        function = SQL("{}({}").format(Identifier(name), SQL(types))
        for statement in (
            "ALTER FUNCTION {} RESET search_path",
            "ALTER FUNCTION {} OWNER TO CURRENT_USER",
            "ALTER FUNCTION {} RENAME TO elsewhere",
            "DROP FUNCTION {} CASCADE",
            "CREATE OR REPLACE FUNCTION {} RETURNS void LANGUAGE sql AS ''",
        ):
            yield SQL(statement).format(function)


def lent_to_everybody(loot: Loot) -> list[str]:
    """Try to hand on what she may call; give the functions that everybody may then call."""
    found = []
    with psycopg.connect(loot.url) as connection:
        for signature in loot.lent:
            try:
                connection.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO PUBLIC".encode())
            except psycopg.errors.InsufficientPrivilege:
                connection.rollback()
            asked = "SELECT has_function_privilege('public', %s::text, 'EXECUTE')"
            if connection.execute(asked, (signature,)).fetchone() != (False,):
                found.append(signature)
            connection.rollback()
    return found


def granted_to_herself(loot: Loot, tables: Sequence[str]) -> list[str]:
    """Try GRANT, which warns instead of refusing; give the tables that are hers after it."""
    found = []
    words = "UPDATE, DELETE, TRUNCATE, TRIGGER, REFERENCES"
    with psycopg.connect(loot.url) as connection:
        for name in tables:
            try:
                connection.execute(
                    SQL("GRANT ALL ON {} TO CURRENT_USER WITH GRANT OPTION").format(
                        Identifier(name)
                    )
                )
            except psycopg.errors.InsufficientPrivilege:
                connection.rollback()
            held = connection.execute("SELECT has_table_privilege(%s, %s)", (name, words))
            if held.fetchone() != (False,):
                found.append(name)
            connection.rollback()
    return found
