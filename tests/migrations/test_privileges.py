# SPDX-License-Identifier: Apache-2.0
"""What the run-time roles hold is what is declared, table by table, as PostgreSQL itself says it.

The catalogue's own lists of privileges are read, column by column, and its own functions asked: a
table without a line, and a privilege that came by another way, are both seen.
"""

from collections.abc import Iterator, Mapping

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from audit_log.adapters.privileges import PRIVILEGES as LOG
from consent_registry.adapters.contact.privileges import PRIVILEGES as CONTACTS
from consent_registry.adapters.privileges import PRIVILEGES as CONSENTS
from permit_service.adapters.privileges import PRIVILEGES as PERMITS
from shared.db import run_migrations
from shared.privileges import Privileges
from tests.support.postgres import empty_database, fresh_database, owner_of, runtime_of

DECLARED: Mapping[str, Privileges] = {
    "audit_log": LOG,
    "consent_registry": CONSENTS,
    "consent_registry.adapters.contact": CONTACTS,
    "permit_service": PERMITS,
}
_RELATIONS = """
    SELECT c.oid, c.relname, c.relkind::text, c.relispartition FROM pg_class AS c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    AND NOT (c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend AS d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i'))
"""
_LISTED = """
    SELECT a.privilege_type, a.is_grantable FROM pg_class AS c, aclexplode(c.relacl) AS a
    WHERE c.oid = %(oid)s AND a.grantee IN (current_user::regrole, 0)
"""
_LISTED_COLUMNS = """
    SELECT a.privilege_type, string_agg(t.attname, ', ' ORDER BY t.attname)
    FROM pg_attribute AS t, aclexplode(t.attacl) AS a
    WHERE t.attrelid = %(oid)s AND a.grantee IN (current_user::regrole, 0)
    GROUP BY a.privilege_type
"""
_WORDS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


@pytest.fixture(params=sorted(DECLARED))
def database(request: pytest.FixtureRequest) -> Iterator[tuple[Privileges, psycopg.Connection]]:
    with psycopg.connect(fresh_database(request.param)) as connection:
        yield DECLARED[request.param], connection


def held(connection: psycopg.Connection, oid: int) -> set[str]:
    """Read what is listed for the role, or for everybody."""
    listed = connection.execute(_LISTED, {"oid": oid}).fetchall()
    assert not [word for word, grantable in listed if grantable]
    columns = connection.execute(_LISTED_COLUMNS, {"oid": oid}).fetchall()
    return {word for word, _ in listed} | {f"{word} ({names})" for word, names in columns}


def test_every_relation_has_a_line_and_its_line_is_what_the_role_holds(
    database: tuple[Privileges, psycopg.Connection],
) -> None:
    declared, connection = database
    relations = connection.execute(_RELATIONS).fetchall()
    months = {name for _, name, _, part in relations if part} - set(declared.relations)
    ours = {name: oid for oid, name, *_ in relations if name not in months}
    assert set(ours) == set(declared.relations)
    assert {name: held(connection, oid) for name, oid in ours.items()} == {
        name: set(line) for name, line in declared.relations.items()
    }
    assert not [name for oid, name, *_ in relations if name in months and held(connection, oid)]


def test_the_role_can_do_what_is_listed_and_nothing_beside(
    database: tuple[Privileges, psycopg.Connection],
) -> None:
    """Membership in another role, or a table of its own, would give more than the lists show."""
    declared, connection = database
    for oid, name, kind, _ in connection.execute(_RELATIONS).fetchall():
        if kind == "S":
            continue
        asked = "SELECT p FROM unnest(%s::text[]) AS p WHERE has_table_privilege(%s::oid, p)"
        can = {row[0] for row in connection.execute(asked, (list(_WORDS), oid))}
        assert can == {word for word in declared.relations.get(name, ()) if " " not in word}, name


def test_around_the_tables_the_role_has_next_to_nothing(
    database: tuple[Privileges, psycopg.Connection],
) -> None:
    declared, connection = database
    around = connection.execute(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,"
        " has_schema_privilege('public', 'CREATE'),"
        " has_database_privilege(current_database(), 'CREATE'),"
        " EXISTS (SELECT FROM pg_auth_members WHERE member = oid),"
        " EXISTS (SELECT FROM pg_shdepend WHERE refobjid = oid AND deptype = 'o')"
        " FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    assert around == (False,) * 9
    temporary = "SELECT has_database_privilege(current_database(), 'TEMPORARY')"
    assert connection.execute(temporary).fetchone() == (declared.temporary,)


def test_functions_with_the_owners_rights_are_the_lent_ones_with_a_pinned_path(
    database: tuple[Privileges, psycopg.Connection],
) -> None:
    declared, connection = database
    owners = connection.execute(
        "SELECT p.oid::regprocedure::text, p.proconfig, p.proowner <> current_user::regrole,"
        " EXISTS (SELECT FROM aclexplode(p.proacl) WHERE grantee = 0) FROM pg_proc AS p"
        " WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef"
    ).fetchall()
    called = connection.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc AS p WHERE p.prosecdef"
        " AND p.pronamespace = 'public'::regnamespace AND has_function_privilege(p.oid, 'EXECUTE')"
    ).fetchall()
    assert {name.replace(",", ", ") for (name,) in called} == set(declared.lent)
    everything = {*declared.lent, *declared.lent_to_triggers}
    assert {name.replace(",", ", ") for name, *_ in owners} == everything
    for name, options, foreign, everybody in owners:
        assert "search_path=public, pg_temp" in options, name
        assert (foreign, everybody) == (True, False), name


def test_no_guard_looks_for_its_tables_among_temporary_ones_first(
    database: tuple[Privileges, psycopg.Connection],
) -> None:
    _, connection = database
    guards = connection.execute(
        "SELECT p.proname, p.proconfig FROM pg_proc AS p WHERE p.prorettype = 'trigger'::regtype"
        " AND p.pronamespace = 'public'::regnamespace"
    ).fetchall()
    unpinned = [name for name, to in guards if "search_path=public, pg_temp" not in (to or ())]
    assert unpinned == []


@pytest.mark.parametrize("service", sorted(DECLARED))
def test_a_live_database_of_one_role_is_split_and_what_was_given_by_hand_is_taken(
    service: str,
) -> None:
    """The role of today stays the owner; its processes get a new one. Twice changes nothing."""
    url = empty_database(service.rpartition(".")[2])
    role = psycopg.conninfo.conninfo_to_dict(runtime_of(url))["user"]
    run_migrations(service, url)
    table = max(DECLARED[service].relations)
    with psycopg.connect(url) as connection:
        everything = SQL("GRANT ALL ON {} TO {}, PUBLIC").format(
            Identifier(table), Identifier(str(role))
        )
        connection.execute(everything)
    for _ in range(2):
        run_migrations(service, url, runs_as=str(role))
        with psycopg.connect(runtime_of(url)) as connection:
            found = {
                name: held(connection, oid)
                for oid, name, *_ in connection.execute(_RELATIONS).fetchall()
                if held(connection, oid)
            }
        assert found == {name: set(line) for name, line in DECLARED[service].relations.items()}
    with psycopg.connect(owner_of(url)) as connection:
        connection.execute(SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(Identifier(table)))
