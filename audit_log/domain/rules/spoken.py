# SPDX-License-Identifier: Apache-2.0
"""What a producer says in another's place: found by the rule that would have believed it.

R7 rests on what the permit service says of permits, R14 on what the registry says of withdrawals,
R16 on what the log says of those who look. Such an entry is logged, and no rule takes it in.
"""

from typing import Final

from audit_log.domain.authority import may_say
from audit_log.domain.rules.raised import Raised
from audit_log.domain.rules.seen import Seen, hour_of

CODE: Final = "said_by_another"
_RULES: Final = (
    ("placet.permit.", "R7"),
    ("placet.consent.", "R14"),
    ("placet.optout.", "R14"),
)
_OTHER: Final = "R16"


def judge(seen: Seen) -> Raised | None:
    """Say that a source speaks for another; once for source, type and hour."""
    if may_say(seen.src, seen.type):
        return None
    rule = next((rule for prefix, rule in _RULES if seen.type.startswith(prefix)), _OTHER)
    return Raised(
        rule=rule,
        code=CODE,
        cause=f"{rule}/said/{seen.src}/{seen.type}/{hour_of(seen.arrived)}",
        evidence=(seen.index,),
        src=seen.src,
    )
