# SPDX-License-Identifier: Apache-2.0
"""What holds for every test: order, who shares a process, an environment that names no service."""

import os

import pytest

from tests.support.endings import end_run

# The quick tests first: a broken rule should be known before the first process starts. Then the
# longest files: what starts last should not be what takes longest while the other process is idle.
_ORDER = (
    *("architecture", "unit", "property", "vectors", "migrations"),
    *("e2e", "faults", "pages", "helm", "contract", "integration"),
)


def pytest_configure() -> None:
    """Forget settings of the shell that would change what the services under test do."""
    for name in [name for name in os.environ if name.startswith("PLACET_")]:
        if not name.startswith("PLACET_TEST_"):
            del os.environ[name]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the folders in the order above, each in its own order."""
    places = {name: place for place, name in enumerate(_ORDER)}

    def place(item: pytest.Item) -> int:
        inside = item.path.parts[item.path.parts.index("tests") + 1 :]
        return places.get(inside[0], len(places))

    items.sort(key=place)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """End the servers that the tests shared, once nothing uses them any more."""
    end_run()
