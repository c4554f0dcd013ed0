# SPDX-License-Identifier: Apache-2.0
"""An import asks the database as often for a thousand people as for ten, whoever they are."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, event

from tests.support.registry_world import RegistryWorld, people, registry_world


@contextmanager
def asked() -> Iterator[list[str]]:
    """Note every statement that any connection runs."""
    found: list[str] = []

    def note(_: Connection, __: object, statement: str, *___: object) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def questions(world: RegistryWorld, count: int, signed_on: str) -> int:
    with asked() as found:
        report = world.load(*people(count, signed_on=signed_on))
    assert report.batch.applied == count
    return len(found)


@pytest.mark.parametrize("known", [False, True], ids=["new people", "people known already"])
def test_as_many_questions_for_many_as_for_few(*, known: bool) -> None:
    took = []
    for count in (10, 1_000):
        with registry_world() as world:
            world.dataset()
            if known:
                questions(world, count, "2026-01-01")
            took.append(questions(world, count, "2026-02-01"))
    few, many = took
    assert many - few < 20, (few, many)
