# SPDX-License-Identifier: Apache-2.0
"""What a participant's pages say of her choices for whole studies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from consent_registry.domain.history import State
from consent_registry.domain.study_choices import KINDS, terms_of
from consent_registry.http.pages import words
from consent_registry.http.pages.saying import Said, Speaker
from consent_registry.usecases.study_consents import StudyChoice


def whole(said: StudyChoice | None) -> tuple[str, ...]:
    """Name a study as what a question is about, where she allows something in all of it."""
    if said is None or said.study is None or not allows(said):
        return ()
    return (words.WHOLE_STUDY.format(title=said.study.title),)


def said_of(choices: Sequence[StudyChoice], study: str | None) -> StudyChoice | None:
    """Give what she says of a study; None when she says nothing, or no study is meant."""
    return next((one for one in choices if one.name == study), None)


def allows(said: StudyChoice | None) -> bool:
    """Say whether she allows something in all of it."""
    return said is not None and said.standing.state is State.GIVEN


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyStepView:
    """One choice for a whole study in her history."""

    event_id: str
    title: str
    study: str
    how: str
    said: tuple[Said, ...]
    recorded_at: datetime
    effective_from: datetime
    effective_to: datetime | None


def history(choices: Sequence[StudyChoice], speaker: Speaker) -> tuple[StudyStepView, ...]:
    """Format every choice for a study, newest first."""
    found = [(one, record) for one in choices for record in one.events]
    newest = sorted(found, key=lambda one: (one[1].recorded_at, one[1].number), reverse=True)
    return tuple(
        StudyStepView(
            event_id=record.event_id,
            title=words.KIND_WORDS[KINDS[record.kind]],
            study=one.study.title if one.study else one.name,
            how=words.CHANNEL_WORDS[record.channel],
            said=speaker.terms(terms_of(record) or ()),
            recorded_at=record.recorded_at,
            effective_from=record.effective_from,
            effective_to=record.effective_to,
        )
        for one, record in newest
    )
