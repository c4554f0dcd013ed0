# SPDX-License-Identifier: Apache-2.0
"""Which permits have somebody's data, and why others do not: decided again by the same rules."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from consent_registry.domain.errors import CohortUnknown
from consent_registry.domain.projects import ProjectOf
from consent_registry.domain.purpose import Category, Organisation
from consent_registry.domain.register import Project
from consent_registry.domain.verdict import Reason
from consent_registry.http.pages.project_views import WHY, cards
from consent_registry.http.pages.saying import Speaker
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import freeze_cohort
from consent_registry.usecases.ending import end_permit
from consent_registry.usecases.own_file import file_of
from consent_registry.usecases.projects import projects_of
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.ids import ApplicationId, CohortId, PermitId
from tests.fakes.consent_factories import purpose
from tests.support.erasing_world import GRETA
from tests.support.registry_world import DESK, DS, RegistryWorld

KIDNEYS = Project(
    title="Kidneys of the north",
    organisation="Institute of Examples",
    until=datetime(2027, 11, 22, tzinfo=UTC),
)
ROWS: Sequence[dict[str, str]] = (
    {"participant": "IN", "local_id": "1", "permission": "HMB"},
    {"participant": "NO", "local_id": "2", "state": "refused"},
    {"participant": "POA", "local_id": "3", "permission": "POA"},
    {"participant": "IRB", "local_id": "4", "permission": "HMB", "modifiers": "IRB"},
    {"participant": "LEAVES", "local_id": "5", "permission": "GRU"},
)


def permit(
    world: RegistryWorld,
    name: str,
    project: Project | None = KIDNEYS,
    partners: tuple[Organisation, ...] = (),
) -> None:
    asked = replace(purpose(), category=Category.HMB, evidence=frozenset(), partners=partners)
    frozen = freeze_cohort(DS, asked, ApplicationId(name), tools=world.tools, principal=DESK)
    bind_cohort(
        frozen.cohort_id, PermitId(name), project=project, tools=world.tools, principal=DESK
    )


def seen(world: RegistryWorld, pseudonym: str) -> Sequence[ProjectOf]:
    with world.tools.reads() as uow:
        pid = uow.people.pid(pseudonym)
        assert pid is not None
        return projects_of(uow, pid, world.tools)


@pytest.fixture
def permitted(world: RegistryWorld) -> RegistryWorld:
    assert world.load(*ROWS).batch.applied == len(ROWS)
    permit(world, "P-1")
    return world


def test_everybody_is_told_whether_she_is_in_and_why_not(permitted: RegistryWorld) -> None:
    told = {row["participant"]: seen(permitted, row["participant"])[0] for row in ROWS}
    assert {who: (one.within, one.why, one.awaiting) for who, one in told.items()} == {
        "IN": (True, None, False),
        "NO": (False, Reason.REFUSED, False),
        "POA": (False, Reason.PURPOSE_NOT_PERMITTED, False),
        "IRB": (False, None, True),
        "LEAVES": (True, None, False),
    }
    assert told["NO"].project == KIDNEYS


def test_who_left_is_told_when_and_stays_out_of_the_next(permitted: RegistryWorld) -> None:
    permitted.clock.pass_time(60)
    left = permitted.clock.now()
    withdraw("LEAVES", WithdrawConsent(), tools=permitted.tools, principal=DESK)
    permitted.clock.pass_time(60)
    permit(permitted, "P-2", project=None)
    newest, first = seen(permitted, "LEAVES")
    assert (newest.permit_id, newest.within, newest.why) == ("P-2", False, Reason.WITHDRAWN)
    assert (first.permit_id, first.within, first.left_at) == ("P-1", True, left)
    assert newest.project is None


def test_why_is_what_was_known_at_the_freeze_and_not_what_she_said_since(
    permitted: RegistryWorld,
) -> None:
    permitted.clock.pass_time(60)
    permitted.load({"participant": "NO", "local_id": "2", "permission": "POA"})
    assert seen(permitted, "NO")[0].why is Reason.REFUSED


def test_whoever_joins_later_had_not_been_asked(permitted: RegistryWorld) -> None:
    permitted.clock.pass_time(60)
    permitted.load({"participant": "LATE", "local_id": "9", "permission": "GRU"})
    assert seen(permitted, "LATE")[0].why is Reason.NEVER_ASKED


def test_her_own_file_names_who_receives_her_data(permitted: RegistryWorld) -> None:
    """GDPR 15(1)(c): the recipients, not only that there are some."""
    found = file_of("IN", with_uses=False, tools=permitted.tools, principal=GRETA)
    assert [one.project for one in found.memberships[0].permits] == [KIDNEYS]
    others = file_of("POA", with_uses=False, tools=permitted.tools, principal=GRETA)
    assert others.memberships[0].permits == []


def test_each_card_says_all_of_it(permitted: RegistryWorld) -> None:
    speaker = Speaker(permitted.tools.diseases)
    (card,) = cards(seen(permitted, "POA"), {DS: "A dataset"}, speaker)
    assert card.title == "Kidneys of the north"
    assert card.organisation == "Institute of Examples"
    assert card.state == "Without your data"
    assert card.sentences == (
        f"Your data was left out because {WHY[Reason.PURPOSE_NOT_PERMITTED]}.",
    )
    assert card.when.endswith("to 22 November 2027 at the latest")
    (card,) = cards(seen(permitted, "IN"), {}, speaker)
    assert (card.state, card.sentences) == ("Includes your data", ())


def test_a_card_names_the_partners_who_use_her_data_too(permitted: RegistryWorld) -> None:
    firm = Organisation(id="https://ror.org/00ccccc00", not_for_profit=False)
    permit(permitted, "P-2", partners=(firm, Organisation()))
    speaker = Speaker(permitted.tools.diseases)
    newest, first = cards(seen(permitted, "IN"), {}, speaker)
    assert newest.purpose == (
        f"{first.purpose}. With partners: one that was not named and https://ror.org/00ccccc00"
    )


def end(world: RegistryWorld, at: datetime, name: str = "P-1") -> None:
    with world.tools.reads() as uow:
        bound = uow.cohorts.of_permit(PermitId(name))
    assert bound is not None
    cohort_id = bound.frozen.cohort_id
    end_permit(cohort_id, PermitId(name), at, tools=world.tools, principal=DESK)


def test_a_permit_that_ended_early_is_told_with_the_day_it_ended(
    permitted: RegistryWorld,
) -> None:
    """She read of it as allowed until its last day, long after the authority had ended it."""
    permitted.clock.pass_time(60)
    ended = datetime(2026, 12, 24, 9, 30, tzinfo=UTC)
    end(permitted, ended)
    end(permitted, ended + timedelta(days=9))  # told twice, the first day stays
    speaker = Speaker(permitted.tools.diseases)
    (card,) = cards(seen(permitted, "IN"), {}, speaker)
    assert card.state == "Ended early"
    (said,) = card.sentences
    assert said.startswith("The authority ended this permit early, on 24 December 2026. Until")
    assert card.when.endswith("to 24 December 2026")
    (card,) = cards(seen(permitted, "POA"), {}, speaker)
    assert card.state == "Without your data"
    assert card.when.endswith("to 24 December 2026")
    found = file_of("IN", with_uses=False, tools=permitted.tools, principal=GRETA)
    assert [one.ended_at for one in found.memberships[0].permits] == [ended]


def test_a_permit_that_was_ended_after_its_last_day_did_not_end_early(
    permitted: RegistryWorld,
) -> None:
    end(permitted, KIDNEYS.until)
    speaker = Speaker(permitted.tools.diseases)
    (card,) = cards(seen(permitted, "IN"), {}, speaker)
    assert (card.state, card.sentences) == ("Includes your data", ())
    assert card.when.endswith("to 22 November 2027 at the latest")


def test_whoever_left_before_the_end_is_told_that_and_whoever_did_later_is_not(
    permitted: RegistryWorld,
) -> None:
    permitted.clock.pass_time(60)
    left = permitted.clock.now()
    withdraw("LEAVES", WithdrawConsent(), tools=permitted.tools, principal=DESK)
    end(permitted, left + timedelta(seconds=1))
    permitted.clock.pass_time(60)
    withdraw("IN", WithdrawConsent(), tools=permitted.tools, principal=DESK)
    assert seen(permitted, "LEAVES")[0].left_at == left
    in_until_the_end = seen(permitted, "IN")[0]
    assert (in_until_the_end.left_at, in_until_the_end.ended_at) == (
        None,
        left + timedelta(seconds=1),
    )


def test_only_the_permit_of_a_cohort_can_end_there(permitted: RegistryWorld) -> None:
    with permitted.tools.reads() as uow:
        bound = uow.cohorts.of_permit(PermitId("P-1"))
    assert bound is not None
    now, good = permitted.clock.now(), bound.frozen.cohort_id
    for cohort, name in ((good, "P-2"), (CohortId("none"), "P-1"), (CohortId(DS), "P-1")):
        with pytest.raises(CohortUnknown):
            end_permit(cohort, PermitId(name), now, tools=permitted.tools, principal=DESK)
    assert seen(permitted, "IN")[0].ended_at is None


def test_every_reason_can_be_said() -> None:
    assert set(WHY) == set(Reason)
