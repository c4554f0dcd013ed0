# SPDX-License-Identifier: Apache-2.0
"""Which permits have somebody's data, and why others do not: decided again by the same rules."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from consent_registry.domain.projects import ProjectOf
from consent_registry.domain.purpose import Category
from consent_registry.domain.register import Project
from consent_registry.domain.verdict import Reason
from consent_registry.http.pages.project_views import WHY, cards
from consent_registry.http.pages.saying import Speaker
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import freeze_cohort
from consent_registry.usecases.own_file import file_of
from consent_registry.usecases.projects import projects_of
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.ids import ApplicationId, PermitId
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


def permit(world: RegistryWorld, name: str, project: Project | None = KIDNEYS) -> None:
    asked = replace(purpose(), category=Category.HMB, evidence=frozenset())
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


def test_every_reason_can_be_said() -> None:
    assert set(WHY) == set(Reason)
