# SPDX-License-Identifier: Apache-2.0
"""How the rules see an entry: its sealed parts opened as far as a rule needs them, never kept."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, TypeGuard

from audit_log.domain.errors import Unopenable
from audit_log.domain.note import SignatureCheck, VerifierKey
from audit_log.domain.parts import binding, group_code, unpadded
from audit_log.domain.rules.insider import REVEAL, SEARCH
from audit_log.domain.rules.people import PersonQuestion
from audit_log.domain.rules.permits import TURNS
from audit_log.domain.rules.seen import DECISION, NO_YEAR, READS, Beat, Seen, pseudonym
from audit_log.ports import DataKey, Pseudonyms, StoredEntry, StoredKey, Vault
from shared.canonical import JSON, MalformedEntry
from shared.cohort_names import names_a_cohort
from shared.entries import Entry, check_commitments, parse_entry
from shared.events import actor_of, subject_of
from shared.heartbeat import HEARTBEAT_TYPE, read_heartbeat
from shared.sealing import SealedPart

_OFFICER: Final = frozenset({SEARCH, REVEAL})
_LONGEST_IDENTIFIER: Final = 128
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_AHEAD: Final = timedelta(days=3_650)


class Viewer:
    """Opens entries for the rules. Make one for each step: it keeps the keys it unwrapped."""

    def __init__(
        self,
        *,
        vault: Vault,
        pseudonyms: Pseudonyms,
        check: SignatureCheck,
        vkeys: Mapping[str, VerifierKey],
    ) -> None:
        self._vault = vault
        self._pseudonyms = pseudonyms
        self._check = check
        self._vkeys = vkeys
        self._keys: dict[int, DataKey] = {}
        self._names: dict[tuple[str, ...], str] = {}

    def see(self, stored: StoredEntry) -> Seen:
        """Give an entry as the rules see it."""
        entry = parse_entry(stored.raw)
        parts = self._opened(entry, stored)
        actor = actor_of(parts["actor"]) if "actor" in parts else None
        return Seen(
            index=stored.index,
            type=entry.type,
            src=entry.src,
            epoch=entry.epoch,
            seq=entry.seq,
            at=_happened(entry, stored.arrived),
            arrived=stored.arrived,
            trace=entry.trace_id,
            dataset=entry.dataset,
            decision=entry.decision,
            reason=entry.reason,
            purposes=entry.purposes,
            extra=entry.extra,
            actor=None if actor is None else self._name("actor", actor.issuer, actor.subject),
            client=None if actor is None else self._name("client", actor.client_id),
            holder=self._holder(parts.get("obo")),
            permit=self._permit(parts.get("permit")),
            people=tuple(
                self._name("person", one.dataset, str(one.ordinal))
                for one in (subject_of(part) for part in _people(parts))
            ),
            beat=self._beat(entry),
            erased="permit" in entry.commitments
            and _needed(entry, "permit")
            and "permit" not in parts,
        )

    def questions(self, stored: StoredEntry) -> list[PersonQuestion]:
        """Give what must be asked about each person whose data was used; none for the rest."""
        entry = parse_entry(stored.raw)
        if not _is_use(entry):
            return []
        parts = self._opened(entry, stored)
        permit = _said(parts.get("permit")).get("permit_id")
        return [
            PersonQuestion(
                index=stored.index,
                src=entry.src,
                dataset=one.dataset,
                ordinal=one.ordinal,
                at=_happened(entry, stored.arrived),
                permit_id=permit if _is_identifier(permit) else None,
                purposes=entry.purposes,
            )
            for one in (subject_of(part) for part in _people(parts))
        ]

    def unaskable(self, stored: StoredEntry) -> str | None:
        """Give the source of a use of somebody who was erased before anybody could be asked."""
        entry = parse_entry(stored.raw)
        people = [group for group in entry.commitments if group.startswith("subj/")]
        gone = any(group_code(group) not in stored.parts for group in people)
        return entry.src if gone and _is_use(entry) else None

    def of_cohort(self, stored: StoredEntry) -> str | None:
        """Give the source of a use that names a cohort, in whatever form, in place of people."""
        entry = parse_entry(stored.raw)
        return entry.src if _is_use(entry) and names_a_cohort(entry.extra) else None

    def _opened(self, entry: Entry, stored: StoredEntry) -> dict[str, SealedPart]:
        """Open what a rule needs of this entry; what was erased is left out."""
        found: dict[str, SealedPart] = {}
        for group in entry.commitments:
            place = stored.parts.get(group_code(group))
            if place is None or not _needed(entry, group):
                continue
            part = self._part(entry, group, *place)
            if part is not None:
                found[group] = part
        return found

    def _part(self, entry: Entry, group: str, key: StoredKey, data: bytes) -> SealedPart | None:
        try:
            if key.kid not in self._keys:
                self._keys[key.kid] = self._vault.unwrap(key.kid, key.kek, key.wrapped)
            plain = self._keys[key.kid].open(data, binding(entry.id, group))
            part = unpadded(group, plain)
            check_commitments(entry, (part,), complete=False)
        except (Unopenable, ValueError):
            return None  # the nightly verification names it
        return part

    def _name(self, kind: str, *name: str) -> str:
        known = self._names.get((kind, *name))
        if known is None:
            number = self._pseudonyms.search(NO_YEAR, kind, *name)
            known = self._names[(kind, *name)] = pseudonym(number)
        return known

    def _holder(self, part: SealedPart | None) -> str | None:
        if part is None:
            return None
        said = _said(part)
        issuer, subject = said.get("iss"), said.get("sub")
        if not isinstance(issuer, str) or not isinstance(subject, str):
            return None
        return self._name("actor", issuer, subject)

    def _permit(self, part: SealedPart | None) -> str | None:
        permit = _said(part).get("permit_id")
        return self._name("permit", permit) if isinstance(permit, str) else None

    def _beat(self, entry: Entry) -> Beat | None:
        if entry.type != HEARTBEAT_TYPE:
            return None
        try:
            heartbeat = read_heartbeat(entry)
        except MalformedEntry:
            return Beat(seq=0, verified=False, follows=False)
        key = self._vkeys.get(entry.src)
        head = heartbeat.head
        return Beat(
            seq=head.seq,
            verified=None
            if key is None
            else self._check(key, heartbeat.signed, heartbeat.signature),
            follows=head.seq == entry.seq - 1 and head.leaf_hash == (entry.previous or b""),
        )


def _said(part: SealedPart | None) -> Mapping[str, JSON]:
    """Read what a part says; one that is no object says nothing, and stops no rule."""
    if part is None:
        return {}
    try:
        return part.opened()
    except MalformedEntry:
        return {}


def _is_identifier(value: JSON) -> TypeGuard[str]:
    """Tell whether another service can be asked about this; R7 speaks of a use without a permit."""
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_IDENTIFIER


def _happened(entry: Entry, arrived: datetime) -> datetime:
    """Give the time a producer states, within what a calendar and the rules can count with."""
    return min(max(entry.occurred_at, _EARLIEST), arrived + _AHEAD)


def _is_use(entry: Entry) -> bool:
    return entry.type in READS or (entry.type == DECISION and entry.decision == "permit")


def _needed(entry: Entry, group: str) -> bool:
    if entry.type in TURNS:
        return group in {"permit", "obo"}
    if entry.type in _OFFICER:
        return group == "actor"
    return _is_use(entry) and (group in {"actor", "permit"} or group.startswith("subj/"))


def _people(parts: Mapping[str, SealedPart]) -> list[SealedPart]:
    return [part for group, part in parts.items() if group.startswith("subj/")]
