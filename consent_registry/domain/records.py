# SPDX-License-Identifier: Apache-2.0
"""The stored form of a consent event: an open part, a sealed personal part, and a hash chain.

The personal part (which terms: a DS names an illness; who acted) is encrypted under the person's
own key. The chain covers the open part and a salted commitment to the personal part, so that
destroying the key erases the person and leaves the chain whole. Encryption is an adapter's job.
Where somebody answered a form, the answers are of the personal part, and `form_version` is the
form's SHA-256: together they say how the terms came about.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Final, NamedTuple

from consent_registry.domain.answers import Answers, stored_answers
from consent_registry.domain.history import ConsentEvent, Kind
from consent_registry.domain.terms import Terms, UnreadableTerms, canonical_text, from_json
from shared.clock import to_rfc3339
from shared.ids import DatasetId, EventId, Ordinal, Revision
from shared.principal import Principal

_COMMIT: Final = b"placet/consent-commit/v1\n"
_CHAIN: Final = b"placet/consent-event/v1\n"
NO_PREVIOUS: Final = b""
_NARROWS: Final = b'"narrows":'


class Channel(Enum):
    """How an event reached the registry."""

    API = "api"
    PAGE = "page"
    IMPORT = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Which line of which file an imported event comes from: its key against doubling.

    It is kept beside the event, with the person, and apart from her once she is erased: that the
    line was taken in stays known, and whose it was does not.
    """

    file_sha256: bytes
    line: int
    mapping: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Which event another one corrects, why, and the SHA-256 of the paper that shows it."""

    event_id: EventId
    why: str
    evidence: str


class EventRecord(NamedTuple):
    """One event before it is sealed and chained; `pid` is the registry's own participant id."""

    event_id: EventId
    pid: str
    dataset: DatasetId
    ordinal: Ordinal
    kind: Kind
    expressed_at: datetime
    effective_from: datetime
    recorded_at: datetime
    revision: Revision
    channel: Channel
    personal: bytes
    effective_to: datetime | None = None
    form_version: str = ""
    source: Source | None = None  # only of what was recorded before lines were kept beside
    withdrawal_id: str | None = None

    def event(self) -> ConsentEvent:
        """Give the event as histories see it. Unreadable terms become None."""
        return ConsentEvent(
            event_id=self.event_id,
            kind=self.kind,
            expressed_at=self.expressed_at,
            effective_from=self.effective_from,
            effective_to=self.effective_to,
            recorded_at=self.recorded_at,
            revision=self.revision,
            terms=terms_of(self.personal) if self.kind.grants else None,
            voids=voids_of(self.personal) if self.kind is Kind.INVALIDATED else frozenset(),
            corrects=self._corrected(),
        )

    def _corrected(self) -> EventId | None:
        if self.kind is Kind.CORRECTED:
            said = correction_of(self.personal)
            return None if said is None else said.event_id
        # Looked for first: a million events are read, and hardly one narrows another.
        wanted = self.kind.grants and _NARROWS in self.personal
        return narrowed_by(self.personal) if wanted else None

    def open_part(self) -> bytes:
        """Give the bytes of everything that names no person and no choice, one field a line."""
        source = self.source
        fields = (
            self.event_id,
            self.dataset,
            str(self.ordinal),
            self.kind.value,
            _written(self.expressed_at),
            _written(self.effective_from),
            _written(self.effective_to) if self.effective_to else "",
            _written(self.recorded_at),
            str(self.revision),
            self.channel.value,
            self.form_version,
            f"{source.file_sha256.hex()}:{source.line}:{source.mapping}" if source else "",
            self.withdrawal_id or "",
        )
        return "\n".join(fields).encode()


@lru_cache(maxsize=4_096)
def _written(instant: datetime) -> str:
    """Write a time; the events of an import share most of theirs."""
    return to_rfc3339(instant)


def personal_part(
    terms: Terms | None,
    actor: Principal | None,
    answers: Answers | None = None,
    *,
    references: Sequence[str] = (),
    voids: Collection[EventId] = (),
    corrects: Correction | None = None,
    narrows: EventId | None = None,
) -> bytes:
    """Write the personal part of an event as canonical JSON; what there is none of, is left out.

    `references` are digests of the names that a foreign consent came under, `voids` the events
    that are not to count, `corrects` the one that this one says rightly, `narrows` the one whose
    consent goes on with less.
    """
    terms_text = canonical_text(terms) if terms else "null"
    said = f'"answers":{_json(answers.to_json())},' if answers is not None else ""
    put_right = f'"corrects":{_json(asdict(corrects))},' if corrects is not None else ""
    less = f'"narrows":{_json(narrows)},' if narrows is not None else ""
    came = f'"references":{_json(list(references))},' if references else ""
    not_to_count = f',"voids":{_json(sorted(voids))}' if voids else ""
    beside = f"{said}{put_right}{less}{came}"
    whole = f'{{"actor":{_actor_text(actor)},{beside}"terms":{terms_text}{not_to_count}}}'
    return whole.encode()


@lru_cache(maxsize=16)
def _actor_text(actor: Principal | None) -> str:
    """Write who acted; an import has one actor for millions of events."""
    acted = None
    if actor is not None:
        acted = {"iss": actor.issuer, "sub": actor.subject, "client_id": actor.client_id}
    return _json(acted)


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def answers_of(personal: bytes) -> Answers | None:
    """Read the answers out of a personal part; None when there are none or they are unreadable."""
    try:
        body = json.loads(personal)
    except ValueError:
        return None
    return stored_answers(body.get("answers")) if isinstance(body, Mapping) else None


def references_of(personal: bytes) -> frozenset[str]:
    """Read under which names a foreign consent came; none where there are none to be read."""
    return frozenset(_texts(personal, "references"))


def correction_of(personal: bytes) -> Correction | None:
    """Read which event this one corrects; None when it corrects none or it cannot be read."""
    try:
        body = json.loads(personal)
        said = body["corrects"]
        return Correction(event_id=EventId(said["event_id"]), **_why(said))
    except (ValueError, KeyError, TypeError):
        return None


def narrowed_by(personal: bytes) -> EventId | None:
    """Read of which event this one is what is left; None when of none or it cannot be read."""
    try:
        said = json.loads(personal)["narrows"]
    except (ValueError, KeyError, TypeError):
        return None
    return EventId(said) if isinstance(said, str) else None


def _why(said: Mapping[str, str]) -> dict[str, str]:
    return {name: said[name] for name in ("why", "evidence")}


def voids_of(personal: bytes) -> frozenset[EventId]:
    """Read which events are not to count. None can be read: then it closes all of them."""
    return frozenset(EventId(one) for one in _texts(personal, "voids"))


def _texts(personal: bytes, name: str) -> list[str]:
    try:
        body = json.loads(personal)
    except ValueError:
        return []
    found = body.get(name) if isinstance(body, Mapping) else None
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def terms_of(personal: bytes) -> Terms | None:
    """Read the terms out of a personal part; None when there are none or they are unreadable."""
    try:
        body = json.loads(personal)
    except ValueError:
        return None
    stored = body.get("terms") if isinstance(body, Mapping) else None
    if stored is None:
        return None
    try:
        return from_json(stored)
    except UnreadableTerms:
        return None


def commitment(event_id: EventId, salt: bytes, personal: bytes) -> bytes:
    """Commit to a personal part: SHA-256(name || event id || salt || part)."""
    return hashlib.sha256(_COMMIT + event_id.encode() + salt + personal).digest()


def event_hash(previous: bytes, open_part: bytes, committed: bytes) -> bytes:
    """Chain one event to the same person's previous one in the dataset (empty for the first)."""
    return hashlib.sha256(_CHAIN + previous + committed + open_part).digest()
