# SPDX-License-Identifier: Apache-2.0
"""What a policy file says of people's lives: majority, death, and evidence.

Each may be left out, and then the protective reading holds: a person of 18 decides for herself; who
has died without a word is out, and so is whose paper is in dispute, lost or rejected.
"""

from collections.abc import Mapping
from typing import Final

from consent_registry.domain.bars import Bar
from consent_registry.domain.regimes import (
    DEFAULT_BARS,
    EVERYTHING,
    NEW_ONLY,
    NOTHING,
    RUNNING_ONLY,
    Moments,
)

_AGES: Final = range(12, 26)
_ACTS_ON: Final[Mapping[object, Moments]] = {
    "new": NEW_ONLY,
    "running": RUNNING_ONLY,
    "both": EVERYTHING,
    "nothing": NOTHING,
}
_AFTER_DEATH: Final = {"unsaid": Bar.DEAD_UNSAID, "continue": Bar.DEAD_CONTINUE}
_EVIDENCE: Final = {
    "unchecked": Bar.EVIDENCE_UNCHECKED,
    "disputed": Bar.EVIDENCE_DISPUTED,
    "lost": Bar.EVIDENCE_LOST,
    "rejected": Bar.EVIDENCE_REJECTED,
}


def read_age(raw: Mapping[str, object], faults: list[str]) -> int:
    """Read the age from which somebody decides for herself, in years."""
    age = raw.get("age_of_majority", 18)
    if isinstance(age, int) and not isinstance(age, bool) and age in _AGES:
        return age
    faults.append("age_of_majority: a whole number from 12 to 25 is needed")
    return _AGES[-1]


def read_bars(raw: Mapping[str, object], faults: list[str]) -> Mapping[Bar, Moments]:
    """Read on what each bar acts. What somebody wished to stop, stops: no file changes that."""
    found = dict(DEFAULT_BARS)
    for section, words in (("after_death", _AFTER_DEATH), ("evidence", _EVIDENCE)):
        table = raw.get(section, {})
        if not isinstance(table, dict):
            faults.append(f"{section}: a table is needed")
            continue
        faults.extend(f"{section}.{key}: unknown key" for key in table if key not in words)
        for word, bar in words.items():
            said = table.get(word)
            if isinstance(said, str) and said in _ACTS_ON:
                found[bar] = _ACTS_ON[said]
            elif word in table:
                faults.append(f"{section}.{word}: one of new, running, both, nothing is needed")
    return found
