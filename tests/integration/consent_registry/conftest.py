# SPDX-License-Identifier: Apache-2.0
"""A registry of its own for each test."""

from collections.abc import Iterator

import pytest

from tests.support.registry_node import RegistryNode, registry_node
from tests.support.registry_world import RegistryWorld, registry_world


@pytest.fixture
def world() -> Iterator[RegistryWorld]:
    with registry_world() as opened:
        opened.dataset()
        yield opened


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryNode]:
    with registry_node(tmp_path_factory.mktemp("node")) as running:
        yield running
