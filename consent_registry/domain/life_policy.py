# SPDX-License-Identifier: Apache-2.0
"""What a policy file says of people's lives: majority, a minor's own will, death, and evidence.

All but one may be left out, and then the protective reading holds: a person of 18 decides for
herself; who has died without a word is out, and so is whose paper is in dispute, lost or rejected.
From which age a minor's yes is needed, and her no counts, no file may leave open.
"""

from collections.abc import Mapping
from typing import Final

from consent_registry.domain.bars import Bar
from consent_registry.domain.policy import Minors
from consent_registry.domain.regimes import (
    DEFAULT_BARS,
    EVERYTHING,
    NEW_ONLY,
    NOTHING,
    RUNNING_ONLY,
    Moments,
)

_AGES: Final = range(12, 26)
_MINOR: Final = range(26)
_NEVER: Final = "never"
_MINORS: Final = frozenset({"needed_from", "missing", "dissent_from", "overruled"})
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


def read_minors(raw: Mapping[str, object], faults: list[str]) -> tuple[Minors, dict[Bar, Moments]]:
    """Read from which age a minor's will counts and on what it acts. A no acts on every permit."""
    table = raw.get("minors")
    if not isinstance(table, dict):
        faults.append("minors: a table is needed")
        return Minors(), {}
    faults.extend(f"minors.{key}: unknown key" for key in table if key not in _MINORS)
    needed, counts = (_minor(table, key, faults) for key in ("needed_from", "dissent_from"))
    missing = _ACTS_ON.get(table["missing"]) if isinstance(table.get("missing"), str) else None
    if missing is None or not missing & NEW_ONLY:
        faults.append("minors.missing: one of new, both is needed")
    overruled = table.get("overruled")
    if overruled not in {_NEVER, "by_guardians"}:
        faults.append("minors.overruled: one of never, by_guardians is needed")
    if overruled == "by_guardians" and needed is not None:
        faults.append("minors.overruled: by_guardians only where needed_from is never")
    if needed is not None and (counts is None or counts > needed):
        faults.append("minors.dissent_from: no later than needed_from")
    no = NOTHING if counts is None else EVERYTHING
    return Minors(needed_from=needed, dissent_from=counts), {
        Bar.ASSENT_MISSING: NOTHING if needed is None else missing or EVERYTHING,
        Bar.DISSENT: no,
        Bar.DISSENT_OVERRULED: NOTHING if overruled == "by_guardians" else no,
    }


def _minor(table: Mapping[str, object], key: str, faults: list[str]) -> int | None:
    age = table.get(key)
    if age == _NEVER:
        return None
    if isinstance(age, int) and not isinstance(age, bool) and age in _MINOR:
        return age
    faults.append(f"minors.{key}: a whole number from 0 to 25, or never, is needed")
    return _MINOR[0]


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
