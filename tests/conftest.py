# SPDX-License-Identifier: Apache-2.0
"""What holds for every test: order, and an environment that names no service of ours."""

import os

import pytest

# The quick tests first: a broken rule should be known before the first process starts.
_ORDER = (
    *("architecture", "unit", "property", "vectors", "contract", "migrations"),
    *("integration", "faults", "pages", "helm", "e2e"),
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
