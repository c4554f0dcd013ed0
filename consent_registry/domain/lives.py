# SPDX-License-Identifier: Apache-2.0
"""Life state with wishes after death, preferences, and the quality of evidence, read from events.

Three axes of their own. Preferences (whom she wants to hear from, which results) are kept and read,
and no decision about the use of data ever asks for them.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from consent_registry.domain.bars import Bar
from consent_registry.domain.person_events import PersonKind, PersonRecord, known, last_of


class Wish(Enum):
    """What should happen with her data after her death, said in life. UNSAID is never stored."""

    CONTINUE = "continue"
    STOP = "stop"
    ASK_RELATIVES = "ask_relatives"
    UNSAID = "unsaid"


class Quality(Enum):
    """How good a piece of evidence is, from its last look."""

    UNCHECKED = "unchecked"
    VERIFIED = "verified"
    DISPUTED = "disputed"
    LOST = "lost"
    REJECTED = "rejected"


class Topic(Enum):
    """What somebody may contact her about."""

    RESULTS = "results"
    NEW_STUDIES = "new_studies"
    MORE_DATA = "more_data"
    LINKING = "linking"
    UPDATES = "updates"


class Finding(Enum):
    """Results about herself that she may want to know."""

    ACTIONABLE = "actionable"
    CARRIER = "carrier"
    DRUG_RESPONSE = "drug_response"
    ANCESTRY = "ancestry"


_AFTER_DEATH: Final = {
    Wish.CONTINUE: Bar.DEAD_CONTINUE,
    Wish.STOP: Bar.DEAD_STOP,
    Wish.ASK_RELATIVES: Bar.DEAD_UNSAID,
    Wish.UNSAID: Bar.DEAD_UNSAID,
}
_BY_QUALITY: Final = {
    Quality.UNCHECKED: Bar.EVIDENCE_UNCHECKED,
    Quality.DISPUTED: Bar.EVIDENCE_DISPUTED,
    Quality.LOST: Bar.EVIDENCE_LOST,
    Quality.REJECTED: Bar.EVIDENCE_REJECTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Whether she is known to have died, since when, and what she wanted then."""

    died_at: datetime | None
    wish: Wish


def life(
    records: Iterable[PersonRecord], effective_at: datetime, known_at: datetime | None = None
) -> Life:
    """Read the life state. A wish counts only if it was said in life and can be read."""
    told = known(records, effective_at, known_at)
    corrections = [one for one in told if one.kind is PersonKind.DEATH_CORRECTED]
    corrected_at = max((one.recorded_at for one in corrections), default=None)
    deaths = [
        one.effective_from
        for one in told
        if one.kind is PersonKind.DIED and (corrected_at is None or one.recorded_at > corrected_at)
    ]
    died_at = min(deaths, default=None)
    said = [
        one
        for one in told
        if one.kind is PersonKind.WISH and (died_at is None or one.effective_from < died_at)
    ]
    last = said[-1] if said else None
    wish = Wish.UNSAID if last is None else Wish(last.body.get("wish", Wish.STOP.value))
    return Life(died_at=died_at, wish=wish)


def after_death(told: Life) -> Bar | None:
    """Give the bar of somebody who has died."""
    return None if told.died_at is None else _AFTER_DEATH[told.wish]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What she wants to hear of. Nothing said is nothing wanted; there is no default answer.

    `no_contact` is one choice that stands above the topics and leaves the use of data alone.
    """

    topics: frozenset[Topic] = frozenset()
    findings: frozenset[Finding] = frozenset()
    no_contact: bool = False
    since: datetime | None = None

    def may_contact(self, topic: Topic) -> bool:
        """Say whether she may be contacted about something."""
        return not self.no_contact and topic in self.topics


def preferences(
    records: Iterable[PersonRecord], effective_at: datetime, known_at: datetime | None = None
) -> Preferences:
    """Read the last whole statement; one that cannot be read asks for no contact."""
    last = last_of(known(records, effective_at, known_at), PersonKind.PREFERENCES)
    if last is None:
        return Preferences()
    body = last.body
    return Preferences(
        topics=frozenset(Topic(text) for text in body.get("topics", ())),
        findings=frozenset(Finding(text) for text in body.get("findings", ())),
        no_contact=bool(body.get("no_contact", True)),
        since=last.recorded_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One piece of evidence as last looked at; `sha256` is of the scan or the signed file."""

    evidence_id: str
    consent_event: str
    quality: Quality
    sha256: str
    since: datetime


def evidence(
    records: Iterable[PersonRecord], effective_at: datetime, known_at: datetime | None = None
) -> Mapping[str, Evidence]:
    """Give each piece of evidence with its last quality; an unreadable look is a rejection."""
    found: dict[str, Evidence] = {}
    for one in known(records, effective_at, known_at):
        if one.kind is PersonKind.EVIDENCE and one.about is not None:
            found[one.matter] = Evidence(
                evidence_id=one.matter,
                consent_event=one.about,
                quality=Quality(one.body.get("quality", Quality.REJECTED.value)),
                sha256=one.body.get("sha256", ""),
                since=one.recorded_at,
            )
    return found


def doubts(found: Mapping[str, Evidence], consent: Collection[str]) -> frozenset[Bar]:
    """Say what is wrong with what one consent rests on: of several papers the best one counts.

    `consent` are all its records: a correction lifts no doubt in the paper of what it corrects. A
    paper that was rejected or is in dispute counts against it whatever else there is.
    """
    qualities = {one.quality for one in found.values() if one.consent_event in consent}
    against = qualities & {Quality.DISPUTED, Quality.REJECTED}
    if not against and Quality.VERIFIED in qualities:
        return frozenset()
    return frozenset(_BY_QUALITY[one] for one in (against or qualities - {Quality.VERIFIED}))
