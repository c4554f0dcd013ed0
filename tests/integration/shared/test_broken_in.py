# SPDX-License-Identifier: Apache-2.0
"""Whoever breaks into a process has its database role: what she tries with it, for each database.

The tables are filled by nobody here: a refusal by the server comes before any row is looked at.
"""

import psycopg
import pytest

from tests.migrations.test_privileges import DECLARED
from tests.support.burglar import (
    Loot,
    around,
    granted_to_herself,
    lent_to_everybody,
    on_functions,
    on_tables,
)
from tests.support.postgres import fresh_database, owner_of

# Denied, or refused since only an owner may ask at all; a trigger's refusal would be another.
REFUSED = {"42501"}
COLUMNS = """
    SELECT table_name, min(column_name) FROM information_schema.columns
    JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND is_identity = 'NO'
    GROUP BY table_name
"""


@pytest.fixture(scope="module", params=sorted(DECLARED))
def loot(request: pytest.FixtureRequest) -> Loot:
    declared, url = DECLARED[request.param], fresh_database(request.param)
    owner = psycopg.conninfo.conninfo_to_dict(owner_of(url))["user"]
    return Loot(
        url=url,
        owner=str(owner),
        append_only=sorted(declared.append_only),
        lent=(*declared.lent, *declared.lent_to_triggers),
    )


def a_column_of_each(loot: Loot) -> dict[str, str]:
    """Name a column of each table, as only the owner sees them all."""
    with psycopg.connect(owner_of(loot.url)) as connection:
        return {str(table): str(name) for table, name in connection.execute(COLUMNS)}


def got_through(found: dict[str, str]) -> dict[str, str]:
    assert found
    return {attempt: state for attempt, state in found.items() if state not in REFUSED}


def test_what_is_only_added_to_is_neither_changed_nor_unguarded(loot: Loot) -> None:
    if not loot.append_only:
        assert "contact" in loot.url  # whose one table is forgotten from
        return
    columns = a_column_of_each(loot)
    assert got_through(loot.refusals(on_tables(loot.append_only, columns))) == {}
    assert granted_to_herself(loot, loot.append_only) == []


def test_no_table_at_all_is_dropped_emptied_or_unguarded(loot: Loot) -> None:
    columns = a_column_of_each(loot)
    attempts = [
        attempt
        for attempt in on_tables(sorted(columns), columns)
        if not attempt.as_string().startswith(("UPDATE", "DELETE", "LOCK"))
    ]
    assert got_through(loot.refusals(attempts)) == {}


def test_she_becomes_nobody_else_and_makes_nothing(loot: Loot) -> None:
    assert got_through(loot.refusals(around(loot))) == {}


def test_what_works_with_the_owners_rights_stays_as_it_is(loot: Loot) -> None:
    if loot.lent:
        assert got_through(loot.refusals(on_functions(loot.lent))) == {}
    assert lent_to_everybody(loot) == []
