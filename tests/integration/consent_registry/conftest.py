# SPDX-License-Identifier: Apache-2.0
"""A registry of its own for each test."""

from collections.abc import Iterator

import pytest

from tests.support.registry_world import RegistryWorld, registry_world


@pytest.fixture
def world() -> Iterator[RegistryWorld]:
    with registry_world() as opened:
        opened.dataset()
        yield opened
