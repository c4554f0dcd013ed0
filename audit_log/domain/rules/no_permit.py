# SPDX-License-Identifier: Apache-2.0
"""R7: data was used with no permit of that account that was live at that instant."""

from typing import Final

from audit_log.domain.rules.permits import PermitHistory, Turn
from audit_log.domain.rules.seen import Use

RULE: Final = "R7"
_CODES: Final = {
    None: "permit_not_yet_live",
    Turn.HELD: "permit_on_hold",
    Turn.ENDED: "permit_ended",
}


def judge(use: Use, history: PermitHistory | None) -> str | None:
    """Give the code of what is wrong, by the permit's state at the time of the use."""
    if use.permit is None:
        return "permit_not_named"
    if history is None:
        return "permit_unknown"
    code = _CODES.get(history.turn_at(use.at))
    if code is not None:
        return code
    holder = history.terms_at(use.at).holder
    if holder is None or holder == use.actor:
        return None
    return "actor_not_named" if use.actor is None else "permit_of_another"
