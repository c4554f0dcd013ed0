# SPDX-License-Identifier: Apache-2.0
"""Majority, signatures, wishes and looks at papers, and what a policy file says of them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from consent_registry.domain.bars import Bar, BarSegment, bars_in, cause_of, reason_of
from consent_registry.domain.history import Segment, Standing, State
from consent_registry.domain.lives import (
    Evidence,
    Preferences,
    Quality,
    Wish,
    after_death,
    doubts,
    life,
    preferences,
)
from consent_registry.domain.mandates import (
    Mandate,
    MandateKind,
    birthday,
    guardians,
    lapses_at,
    mandates,
    missing,
)
from consent_registry.domain.narrowing import cause
from consent_registry.domain.narrowing import lapses_at as leaves_at
from consent_registry.domain.person_events import PersonKind
from consent_registry.domain.policy_file import load_policy
from consent_registry.domain.regimes import EVERY_NO_BINDS, EVERYTHING, NEW_ONLY, NOTHING, Moment
from shared.canonical import JSON
from shared.country_policy import PolicyFaults
from shared.ids import DatasetId
from tests.fakes.consent_factories import DAY, GOOD_POLICY, NOON, inquiry, policy, terms
from tests.fakes.lives import record

DS = DatasetId("GDI-ZZ-DATASET-1")
MANDATE = Mandate(
    mandate_id="m",
    kind=MandateKind.GUARDIAN,
    begins=NOON - DAY,
    ends=NOON + DAY,
    seemed_until=NOON + DAY,
    recorded_at=NOON - DAY,
    joint=True,
    issuer="i",
    subject="s",
    holder="Her mother",
    datasets=None,
    evidence="",
)


@pytest.mark.parametrize(
    ("born", "age", "day"),
    [
        (date(2008, 3, 1), 18, (2026, 3, 1)),
        (date(2008, 2, 29), 18, (2026, 2, 28)),
        (date(2008, 2, 29), 20, (2028, 2, 29)),
        (date(2010, 12, 31), 15, (2025, 12, 31)),
        (date(1950, 1, 1), 18, (1968, 1, 1)),
    ],
)
def test_an_age_begins_with_the_first_place_on_earth(
    born: date, age: int, day: tuple[int, int, int]
) -> None:
    assert birthday(born, age) == datetime(*day, tzinfo=UTC) - timedelta(hours=14)


def test_all_joint_ones_or_one_who_may_alone() -> None:
    mother, father = MANDATE, replace(MANDATE, mandate_id="f")
    court = replace(MANDATE, mandate_id="c", joint=False)
    assert missing([mother, father], {"m"}) == {"f"}
    assert missing([mother, father], {"m", "f"}) == frozenset()
    assert missing([mother, father, court], {"m"}) == {"f"}
    assert missing([mother, father, court], {"c"}) == frozenset()
    assert missing([court], set()) == {"c"}
    assert missing([mother], {"x"}) == {"m"}


def test_what_a_guardian_allowed_ends_with_the_last_one_who_was_there_in_time() -> None:
    assert lapses_at([MANDATE], DS, NOON) == NOON + DAY
    assert lapses_at([MANDATE], DS, NOON + DAY) is None, "the end is without"
    late = replace(MANDATE, mandate_id="l", ends=NOON + 9 * DAY, seemed_until=NOON + 9 * DAY)
    assert lapses_at([MANDATE, late], DS, NOON) == NOON + 9 * DAY
    after = replace(late, recorded_at=NOON + 2 * DAY)
    assert lapses_at([MANDATE, after], DS, NOON) == NOON + DAY
    elsewhere = replace(MANDATE, datasets=("GDI-ZZ-DATASET-2",))
    assert lapses_at([elsewhere], DS, NOON) is None
    assert lapses_at([replace(MANDATE, kind=MandateKind.PROXY)], DS, NOON) is None
    endless = replace(MANDATE, ends=None, seemed_until=None)
    assert lapses_at([endless], DS, NOON) is None
    backdated = replace(MANDATE, ends=NOON - DAY / 2)
    assert lapses_at([backdated], DS, NOON) == NOON, "it never held"


def test_the_end_of_a_mandate_is_sealed_and_one_that_cannot_be_read_lets_nothing_go_on() -> None:
    body: dict[str, JSON] = {"kind": "guardian", "until": "2026-06-02T12:00:00.000000Z"}
    sealed = record("a", PersonKind.MANDATE_RECORDED, NOON - DAY, body=body)
    (read,) = mandates([sealed])
    assert (read.ends, sealed.effective_to) == (NOON + DAY, None)
    assert lapses_at([read], DS, NOON) == NOON + DAY
    (lost,) = mandates([replace(sealed, personal=b"")])
    assert lapses_at([lost], DS, NOON) == NOON, "nobody knows when it would"
    assert guardians([lost], DS, NOON + 999 * DAY) == [lost], "and nobody else decides alone"
    assert lapses_at([lost, read], DS, NOON) == NOON + DAY
    older = record("a", PersonKind.MANDATE_RECORDED, NOON - DAY, effective_to=NOON + DAY)
    (kept,) = mandates([replace(older, personal=b"")])
    assert lapses_at([kept], DS, NOON) == NOON + DAY


def test_a_mandate_is_held_by_its_login_and_by_nobody_when_it_cannot_be_read() -> None:
    assert MANDATE.held_by("i", "s")
    assert not replace(MANDATE, readable=False).held_by("i", "s")
    assert not replace(MANDATE, issuer="", subject="").held_by("", "")


def test_the_last_wish_said_in_life_counts() -> None:
    died = record("a", PersonKind.DIED, NOON + DAY, number=3, effective_from=NOON)
    stop = record("a", PersonKind.WISH, NOON - DAY, body={"wish": "stop"})
    late = record("a", PersonKind.WISH, NOON + DAY / 2, number=2, body={"wish": "continue"})
    told = life([stop, late, died], NOON + 2 * DAY)
    assert (told.died_at, told.wish) == (NOON, Wish.STOP)
    assert after_death(told) is Bar.DEAD_STOP
    assert after_death(life([stop, died], NOON - DAY)) is None
    assert after_death(life([died], NOON + DAY)) is Bar.DEAD_UNSAID
    assert life([stop, late, died], NOON + 2 * DAY, NOON + DAY / 2).died_at is None
    gone = replace(stop, personal=b"")
    assert life([gone], NOON).wish is Wish.STOP


def test_a_death_recorded_again_after_a_correction_counts_whatever_its_date() -> None:
    first = record("a", PersonKind.DIED, NOON, effective_from=NOON - DAY)
    corrected = record(
        "a", PersonKind.DEATH_CORRECTED, NOON + DAY, number=2, effective_from=NOON - DAY
    )
    again = record("a", PersonKind.DIED, NOON + 2 * DAY, number=3, effective_from=NOON - 9 * DAY)
    assert life([first, corrected], NOON + 3 * DAY).died_at is None
    assert life([first, corrected, again], NOON + 3 * DAY).died_at == NOON - 9 * DAY


@pytest.mark.parametrize(
    ("qualities", "wanted"),
    [
        ((Quality.VERIFIED,), set()),
        ((Quality.LOST, Quality.VERIFIED), set()),
        ((Quality.LOST,), {Bar.EVIDENCE_LOST}),
        ((Quality.DISPUTED, Quality.VERIFIED), {Bar.EVIDENCE_DISPUTED}),
        ((Quality.REJECTED, Quality.LOST), {Bar.EVIDENCE_REJECTED}),
        ((Quality.UNCHECKED,), {Bar.EVIDENCE_UNCHECKED}),
        ((), set()),
    ],
)
def test_the_best_paper_counts_unless_one_speaks_against_it(
    qualities: tuple[Quality, ...], wanted: set[Bar]
) -> None:
    papers = {
        str(n): Evidence(
            evidence_id=str(n), consent_event="e", quality=quality, sha256="", since=NOON
        )
        for n, quality in enumerate(qualities)
    }
    assert doubts(papers, {"e"}) == wanted
    assert doubts(papers, {"another"}) == frozenset()


def test_preferences_that_cannot_be_read_ask_for_silence() -> None:
    said = record("a", PersonKind.PREFERENCES, body={"topics": ["results"], "no_contact": False})
    assert not preferences([said], NOON).no_contact
    assert preferences([replace(said, personal=b"")], NOON).no_contact
    assert preferences([], NOON) == Preferences()


def test_bars_hold_from_their_beginning_and_without_their_end() -> None:
    one = BarSegment(cause=State.WITHDRAWN, starts_at=NOON, ends_at=NOON + DAY)
    assert bars_in([one], NOON) == {State.WITHDRAWN}
    assert bars_in([one], NOON + DAY) == frozenset()
    for bar in (*Bar, *State):
        assert cause_of(bar.value) is bar
    assert {reason_of(bar) for bar in Bar} == {
        "identity_unsettled",
        "deceased",
        "evidence_doubtful",
        "assent_missing",
    }


def test_who_leaves_by_a_bar_is_said_to_and_when_is_known_ahead() -> None:
    given = Standing(state=State.GIVEN, terms=terms())
    line = [Segment(starts_at=NOON - DAY, ends_at=None, standing=given)]
    ahead = BarSegment(cause=State.EXPIRED, starts_at=NOON + DAY)
    assert leaves_at(line, NOON, inquiry(), [ahead]) == NOON + DAY
    assert leaves_at(line, NOON, inquiry()) is None
    assert cause(given, frozenset({Bar.DEAD_STOP})) == "deceased"
    assert cause(Standing(state=State.WITHDRAWN), frozenset({Bar.DEAD_STOP})) == "withdrawn"


def test_a_policy_says_whom_death_and_doubt_exclude_and_from_which_age() -> None:
    text = (
        GOOD_POLICY.replace('asked_again = "new"\n', 'asked_again = "new"\nage_of_majority = 16\n')
        + '[after_death]\nunsaid = "new"\n[evidence]\nunchecked = "both"\nlost = "nothing"\n'
    )
    loaded = load_policy(text)
    rules = loaded.rules("consent_gdpr", "legal_basis")
    assert loaded.age_of_majority == 16
    assert rules.bars[Bar.DEAD_UNSAID] == NEW_ONLY
    assert rules.bars[Bar.DEAD_STOP] == EVERYTHING
    assert rules.bars[Bar.EVIDENCE_UNCHECKED] == EVERYTHING
    assert rules.bars[Bar.EVIDENCE_LOST] == NOTHING
    assert rules.barred(Bar.DEAD_UNSAID, Moment.NEW)
    assert not rules.barred(Bar.DEAD_UNSAID, Moment.RUNNING)
    for regime in ("ehds_ch4",):
        other = loaded.rules(regime, "none")
        assert not any(other.barred(bar, moment) for bar in Bar for moment in Moment)
    safeguard = loaded.rules("national_act", "safeguard")
    assert not safeguard.barred(Bar.EVIDENCE_DISPUTED, Moment.NEW), "quality is only shown there"
    assert policy().age_of_majority == 18
    assert EVERY_NO_BINDS.barred(Bar.DEAD_UNSAID, Moment.RUNNING)
    assert not EVERY_NO_BINDS.barred(Bar.DEAD_CONTINUE, Moment.NEW)


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ('[after_death]\nstop = "nothing"\n', "after_death.stop: unknown key"),
        ('[after_death]\nunsaid = "no"\n', "after_death.unsaid: one of new, running, both,"),
        ("[evidence]\nlost = 1\n", "evidence.lost: one of new, running, both, nothing"),
    ],
)
def test_a_policy_with_a_faulty_word_about_lives_does_not_load(more: str, fault: str) -> None:
    with pytest.raises(PolicyFaults) as refused:
        load_policy(GOOD_POLICY + more)
    assert any(one.startswith(fault) for one in refused.value.faults)
    for age in ("11", "true", '"18"'):
        with pytest.raises(PolicyFaults) as refused:
            load_policy(GOOD_POLICY.replace("[methods", f"age_of_majority = {age}\n[methods", 1))
        assert any(one.startswith("age_of_majority") for one in refused.value.faults)
