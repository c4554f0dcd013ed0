# SPDX-License-Identifier: Apache-2.0
"""What is known of a person beside her consents, as events: who she is, who acts for her, her life.

Kept like consent events: appended and never changed, with the instant from which each counts and
the one at which it was recorded, a personal part under her own key, and a chain over the rest. A
merge is about two people and stands once with each of them.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from consent_registry.domain.records import Channel
from shared.canonical import JSON
from shared.clock import from_rfc3339, to_rfc3339
from shared.principal import Principal

_COMMIT: Final = b"placet/person-commit/v1\n"
_CHAIN: Final = b"placet/person-event/v1\n"


class PersonKind(Enum):
    """What happened."""

    MERGE_PROPOSED = "merge_proposed"
    MERGE_CONFIRMED = "merge_confirmed"
    MERGE_UNDONE = "merge_undone"
    MANDATE_RECORDED = "mandate_recorded"
    MANDATE_ENDED = "mandate_ended"
    DECISION_PROPOSED = "decision_proposed"
    DECISION_SIGNED = "decision_signed"
    DECISION_COMPLETED = "decision_completed"
    DECISION_REFUSED = "decision_refused"
    ASSENT = "assent"
    AGES = "ages"
    DIED = "died"
    DEATH_CORRECTED = "death_corrected"
    WISH = "wish"
    PREFERENCES = "preferences"
    EVIDENCE = "evidence"
    STUDY_GIVEN = "study_given"
    STUDY_REFUSED = "study_refused"
    STUDY_WITHDRAWN = "study_withdrawn"


SEALED_TIMES: Final = frozenset({PersonKind.DIED, PersonKind.DEATH_CORRECTED})
"""Kinds whose day is part of what is sealed: a day of death finds somebody in a register of deaths.

In the open such an event counts from when it was recorded, which is all that an erasure leaves.
"""
MERGES: Final = frozenset(
    {PersonKind.MERGE_PROPOSED, PersonKind.MERGE_CONFIRMED, PersonKind.MERGE_UNDONE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """One event of one person; `number` counts hers from 1.

    `matter` is what several events are about: a merge, a mandate, a decision, a piece of evidence.
    `about` is the other person of a merge, the consent event that evidence or a completed decision
    is for, or what an assent is to; `study` the study that a choice is about.
    """

    event_id: str
    pid: str
    number: int
    kind: PersonKind
    matter: str
    effective_from: datetime
    recorded_at: datetime
    channel: Channel
    personal: bytes
    about: str | None = None
    effective_to: datetime | None = None
    study: str = ""

    @property
    def shown_from(self) -> datetime:
        """The instant from which it counts, as it is kept in the open."""
        return self.effective_from if sealed_from(self.personal) is None else self.recorded_at

    def open_part(self) -> bytes:
        """Give the bytes of everything that names nobody and no choice, one field a line.

        Events from before there were studies have no line for one, and neither has any other.
        """
        study = (self.study,) if self.study else ()
        fields = (
            self.event_id,
            str(self.number),
            self.kind.value,
            self.matter,
            self.about or "",
            to_rfc3339(self.shown_from),
            to_rfc3339(self.effective_to) if self.effective_to else "",
            to_rfc3339(self.recorded_at),
            self.channel.value,
            *study,
        )
        return "\n".join(fields).encode()

    @property
    def body(self) -> Mapping[str, Any]:
        """What the event says; empty when its key is gone or it cannot be read."""
        return _read(self.personal).get("body") or {}

    @property
    def actor(self) -> tuple[str, str] | None:
        """The login that recorded it; None when that cannot be read."""
        acted = _read(self.personal).get("actor")
        return (acted["iss"], acted["sub"]) if acted else None


def personal_part(
    body: Mapping[str, JSON], actor: Principal | None, sealed_at: datetime | None = None
) -> bytes:
    """Write the personal part as canonical JSON; `sealed_at` is the day that only it has."""
    acted = None
    if actor is not None:
        acted = {"iss": actor.issuer, "sub": actor.subject, "client_id": actor.client_id}
    whole: dict[str, object] = {"actor": acted, "body": body}
    if sealed_at is not None:
        whole["from"] = to_rfc3339(sealed_at)
    return json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sealed_from(personal: bytes) -> datetime | None:
    """Read the instant from which an event counts out of its personal part; None: it is open."""
    said = _read(personal).get("from")
    return from_rfc3339(said) if isinstance(said, str) else None


def commitment(event_id: str, salt: bytes, personal: bytes) -> bytes:
    """Commit to a personal part: SHA-256(name || event id || salt || part)."""
    return hashlib.sha256(_COMMIT + event_id.encode() + salt + personal).digest()


def event_hash(previous: bytes, open_part: bytes, committed: bytes) -> bytes:
    """Chain one event to the same person's previous one (empty for the first)."""
    return hashlib.sha256(_CHAIN + previous + committed + open_part).digest()


def known(
    records: Iterable[PersonRecord], effective_at: datetime, known_at: datetime | None
) -> list[PersonRecord]:
    """Give what was in effect by an instant and recorded by another (None: all), in order."""
    found = [
        one
        for one in records
        if one.effective_from <= effective_at and (known_at is None or one.recorded_at <= known_at)
    ]
    return sorted(found, key=lambda one: (one.effective_from, one.recorded_at, one.number))


def last_of(records: Sequence[PersonRecord], kind: PersonKind) -> PersonRecord | None:
    """Give the last event of a kind."""
    return next((one for one in reversed(records) if one.kind is kind), None)


def _read(personal: bytes) -> dict[str, Any]:
    try:
        found = json.loads(personal)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
