# SPDX-License-Identifier: Apache-2.0
"""R10: a permit was used outside what it names, or past its end.

What a permit's entries do not name is not limited: those of our own permit service name dataset,
cohort, end, node and countries. Regions and amounts are held against permits that name them.
"""

import re
from typing import Final

from audit_log.domain.rules.permits import PermitHistory, Turn
from audit_log.domain.rules.raised import Raised
from audit_log.domain.rules.seen import Seen, Use

RULE: Final = "R10"
_REGION: Final = re.compile(
    r"(?P<sequence>[!-9;-~]{1,64}):(?P<first>[0-9]{1,12})-(?P<last>[0-9]{1,12})"
)


def judge(use: Use, history: PermitHistory | None) -> str | None:
    """Give the code of what is wrong; a permit that is not known is R7's."""
    if history is None:
        return None
    if history.turn_at(use.at) is Turn.EXPIRED:
        return "permit_past_its_end"
    terms = history.terms_at(use.at)
    named = (
        ("dataset_not_in_permit", use.dataset, (terms.dataset,)),
        ("cohort_not_in_permit", use.cohort, (terms.cohort,)),
        ("node_not_in_permit", use.node, terms.nodes or (None,)),
        ("country_not_in_permit", use.country, terms.countries or (None,)),
    )
    for code, used, allowed in named:
        if used is not None and None not in allowed and used not in allowed:
            return code
    return _region(use, terms.regions)


def amount_key(seen: Seen) -> str | None:
    """Name the count of what was read under a permit, all its life."""
    return f"bytes/{seen.permit}" if seen.permit is not None and seen.is_read else None


def beyond(seen: Seen, key: str, read: int, history: PermitHistory | None) -> Raised | None:
    """Say that more was read under a permit than it lets; `read` includes this use."""
    most = None if history is None else history.terms_at(seen.at).most_bytes
    if most is None or read <= most:
        return None
    return Raised(
        rule=RULE,
        code="amount_beyond_permit",
        cause=f"{RULE}/{key}",
        evidence=(seen.index,),
        src=seen.src,
    )


def _region(use: Use, allowed: tuple[str, ...]) -> str | None:
    if not allowed:
        return None
    if use.whole:
        return "region_not_named"
    spans = [span for one in allowed if (span := _span(one)) is not None]
    for one in use.regions:
        asked = _span(one)
        if asked is None or not any(
            asked[0] == name and first <= asked[1] <= asked[2] <= last
            for name, first, last in spans
        ):
            return "region_not_in_permit"
    return None


def _span(text: str) -> tuple[str, int, int] | None:
    """Read a region such as chr1:1000-2000, both ends within; None for what is none."""
    found = _REGION.fullmatch(text)
    if found is None:
        return None
    return found["sequence"], int(found["first"]), int(found["last"])
