# SPDX-License-Identifier: Apache-2.0
"""What people are told without having done anything: whom it reaches, when, and how often."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from consent_registry.domain.errors import ContactsNotOffered, FormUnknown
from consent_registry.domain.levels import Level
from consent_registry.domain.lives import Preferences, Topic
from consent_registry.domain.mandates import MandateKind
from consent_registry.domain.notices import NoticeKind, Outcome
from consent_registry.domain.records import Channel
from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.forms import ask_again
from consent_registry.usecases.lives import record_death, set_own_wishes
from consent_registry.usecases.mandates import NewMandate, end_mandate, record_mandate
from consent_registry.usecases.telling import tell_next
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw_own
from tests.fakes.form_factories import small_document
from tests.support.merge_world import permit
from tests.support.reached import ANNA, Reach, leave, reached
from tests.support.registry_world import DESK, DS, RegistryWorld

DIGEST = "ab" * 32
USED = "Something new uses your data"
ENDS = "Something you allowed ends soon"
FREE = "Soon you decide yourself"
AGAIN = "You are asked again"
DAY = 86_400


@pytest.fixture
def reach(tmp_path: Path) -> Iterator[Reach]:
    with reached(tmp_path) as opened:
        opened.confirmed()
        yield opened


def told_world(reach: Reach) -> RegistryWorld:
    return replace(reach.world, tools=reach.tools)


def wants(reach: Reach, *topics: Topic, no_contact: bool = False) -> None:
    said = Preferences(topics=frozenset(topics), no_contact=no_contact)
    set_own_wishes(said, None, tools=reach.tools, principal=ANNA, channel=Channel.PAGE)


def grant(reach: Reach, until: datetime | None, form: str = "") -> None:
    alternative = RawAlternative(permission="HMB")
    wanted = NewConsent(
        pseudonym="P-ANNA",
        dataset=DS,
        alternatives=(alternative,),
        effective_to=until,
        form_version=form,
    )
    record_consent(wanted, tools=reach.tools, principal=DESK)


def guard(reach: Reach, until: datetime) -> str:
    wanted = NewMandate(
        pseudonym="P-ANNA",
        kind=MandateKind.GUARDIAN,
        holder="Her mother",
        evidence=DIGEST,
        until=until,
    )
    return record_mandate(wanted, tools=reach.tools, principal=DESK).mandate_id


def queued(reach: Reach) -> int:
    return int(str(reach.world.scalar("SELECT count(*) FROM notice WHERE kind <> 'confirm'")))


def test_a_permit_is_told_to_who_asked_for_news_and_once(reach: Reach) -> None:
    wants(reach, Topic.UPDATES)
    permit(told_world(reach), "PERMIT-1")
    reach.work()
    reach.work()
    assert reach.subjects() == [USED]
    assert f"{reach.tools.issuer}/who-used" in reach.messages()[-1]
    assert "PERMIT-1" not in reach.messages()[-1]


@pytest.mark.parametrize("topics", [(), (Topic.NEW_STUDIES, Topic.RESULTS)])
def test_of_a_permit_hears_nobody_who_did_not_ask(reach: Reach, topics: tuple[Topic, ...]) -> None:
    if topics:
        wants(reach, *topics)
    permit(told_world(reach), "PERMIT-1")
    reach.work()
    assert (reach.subjects(), queued(reach)) == ([], 0)


def test_who_is_not_in_the_permit_does_not_hear_of_it(reach: Reach) -> None:
    wants(reach, Topic.UPDATES)
    leave(reach)
    permit(told_world(reach), "PERMIT-1")
    reach.work()
    assert USED not in reach.subjects()


def test_who_left_before_it_was_sent_is_not_told_that_her_data_are_used(reach: Reach) -> None:
    wants(reach, Topic.UPDATES)
    permit(told_world(reach), "PERMIT-1")
    while tell_next(tools=reach.tools):
        pass
    leave(reach)
    reach.work()
    assert (NoticeKind.PERMIT, Outcome.MOOT) in reach.outcomes()
    assert USED not in reach.subjects()


def test_ten_permits_in_a_day_are_two_messages_by_the_next_working_day(reach: Reach) -> None:
    """The first at once; what came after it is said by the second."""
    wants(reach, Topic.UPDATES)
    for number in range(10):
        permit(told_world(reach), f"PERMIT-{number}")
        reach.work()
    assert reach.subjects() == [USED]
    reach.world.clock.pass_time(DAY)  # from a Sunday to a Monday
    reach.work()
    assert reach.subjects() == [USED, USED]
    assert reach.world.scalar("SELECT count(*) FROM notice WHERE due_at IS NOT NULL") == 0


def test_nothing_is_told_after_a_withdrawal_from_all_contact_or_to_the_dead(reach: Reach) -> None:
    wants(reach, Topic.UPDATES)
    permit(told_world(reach), "PERMIT-1")
    level = Level.NO_FURTHER_CONTACT
    reach.world.clock.pass_time(60)
    wanted = WithdrawConsent(level=level)
    withdraw_own(wanted, tools=reach.tools, principal=ANNA, channel=Channel.PAGE)
    reach.work()
    assert USED not in reach.subjects()
    wants(reach, Topic.UPDATES)
    permit(told_world(reach), "PERMIT-2")
    died_at = reach.world.clock.now()
    record_death("P-ANNA", died_at, DIGEST, tools=reach.tools, principal=DESK)
    reach.world.clock.pass_time(DAY)
    reach.work()
    assert USED not in reach.subjects()


def test_a_consent_that_ends_is_told_as_long_before_as_the_policy_says(reach: Reach) -> None:
    grant(reach, reach.world.clock.now() + timedelta(days=45))
    reach.work()
    assert reach.subjects() == []
    for _ in range(20):
        reach.world.clock.pass_time(DAY)
        reach.work()
    assert reach.subjects() == [ENDS]


def test_one_that_was_given_anew_or_taken_back_does_not_end_soon(reach: Reach) -> None:
    grant(reach, reach.world.clock.now() + timedelta(days=10))
    reach.world.clock.pass_time(60)
    grant(reach, None)
    reach.work()
    assert reach.subjects() == []
    reach.world.clock.pass_time(60)
    grant(reach, reach.world.clock.now() + timedelta(days=10))
    leave(reach)
    reach.world.clock.pass_time(DAY)
    reach.work()
    assert ENDS not in reach.subjects()


def test_who_comes_of_age_is_told_the_day_and_nobody_whom_another_goes_on_guarding(
    reach: Reach,
) -> None:
    ends = reach.world.clock.now() + timedelta(days=50)
    other = guard(reach, ends + timedelta(days=500))
    guard(reach, ends)
    reach.work()
    assert reach.subjects() == []
    end_mandate("P-ANNA", other, None, tools=reach.tools, principal=DESK)
    reach.world.clock.pass_time(DAY)
    reach.work()
    assert reach.subjects() == [FREE]
    assert date.isoformat((ends + timedelta(hours=14)).date()) in reach.messages()[-1]


def test_asking_again_reaches_who_answered_an_older_version_and_has_not_answered_since(
    reach: Reach,
) -> None:
    old = reach.world.form(small_document(), demanded_by=DS)
    with pytest.raises(ContactsNotOffered):
        ask_again(DS, tools=reach.world.tools, principal=DESK)
    grant(reach, None, old)
    new = reach.world.form(small_document(version="1.1"), demanded_by=DS)
    reach.world.clock.pass_time(60)
    reach.work()
    assert reach.subjects() == [], "a new version alone asks nobody"
    assert ask_again(DS, tools=reach.tools, principal=DESK).form.sha256 == new
    ask_again(DS, tools=reach.tools, principal=DESK)
    reach.work()
    assert reach.subjects() == [AGAIN]
    reach.world.clock.pass_time(DAY)
    grant(reach, None, new)
    newest = reach.world.form(small_document(version="1.2"), demanded_by=DS)
    assert ask_again(DS, tools=reach.tools, principal=DESK).form.sha256 == newest
    grant(reach, None, newest)
    reach.world.clock.pass_time(60)
    reach.work()
    assert reach.subjects() == [AGAIN]


def test_a_dataset_without_a_form_asks_nobody_again(reach: Reach) -> None:
    with pytest.raises(FormUnknown):
        ask_again(DS, tools=reach.tools, principal=DESK)


def test_where_nobody_is_reached_nothing_is_gone_through(reach: Reach) -> None:
    permit(reach.world, "PERMIT-1")
    assert not tell_next(tools=reach.world.tools)
    assert reach.world.count("notice_round") == 0
