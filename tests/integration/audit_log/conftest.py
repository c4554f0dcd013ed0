# SPDX-License-Identifier: Apache-2.0
"""One running log for a module's tests."""

from collections.abc import Iterator

import pytest

from tests.support.log_node import LogNode, log_node


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LogNode]:
    with log_node(tmp_path_factory.mktemp("log")) as running:
        running.add()
        yield running
