# SPDX-License-Identifier: Apache-2.0
"""Holding what takes away against the log's own words: erasures of keys, and lifted holds.

A row says that it was done; only an entry says that it was to be. What was not yet sequenced is
lost to a recovery, so nothing from before one is named.
"""

from datetime import datetime
from typing import Final

from audit_log.ports import Inspector
from audit_log.usecases.flaws import Flaws
from shared.entries import Entry

ERASED: Final = "placet.audit.erase.v1"
HELD: Final = "placet.audit.hold.v1"


class SaidVerifier:
    """Takes in the log's own entries as they pass, and compares at the end."""

    def __init__(self) -> None:
        self._erasures: set[str] = set()
        self._lifts: dict[str, list[str]] = {}

    def see(self, entry: Entry) -> None:
        """Take in an entry of the log's own."""
        if entry.type == ERASED and isinstance(name := entry.extra.get("erasure"), str):
            self._erasures.add(name)
        elif entry.type == HELD and isinstance(name := entry.extra.get("hold"), str):
            self._lifts.setdefault(name, []).append(entry.reason or "")

    def finish(self, recovered_at: datetime | None, inspector: Inspector, flaws: Flaws) -> None:
        """Name each destroyed key and each lifted hold that no entry speaks of, and how many keys.

        A key that was destroyed in a restored database is known by an older entry.
        """
        unsaid = 0
        for key in inspector.data_keys():
            done = key.erased_at
            if done is None or (recovered_at is not None and done <= recovered_at):
                continue
            if not self._erasures & set(key.erasures):
                flaws.add("dek", f"kid={key.kid}", "was destroyed, and no entry says so")
                unsaid += 1
        if unsaid:
            flaws.add("erasure", f"keys={unsaid}", "were destroyed, and no entry says so")
        for hold in inspector.holds():
            said = self._lifts.get(hold.id, [])
            for at, word in ((hold.lift_asked_at, _ASKED), (hold.lifted_at, _LIFTED)):
                late = at is not None and (recovered_at is None or at > recovered_at)
                if late and word not in said:
                    flaws.add("hold", f"id={hold.id}", f"no entry says {word}")
            if _LIFTED in said and _ASKED not in said[: said.index(_LIFTED)]:
                flaws.add("hold", f"id={hold.id}", "was lifted before anybody asked for it")


_ASKED: Final = "hold_lift_asked"
_LIFTED: Final = "hold_lifted"
