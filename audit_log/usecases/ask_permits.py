# SPDX-License-Identifier: Apache-2.0
"""R7, R9 and R10: each use is put to the service that gave its permit, as that stood then."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from audit_log.domain.rules import permit_uses
from audit_log.domain.rules.raised import Raised
from audit_log.ports import PermitDecisions, StoredEntry
from audit_log.usecases.asking import Asker, Means
from audit_log.usecases.see import Viewer

PERMITS: Final = "permits"
"""The cursor of the questions."""
MAX_USES: Final = 500
_MOST_CHARACTERS: Final = 256 * 1024
"""How much the purposes of one question may say together: a request has its size."""


def permit_asker(decisions: PermitDecisions, means: Means) -> Asker:
    """Make what asks permit_service about uses."""
    return Asker(
        PERMITS, means=means, begin=lambda: _Round(decisions), unanswered=permit_uses.unanswered
    )


@dataclass(slots=True)
class _Round:
    decisions: PermitDecisions
    uses: list[permit_uses.PermitQuestion] = field(default_factory=list)
    raised: list[Raised] = field(default_factory=list)
    said: int = 0

    @property
    def oldest(self) -> int | None:
        return self.uses[0].index if self.uses else None

    def take(self, viewer: Viewer, stored: StoredEntry) -> bool:
        if len(self.uses) == MAX_USES or self.said > _MOST_CHARACTERS:
            return False
        fresh = viewer.of_permit(stored)
        if isinstance(fresh, Raised):
            self.raised.append(fresh)
        elif fresh is not None:
            self.uses.append(fresh)
            self.said += sum(map(len, fresh.purposes))
        return True

    def answered(self) -> Sequence[Raised]:
        verdicts = self.decisions.decide_uses(self.uses) if self.uses else ()
        pairs = zip(self.uses, verdicts, strict=True)
        judged = [found for use, one in pairs for found in permit_uses.judge(use, one)]
        return [*self.raised, *judged]
