# SPDX-License-Identifier: Apache-2.0
"""What a participant's pages say of her choices for whole studies."""

from collections.abc import Sequence

from consent_registry.domain.history import State
from consent_registry.http.pages import words
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
