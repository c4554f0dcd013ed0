# SPDX-License-Identifier: Apache-2.0
"""How long before something ends by itself a person is told of it, as a policy file says.

Left out, it is a month for a consent and two for the end of a guardian's authority: time enough for
the second person whom some decisions need.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_SECTION: Final = "told_ahead"
_DAYS: Final = range(1, 367)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """Whole days before the end of a consent, and before that of a guardian's authority."""

    consent: int = 30
    mandate: int = 60


def read_ahead(raw: Mapping[str, object], faults: list[str]) -> Ahead:
    """Read both; each fault is named."""
    table = raw.get(_SECTION, {})
    if not isinstance(table, dict):
        faults.append(f"{_SECTION}: a table is needed")
        return Ahead()
    known = {"consent_days": Ahead().consent, "mandate_days": Ahead().mandate}
    faults.extend(f"{_SECTION}.{key}: unknown key" for key in table if key not in known)
    found: dict[str, int] = {}
    for key, default in known.items():
        days = table.get(key, default)
        found[key] = default
        if isinstance(days, int) and not isinstance(days, bool) and days in _DAYS:
            found[key] = days
        else:
            faults.append(f"{_SECTION}.{key}: a whole number from 1 to 366 is needed")
    return Ahead(consent=found["consent_days"], mandate=found["mandate_days"])
