# SPDX-License-Identifier: Apache-2.0
"""Holding the rows beside the tree against the entries: search, people, sealed parts, chains.

Needs the log's secrets: parts are opened to see that they still open their commitments. A part that
is gone must have been erased.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from audit_log.domain.batch import TermKind, cohort_text, term
from audit_log.domain.chain import FIRST_SEQ, ChainKey
from audit_log.domain.errors import Unopenable
from audit_log.domain.parts import (
    binding,
    group_code,
    group_name,
    person_holder,
    source_holder,
    unpadded,
)
from audit_log.domain.received import cohort_of
from audit_log.domain.retention import year_of
from audit_log.domain.search import DECISION_CODES
from audit_log.ports import DataKey, Inspector, Pseudonyms, StoredKey, StoredSearch, Vault
from audit_log.usecases.flaws import Flaws
from audit_log.usecases.verify_beside import BesideVerifier
from audit_log.usecases.verify_kept import KeptRows
from shared.entries import Entry, check_commitments, leaf_hash, parse_entry
from shared.events import actor_of, subject_of
from shared.sealing import SealedPart

_KEYS_IN_MEMORY = 10_000


@dataclass(slots=True)
class _Opened:
    """What the sealed parts of one entry said; None where there is nothing to say."""

    parts: list[SealedPart] = field(default_factory=list)
    actor: tuple[str, str] | None = None
    permit: str | None = None
    visa: str | None = None
    people: set[tuple[str, int]] = field(default_factory=set)


@dataclass(slots=True)
class _ChainSeen:
    """One chain as its entries show it: the stretches that are filled, and the highest place."""

    stretches: list[tuple[int, int]] = field(default_factory=list)
    seq: int = 0
    head: bytes = b""

    def note(self, seq: int, leaf: bytes | None) -> None:
        """Take in one filled place; without a leaf it is held by quarantined input."""
        if self.stretches and self.stretches[-1][1] + 1 == seq:
            self.stretches[-1] = (self.stretches[-1][0], seq)
        else:
            self.stretches.append((seq, seq))
        if seq > self.seq:
            self.seq, self.head = seq, leaf or b""

    def gaps(self) -> tuple[tuple[int, int], ...]:
        """Give the stretches that nothing fills, below the highest place."""
        found: list[tuple[int, int]] = []
        following = FIRST_SEQ
        for first, last in sorted(self.stretches):
            if first > following:
                found.append((following, first - 1))
            following = max(following, last + 1)
        return tuple(found)


class RowVerifier:
    """Checks the rows of each bundle as it passes."""

    def __init__(self, vault: Vault, pseudonyms: Pseudonyms) -> None:
        self._vault = vault
        self._pseudonyms = pseudonyms
        self._keys: dict[int, DataKey] = {}
        self._bad_keys: set[int] = set()
        self._runs: Iterator[tuple[ChainKey, int, int, int]] | None = None
        self._run: tuple[ChainKey, int, int, int] | None = None
        self._chains: dict[ChainKey, _ChainSeen] = {}
        self._skipped = False
        self._kept: KeptRows | None = None
        self._beside = BesideVerifier(pseudonyms)

    def take(
        self, first: int, entries: Sequence[bytes], inspector: Inspector, flaws: Flaws
    ) -> None:
        """Check the rows of these entries, the first of which has index `first`."""
        end = first + len(entries)
        kept = self._kept = self._kept or KeptRows(inspector)
        search = inspector.search_rows(first, end)
        people, cohorts = inspector.people(first, end), inspector.cohorts(first, end)
        parts = inspector.parts(first, end)
        erased, filed = inspector.erased(first, end), inspector.filed(first, end)
        for index, raw in enumerate(entries, start=first):
            entry = parse_entry(raw)
            stored, row = parts.get(index, {}), search.get(index)
            named = _named_cohort(entry)
            if row is None and not stored and kept.may_miss(index, entry.type):
                opened, named = _Opened(), frozenset()
            else:
                gone = erased.get(index, frozenset())
                opened = self._open(index, entry, stored, gone, flaws)
                self._check_search(index, entry, row, opened, flaws)
                _check_filed(index, row, filed.get(index, set()), kept, flaws)
            if people.get(index, frozenset()) != opened.people:
                flaws.add("ev_person", f"idx={index}", "names other people than the entry")
            if cohorts.get(index, frozenset()) != named:
                flaws.add("ev_cohort", f"idx={index}", "names another cohort than the entry")
            self._check_run(index, entry, inspector, flaws)
            self._seen(ChainKey(entry.src, entry.epoch)).note(entry.seq, leaf_hash(raw))
            self._see_beside(entry, opened, stored, inspector)

    def finish(self, size: int, inspector: Inspector, flaws: Flaws) -> None:
        """Check what can only be said at the end: the chains' states, and rows beyond the tree."""
        if self._run is not None and self._run[3] + self._run[2] > size:
            flaws.add("producer_run", f"first_idx={self._run[3]}", "reaches beyond the tree")
        for index in inspector.search_rows(size, size + (1 << 62)):
            flaws.add("ev", f"idx={index}", "has no entry")
        for index in inspector.cohorts(size, size + (1 << 62)):
            flaws.add("ev_cohort", f"idx={index}", "has no entry")
        (self._kept or KeptRows(inspector)).finish(inspector, flaws)
        self.check_blocks(0, size, inspector, flaws)
        if not self._skipped:
            self._check_chains(inspector, flaws)
            self._beside.finish(inspector, flaws)

    def check_blocks(self, first: int, end: int, inspector: Inspector, flaws: Flaws) -> None:
        """Check that no block leaves out what its search rows say: it would hide them."""
        for number in inspector.blocks(first, end):
            flaws.add("ev_block", f"n={number}", "leaves out what its search rows say")

    def skip(self) -> None:
        """Pass over a bundle whose entries are not to be trusted."""
        self._skipped = True

    def _check_chains(self, inspector: Inspector, flaws: Flaws) -> None:
        for key, seq in inspector.held_places():
            self._seen(key).note(seq, None)
        stored = inspector.chains()
        for key in sorted(stored.keys() | self._chains.keys()):
            seen, chain = self._seen(key), stored.get(key)
            row = f"src={key.src} epoch={key.epoch}"
            if chain is None or chain.seq != seen.seq:
                flaws.add("producer_state", row, "does not end where its entries do")
                continue
            if seen.head and chain.head != seen.head:
                flaws.add("producer_state", row, "has another head than its entries")
            if chain.gaps != seen.gaps():
                flaws.add("gap", row, "is not what its entries miss")

    def _seen(self, key: ChainKey) -> _ChainSeen:
        return self._chains.setdefault(key, _ChainSeen())

    def _open(
        self,
        index: int,
        entry: Entry,
        stored: Mapping[int, tuple[StoredKey, bytes]],
        erased: frozenset[int],
        flaws: Flaws,
    ) -> _Opened:
        opened = _Opened()
        for group in entry.commitments:
            code = group_code(group)
            row = f"idx={index} grp={code}"
            if code not in stored:
                if code not in erased:
                    flaws.add("sealed", row, "is gone, and no erasure says why")
                continue
            part = self._part(entry, group, *stored[code], flaws)
            if part is None:
                flaws.add("sealed", row, "does not open its commitment")
                continue
            opened.parts.append(part)
            _note(part, opened)
        for code in stored.keys() - {group_code(group) for group in entry.commitments}:
            flaws.add("sealed", f"idx={index} grp={code}", f"the entry has no {group_name(code)}")
        return opened

    def _see_beside(
        self,
        entry: Entry,
        opened: _Opened,
        stored: Mapping[int, tuple[StoredKey, bytes]],
        inspector: Inspector,
    ) -> None:
        """Let what stands beside the tree be held against this entry at the end."""
        self._beside.see(entry, inspector)
        complete = len(opened.parts) == len(entry.commitments)
        self._beside.see_people({dataset for dataset, _ in opened.people}, complete=complete)
        others = ("actor", opened.actor) if opened.actor else source_holder(entry.src)
        named = "actor" not in entry.commitments or opened.actor is not None
        for part in opened.parts:
            kid = stored[group_code(part.group)][0].kid
            if part.group.startswith("subj/"):
                subject = subject_of(part)
                self._beside.see_key(kid, person_holder(subject.dataset, subject.ordinal))
            elif named:
                self._beside.see_key(kid, others)

    def _part(
        self, entry: Entry, group: str, key: StoredKey, data: bytes, flaws: Flaws
    ) -> SealedPart | None:
        if key.kid not in self._keys:
            if len(self._keys) >= _KEYS_IN_MEMORY:
                self._keys.clear()
            try:
                self._keys[key.kid] = self._vault.unwrap(key.kid, key.kek, key.wrapped)
            except Unopenable:
                if key.kid not in self._bad_keys:
                    flaws.add("dek", f"kid={key.kid}", "does not unwrap")
                    self._bad_keys.add(key.kid)
                return None
        try:
            plain = self._keys[key.kid].open(data, binding(entry.id, group))
            part = unpadded(group, plain)
            check_commitments(entry, (part,), complete=False)
        except (Unopenable, ValueError):
            return None
        return part

    def _check_search(
        self,
        index: int,
        entry: Entry,
        row: StoredSearch | None,
        opened: _Opened,
        flaws: Flaws,
    ) -> None:
        kept = self._kept
        if row is None or kept is None:
            flaws.add("ev", f"idx={index}", "is missing")
            return
        year = year_of(row.month)
        wanted = StoredSearch(
            month=row.month,
            retention=kept.class_of(index, entry.type, row.retention),
            etime=entry.occurred_at,
            type=_term(TermKind.TYPE, entry.type) or "",
            src=_term(TermKind.SOURCE, entry.src) or "",
            decision=DECISION_CODES.get(entry.decision or ""),
            reason=_term(TermKind.REASON, entry.reason),
            dataset=_term(TermKind.DATASET, entry.dataset),
            purposes=_term(TermKind.PURPOSES, " ".join(entry.purposes)),
            actor=self._pseudonyms.search(year, "actor", *opened.actor) if opened.actor else None,
            permit=self._named(year, "permit", opened.permit),
            visa=self._named(year, "visa", opened.visa),
        )
        if row != wanted:
            flaws.add("ev", f"idx={index}", "does not say what the entry says")

    def _named(self, year: int, kind: str, name: str | None) -> int | None:
        return None if name is None else self._pseudonyms.search(year, kind, name)

    def _check_run(self, index: int, entry: Entry, inspector: Inspector, flaws: Flaws) -> None:
        if self._runs is None:
            self._runs = inspector.runs()
        while self._run is None or index >= self._run[3] + self._run[2]:
            self._run = next(self._runs, None)
            if self._run is None:
                flaws.add("producer_run", f"index {index}", "is missing")
                return
        key, first_seq, _, first_index = self._run
        place = (*key, first_seq + index - first_index)
        if index < first_index or place != (entry.src, entry.epoch, entry.seq):
            row = f"src={key.src} epoch={key.epoch} first_seq={first_seq}"
            flaws.add("producer_run", row, f"does not place entry {index}")


def _named_cohort(entry: Entry) -> frozenset[tuple[str, str, int | None]]:
    """Give what `ev_cohort` must say of an entry."""
    cohort = cohort_of(entry)
    if cohort is None or entry.dataset is None:
        return frozenset()
    dataset = _term(TermKind.DATASET, entry.dataset) or ""
    return frozenset({(dataset, cohort_text(cohort.cohort_id, cohort.digest), cohort.revision)})


def _check_filed(
    index: int,
    row: StoredSearch | None,
    filed: set[tuple[int, int]],
    kept: KeptRows,
    flaws: Flaws,
) -> None:
    """Check that row and parts are kept together, in a month that can be theirs."""
    if row is None:
        return
    if not kept.may_lie_in(index, row.month):
        flaws.add("ev", f"idx={index}", "is kept under another month")
    if filed - {(row.retention, row.month)}:
        flaws.add("sealed", f"idx={index}", "is not kept where its search row is")


def _note(part: SealedPart, opened: _Opened) -> None:
    if part.group == "actor":
        actor = actor_of(part)
        opened.actor = (actor.issuer, actor.subject)
    elif part.group == "permit":
        said = part.opened()
        permit, visa = said.get("permit_id"), said.get("jti")
        opened.permit = permit if isinstance(permit, str) else None
        opened.visa = visa if isinstance(visa, str) else None
    elif part.group.startswith("subj/"):
        subject = subject_of(part)
        opened.people.add((subject.dataset, subject.ordinal))


def _term(kind: TermKind, text: str | None) -> str | None:
    return term(kind, text).value if text else None
