# SPDX-License-Identifier: Apache-2.0
"""Notices: whom they reach and whom not, what becomes of each, and the last one of an erasure."""

import email
import email.policy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from consent_registry.domain.erasure import Part
from consent_registry.domain.errors import ContactsNotOffered
from consent_registry.domain.levels import Level
from consent_registry.domain.lives import Preferences
from consent_registry.domain.notices import LEASE, MOST_ATTEMPTS, NoticeKind, Outcome
from consent_registry.domain.records import Channel
from consent_registry.usecases.contacts import (
    confirm_own_contact,
    own_contact,
    set_own_contact,
)
from consent_registry.usecases.lives import set_own_wishes
from consent_registry.usecases.notifying import notify_next
from consent_registry.usecases.people import link_login
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw_own
from tests.support.erasing_world import ANNA as ERASED
from tests.support.erasing_world import erasing_world
from tests.support.page_world import make_sign_in
from tests.support.participant_pages import Site, pages_app
from tests.support.reached import ADDRESS, ANNA, Reach, leave, reached
from tests.support.registry_world import DESK, LOGIN, registry_world


@pytest.fixture
def reach(tmp_path: Path) -> Iterator[Reach]:
    with reached(tmp_path) as opened:
        yield opened


def test_nothing_but_a_code_goes_to_an_address_that_nobody_confirmed(reach: Reach) -> None:
    set_own_contact(ADDRESS, "en", tools=reach.tools, principal=ANNA)
    leave(reach)
    reach.work()
    assert len(reach.messages()) == 1
    assert reach.outcomes()[-1] == (NoticeKind.WITHDRAWAL, Outcome.NO_CONTACT_POINT)


def test_a_withdrawal_is_told_with_the_address_of_its_receipt(reach: Reach) -> None:
    reach.confirmed()
    withdrawal_id = leave(reach)
    reach.work()
    message = email.message_from_string(reach.messages()[-1], policy=email.policy.default)
    assert message["To"] == ADDRESS
    body = message.get_content()
    assert f"{reach.tools.issuer}/withdrawals/{withdrawal_id}" in body
    assert "GDI-" not in reach.messages()[-1]
    assert reach.outcomes()[-2:] == [
        (NoticeKind.WITHDRAWAL, Outcome.BEGUN),
        (NoticeKind.WITHDRAWAL, Outcome.SENT),
    ]


def test_another_address_is_used_once_it_is_confirmed_and_the_one_before_until_then(
    reach: Reach,
) -> None:
    """A slip of the pen loses no notice."""
    reach.confirmed()
    set_own_contact("other@example.org", "et", tools=reach.tools, principal=ANNA)
    code = reach.code()
    leave(reach)
    reach.work()
    assert "To: anna@example.org" in reach.messages()[-1]
    confirm_own_contact(code, tools=reach.tools, principal=ANNA)
    point = own_contact(tools=reach.tools, principal=ANNA).point
    assert point is not None
    assert (point.email, point.language, point.waiting) == ("other@example.org", "et", "")


def test_who_withdrew_from_all_contact_is_not_written_to(reach: Reach) -> None:
    reach.confirmed()
    level = Level.NO_FURTHER_CONTACT
    for wanted in (WithdrawConsent(level=level), WithdrawConsent()):
        withdraw_own(wanted, tools=reach.tools, principal=ANNA, channel=Channel.PAGE)
    reach.work()
    assert len(reach.messages()) == 1
    assert reach.outcomes()[-1] == (NoticeKind.WITHDRAWAL, Outcome.WITHHELD)


def test_an_erasure_waits_for_contact_points_that_were_kept_and_are_switched_off(
    reach: Reach,
) -> None:
    with erasing_world() as plain:
        tools = replace(plain.tools, contacts=reach.tools.contacts)
        set_own_contact(ADDRESS, "en", tools=tools, principal=ERASED)
        erasure_id = plain.begin()
        plain.run()
        assert plain.look(erasure_id).next_part is Part.CONTACTS


def test_who_wants_no_contact_gets_none(reach: Reach) -> None:
    reach.confirmed()
    wanted = Preferences(no_contact=True)
    set_own_wishes(wanted, None, tools=reach.tools, principal=ANNA, channel=Channel.PAGE)
    sent = len(reach.messages())
    leave(reach)
    reach.work()
    assert len(reach.messages()) == sent
    assert reach.outcomes()[-1] == (NoticeKind.WITHDRAWAL, Outcome.WITHHELD)


def test_what_does_not_go_through_is_tried_again_and_given_up_in_the_end(reach: Reach) -> None:
    reach.confirmed()
    leave(reach)
    reach.courier.away = True
    for _ in range(2 * MOST_ATTEMPTS):
        reach.work()
        reach.world.clock.pass_time(86_400)
    said = [outcome for kind, outcome in reach.outcomes() if kind is NoticeKind.WITHDRAWAL]
    assert said.count(Outcome.BEGUN) == MOST_ATTEMPTS
    assert said[-1] is Outcome.GAVE_UP
    reach.courier.away = False
    reach.work()
    assert len(reach.messages()) == 1


def test_an_attempt_that_was_cut_off_is_made_again_and_says_so(reach: Reach) -> None:
    reach.confirmed()
    leave(reach)

    class Cut(BaseException):
        """The process is gone."""

    def cut(*_: str) -> None:
        raise Cut

    sending, reach.courier.send = reach.courier.send, cut  # type: ignore[method-assign,assignment]
    with pytest.raises(Cut):
        notify_next(tools=reach.tools)
    reach.courier.send = sending  # type: ignore[method-assign]
    assert not notify_next(tools=reach.tools)
    reach.world.clock.pass_time(LEASE.total_seconds())
    reach.work()
    said = [outcome for kind, outcome in reach.outcomes() if kind is NoticeKind.WITHDRAWAL]
    assert said == [Outcome.BEGUN, Outcome.INTERRUPTED, Outcome.BEGUN, Outcome.SENT]


def test_the_same_withdrawal_sent_twice_is_told_once(reach: Reach) -> None:
    reach.confirmed()
    for _ in range(2):
        withdraw_own(
            WithdrawConsent(idempotency_key="once"),
            tools=reach.tools,
            principal=ANNA,
            channel=Channel.PAGE,
        )
    reach.work()
    assert len(reach.messages()) == 2  # the code, and the withdrawal


def test_an_erasure_is_told_before_it_forgets_where(reach: Reach) -> None:
    """What waited before it is not sent any more; the last message is that it is done."""
    with erasing_world() as plain:
        tools = replace(plain.tools, contacts=reach.tools.contacts)
        erasing = replace(plain, tools=tools)
        set_own_contact(ADDRESS, "en", tools=tools, principal=ERASED)
        confirm_own_contact(reach.code(), tools=tools, principal=ERASED)
        withdraw_own(WithdrawConsent(), tools=tools, principal=ERASED, channel=Channel.PAGE)
        erasure_id = erasing.begin()
        erasing.run()
        assert erasing.look(erasure_id).next_part is Part.CONTACTS
        while notify_next(tools=tools):
            pass
        erasing.run()
        assert erasing.look(erasure_id).next_part is Part.LATE
        complete_on = erasing.look(erasure_id).complete_on
    sent = [email.message_from_string(one, policy=email.policy.default) for one in reach.messages()]
    assert [one["Subject"] for one in sent] == ["Your code", "Your data are erased"]
    assert complete_on is not None
    assert complete_on.isoformat() in sent[-1].get_content()
    with psycopg.connect(reach.url) as connection:
        assert connection.execute("SELECT count(*) FROM contact_point").fetchone() == (0,)


def test_without_contact_points_nothing_is_queued_and_the_page_says_so() -> None:
    with registry_world() as world:
        world.dataset()
        world.load({"participant": "P-ANNA"})
        link_login("P-ANNA", LOGIN, "person-anna", tools=world.tools, principal=DESK)
        withdraw_own(WithdrawConsent(), tools=world.tools, principal=ANNA, channel=Channel.PAGE)
        assert world.count("notice") == 0
        assert not notify_next(tools=world.tools)
        with pytest.raises(ContactsNotOffered):
            own_contact(tools=world.tools, principal=ANNA)
        site = Site(world=world, app=pages_app(world, make_sign_in(world.clock, issuer=LOGIN)))
        answer = site.browser().get("/contact")
        assert answer.status_code == 404
        assert "Nobody is written to from here" in answer.text
