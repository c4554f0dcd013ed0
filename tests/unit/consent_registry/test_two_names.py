# SPDX-License-Identifier: Apache-2.0
"""One person under two names: the faults that gICS's release notes report of times and persons.

(2.14.0 a status before the first consent; 2.14.1 two signatures on one day; 2023.1 two documents of
one date; 2.15.1 dates before 1970.) Each is asked here of two names that were joined.
"""

from datetime import UTC, datetime, timedelta

import pytest

from consent_registry.domain.bars import Bar, Bars
from consent_registry.domain.cases import Held, held_at
from consent_registry.domain.duo import Duo
from consent_registry.domain.history import ConsentEvent, Kind, State
from consent_registry.domain.person_events import PersonKind
from consent_registry.domain.terms import Terms
from consent_registry.domain.ties import MergeState, groups, merges
from tests.fakes.consent_factories import DAY, NOON, event, terms
from tests.fakes.lives import ONE, TWO, Lives, record

PROPOSED, CONFIRMED, UNDONE = (
    PersonKind.MERGE_PROPOSED,
    PersonKind.MERGE_CONFIRMED,
    PersonKind.MERGE_UNDONE,
)
OTHER = terms(Duo.GRU)


def signed(at: datetime, said: Terms | None, *, recorded: datetime = NOON) -> ConsentEvent:
    kind = Kind.GIVEN if said else Kind.REFUSED
    return event(kind, at, recorded_at=recorded, terms=said)


def held(lives: Lives, at: datetime | None = None, *, ordinal: int = 0) -> Held:
    member = lives.case.members[ordinal]
    return held_at(lives.case, member, at or lives.now)


def joined(a: list[ConsentEvent], b: list[ConsentEvent], *kinds: PersonKind) -> Lives:
    lives = Lives()
    lives.consents[("a", ONE)] += a
    lives.consents[("b", ONE)] += b
    lives.merge("a", "b", *kinds)
    return lives


def test_before_her_first_consent_she_was_not_asked_under_either_name() -> None:
    lives = joined([signed(NOON, terms())], [signed(NOON - 30 * DAY, terms())], PROPOSED, CONFIRMED)
    for ordinal in (0, 1):
        assert held(lives, NOON - 31 * DAY, ordinal=ordinal).standing.state is State.NOT_ASKED
        assert held(lives, ordinal=ordinal).standing.state is State.GIVEN


@pytest.mark.parametrize("no_first", [True, False])
def test_of_two_signatures_on_one_day_the_later_one_counts(no_first: bool) -> None:
    early, late = NOON - timedelta(hours=2), NOON - timedelta(hours=1)
    yes, no = (late, early) if no_first else (early, late)
    lives = joined(
        [signed(yes, terms(), recorded=yes)],
        [signed(no, None, recorded=no)],
        PROPOSED,
        CONFIRMED,
    )
    wanted = State.GIVEN if no_first else State.REFUSED
    assert held(lives).standing.state is wanted
    assert held(lives, ordinal=1).standing.state is wanted


def test_two_documents_of_one_instant_permit_nothing_when_they_differ() -> None:
    lives = joined([signed(NOON, terms())], [signed(NOON, OTHER)], PROPOSED, CONFIRMED)
    assert held(lives).standing.state is State.INVALID
    tie = joined([signed(NOON, terms())], [signed(NOON, None)], PROPOSED, CONFIRMED)
    assert held(tie).standing.state is State.REFUSED, "at a tie the narrower wins"


def test_dates_before_1970_and_after_2038_are_dates_like_others() -> None:
    old, far = datetime(1956, 2, 29, tzinfo=UTC), datetime(2045, 1, 1, tzinfo=UTC)
    lives = joined([signed(old, terms())], [], PROPOSED, CONFIRMED)
    assert held(lives, far, ordinal=1).standing.state is State.GIVEN


def test_a_deactivated_alias_leaves_no_trace_in_what_is_allowed() -> None:
    lives = joined([signed(NOON, None)], [signed(NOON, terms())], PROPOSED, CONFIRMED, UNDONE)
    assert held(lives, ordinal=1).standing.state is State.GIVEN
    assert held(lives).standing.state is State.REFUSED
    (merge,) = merges(lives.records, lives.now)
    assert (merge.state, merge.settled_at) == (MergeState.UNDONE, lives.now)


@pytest.mark.parametrize(
    ("hers", "theirs", "bars"),
    [
        (terms(), terms(), frozenset()),
        (terms(), OTHER, {Bar.UNSETTLED}),
        (terms(), None, {State.REFUSED}),
        (None, terms(), frozenset()),
    ],
)
def test_pending_the_more_protective_of_both_holds(
    hers: Terms | None, theirs: Terms | None, bars: Bars
) -> None:
    lives = joined([signed(NOON, hers)], [signed(NOON, theirs)], PROPOSED)
    assert held(lives).bars == bars
    assert held(lives).standing.state is (State.GIVEN if hers else State.REFUSED)


def test_who_was_never_asked_where_she_is_a_member_bars_there_and_not_elsewhere() -> None:
    lives = Lives()
    lives.consents[("a", ONE)].append(signed(NOON, terms()))
    lives.consents[("c", TWO)].append(signed(NOON, terms()))
    lives.merge("a", "b", PROPOSED)
    assert held(lives).bars == {State.NOT_ASKED}
    lives.merge("a", "c", PROPOSED)
    assert held(lives, ordinal=3).bars == {State.NOT_ASKED}, "b is in both, and joined to c by a"


def test_a_no_anywhere_reaches_along_every_pending_merge() -> None:
    lives = Lives()
    lives.consents[("c", TWO)].append(signed(NOON, None))
    lives.consents[("a", ONE)].append(signed(NOON, terms()))
    lives.consents[("b", ONE)].append(signed(NOON, terms()))
    lives.merge("a", "b", PROPOSED)
    assert held(lives).bars == frozenset()
    lives.merge("b", "c", PROPOSED)
    assert held(lives).bars == {State.REFUSED}


def test_what_an_unreadable_merge_says_still_joins() -> None:
    told = record("a", PROPOSED, about="b")
    (merge,) = merges([told], NOON)
    assert merge.proposed_by is None
    assert groups("ab", [merge])["a"] == {"a", "b"}
