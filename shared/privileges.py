# SPDX-License-Identifier: Apache-2.0
"""What a service's processes may do in their database, which belongs to somebody else.

Each database has two roles. Its owner makes and changes tables, and only migrations speak as it.
The run-time role of the processes holds what the service's table of privileges declares, table by
table, and nothing by which it could take more: a process that was broken into cannot disable a
trigger, drop a table or grant itself anything. `shared.db` grants after each migration.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from sqlalchemy import Connection, text

Privilege: TypeAlias = frozenset[str]
"""Privileges in PostgreSQL's words, a privilege on columns as `UPDATE (one, other)`."""

READ: Final[Privilege] = frozenset({"SELECT"})
ADD: Final[Privilege] = READ | {"INSERT"}
CHANGE: Final[Privilege] = ADD | {"UPDATE"}
REMOVE: Final[Privilege] = ADD | {"DELETE"}
FREE: Final[Privilege] = CHANGE | REMOVE
USE: Final[Privilege] = frozenset({"USAGE"})

# What every service has, whatever it is for.
OF_ALL: Final[Mapping[str, Privilege]] = {
    "alembic_version": READ,
    "ended_session": REMOVE,
    "outbox": REMOVE,
    "outbox_head": CHANGE,
}


def updating(held: Privilege, *columns: str) -> Privilege:
    """Add that these columns may be changed, and that their rows may be locked."""
    return held | {f"UPDATE ({', '.join(sorted(columns))})"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Privileges:
    """A service's table of privileges.

    `relations` names every table, view and sequence; months and other partitions are reached
    through their table and have none, where they have no line. A `lent` function, named with the
    types of its arguments, works with the owner's rights; one lent to triggers cannot be called, or
    be made a trigger of another table. `temporary` is the right to tables that end with their
    session.
    """

    relations: Mapping[str, Privilege]
    lent: tuple[str, ...] = ()
    lent_to_triggers: tuple[str, ...] = ()
    temporary: bool = False
    append_only: frozenset[str] = field(init=False)
    """The tables whose rows are there to stay as they are."""

    def __post_init__(self) -> None:
        fixed = (name for name, held in self.relations.items() if held == ADD)
        object.__setattr__(self, "append_only", frozenset(fixed))


_OURS: Final = text(
    "SELECT c.relname, c.relkind FROM pg_class AS c"
    " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')"
    " AND pg_has_role(c.relowner, 'USAGE')"
    " AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass"
    " AND d.objid = c.oid AND (d.deptype = 'e' OR (c.relkind = 'S' AND d.deptype = 'i')))"
)
_TRIGGERED: Final = text(
    "SELECT p.oid::regprocedure::text FROM pg_proc AS p"
    " WHERE p.pronamespace = current_schema()::regnamespace AND p.prorettype = 'trigger'::regtype"
    " AND pg_has_role(p.proowner, 'USAGE') ORDER BY 1"
)
_LENT: Final = text("SELECT to_regprocedure(:name) IS NOT NULL")
_AROUND: Final = text(
    "SELECT current_database() AS database, current_schema() AS schema,"
    " has_database_privilege(:role, current_database(), 'CONNECT') AS connects,"
    " has_database_privilege(:role, current_database(), 'TEMPORARY') AS temporary,"
    " has_schema_privilege(:role, current_schema(), 'USAGE') AS uses,"
    " has_schema_privilege(:role, current_schema(), 'CREATE') AS creates"
)


def grant(connection: Connection, privileges: Privileges, role: str) -> None:
    """Give a role exactly these privileges on what is there by now, in the caller's transaction.

    What is not declared is taken away from it, and whatever everybody was given.
    """
    for statement in _statements(connection, privileges, role):
        connection.exec_driver_sql(statement)


def _statements(connection: Connection, privileges: Privileges, role: str) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    to = quote(role)
    yield from _around(connection, privileges, role)
    for name, kind in connection.execute(_OURS).all():
        what = f"{'SEQUENCE' if kind == 'S' else 'TABLE'} {quote(name)}"
        yield f"REVOKE ALL ON {what} FROM PUBLIC, {to}"
        if name in privileges.relations:
            yield f"GRANT {', '.join(sorted(privileges.relations[name]))} ON {what} TO {to}"
    schema = quote(connection.execute(text("SELECT current_schema()")).scalar_one())
    # Temporary tables last: whoever makes one could name it like ours, and a guard would ask it.
    path = f"SET search_path = {schema}, pg_temp"
    for name in connection.execute(_TRIGGERED).scalars().all():
        yield f"ALTER FUNCTION {name} {path}"
    for name in (*privileges.lent, *privileges.lent_to_triggers):
        if connection.execute(_LENT, {"name": name}).scalar_one():
            yield f"ALTER FUNCTION {name} SECURITY DEFINER {path}"
            yield f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC, {to}"
            if name in privileges.lent:
                yield f"GRANT EXECUTE ON FUNCTION {name} TO {to}"


def _around(connection: Connection, privileges: Privileges, role: str) -> Iterator[str]:
    """Open database and schema, as far as they are not open; whoever owns those may do it too."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    to, now = quote(role), connection.execute(_AROUND, {"role": role}).one()
    database, schema = quote(now.database), quote(now.schema)
    if not now.connects:
        yield f"GRANT CONNECT ON DATABASE {database} TO {to}"
    if privileges.temporary and not now.temporary:
        yield f"GRANT TEMPORARY ON DATABASE {database} TO {to}"
    if not now.uses:
        yield f"GRANT USAGE ON SCHEMA {schema} TO {to}"
    if now.creates:
        yield f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {to}"


# Of PostgreSQL's own roles those that write past every grant, or read and write the host's files.
_STRONG_ROLES: Final = (
    *("pg_write_all_data", "pg_maintain", "pg_execute_server_program"),
    *("pg_read_server_files", "pg_write_server_files"),
)
_ROLE: Final = text(
    "SELECT rolsuper AS is_superuser, rolcreaterole AS makes_roles,"
    " rolbypassrls OR rolreplication OR rolcreatedb AS has_attributes,"
    " EXISTS (SELECT FROM pg_roles AS o WHERE o.oid <> r.oid"
    " AND pg_has_role(r.oid, o.oid, 'MEMBER') AND (o.rolsuper OR o.rolcreaterole"
    " OR o.rolname = ANY(:strong) OR EXISTS (SELECT FROM pg_class AS c"
    " WHERE c.relnamespace = current_schema()::regnamespace AND c.relowner = o.oid)))"
    " AS becomes_owner,"
    " has_schema_privilege(current_schema(), 'CREATE') AS creates,"
    " (SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database())"
    " AS owns_database FROM pg_roles AS r WHERE rolname = current_user"
)
_OWNED: Final = text(
    "SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = current_schema()::regnamespace"
    " AND c.relkind IN ('r', 'p', 'v', 'S') AND pg_has_role(c.relowner, 'USAGE') ORDER BY 1"
)
_CHANGES: Final = text(
    "SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = current_schema()::regnamespace"
    " AND c.relkind IN ('r', 'p') AND c.relname = ANY(:names)"
    " AND (has_table_privilege(c.oid, 'DELETE') OR has_any_column_privilege(c.oid, 'UPDATE'))"
    " ORDER BY 1"
)
_STRONG: Final = text(
    "SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = current_schema()::regnamespace"
    " AND c.relkind IN ('r', 'p')"
    " AND has_table_privilege(c.oid, 'TRUNCATE, TRIGGER, REFERENCES') ORDER BY 1"
)
_NAMED: Final = 3


def faults_of_role(connection: Connection, privileges: Privileges) -> list[str]:
    """Say what the connection's role may that no process should, as ends of a sentence."""
    role = connection.execute(_ROLE, {"strong": list(_STRONG_ROLES)}).one()
    said = {
        "is a superuser": role.is_superuser,
        "may create roles": role.makes_roles,
        "may bypass row security, replicate or create databases": role.has_attributes,
        "may become a role that owns tables, or may do everything": role.becomes_owner,
        "owns the database": role.owns_database,
        "may create in the schema": role.creates,
    }
    found = [words for words, applies in said.items() if applies]
    names = {"names": sorted(privileges.append_only)}
    for words, query in (
        ("owns tables", _OWNED),
        ("may change or delete what is only added to", _CHANGES),
        ("may truncate, refer to or put triggers on tables", _STRONG),
    ):
        tables = connection.execute(query, names if query is _CHANGES else {}).scalars().all()
        if tables:
            more = ", ..." if len(tables) > _NAMED else ""
            found.append(f"{words}: {', '.join(tables[:_NAMED])}{more}")
    return found
