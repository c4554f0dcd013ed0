# SPDX-License-Identifier: Apache-2.0
"""The progress of a grant that has no live permit yet: who may try next, when, and what failed.

It decides only when to try again. A grant is tried until its permit lives or its validity has
passed; it is never given up because something else was down.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from shared.ids import ApplicationId

_FIRST_WAIT: Final = timedelta(seconds=1)
_LONGEST_WAIT: Final = timedelta(seconds=30)
_MAX_DOUBLINGS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One grant under way. `fault` is the code of what stopped the last try, None if nothing."""

    application_id: ApplicationId
    next_try_at: datetime
    tries: int = 0
    fault: str | None = None

    def due(self, now: datetime) -> bool:
        """Say whether anybody may try now."""
        return self.next_try_at <= now

    def claimed(self, now: datetime, lease: timedelta) -> "Grant":
        """Keep others away for the length of one try."""
        return replace(self, tries=self.tries + 1, next_try_at=now + lease)

    def failed(self, now: datetime, fault: str) -> "Grant":
        """Note what stopped the try and wait: 1 s, 2 s, 4 s and so on up to 30 s."""
        doublings = min(max(self.tries - 1, 0), _MAX_DOUBLINGS)
        wait = min(_FIRST_WAIT * 2**doublings, _LONGEST_WAIT)
        return replace(self, next_try_at=now + wait, fault=fault)
