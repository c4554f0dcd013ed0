# SPDX-License-Identifier: Apache-2.0
"""What is wrong with the limits of a grant as handed in: activities, data window, data categories.

No fault repeats a value.
"""

from collections.abc import Sequence

from consent_registry.domain.activities import MAX_ACTIVITIES, UnknownActivity, read_scope
from consent_registry.domain.data_categories import read_categories
from consent_registry.domain.row_codes import Fault, RowCode
from consent_registry.domain.windows import Window, read_window


def activity_faults(activities: Sequence[str]) -> tuple[Fault, ...]:
    """Say what is wrong with the activities of a grant; of several things, the first."""
    if len(activities) > MAX_ACTIVITIES:
        return (Fault("activities", RowCode.UNKNOWN_ACTIVITY, f"at most {MAX_ACTIVITIES}"),)
    try:
        scopes = {read_scope(text) for text in activities}
    except UnknownActivity:
        return (Fault("activities", RowCode.UNKNOWN_ACTIVITY),)
    except ValueError:
        return (Fault("activities", RowCode.ACTIVITY_END),)
    if len({scope.name for scope in scopes}) < len(scopes):
        return (Fault("activities", RowCode.ACTIVITY_TWICE),)
    return ()


def category_faults(names: Sequence[str]) -> tuple[Fault, ...]:
    """Say what is wrong with the data categories of a grant."""
    try:
        read_categories(names)
    except ValueError:
        return (Fault("data_categories", RowCode.DATA_CATEGORY),)
    return ()


def read_ends(ends: tuple[str, str]) -> tuple[Window | None, tuple[Fault, ...]]:
    """Read a data window from its ends, or say what is wrong with them."""
    try:
        return read_window(ends), ()
    except ValueError:
        return None, (Fault("data", RowCode.DATA_WINDOW),)
