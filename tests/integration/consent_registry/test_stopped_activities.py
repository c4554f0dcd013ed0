# SPDX-License-Identifier: Apache-2.0
"""One activity withdrawn for itself, on a real database: who is out, what goes on, who is told."""

import json
from datetime import timedelta

import pytest

from consent_registry.domain.activities import AGGREGATE, QUERY, SECONDARY_USE
from consent_registry.domain.errors import NothingToWithdraw, NotLinked
from consent_registry.domain.history import Kind, State
from consent_registry.domain.stopping import Closed
from consent_registry.domain.terms import RawAlternative
from consent_registry.http.pages.history_views import history
from consent_registry.http.pages.saying import Speaker
from consent_registry.usecases.cohorts import evaluate_cohort
from consent_registry.usecases.consents import NewConsent, Recorded, record_consent
from consent_registry.usecases.feed import news, snapshot
from consent_registry.usecases.limiting import StopSome, stop_some
from consent_registry.usecases.people import link_login
from consent_registry.usecases.projections import verify_projections
from consent_registry.usecases.reading import consents_of, history_of
from consent_registry.usecases.receipts import check_receipt, participant_receipt
from shared.errors import Forbidden, ValidationFailed
from shared.feed import read_changes
from shared.ids import DatasetId
from shared.principal import Principal
from tests.fakes.consent_factories import purpose
from tests.support.merge_world import live, permit
from tests.support.registry_world import DESK, DS, ISSUER, LOGIN, RegistryWorld, people, person

A, B, C = "P-000000", "P-000001", "P-000002"
SCANS = DatasetId("GDI-ZZ-DATASET-2")
HEART, LUNG = "project:heart", "project:lung"
LOOKED_UP = purpose(activity=QUERY)
IN_HEART, IN_LUNG = purpose(project="heart"), purpose(project="lung")


@pytest.fixture
def asked(world: RegistryWorld) -> RegistryWorld:
    """Three people on paper: two projects and the look-up, everything, and secondary use alone."""
    said = (f"{HEART};{LUNG};{QUERY}", f"{AGGREGATE};{QUERY};{SECONDARY_USE};{HEART}", "")
    rows = [{**row, "activities": one} for row, one in zip(people(3), said, strict=True)]
    assert world.load(*rows).batch.applied == 3
    return world


def stop(world: RegistryWorld, who: str, *names: str, principal: Principal = DESK) -> Recorded:
    world.clock.pass_time(60)
    wanted = StopSome(pseudonym=who, dataset=DS, closed=Closed(activities=names))
    return stop_some(wanted, tools=world.tools, principal=principal)


def within(world: RegistryWorld, wanted: object) -> set[int]:
    found = evaluate_cohort(DS, wanted, tools=world.tools, principal=DESK)  # type: ignore[arg-type]
    return set(found.cohort.within)


def left(world: RegistryWorld, who: str) -> tuple[State, list[tuple[str, ...]]]:
    (choice,) = consents_of(who, None, None, tools=world.tools, principal=DESK).choices
    return choice.standing.state, [one.activities for one in choice.standing.terms or ()]


def test_one_project_ends_at_once_and_the_rest_goes_on(asked: RegistryWorld) -> None:
    permit(asked, "PERMIT-1", DS, IN_HEART)
    permit(asked, "PERMIT-2", DS, IN_LUNG)
    permit(asked, "PERMIT-3", DS, LOOKED_UP)
    assert live(asked, DS) == [{0, 1, 2}, {0, 1, 2}, {0, 1}]
    assert stop(asked, A, HEART).kind is Kind.CHANGED
    assert live(asked, DS) == [{1, 2}, {0, 1, 2}, {0, 1}]
    assert (within(asked, IN_HEART), within(asked, IN_LUNG)) == ({1, 2}, {0, 1, 2})
    assert left(asked, A) == (State.GIVEN, [(LUNG, QUERY)])
    assert stop(asked, A, QUERY).kind is Kind.CHANGED
    assert live(asked, DS) == [{1, 2}, {0, 1, 2}, {1}]
    with pytest.raises(NothingToWithdraw):
        stop(asked, A, QUERY)
    assert stop(asked, A, LUNG).kind is Kind.WITHDRAWN, "nothing is left"
    assert left(asked, A) == (State.WITHDRAWN, [])
    assert verify_projections(tools=asked.tools).hold


def test_the_feed_tells_who_left_which_cohort_and_a_receipt_what_is_left(
    asked: RegistryWorld,
) -> None:
    permit(asked, "PERMIT-1", DS, IN_LUNG)
    permit(asked, "PERMIT-2", DS, IN_HEART)
    start = snapshot(tools=asked.tools).cursor
    stop(asked, A, HEART)
    told = news(start, 0.0, tools=asked.tools, pause=asked.clock.pass_time)
    keys = asked.tools.signer.public_jwks()
    (change,) = read_changes(told.batch, keys, issuer=ISSUER, after=start).changes
    assert (change.kind, change.content["ordinal"]) == ("member.narrowed", 0)
    assert len(change.content["cohorts"]) == 1, "of the project she left, not of the other"
    newest = history_of(A, tools=asked.tools, principal=DESK)[0].record.event_id
    receipt = participant_receipt(A, newest, tools=asked.tools, principal=DESK)
    assert check_receipt(receipt.signed, tools=asked.tools).latest is True
    written = json.dumps(receipt.document)
    assert ["project:lung" in written, "project:heart" in written] == [True, False]


def test_secondary_use_ends_and_the_project_that_was_asked_about_goes_on(
    asked: RegistryWorld,
) -> None:
    assert stop(asked, B, SECONDARY_USE).kind is Kind.CHANGED
    assert left(asked, B) == (State.GIVEN, [(AGGREGATE, HEART, QUERY)])
    assert (within(asked, IN_HEART), within(asked, IN_LUNG)) == ({0, 1, 2}, {0, 2})
    assert stop(asked, C, SECONDARY_USE).kind is Kind.WITHDRAWN, "it stood alone, unnamed"


def test_a_project_that_would_go_on_under_secondary_use_is_refused_with_the_reason(
    asked: RegistryWorld,
) -> None:
    for who in (B, C):
        with pytest.raises(ValidationFailed) as refused:
            stop(asked, who, HEART)
        (fault,) = refused.value.faults
        assert (fault.pointer, "covers every project" in fault.detail) == ("/activities", True)
    assert within(asked, IN_HEART) == {0, 1, 2}
    assert stop(asked, B, HEART, SECONDARY_USE).kind is Kind.CHANGED
    assert left(asked, B) == (State.GIVEN, [(AGGREGATE, QUERY)])


def test_it_closes_what_was_recorded_before_and_a_later_yes_answers_it(
    asked: RegistryWorld,
) -> None:
    ahead = NewConsent(
        pseudonym=A,
        dataset=DS,
        alternatives=(RawAlternative(permission="HMB", activities=(HEART, QUERY)),),
        effective_from=asked.clock.now() + timedelta(days=10),
    )
    record_consent(ahead, tools=asked.tools, principal=DESK)
    stop(asked, A, HEART)
    old = {**people(1)[0], "activities": HEART, "signed_on": "2025-02-01"}
    assert asked.load(old).batch.bad == 0
    assert within(asked, IN_HEART) == {1, 2}, "an older paper brings nothing back"
    asked.clock.pass_time(11 * 24 * 3600)
    assert within(asked, IN_HEART) == {1, 2}, "nor does what was to begin later"
    again = NewConsent(
        pseudonym=A,
        dataset=DS,
        alternatives=(RawAlternative(permission="HMB", activities=(HEART,)),),
    )
    record_consent(again, tools=asked.tools, principal=DESK)
    assert within(asked, IN_HEART) == {0, 1, 2}
    assert verify_projections(tools=asked.tools).hold


def test_an_activity_keeps_its_own_end_when_another_is_stopped(world: RegistryWorld) -> None:
    end = (world.clock.now().date() + timedelta(days=10)).isoformat()
    world.load({**people(1)[0], "activities": f"{QUERY};{AGGREGATE}={end}"})
    stop(world, A, QUERY)
    assert left(world, A) == (State.GIVEN, [(f"{AGGREGATE}={end}",)])
    assert within(world, purpose(activity=AGGREGATE)) == {0}
    world.clock.pass_time(11 * 24 * 3600)
    assert left(world, A)[0] is State.EXPIRED


def test_the_history_says_in_words_what_was_stopped(asked: RegistryWorld) -> None:
    stop(asked, B, QUERY, AGGREGATE)
    stop(asked, A, HEART)
    told = {}
    for who in (A, B):
        steps = history_of(who, tools=asked.tools, principal=DESK)
        told[who] = [one.stopped for one in history(steps, DS, Speaker(asked.tools.diseases)).steps]
    assert told == {
        A: [("the project heart",), ()],
        B: [
            (
                "counting how often a change in the genes occurs, with no person shown",
                "asking, one person at a time, whether somebody in the data fits a question",
            ),
            (),
        ],
    }


def test_herself_may_and_nobody_else(asked: RegistryWorld) -> None:
    link_login(A, LOGIN, "anna", tools=asked.tools, principal=DESK)
    assert stop(asked, A, HEART, principal=person("anna")).kind is Kind.CHANGED
    for who, by in ((B, "anna"), (A, "bo")):
        with pytest.raises((Forbidden, NotLinked)):
            stop(asked, who, QUERY, principal=person(by))


@pytest.mark.parametrize("name", ["research", "project:", "subject_query=2030-01-01", ""])
def test_only_the_name_of_an_activity_is_taken(asked: RegistryWorld, name: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        stop(asked, A, name)
    assert [one.pointer for one in refused.value.faults] == ["/activities"]


def test_where_the_terms_of_a_consent_do_not_count_it_would_be_an_empty_promise(
    world: RegistryWorld,
) -> None:
    world.ehds_dataset(SCANS)
    world.load({"dataset": SCANS})
    wanted = StopSome(pseudonym="P-1", dataset=SCANS, closed=Closed(activities=(SECONDARY_USE,)))
    with pytest.raises(ValidationFailed) as refused:
        stop_some(wanted, tools=world.tools, principal=DESK)
    assert [one.pointer for one in refused.value.faults] == ["/activities"]
