# SPDX-License-Identifier: Apache-2.0
"""How the rules see an entry: its sealed parts opened as far as a rule needs them, never kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeGuard

from audit_log.domain.errors import Unopenable
from audit_log.domain.note import SignatureCheck, VerifierKey
from audit_log.domain.parts import binding, group_code, unpadded
from audit_log.domain.rules.acknowledged import PROPAGATED
from audit_log.domain.rules.cohort_uses import CohortQuestion, misnamed, of_nobody
from audit_log.domain.rules.insider import REVEAL, SEARCH
from audit_log.domain.rules.people import PersonQuestion, unaskable
from audit_log.domain.rules.permit_uses import PermitQuestion
from audit_log.domain.rules.permits import TURNS
from audit_log.domain.rules.raised import Raised
from audit_log.domain.rules.seen import DECISION, NO_YEAR, READS, Beat, Seen, pseudonym
from audit_log.ports import DataKey, Pseudonyms, StoredEntry, StoredKey, Vault
from shared.canonical import JSON, MalformedEntry
from shared.cohort_names import named_cohort, names_a_cohort
from shared.entries import Entry, check_commitments, parse_entry
from shared.events import Actor, actor_of, subject_of
from shared.heartbeat import HEARTBEAT_TYPE, read_heartbeat
from shared.sealing import SealedPart

_ASKED_ABOUT: Final = frozenset({"actor", "permit"})
"""The parts without which nobody can be asked whether a permit covered a use."""
_OFFICER: Final = frozenset({SEARCH, REVEAL})
_LONGEST_IDENTIFIER: Final = 128
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_AHEAD: Final = timedelta(days=3_650)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What R8 and R9 ask about one entry, and what nobody can be asked."""

    people: tuple[PersonQuestion, ...] = ()
    cohort: CohortQuestion | None = None
    raised: tuple[Raised, ...] = ()


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
        actor = _actor(parts.get("actor"))
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
            counts=entry.counts,
            extra=entry.extra,
            actor=None if actor is None else self._name("actor", actor.issuer, actor.subject),
            client=None if actor is None else self._name("client", actor.client_id),
            country=self._country(parts.get("net")),
            countries=self._countries(entry),
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

    def asked(self, stored: StoredEntry) -> Asked:
        """Give what must be asked about a use, of its people or its cohort; nothing of the rest."""
        entry = parse_entry(stored.raw)
        if not _is_use(entry):
            return Asked()
        parts = self._opened(entry, stored)
        gone = [group for group in entry.commitments if group_code(group) not in stored.parts]
        permit = _said(parts.get("permit")).get("permit_id")
        at = _happened(entry, stored.arrived)
        permit_id = permit if _is_identifier(permit) else None
        people = _people(parts)
        raised: tuple[Raised, ...] = ()
        if any(group.startswith("subj/") for group in gone):
            raised = (unaskable(stored.index, entry.src, stored.arrived),)
        if people or raised:
            asked = tuple(
                PersonQuestion(
                    index=stored.index,
                    src=entry.src,
                    dataset=one.dataset,
                    ordinal=one.ordinal,
                    at=at,
                    permit_id=permit_id,
                    purposes=entry.purposes,
                )
                for one in (subject_of(part) for part in people)
            )
            return Asked(people=asked, raised=raised)
        return _of_cohort(entry, stored, at=at, permit_id=permit_id, gone="permit" in gone)

    def of_permit(self, stored: StoredEntry) -> PermitQuestion | Raised | None:
        """Give what must be asked about a use's permit, or that it can be asked no more.

        None for what is no use, and for a use without a permit: R7 speaks of that.
        """
        entry = parse_entry(stored.raw)
        if not _is_use(entry):
            return None
        parts = self._opened(entry, stored)
        gone = [one for one in entry.commitments if group_code(one) not in stored.parts]
        if _ASKED_ABOUT.intersection(gone):
            return unaskable(stored.index, entry.src, stored.arrived)
        permit, country = (_said(parts.get(one)) for one in ("permit", "net"))
        permit_id, whence = permit.get("permit_id"), country.get("country")
        if not _is_identifier(permit_id):
            return None
        cohort = named_cohort(entry.extra)
        return PermitQuestion(
            index=stored.index,
            src=entry.src,
            at=_happened(entry, stored.arrived),
            permit_id=permit_id,
            actor=_actor(parts.get("actor")),
            dataset=entry.dataset,
            cohort_id=None if cohort is None else cohort.cohort_id,
            country=whence if isinstance(whence, str) else None,
            purposes=entry.purposes,
        )

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

    def _country(self, part: SealedPart | None) -> str | None:
        country = _said(part).get("country")
        return self._name("country", country) if isinstance(country, str) else None

    def _countries(self, entry: Entry) -> tuple[str, ...]:
        """Name the countries of a permit as those are named from which it is used."""
        named = entry.extra.get("countries") if entry.type in TURNS else None
        if not isinstance(named, list):
            return ()
        return tuple(self._name("country", one) for one in named if isinstance(one, str))

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


def _of_cohort(
    entry: Entry, stored: StoredEntry, *, at: datetime, permit_id: str | None, gone: bool
) -> Asked:
    """Ask about the cohort that a use names, or about its permit's, at the revision that it names.

    `gone`: the permit's part was erased, so that what it named can no longer be asked about.
    """
    cohort = named_cohort(entry.extra)
    stated = entry.extra.get("dataset_revision") if cohort is None else cohort.revision
    revision = stated if type(stated) is int and stated >= 0 else None
    unknown = cohort is None and (permit_id is None or revision is None)
    if entry.dataset is not None and not unknown:
        question = CohortQuestion(
            index=stored.index,
            src=entry.src,
            dataset=entry.dataset,
            cohort=cohort,
            revision=revision,
            at=at,
            permit_id=permit_id,
            purposes=entry.purposes,
        )
        return Asked(cohort=question)
    if names_a_cohort(entry.extra):
        return Asked(raised=(misnamed(stored.index, entry.src),))
    told = unaskable if gone else of_nobody
    return Asked(raised=(told(stored.index, entry.src, stored.arrived),))


def _actor(part: SealedPart | None) -> Actor | None:
    try:
        return None if part is None else actor_of(part)
    except MalformedEntry:
        return None


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
    if entry.type in _OFFICER or entry.type == PROPAGATED:
        return group == "actor"
    return _is_use(entry) and (group in {"actor", "net", "permit"} or group.startswith("subj/"))


def _people(parts: Mapping[str, SealedPart]) -> list[SealedPart]:
    return [part for group, part in parts.items() if group.startswith("subj/")]
