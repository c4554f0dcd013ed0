# SPDX-License-Identifier: Apache-2.0
"""Doubts in waiting: judged again when what they are about changes; findings when time is up."""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from audit_log.domain.rules import decided, epochs, no_permit, permit_uses, scope
from audit_log.domain.rules.doubts import Doubt
from audit_log.domain.rules.memory import Memory
from audit_log.domain.rules.permits import PermitHistory
from audit_log.domain.rules.raised import Healed, Raised
from audit_log.domain.rules.seen import Use

CLEARED: Final = "cleared_by_later_entries"
UNANNOUNCED: Final = "R5/announced"
UNSIGNED: Final = "R5/signed"
PERMIT_RULES: Final[Mapping[str, Callable[[Use, PermitHistory | None], str | None]]] = {
    no_permit.RULE: no_permit.judge,
    scope.RULE: scope.judge,
}


class Doubting:
    """The doubts of a memory, found by what they are about and by when they fall due."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._due: list[tuple[datetime, str]] = []
        self._about: dict[str, set[str]] = {}
        self._held = set(map(_which, memory.doubts.items.values()))
        for cause, doubt in memory.doubts.items.items():
            self._about.setdefault(doubt.about, set()).add(cause)
            if not doubt.raised:
                self._due.append((doubt.due, cause))
        heapq.heapify(self._due)

    def open(self, doubt: Doubt) -> None:
        """Keep a doubt; one of the same cause stays as it is."""
        if self._memory.doubts.get(doubt.cause) is not None:
            return
        self._memory.doubts.put(doubt.cause, doubt)
        self._held.add(_which(doubt))
        self._about.setdefault(doubt.about, set()).add(doubt.cause)
        heapq.heappush(self._due, (doubt.due, doubt.cause))

    def changed(self, about: str) -> list[Healed]:
        """Judge again what is about something that has changed; give the findings to close."""
        healed: list[Healed] = []
        for cause in sorted(self._about.get(about, ())):
            doubt = self._memory.doubts.get(cause)
            if doubt is not None and self.code(doubt) is None:
                if doubt.raised:
                    healed.append(Healed(cause=cause, reason=CLEARED))
                self._drop(doubt)
        return healed

    def uses(self, about: str) -> list[Use]:
        """Give the uses that are in doubt because of this, each once, by index."""
        causes = self._about.get(about, ())
        doubts = [doubt for one in causes if (doubt := self._memory.doubts.get(one)) is not None]
        found = {one.use.index: one.use for one in doubts if one.use is not None}
        return [found[index] for index in sorted(found)]

    def due(self, now: datetime) -> list[Raised]:
        """Give the findings to open: doubts whose time is up and that are still right."""
        raised: list[Raised] = []
        while self._due and self._due[0][0] <= now:
            doubt = self._memory.doubts.get(heapq.heappop(self._due)[1])
            if doubt is None or doubt.raised:
                continue
            code = self.code(doubt)
            if code is None:
                self._drop(doubt)
                continue
            self._memory.doubts.put(doubt.cause, replace(doubt, raised=True))
            raised.append(
                Raised(
                    rule=doubt.rule.partition("/")[0],
                    code=code,
                    cause=doubt.cause,
                    evidence=(doubt.index,),
                    src=doubt.src,
                    unless=_answered(doubt),
                )
            )
        return raised

    def code(self, doubt: Doubt) -> str | None:
        """Judge a doubt by what is known now of the time it is about; None when all is well."""
        use, memory = doubt.use, self._memory
        if use is None:
            known = memory.epochs.get(doubt.src) or epochs.Epochs()
            judge = epochs.unannounced if doubt.rule == UNANNOUNCED else epochs.unsigned
            return judge(known, int(doubt.about.split("/")[1]))
        return self.judge(doubt.rule, use)

    def holds(self, rule: str, index: int) -> bool:
        """Tell whether a rule doubts an entry already, found or not."""
        return (rule, index) in self._held

    def known(self, rule: str, use: Use) -> int:
        """Give how much is known of what a rule judges a use by; it grows with each word of it."""
        if rule == decided.RULE:
            trace = self._memory.traces.get(use.trace)
            return 0 if trace is None else len(trace.decisions)
        history = self._memory.permits.get(use.permit or "")
        return 0 if history is None else len(history.turns)

    def judge(self, rule: str, use: Use) -> str | None:
        """Judge a use by what is known now of the time it is about; None when all is well."""
        memory = self._memory
        if rule == decided.RULE:
            return decided.judge(use, memory.traces.get(use.trace))
        history = memory.permits.get(use.permit) if use.permit is not None else None
        return PERMIT_RULES[rule](use, history)

    def forget(self) -> None:
        """Forget where the doubts were that the memory has forgotten."""
        kept = self._memory.doubts.items
        self._held = set(map(_which, kept.values()))
        for about in list(self._about):
            self._about[about] = {cause for cause in self._about[about] if cause in kept}
            if not self._about[about]:
                del self._about[about]

    def _drop(self, doubt: Doubt) -> None:
        self._memory.doubts.drop(doubt.cause)
        self._held.discard(_which(doubt))
        held = self._about.get(doubt.about, set())
        held.discard(doubt.cause)
        if not held:
            self._about.pop(doubt.about, None)


def _which(doubt: Doubt) -> tuple[str, int]:
    return doubt.rule, doubt.index


def _answered(doubt: Doubt) -> str | None:
    """Name the finding that the permit service's answer about the same use would be."""
    asked = doubt.use is not None and doubt.rule in PERMIT_RULES
    return permit_uses.answered(doubt.rule, doubt.index) if asked else None
