# SPDX-License-Identifier: Apache-2.0
"""Laws of the scopes of a choice: whole person, study, dataset. No of any, anywhere, never widens.

Times are drawn, so that what is said may be recorded in any order and dated ahead or back.
"""

import json
import random
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from consent_registry.domain.duo import Duo
from consent_registry.domain.history import ConsentEvent, Kind, Standing, State, standing_at
from consent_registry.domain.person_events import PersonKind, PersonRecord, personal_part
from consent_registry.domain.records import Channel
from consent_registry.domain.studies import Placement, Reach
from consent_registry.domain.study_choices import deciding, event_of
from consent_registry.domain.terms import canonical_text
from tests.fakes.consent_factories import NOON, event, terms
from tests.fakes.lives import ONE, STUDY, TOLD, Lives

SPAN = 12
hours = st.integers(0, SPAN)
looks = st.integers(SPAN // 2, 2 * SPAN)
LIMITED = (replace(terms(Duo.HMB)[0], data_categories=("genome",)),)
YES = st.sampled_from([terms(Duo.HMB), terms(Duo.GRU), LIMITED])
YESES = {PersonKind.STUDY_GIVEN}
OTHER = "GDI-ZZ-STUDY-3"
Place = tuple[str, int]


def at(hour: int) -> datetime:
    return NOON + timedelta(hours=hour)


@st.composite
def own(draw: st.DrawFn) -> ConsentEvent:
    """A choice for the dataset itself."""
    kind = draw(st.sampled_from([Kind.GIVEN, Kind.REFUSED, Kind.WITHDRAWN]))
    said = draw(YES) if kind.grants else None
    return event(kind, at(draw(hours)), recorded_at=at(draw(hours)), terms=said)


@st.composite
def spoken(draw: st.DrawFn) -> PersonRecord:
    """A choice for a study, a yes never dated back."""
    kind = draw(
        st.sampled_from(
            [PersonKind.STUDY_GIVEN, PersonKind.STUDY_REFUSED, PersonKind.STUDY_WITHDRAWN]
        )
    )
    yes = kind is PersonKind.STUDY_GIVEN
    recorded = draw(hours)
    begins = recorded + draw(st.sampled_from([0, 0, 1, SPAN])) if yes else draw(hours)
    body = {
        "terms": json.loads(canonical_text(draw(YES))),
        "version": 1,
        "datasets": draw(st.sampled_from([[str(ONE)], [str(ONE)], []])),
    }
    return PersonRecord(
        event_id=str(draw(st.uuids())),
        pid="a",
        number=draw(st.integers(1, 1_000)),
        kind=kind,
        matter="m",
        effective_from=at(begins),
        effective_to=at(begins + 2) if yes and draw(hours) < 2 else None,
        recorded_at=at(recorded),
        channel=Channel.API,
        personal=personal_part(body if yes else {}, None),
        study=draw(st.sampled_from([STUDY, STUDY, TOLD])),
    )


# Mostly in the study from the beginning, so that what is said of it often reaches the dataset.
placed = st.lists(st.tuples(st.sampled_from([STUDY, TOLD, ""]), hours), max_size=3).map(
    lambda found: [(STUDY, 0), *sorted(found, key=lambda one: one[1])]
)
chosen, said = st.lists(own(), max_size=3), st.lists(spoken(), max_size=4)


def reach(places: list[Place]) -> Reach:
    made = [Placement(study=study, since=at(hour)) for study, hour in places]
    return Reach(placements={ONE: made}, versions=Lives().reach.versions)


def standing(
    mine: list[ConsentEvent],
    records: list[PersonRecord],
    places: list[Place],
    *,
    hour: int,
    everywhere: list[ConsentEvent] | None = None,
) -> Standing:
    times = (at(hour), None)
    events = deciding(
        mine, everywhere or [], records, dataset=ONE, reach=reach(places), times=times
    )
    return standing_at(events, *times)


def no_wider(now: Standing, before: Standing) -> bool:
    return now.state is not State.GIVEN or now.terms == before.terms is not None


@settings(max_examples=800, deadline=None)
@given(chosen, said, placed, st.tuples(spoken(), own()), looks)
def test_a_no_of_any_scope_recorded_at_any_time_never_widens(
    mine: list[ConsentEvent],
    records: list[PersonRecord],
    places: list[Place],
    more: tuple[PersonRecord, ConsentEvent],
    hour: int,
) -> None:
    word, one = more
    before = standing(mine, records, places, hour=hour)
    if word.kind is not PersonKind.STUDY_GIVEN:
        assert no_wider(standing(mine, [*records, word], places, hour=hour), before)
        closing = event_of(word)
        assert no_wider(standing(mine, records, places, hour=hour, everywhere=[closing]), before)
    if not one.kind.grants:
        assert no_wider(standing([*mine, one], records, places, hour=hour), before)


@settings(max_examples=500, deadline=None)
@given(chosen, said, placed, looks, st.randoms(use_true_random=False))
def test_the_order_in_which_choices_are_read_never_matters(
    mine: list[ConsentEvent],
    records: list[PersonRecord],
    places: list[Place],
    hour: int,
    mixed: random.Random,
) -> None:
    found = standing(mine, records, places, hour=hour)
    again = mixed.sample(mine, len(mine)), mixed.sample(records, len(records))
    assert standing(*again, places, hour=hour) == found


@settings(max_examples=500, deadline=None)
@given(chosen, said, placed, looks)
def test_a_choice_for_the_dataset_is_widened_by_no_word_about_a_study(
    mine: list[ConsentEvent], records: list[PersonRecord], places: list[Place], hour: int
) -> None:
    alone = standing(mine, [], places, hour=hour)
    if alone.state is not State.NOT_ASKED:
        assert no_wider(standing(mine, records, places, hour=hour), alone)


@settings(max_examples=500, deadline=None)
@given(said, placed, looks)
def test_whoever_said_nothing_of_the_dataset_is_in_only_by_what_she_said_of_its_study(
    records: list[PersonRecord], places: list[Place], hour: int
) -> None:
    """Told once more, from the person's side, without the code that is under test."""
    found = standing([], records, places, hour=hour)
    if found.state is not State.GIVEN:
        return
    here = [study for study, since in places if since <= hour][-1]
    yes = next(one for one in records if one.event_id == found.event_id)
    assert (yes.kind, yes.study) == (PersonKind.STUDY_GIVEN, here)
    assert yes.effective_from <= at(hour)
    assert here == TOLD or yes.body["datasets"] == [ONE]
    for one in records:
        if one.kind is not PersonKind.STUDY_GIVEN and one.study == here:
            assert one.effective_from > at(hour) or (
                one.recorded_at < yes.recorded_at and one.effective_from < yes.effective_from
            )


@settings(max_examples=500, deadline=None)
@given(chosen, said, placed, looks)
def test_a_dataset_that_is_put_elsewhere_brings_nobody_in_who_was_not_told(
    mine: list[ConsentEvent], records: list[PersonRecord], places: list[Place], hour: int
) -> None:
    """Nor does taking it out: only `TOLD` people heard that more would come."""
    unaware = [one for one in records if one.study == STUDY or one.kind not in YESES]
    made = max([hour, *(since for _, since in places)])
    before = standing(mine, unaware, places, hour=made)
    for study in (OTHER, ""):
        assert no_wider(standing(mine, unaware, [*places, (study, made)], hour=made), before)
