# SPDX-License-Identifier: Apache-2.0
"""Whether two officers agreed on what is to leave in a pack, opened.

The right to reveal alone opens nothing: each group of each entry stands in a request of an open
case that somebody else than its asker approved.
"""

from collections.abc import Collection
from datetime import datetime

from audit_log.domain.cases import Officer, covers
from audit_log.domain.errors import CaseClosed, CaseUnknown, RevealNotApproved
from audit_log.ports import Log


def require_agreed(
    case_id: str | None,
    asker: Officer,
    *,
    indexes: Collection[int],
    groups: Collection[str],
    at: datetime,
    log: Log,
) -> None:
    """Pass when this officer may have these groups of these entries opened in a case.

    Counted are requests of her own, and every one in a case that she owns, whose approval stands
    at this time. Raises CaseUnknown,
    CaseClosed, and RevealNotApproved when anything was not agreed on.
    """
    if case_id is None:
        raise RevealNotApproved("opening needs a case")
    case = log.cases.get(case_id)
    if case is None:
        raise CaseUnknown("there is no such case")
    if not case.is_open:
        raise CaseClosed("the case is closed")
    own = [one for one in log.cases.reveals(case_id) if asker in {one.asked_by, case.owner}]
    if not covers(own, indexes, groups, at):
        raise RevealNotApproved("no second officer has approved opening all of this in the case")
