# SPDX-License-Identifier: Apache-2.0
"""Rows copied behind the caller's back: in order, in the transaction, and never lost silently."""

from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, OperationalError

from consent_registry.adapters.copying import copy_behind
from consent_registry.adapters.tables import PARTICIPANT
from tests.support.postgres import session_server
from tests.support.registry_world import RegistryWorld

COLUMNS = ("pid", "pseudonym", "created_at")
REFUSED = (psycopg.errors.UniqueViolation, IntegrityError)  # as COPY or as the statement tells it
COUNT = select(func.count()).select_from(PARTICIPANT)


def rows(world: RegistryWorld, number: int, prefix: str = "P") -> list[tuple[object, ...]]:
    at = world.clock.now()
    return [(str(uuid4()), f"{prefix}-{n}", at) for n in range(number)]


@pytest.mark.parametrize("number", [3, 500])
def test_the_next_statement_sees_every_row(world: RegistryWorld, number: int) -> None:
    with world.engine.connect() as connection:
        copy_behind(connection, PARTICIPANT, COLUMNS, rows(world, number))
        copy_behind(connection, PARTICIPANT, COLUMNS, rows(world, number, "Q"))
        assert connection.execute(COUNT).scalar_one() == 2 * number
        connection.rollback()
        assert connection.execute(COUNT).scalar_one() == 0


def test_a_commit_waits_for_what_is_being_copied(world: RegistryWorld) -> None:
    with world.engine.connect() as connection:
        copy_behind(connection, PARTICIPANT, COLUMNS, rows(world, 500))
        connection.commit()
    assert world.count("participant") == 500


def test_a_copy_after_a_failed_one_is_not_made_and_tells_what_failed(world: RegistryWorld) -> None:
    once = rows(world, 2_000)
    for ending in ("commit", "ask", "rollback"):
        with world.engine.connect() as connection:
            copy_behind(connection, PARTICIPANT, COLUMNS, [*once, *once])
            copy_behind(connection, PARTICIPANT, COLUMNS, rows(world, 100, "Q"))
            if ending == "rollback":
                connection.rollback()
                assert connection.execute(COUNT).scalar_one() == 0
                continue
            with pytest.raises(REFUSED):
                connection.commit() if ending == "commit" else connection.execute(COUNT)
    assert world.count("participant") == 0


def test_a_failed_copy_is_told_before_anything_else_and_nothing_stays(
    world: RegistryWorld,
) -> None:
    once = rows(world, 100)
    for ending in ("commit", "ask"):
        with world.engine.connect() as connection:
            copy_behind(connection, PARTICIPANT, COLUMNS, [*once, *once])
            with pytest.raises(REFUSED):
                connection.commit() if ending == "commit" else connection.execute(COUNT)
    with world.engine.connect() as connection:
        copy_behind(connection, PARTICIPANT, COLUMNS, [*once, *once])
        connection.rollback()  # whoever gives up is told nothing, and leaves nothing
    assert world.count("participant") == 0
    # The connections are as good as before.
    with world.engine.connect() as connection:
        copy_behind(connection, PARTICIPANT, COLUMNS, once)
        connection.commit()
    assert world.count("participant") == 100


def ask_while_the_server_goes(world: RegistryWorld) -> None:
    with world.engine.connect() as connection, session_server().admin() as admin:
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        admin.execute("SELECT pg_terminate_backend(%s)", (pid,))
        connection.execute(COUNT)


def test_a_server_that_is_gone_is_told_as_such(world: RegistryWorld) -> None:
    with pytest.raises(OperationalError):
        ask_while_the_server_goes(world)
