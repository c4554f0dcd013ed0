# SPDX-License-Identifier: Apache-2.0
"""Every suite here runs on the log in memory and on PostgreSQL."""

from collections.abc import Iterator

import pytest

from tests.contract.audit_log.test_publishing import Remembered
from tests.support.casework import fill
from tests.support.log_world import MemoryWorld, PostgresWorld, World


@pytest.fixture(params=["memory", "postgres"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "memory":
        yield MemoryWorld()
        return
    made = PostgresWorld()
    yield made
    made.close()


@pytest.fixture
def head() -> Remembered:
    return Remembered()


@pytest.fixture
def filled(world: World, head: Remembered) -> World:
    return fill(world, head)
