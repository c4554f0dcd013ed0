# SPDX-License-Identifier: Apache-2.0
"""What stands beside the tree as a whole: terms, keys, erased places, and hashes of rows.

Collected while the entries pass, compared at the end. Whose a key is shows in any part it opens. A
drop is one that an entry of the log's own says: a row of `dropped` alone excuses nothing.
"""

from datetime import datetime

from audit_log.domain.authority import AUDIT_LOG, service_of
from audit_log.domain.batch import Term, TermKind, cohort_text, term
from audit_log.domain.parts import Holder
from audit_log.domain.received import cohort_of
from audit_log.domain.retention import Retention
from audit_log.ports import DroppedRange, Inspector, Pseudonyms
from audit_log.usecases.erase import places_digest
from audit_log.usecases.flaws import Flaws
from audit_log.usecases.retain import DROP, dropped_fact
from audit_log.usecases.verify_hashes import RECOVERED, HashVerifier
from audit_log.usecases.verify_said import SaidVerifier
from shared.entries import Entry, parse_entry


class BesideVerifier:
    """Takes in each entry, and who its parts showed to hold which key."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._hashes = HashVerifier()
        self._said = SaidVerifier()
        self._own: frozenset[str] | None = None
        self._terms: set[Term] = set()
        self._open_datasets = False
        self._holders: dict[int, tuple[str, bytes]] = {}
        self._drops: list[tuple[object, object]] = []
        self._recovered_at: datetime | None = None

    def see(self, entry: Entry, inspector: Inspector) -> None:
        """Take in one entry."""
        if self._own is None:
            self._own = _own(inspector)
        self._see_own(entry, self._own)
        said = (
            (TermKind.TYPE, entry.type),
            (TermKind.SOURCE, entry.src),
            (TermKind.REASON, entry.reason),
            (TermKind.DATASET, entry.dataset),
            (TermKind.PURPOSES, " ".join(entry.purposes)),
        )
        self._terms |= {term(kind, text) for kind, text in said if text}
        cohort = cohort_of(entry)
        if cohort is not None:
            name = cohort_text(cohort.cohort_id, cohort.digest)
            self._terms.add(term(TermKind.COHORT, name))

    def _see_own(self, entry: Entry, own: frozenset[str]) -> None:
        self._hashes.see(entry, own)
        if entry.src in own:
            self._said.see(entry)
        if entry.type == DROP and entry.src in own:
            self._drops.append((dict(entry.counts), dict(entry.extra)))
        elif entry.reason == RECOVERED and entry.src in own:
            self._recovered_at = entry.occurred_at

    def see_people(self, datasets: set[str], *, complete: bool) -> None:
        """Take in the datasets of an entry's people; not `complete` when some cannot be opened."""
        self._terms |= {term(TermKind.DATASET, one) for one in datasets}
        self._open_datasets |= not complete

    def see_key(self, kid: int, holder: Holder) -> None:
        """Take in whose parts a key opens."""
        if kid not in self._holders:
            self._holders[kid] = (holder[0], self._pseudonyms.holder(holder))

    def finish(self, inspector: Inspector, flaws: Flaws) -> None:
        """Compare everything, after the last entry."""
        own = _own(inspector) if self._own is None else self._own
        for src in sorted(inspector.own_sources() - own):
            flaws.add("own_head", f"src={src}", "is not the log's own source")
        for raw in inspector.waiting():
            self._see_own(parse_entry(raw), own)
        self._hashes.finish(inspector, flaws)
        self._check_drops(inspector, flaws)
        self._check_terms(inspector, flaws)
        self._check_keys(inspector, flaws)
        self._said.finish(self._recovered_at, inspector, flaws)
        for one in inspector.erased_places():
            row = f"erasure={one.erasure}"
            if one.digest is None:
                flaws.add("erased_part", row, "there is no such erasure")
            elif places_digest(one.places) != one.digest:
                flaws.add("erased_part", row, "are not the places that were said")

    def _check_drops(self, inspector: Inspector, flaws: Flaws) -> None:
        """Compare drops with entries; what was not yet sequenced is lost to a recovery."""
        for drop in inspector.dropped():
            lost = self._recovered_at is not None and drop.at <= self._recovered_at
            known = drop.retention in set(Retention)
            if not known or not (lost or self._is_said(drop)):
                flaws.add("dropped", f"id={drop.id}", "no entry says it")

    def _is_said(self, drop: DroppedRange) -> bool:
        wanted = dropped_fact(drop)
        return (wanted.counts, wanted.extra) in self._drops

    def _check_terms(self, inspector: Inspector, flaws: Flaws) -> None:
        for place, (number, kind, value) in enumerate(inspector.terms(), start=1):
            if number != place:
                flaws.add("term", f"id={number}", "is not the next number")
                return
            excused = self._open_datasets and kind == TermKind.DATASET
            if (kind, value) not in self._terms and not excused:
                flaws.add("term", f"id={number}", "no entry says it")

    def _check_keys(self, inspector: Inspector, flaws: Flaws) -> None:
        for key in inspector.data_keys():
            row = f"kid={key.kid}"
            if key.erased_at != key.said_at:
                flaws.add("dek", row, "was not destroyed when an erasure says so")
            shown = self._holders.get(key.kid)
            if shown is not None and shown != (key.kind, key.subject):
                flaws.add("dek", row, "is kept under another's name")


def _own(inspector: Inspector) -> frozenset[str]:
    """Give the sources that may speak for the log: no row can make a producer one of them."""
    return frozenset(src for src in inspector.own_sources() if service_of(src) == AUDIT_LOG)
