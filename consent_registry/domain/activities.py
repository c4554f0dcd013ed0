# SPDX-License-Identifier: Apache-2.0
"""What is done with data under a consent: the activity scopes of a grant, apart from its purposes.

People are asked at least three permissions when they join (Genome EDIC, data-subject onboarding):
counting how often a change in the genome occurs, looking up single people, and secondary use under
a permit; and consent to one project can be asked when the project begins. Each is a scope of its
own. A grant that names none is for secondary use and nothing else: silence never grants. Consent
to secondary use covers every project; consent to a project covers that project alone.
"""

import re
from collections.abc import Iterable
from typing import Final

AGGREGATE: Final = "af_aggregate"
QUERY: Final = "subject_query"
SECONDARY_USE: Final = "edic_secondary_use"
ACTIVITIES: Final = (AGGREGATE, QUERY, SECONDARY_USE)
MAX_ACTIVITIES: Final = 16
_PROJECT: Final = "project:"
_SCOPE: Final = re.compile(r"project:[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)


def is_scope(text: str) -> bool:
    """Say whether this names an activity, or one project as `project:<id>`."""
    return text in ACTIVITIES or _SCOPE.fullmatch(text) is not None


def canonical_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """Write scopes in their one form: sorted, each once, and secondary use alone as nothing."""
    ordered = tuple(sorted(set(scopes)))
    return () if ordered == (SECONDARY_USE,) else ordered


def scopes_of(written: tuple[str, ...]) -> tuple[str, ...]:
    """Give the scopes of a grant as written; never none."""
    return written or (SECONDARY_USE,)


def covers(written: tuple[str, ...], activity: str, project: str | None) -> bool:
    """Say whether a grant with these scopes reaches an activity, of a project if it names one."""
    scopes = scopes_of(written)
    if activity in scopes:
        return True
    return activity == SECONDARY_USE and project is not None and f"{_PROJECT}{project}" in scopes


def widest(scopes: Iterable[str]) -> frozenset[str]:
    """Leave out the projects that secondary use covers anyway."""
    found = frozenset(scopes)
    if SECONDARY_USE not in found:
        return found
    return frozenset(scope for scope in found if not scope.startswith(_PROJECT))


def in_both(ones: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """Give the scopes that lie within one of each."""
    found = ones & others
    for some, rest in ((ones, others), (others, ones)):
        if SECONDARY_USE in rest:
            found |= {scope for scope in some if scope.startswith(_PROJECT)}
    return widest(found)
