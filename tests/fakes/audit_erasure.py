# SPDX-License-Identifier: Apache-2.0
"""A second implementation of `AuditErasure`: a log that forgets, can be away, and can hold."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from consent_registry.domain.erasure import Account, Forgetting, Mark
from consent_registry.domain.errors import AuditLogAway
from shared.events import Subject

_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class ForgettingLog:
    """Remembers whom it was asked to forget, in order; `seq` is how far it has sequenced.

    The calls of `fails_at`, counted from one over all methods, get no answer: `before` says
    whether what was asked was left undone or done. Whoever is in `held` is asked for but not
    forgotten until `lift` is called; `complete_by` is what the log says of every copy.
    """

    seq: int = 1_000_000
    away: bool = False
    fails_at: frozenset[int] = frozenset()
    before: bool = True
    calls: int = 0
    forgotten: list[Account | Subject] = field(default_factory=list)
    held: set[Account | Subject] = field(default_factory=set)
    complete_by: datetime | None = _LONG_AGO
    asked: list[Account | Subject] = field(default_factory=list)

    def sequenced(self, mark: Mark) -> bool:
        self._fail(before=True)
        return self.seq >= mark.seq

    def forget(self, whom: Account | Subject, ground: str) -> Forgetting:
        assert ground
        failing = self.away or self.calls + 1 in self.fails_at
        if failing and not self.before:
            self._take(whom)
        self._fail(before=self.before)
        self._take(whom)
        return self._stands(len(self.asked) - 1)

    def forgetting(self, erasure_id: str) -> Forgetting:
        self._fail(before=True)
        return self._stands(int(erasure_id))

    def lift(self) -> None:
        """End every hold; the log then does by itself what waited."""
        self.forgotten += [whom for whom in self.asked if whom in self.held]
        self.held.clear()

    def _take(self, whom: Account | Subject) -> None:
        self.asked.append(whom)
        if whom not in self.held:
            self.forgotten.append(whom)

    def _stands(self, number: int) -> Forgetting:
        if self.asked[number] in self.held:
            return Forgetting(erasure_id=str(number), waits=True)
        return Forgetting(erasure_id=str(number), complete_by=self.complete_by)

    def _fail(self, *, before: bool) -> None:
        self.calls += 1
        if self.away or self.calls in self.fails_at:
            raise AuditLogAway("before" if before else "after")
