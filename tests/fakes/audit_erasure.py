# SPDX-License-Identifier: Apache-2.0
"""A second implementation of `AuditErasure`: a log that forgets, and can be away."""

from dataclasses import dataclass, field

from consent_registry.domain.erasure import Account, Mark
from consent_registry.domain.errors import AuditLogAway
from shared.events import Subject


@dataclass
class ForgettingLog:
    """Remembers whom it was asked to forget, in order; `seq` is how far it has sequenced.

    The calls of `fails_at`, counted from one over both methods, get no answer: `before` says
    whether what was asked was left undone or done.
    """

    seq: int = 1_000_000
    away: bool = False
    fails_at: frozenset[int] = frozenset()
    before: bool = True
    calls: int = 0
    forgotten: list[Account | Subject] = field(default_factory=list)

    def sequenced(self, mark: Mark) -> bool:
        self._fail(before=True)
        return self.seq >= mark.seq

    def forget(self, whom: Account | Subject, ground: str) -> None:
        assert ground
        failing = self.away or self.calls + 1 in self.fails_at
        if failing and not self.before:
            self.forgotten.append(whom)
        self._fail(before=self.before)
        self.forgotten.append(whom)

    def _fail(self, *, before: bool) -> None:
        self.calls += 1
        if self.away or self.calls in self.fails_at:
            raise AuditLogAway("before" if before else "after")
