# SPDX-License-Identifier: Apache-2.0
"""What is told of people beside their consents, and of datasets: at an instant, as known then."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from consent_registry.domain.duo import Duo
from consent_registry.domain.errors import DatasetUnknown
from consent_registry.domain.lives import Preferences, Topic
from consent_registry.domain.mandates import MandateKind
from consent_registry.domain.terms import RawAlternative
from consent_registry.domain.ties import MergeState
from consent_registry.usecases.blocking import who_blocks_what
from consent_registry.usecases.catalogue import publish_next
from consent_registry.usecases.codes import dataset_codes
from consent_registry.usecases.consents import NewConsent
from consent_registry.usecases.datasets import get_dataset, list_datasets
from consent_registry.usecases.guardian_decisions import propose_decision, sign_decision
from consent_registry.usecases.guarding import proposals_for
from consent_registry.usecases.listing import MandateState, list_deaths, list_mandates
from consent_registry.usecases.lives import (
    correct_death,
    life_of,
    preferences_of,
    record_death,
    set_preferences,
)
from consent_registry.usecases.mandates import (
    NewMandate,
    end_mandate,
    mandates_for,
    record_mandate,
)
from consent_registry.usecases.merging import merges_of, pending_merges
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.ids import DatasetId
from tests.fakes.consent_factories import purpose, terms
from tests.support.merge_world import SECOND, A, B, confirm, propose
from tests.support.registry_world import DESK, DS, RegistryWorld, people

CONTACT = replace(DESK, scopes=DESK.scopes | {"preferences.read"})
PAPER = "cd" * 32
DAY = timedelta(days=1)


@pytest.fixture
def many(world: RegistryWorld) -> RegistryWorld:
    """Twenty-five people, an hour ago."""
    assert world.load(*people(25, permission="GRU")).batch.applied == 25
    world.clock.pass_time(3600)
    return world


def later(world: RegistryWorld) -> datetime:
    """Give this instant, and let an hour pass."""
    now = world.clock.now()
    world.clock.pass_time(3600)
    return now


def guardian(world: RegistryWorld, holder: str, *, joint: bool = False) -> str:
    wanted = NewMandate(
        pseudonym=A, kind=MandateKind.GUARDIAN, holder=holder, evidence=PAPER, joint=joint
    )
    return record_mandate(wanted, tools=world.tools, principal=DESK).mandate_id


def topics(world: RegistryWorld, *times: datetime | None) -> set[Topic]:
    found = preferences_of(A, *times, tools=world.tools, principal=CONTACT)
    return set(found.preferences.topics)


def test_preferences_are_those_of_then_and_a_later_word_is_not_known_then(
    many: RegistryWorld,
) -> None:
    before = later(many)
    for chosen in ({Topic.UPDATES}, {Topic.RESULTS}):
        wanted = Preferences(topics=frozenset(chosen))
        set_preferences(A, wanted, tools=many.tools, principal=DESK)
        between = later(many) if chosen == {Topic.UPDATES} else many.clock.now()
        assert topics(many) == chosen
    set_preferences(A, Preferences(no_contact=True), tools=many.tools, principal=DESK)
    assert topics(many) == set()
    for times in ((before, None), (None, before)):
        assert topics(many, *times) == set()
    assert topics(many, between, None) == topics(many, None, between) == {Topic.RESULTS}


def holders(world: RegistryWorld, *times: datetime | None) -> list[tuple[str, bool]]:
    found = mandates_for(A, *times, tools=world.tools, principal=DESK)
    return [(one.holder, one.in_force(found.effective_at)) for one in found.mandates]


def test_a_mandate_ended_by_a_later_word_was_in_force_as_known_then(many: RegistryWorld) -> None:
    before = later(many)
    mandate = guardian(many, "Bo")
    then = later(many)
    many.clock.pass_time(DAY.total_seconds())
    end_mandate(A, mandate, then, tools=many.tools, principal=DESK)
    assert holders(many, None, before) == holders(many, before, None) == []
    assert holders(many, None, then) == [("Bo", True)]
    assert holders(many) == [("Bo", False)]
    page = list_mandates(None, None, then, tools=many.tools, principal=DESK)
    assert [one.state for one in page.entries] == [MandateState.IN_FORCE]
    page = list_mandates(None, before, None, tools=many.tools, principal=DESK)
    assert page.entries == ()


def test_a_death_taken_back_stood_as_known_before(many: RegistryWorld) -> None:
    died_at = many.clock.now() - DAY
    before = later(many)
    record_death(A, died_at, PAPER, tools=many.tools, principal=DESK)
    then = later(many)
    correct_death(A, PAPER, tools=many.tools, principal=SECOND)

    def stands(*times: datetime | None) -> list[bool]:
        page = list_deaths(None, *times, tools=many.tools, principal=DESK)
        return [one.stands for one in page.entries]

    assert stands() == [False]
    assert stands(None, then) == [True]
    assert stands(None, before) == stands(died_at - DAY, None) == []
    assert not preferences_of(A, tools=many.tools, principal=CONTACT).life.died_at
    found = preferences_of(A, None, then, tools=many.tools, principal=CONTACT)
    assert found.life.died_at == died_at


def states(found: Sequence[object]) -> list[object]:
    return [one.merge.state for one in found]  # type: ignore[attr-defined] # a MergeStatus


def test_a_merge_confirmed_later_was_pending_then(many: RegistryWorld) -> None:
    before = later(many)
    merge = propose(many)
    then = later(many)
    set_preferences(
        B, Preferences(topics=frozenset({Topic.UPDATES})), tools=many.tools, principal=DESK
    )
    confirm(many, merge)
    tools = many.tools
    assert states(merges_of(A, tools=tools, principal=DESK)) == [MergeState.CONFIRMED]
    assert states(pending_merges(tools=tools, principal=DESK)) == []
    for times in ((then, None), (None, then)):
        assert states(merges_of(A, *times, tools=tools, principal=DESK)) == [MergeState.PENDING]
        assert states(pending_merges(*times, tools=tools, principal=DESK)) == [MergeState.PENDING]
    for times in ((before, None), (None, before)):
        assert states(merges_of(A, *times, tools=tools, principal=DESK)) == []
        assert states(pending_merges(*times, tools=tools, principal=DESK)) == []


def test_what_was_said_under_a_name_not_yet_known_to_be_hers_is_not_hers_as_known_then(
    many: RegistryWorld,
) -> None:
    record_death(B, many.clock.now() - DAY, PAPER, tools=many.tools, principal=DESK)
    before = later(many)
    confirm(many, propose(many))
    assert life_of(A, None, None, tools=many.tools, principal=DESK).life.died_at
    assert life_of(A, None, before, tools=many.tools, principal=DESK).life.died_at is None


def test_a_proposal_that_was_signed_since_waited_then(many: RegistryWorld) -> None:
    withdraw(A, WithdrawConsent(), tools=many.tools, principal=DESK)
    held = [guardian(many, holder, joint=True) for holder in ("Bo", "Carl")]
    before = later(many)
    hmb = RawAlternative(permission="HMB")
    wanted = NewConsent(pseudonym=A, dataset=DS, alternatives=[hmb])
    pending = propose_decision(wanted, [held[0]], tools=many.tools, principal=DESK)
    then = later(many)
    sign_decision(A, pending.decision_id, [held[1]], tools=many.tools, principal=DESK)

    def waiting(*times: datetime | None) -> list[frozenset[str]]:
        found = proposals_for(A, *times, tools=many.tools, principal=DESK)
        return [one.missing for one in found]

    assert waiting() == []
    assert waiting(then, None) == waiting(None, then) == [frozenset({held[1]})]
    assert waiting(before, None) == waiting(None, before) == []


def test_codes_are_told_as_published_by_then_and_never_worked_out_for_an_instant(
    many: RegistryWorld,
) -> None:
    """Of two instants around one change they would tell whose it was (ADR 0034)."""
    before = later(many)
    many.clock.pass_time(86_400)
    for _ in range(2):
        many.clock.pass_time(86_400)
        while publish_next(tools=many.tools):
            pass
    published = later(many)
    many.load({"participant": "P-x", "local_id": "x", "permission": "HMB"})

    def codes(*times: datetime | None) -> object:
        return dataset_codes(DS, *times, tools=many.tools).terms

    assert codes() == codes(None, published) == codes(published, None) == terms(Duo.GRU)
    assert codes(before, None) == codes(None, before) == ()
    told = dataset_codes(DS, None, before, tools=many.tools).dataset
    assert (told.members, told.table_version, told.revision) == (25, 1, 2)
    now = get_dataset(DS, tools=many.tools)
    seen = dataset_codes(DS, None, many.clock.now(), tools=many.tools).dataset
    assert (seen.members, seen.table_version, seen.revision) == (
        *(now.members, now.table_version, now.revision),
    )


def test_a_dataset_registered_later_was_not_there_then(many: RegistryWorld) -> None:
    then = later(many)
    other = DatasetId("GDI-ZZ-DATASET-2")
    many.dataset(other)
    assert [one.dataset for one in list_datasets(tools=many.tools)] == [DS, other]
    (only,) = list_datasets(then, tools=many.tools)
    assert (only.dataset, only.members) == (DS, 25)
    with pytest.raises(DatasetUnknown):
        dataset_codes(other, None, then, tools=many.tools)


def test_who_blocked_what_is_answered_of_then(many: RegistryWorld) -> None:
    then = later(many)
    for number in range(20):
        withdraw(f"P-{number:06}", WithdrawConsent(), tools=many.tools, principal=DESK)
    many.clock.pass_time(3600)

    def reasons(*times: datetime | None) -> set[str]:
        found = who_blocks_what(DS, purpose(), *times, tools=many.tools, principal=DESK)
        return set(found.figures.reasons)

    assert reasons() == reasons(many.clock.now(), None) == {"withdrawn"}
    assert reasons(then, None) == reasons(None, then) == set()
