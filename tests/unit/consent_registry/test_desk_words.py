# SPDX-License-Identifier: Apache-2.0
"""The pages have a word for everything that can stand on them: a gap would show as nothing."""

from collections.abc import Mapping
from enum import Enum

import pytest

from consent_registry.domain.erasure import GROUNDS, Part, Phase
from consent_registry.domain.levels import Level, TaskKind
from consent_registry.domain.notices import NoticeKind, Outcome
from consent_registry.domain.rights import EXTENSIONS, REFUSALS, RequestState, Right, StepKind
from consent_registry.http.pages import contact_words, rights_words


@pytest.mark.parametrize(
    ("words", "things"),
    [
        (rights_words.RIGHTS, Right),
        (rights_words.STATES, RequestState),
        (rights_words.STEPS, StepKind),
        (rights_words.PHASES, Phase),
        (rights_words.PARTS, Part),
        (rights_words.LEVELS, Level),
        (rights_words.TASKS, TaskKind),
        (contact_words.NOTICE_WORDS, NoticeKind),
        (contact_words.OUTCOME_WORDS, Outcome),
    ],
)
def test_everything_has_a_word(words: Mapping[Enum, object], things: type[Enum]) -> None:
    assert set(words) == set(things)


def test_every_ground_and_reason_is_said_in_words() -> None:
    codes = {*GROUNDS, *EXTENSIONS, *(one for ground in REFUSALS.values() for one in ground)}
    assert codes == set(rights_words.CODES)
