# SPDX-License-Identifier: Apache-2.0
"""Asking another service about every use, in index order, with a cursor of its own.

While that service cannot be reached nothing passes as good, the rest of the checks goes on, and how
long the oldest use has waited is there to see.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from audit_log.domain.errors import DecisionsUnavailable
from audit_log.domain.note import SignatureCheck
from audit_log.domain.rules.raised import Healed, Raised
from audit_log.domain.rules.thresholds import Thresholds
from audit_log.ports import Pseudonyms, RuleStore, Step, StoredEntry, Vault
from audit_log.usecases.see import Viewer
from shared.clock import Clock

_ENTRIES: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What every asker works with."""

    store: RuleStore
    vault: Vault
    pseudonyms: Pseudonyms
    check: SignatureCheck
    clock: Clock
    thresholds: Thresholds


def viewer_of(means: Means) -> Viewer:
    """Make what opens entries, for one step."""
    return Viewer(vault=means.vault, pseudonyms=means.pseudonyms, check=means.check, vkeys={})


class Round(Protocol):
    """What is asked at once."""

    @property
    def oldest(self) -> int | None:
        """The first entry that is asked about; None when none is."""
        ...

    def take(self, viewer: Viewer, stored: StoredEntry) -> bool:
        """Take an entry's questions in; False when it must wait for the next round."""
        ...

    def answered(self) -> Sequence[Raised]:
        """Ask; give what is wrong. Raises DecisionsUnavailable when anything is not answered."""
        ...


class Asker:
    """Asks about entries in index order; call `step` again and again.

    `name` is its cursor's, `unanswered` the finding that it has had no answer: where the cursor
    stands, and which entry was asked about first.
    """

    def __init__(
        self,
        name: str,
        *,
        means: Means,
        begin: Callable[[], Round],
        unanswered: Callable[[int, int], Raised],
    ) -> None:
        self._name = name
        self._means = means
        self._begin = begin
        self._unanswered = unanswered

    def step(self) -> bool:
        """Ask about the next entries; True when there was an answer."""
        means = self._means
        before = means.store.cursor(self._name)
        entries = means.store.entries(before, _ENTRIES)
        if not entries:
            return False
        asked, end = self._taken(entries)
        oldest = before if asked.oldest is None else asked.oldest
        try:
            raised = asked.answered()
        except DecisionsUnavailable:
            self._complain(before, oldest, entries)
            return False
        first = {one.cause: one for one in reversed(raised)}
        step = Step(
            name=self._name,
            before=before,
            next=end,
            raised=list(reversed(first.values())),
            healed=[Healed(cause=self._unanswered(before, oldest).cause, reason="answered")],
        )
        means.store.commit(step, means.clock.now())
        return True

    def _taken(self, entries: Sequence[StoredEntry]) -> tuple[Round, int]:
        viewer, asked = viewer_of(self._means), self._begin()
        for stored in entries:
            if not asked.take(viewer, stored):
                return asked, stored.index
        return asked, entries[-1].index + 1

    def _complain(self, before: int, oldest: int, entries: Sequence[StoredEntry]) -> None:
        means = self._means
        arrived = next(one.arrived for one in entries if one.index == oldest)
        if means.clock.now() - arrived <= means.thresholds.span("unanswered"):
            return
        raised = [self._unanswered(before, oldest)]
        step = Step(name=self._name, before=before, next=before, raised=raised)
        means.store.commit(step, means.clock.now())
