# SPDX-License-Identifier: Apache-2.0
"""What was answered about cohorts: how it is kept, that none of it can be altered, what it says."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_log.domain.cohorts import (
    CohortAnswer,
    CohortAnswers,
    CohortKey,
    Membership,
    read_answer,
    read_answers,
)
from audit_log.domain.matching import Match, match
from audit_log.domain.search import Filter
from shared import strict_json
from shared.canonical import canonical
from shared.entries import parse_entry
from shared.events import Subject, open_sealed
from tests.fakes.log_factories import DATASET, Speaker, cohort_name, fact

ANNA = Subject(dataset=DATASET, ordinal=7)
NAMED = cohort_name(1, revision=10)
KEY = CohortKey(NAMED.cohort_id, NAMED.digest)
KEYS = st.integers(0, 9).map(cohort_name).map(lambda one: CohortKey(one.cohort_id, one.digest))
ANSWERS = st.builds(
    CohortAnswers,
    person=st.builds(Subject, dataset=st.just(DATASET), ordinal=st.integers(0, 1 << 40)),
    reached=st.booleans(),
    answers=st.lists(
        st.builds(CohortAnswer, KEYS, st.just(Membership.IN), st.none() | st.integers(0, 99))
        | st.builds(CohortAnswer, KEYS, st.sampled_from(Membership), st.none()),
        max_size=5,
    ).map(tuple),
    nonce=st.text("0123456789abcdef", min_size=64, max_size=64),
)


@given(answers=ANSWERS)
def test_what_is_written_is_read_again(answers: CohortAnswers) -> None:
    written = strict_json.loads(canonical(answers.written()))
    assert read_answers(written) == answers
    assert written["unresolved"] == sum(not one.told for one in answers.answers)


def some() -> dict[str, Any]:
    answers = CohortAnswers(
        person=ANNA,
        reached=True,
        answers=(CohortAnswer(KEY, Membership.IN, 11),),
        nonce="00" * 32,
    )
    return dict(answers.written())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("answers", 0, "answer"), "out"),
        (("answers", 0, "answer"), "maybe"),
        (("answers", 0, "left_revision"), 12),
        (("answers", 0, "left_revision"), None),
        (("answers", 0, "left_revision"), True),
        (("answers", 0, "cohort_id"), cohort_name(2).cohort_id),
        (("answers", 0, "digest"), "none"),
        (("answers",), []),
        (("person", "ordinal"), 8),
        (("person", "ordinal"), "7"),
        (("person",), None),
        (("reached",), False),
        (("nonce",), "11" * 32),
        (("digest",), NAMED.digest),
    ],
)
def test_nothing_of_it_can_be_altered(path: tuple[Any, ...], value: object) -> None:
    said = copy.deepcopy(some())
    inside: Any = said
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    with pytest.raises(ValueError, match=r"."):
        read_answers(said)


def test_a_revision_that_no_database_holds_is_no_answer_and_stops_no_retention() -> None:
    said = {**KEY._asdict(), "answer": "in", "left_revision": 1 << 63}
    with pytest.raises(ValueError, match="no number"):
        read_answer(said)


@pytest.mark.parametrize("value", [None, [], "x", {}, {"answers": []}])
def test_what_is_none_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="not what was answered"):
        read_answers(value)


@pytest.mark.parametrize(
    ("answer", "revision", "verdict"),
    [
        (CohortAnswer(KEY, Membership.IN), 10, Match.YES),
        (CohortAnswer(KEY, Membership.IN, 11), 10, Match.YES),
        (CohortAnswer(KEY, Membership.IN, 10), 10, Match.NO),
        (CohortAnswer(KEY, Membership.IN, 3), None, Match.YES),
        (CohortAnswer(KEY, Membership.OUT), 10, Match.NO),
        (CohortAnswer(KEY, Membership.UNKNOWN), 10, Match.UNKNOWN),
        (CohortAnswer(KEY, Membership.ERASED), 10, Match.UNKNOWN),
        (None, 10, Match.UNKNOWN),
    ],
)
def test_an_entry_of_a_cohort_is_hers_not_hers_or_nobody_can_tell(
    answer: CohortAnswer | None, revision: int | None, verdict: Match
) -> None:
    sealed = Speaker().say(fact(cohort=cohort_name(1, revision=revision)))
    entry, parts = parse_entry(sealed.entry), open_sealed(sealed.sealed)
    known = {} if answer is None else {KEY: answer}
    assert match(Filter(person=ANNA), entry, parts, known) is verdict
    elsewhere = Filter(person=Subject(dataset="GDI-ZZ-DATASET-2", ordinal=7))
    assert match(elsewhere, entry, parts, known) is Match.NO
    assert match(Filter(person=ANNA, decision="deny"), entry, parts, known) is Match.NO
