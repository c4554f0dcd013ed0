# SPDX-License-Identifier: Apache-2.0
"""One running node for all tests of this folder: starting it makes six keys."""

from collections.abc import Iterator

import pytest

from tests.support.permit_node import PermitNode, permit_node


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PermitNode]:
    with permit_node(tmp_path_factory.mktemp("permit_node")) as node:
        yield node


@pytest.fixture
def node(running: PermitNode) -> PermitNode:
    """The node, with a registry that answers and names no duties."""
    running.registry.up = True
    running.registry.duties = ()
    return running
