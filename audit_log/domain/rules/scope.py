# SPDX-License-Identifier: Apache-2.0
"""R10: a permit was used outside what it names, or past its end."""

from typing import Final

from audit_log.domain.rules.permits import PermitHistory, Turn
from audit_log.domain.rules.seen import Use

RULE: Final = "R10"


def judge(use: Use, history: PermitHistory | None) -> str | None:
    """Give the code of what is wrong; a permit that is not known is R7's."""
    if history is None:
        return None
    if history.turn_at(use.at) is Turn.EXPIRED:
        return "permit_past_its_end"
    if None not in (history.dataset, use.dataset) and history.dataset != use.dataset:
        return "dataset_not_in_permit"
    if None not in (history.cohort, use.cohort) and history.cohort != use.cohort:
        return "cohort_not_in_permit"
    return None
