# SPDX-License-Identifier: Apache-2.0
"""Where people are reached: apart from all else, only once confirmed, gone with an erasure."""

import email
import email.policy
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from consent_registry.adapters.contact.points import SqlContactPoints
from consent_registry.adapters.contact.tables import METADATA
from consent_registry.adapters.couriers import DropFolder, Mail
from consent_registry.adapters.notice_texts import shipped_texts
from consent_registry.adapters.tables import PARTICIPANT_LINK
from consent_registry.domain.contacts import MOST_TRIES, is_email
from consent_registry.domain.erasure import Part
from consent_registry.domain.errors import ContactsAway, ContactsNotOffered, NotLinked, TooManyCodes
from consent_registry.domain.levels import Level
from consent_registry.domain.lives import Preferences
from consent_registry.domain.notices import LEASE, MOST_ATTEMPTS, NoticeKind, Outcome
from consent_registry.domain.records import Channel
from consent_registry.ports.contacts import ContactPoints, CourierAway
from consent_registry.usecases.contacts import (
    confirm_own_contact,
    own_contact,
    remove_own_contact,
    set_own_contact,
)
from consent_registry.usecases.lives import set_own_wishes
from consent_registry.usecases.notifying import notify_next
from consent_registry.usecases.people import link_login
from consent_registry.usecases.tools import Contacts, Tools
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw_own
from shared.db import engine, schema_differences
from shared.errors import ValidationFailed
from shared.keys import KeyStoreError
from tests.support.erasing_world import ANNA as ERASED
from tests.support.erasing_world import erasing_world
from tests.support.page_world import make_sign_in
from tests.support.participant_pages import Site, pages_app
from tests.support.postgres import empty_database, fresh_database, session_server
from tests.support.registry_world import DESK, LOGIN, RegistryWorld, person, registry_world

ANNA = person("person-anna")
ADDRESS = "anna@example.org"


class StubbornCourier:
    """Refuses to take anything while told so; else a folder."""

    def __init__(self, folder: DropFolder) -> None:
        self.away = False
        self.folder = folder

    def send(self, notice_id: str, to: str, subject: str, body: str) -> None:
        if self.away:
            raise CourierAway
        self.folder.send(notice_id, to, subject, body)


@dataclass(frozen=True, kw_only=True)
class Reach:
    """A registry whose people can be reached, and the folder that their messages end in."""

    world: RegistryWorld
    tools: Tools
    url: str
    folder: Path
    courier: StubbornCourier
    key: bytes = field(repr=False)

    def messages(self) -> list[str]:
        """Give what was sent, as text."""
        files = sorted(self.folder.glob("*.eml"), key=lambda one: one.stat().st_mtime_ns)
        return [one.read_text() for one in files]

    def work(self) -> None:
        while notify_next(tools=self.tools):
            pass

    def confirmed(self) -> None:
        """Enter Anna's address and confirm it."""
        set_own_contact(ADDRESS, "en", tools=self.tools, principal=ANNA)
        confirm_own_contact(self.code(), tools=self.tools, principal=ANNA)

    def code(self) -> str:
        """Read the code in the last message."""
        found = re.search(r"\b[0-9]{8}\b", self.messages()[-1])
        assert found is not None
        return found.group()

    def outcomes(self) -> list[tuple[NoticeKind, Outcome]]:
        """Give what became of Anna's notices, the oldest step first."""
        found = own_contact(tools=self.tools, principal=ANNA).notices
        return [(kind, outcome) for kind, outcome, _ in reversed(found)]


@pytest.fixture
def reach(tmp_path: Path) -> Iterator[Reach]:
    with registry_world() as world:
        world.dataset()
        world.load({"participant": "P-ANNA"})
        link_login("P-ANNA", LOGIN, "person-anna", tools=world.tools, principal=DESK)
        url, key = fresh_database("consent_registry.adapters.contact"), os.urandom(32)
        database = engine(url, pool_size=4)
        courier = StubbornCourier(
            DropFolder(tmp_path, Mail(sender="no-reply@consent.test", clock=world.clock))
        )
        contacts = Contacts(
            points=SqlContactPoints(database, key), courier=courier, texts=shipped_texts()
        )
        yield Reach(
            world=world,
            tools=replace(world.tools, contacts=contacts),
            url=url,
            folder=tmp_path,
            courier=courier,
            key=key,
        )
        database.dispose()


def leave(reach: Reach) -> str:
    done = withdraw_own(WithdrawConsent(), tools=reach.tools, principal=ANNA, channel=Channel.PAGE)
    return done.withdrawal_id


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


def test_neither_database_says_who_is_where(reach: Reach) -> None:
    reach.confirmed()
    pid = reach.world.scalar("SELECT pid FROM participant WHERE pseudonym = 'P-ANNA'")
    with psycopg.connect(reach.url) as connection:
        rows = connection.execute("SELECT * FROM contact_point").fetchall()
    kept = repr(rows)
    assert len(rows) == 1
    for told in (ADDRESS, "anna", "P-ANNA", str(pid), str(pid).replace("-", "")):
        assert told not in kept
    assert not reach.world.scalar(
        "SELECT count(*) FROM outbox WHERE convert_from(value, 'UTF8') LIKE '%@example%'"
    )


def test_the_migration_builds_what_the_table_declares(reach: Reach) -> None:
    assert schema_differences(METADATA, reach.url) == []


def test_neither_role_reaches_the_others_database(reach: Reach) -> None:
    """As the runner makes both, and as an operator does."""
    roles = ("consent_registry", "contact")
    databases = [empty_database(role).rpartition("/")[2].partition("?")[0] for role in roles]
    for role, database in zip(roles, reversed(databases), strict=True):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(session_server().url(database, role))


def test_a_wrong_code_confirms_nothing_and_a_few_of_them_end_it(reach: Reach) -> None:
    set_own_contact(ADDRESS, "en", tools=reach.tools, principal=ANNA)
    right = reach.code()
    wrong = f"{(int(right) + 1) % 10**8:08}"
    for _ in range(MOST_TRIES):
        with pytest.raises(ValidationFailed):
            confirm_own_contact(wrong, tools=reach.tools, principal=ANNA)
    with pytest.raises(ValidationFailed):
        confirm_own_contact(right, tools=reach.tools, principal=ANNA)
    point = own_contact(tools=reach.tools, principal=ANNA).point
    assert point is not None
    assert point.confirmed_at is None
    assert reach.outcomes() == [(NoticeKind.CODE, Outcome.BEGUN), (NoticeKind.CODE, Outcome.SENT)]


def test_a_code_is_good_for_half_an_hour_and_once(reach: Reach) -> None:
    set_own_contact(ADDRESS, "en", tools=reach.tools, principal=ANNA)
    late = reach.code()
    reach.world.clock.pass_time(1_800)
    with pytest.raises(ValidationFailed):
        confirm_own_contact(late, tools=reach.tools, principal=ANNA)
    reach.confirmed()
    with pytest.raises(ValidationFailed):
        confirm_own_contact(reach.code(), tools=reach.tools, principal=ANNA)


def test_nobody_has_strangers_written_to_all_day(reach: Reach) -> None:
    for number in range(5):
        set_own_contact(f"stranger{number}@example.org", "en", tools=reach.tools, principal=ANNA)
    with pytest.raises(TooManyCodes):
        set_own_contact("stranger5@example.org", "en", tools=reach.tools, principal=ANNA)
    assert len(reach.messages()) == 5
    reach.world.clock.pass_time(86_400)
    set_own_contact(ADDRESS, "fi", tools=reach.tools, principal=ANNA)


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


def test_an_address_entered_while_she_is_erased_does_not_stay(reach: Reach) -> None:
    """Her link ends with the registry's part, before where she is reached is forgotten."""
    contacts = reach.tools.contacts
    assert contacts is not None

    class Slow:
        """The points; her link is gone by the time that one is kept."""

        def __init__(self, points: ContactPoints) -> None:
            self._points = points

        def __getattr__(self, name: str) -> Any:
            return getattr(self._points, name)

        def put(self, *given: Any) -> None:
            self._points.put(*given)
            with reach.world.engine.begin() as connection:
                connection.execute(PARTICIPANT_LINK.delete())

    tools = replace(reach.tools, contacts=replace(contacts, points=Slow(contacts.points)))
    with pytest.raises(NotLinked):
        set_own_contact(ADDRESS, "en", tools=tools, principal=ANNA)
    assert reach.messages() == []
    with psycopg.connect(reach.url) as connection:
        assert connection.execute("SELECT count(*) FROM contact_point").fetchone() == (0,)


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


def test_a_removed_address_is_gone(reach: Reach) -> None:
    reach.confirmed()
    remove_own_contact(tools=reach.tools, principal=ANNA)
    remove_own_contact(tools=reach.tools, principal=ANNA)
    assert own_contact(tools=reach.tools, principal=ANNA).point is None
    with psycopg.connect(reach.url) as connection:
        assert connection.execute("SELECT count(*) FROM contact_point").fetchone() == (0,)


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


def test_another_key_opens_nothing(reach: Reach) -> None:
    reach.confirmed()
    pid = str(reach.world.scalar("SELECT pid FROM participant WHERE pseudonym = 'P-ANNA'"))
    database = engine(reach.url, pool_size=1)
    try:
        assert SqlContactPoints(database, os.urandom(32)).get(pid) is None
        with psycopg.connect(reach.url) as connection:
            connection.execute("UPDATE contact_point SET sealed = sealed || '\\x00'")
        with pytest.raises(KeyStoreError):
            SqlContactPoints(database, reach.key).get(pid)
    finally:
        database.dispose()


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


def test_the_page_enters_confirms_and_removes(reach: Reach) -> None:
    world = replace(reach.world, tools=reach.tools)
    site = Site(world=world, app=pages_app(world, make_sign_in(world.clock, issuer=LOGIN)))
    browser = site.browser()
    bad = browser.send("/contact", form_at="/contact", fields={"email": "nobody", "language": "xx"})
    assert bad.status_code == 422
    assert reach.messages() == []
    entered = {"email": ADDRESS, "language": "pt"}
    assert browser.send("/contact", form_at="/contact", fields=entered).status_code == 303
    assert "Not yet: nothing but the code is sent there" in browser.page("/contact")
    wrong = browser.send("/contact/confirm", form_at="/contact", fields={"code": "1"})
    assert wrong.status_code == 422
    code = {"code": f" {reach.code()[:4]} {reach.code()[4:]}"}
    assert browser.send("/contact/confirm", form_at="/contact", fields=code).status_code == 303
    page = browser.page("/contact")
    assert ADDRESS in page
    assert "The code that was sent to you" not in page
    assert browser.send("/contact/remove", form_at="/contact").status_code == 303
    assert ADDRESS not in browser.page("/contact")
    reach.courier.away = True
    assert browser.send("/contact", form_at="/contact", fields=entered).status_code == 503


def test_what_is_away_is_said_to_be(reach: Reach) -> None:
    contacts = reach.tools.contacts
    assert contacts is not None
    nowhere = engine("postgresql://contact@127.0.0.1:9/contact?connect_timeout=2", pool_size=1)
    try:
        away = replace(contacts, points=SqlContactPoints(nowhere, reach.key))
        with pytest.raises(ContactsAway):
            own_contact(tools=replace(reach.tools, contacts=away), principal=ANNA)
    finally:
        nowhere.dispose()


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        (ADDRESS, True),
        ("a.b+c@sub.example.org", True),
        ("", False),
        ("anna", False),
        ("anna@localhost", False),
        ("anna@example.org\nBcc: x@example.org", False),
        ("anna@example.org, b@example.org", False),
        ('"a b"@example.org', False),
        ("a@[127.0.0.1]", False),
        (f"{'a' * 250}@example.org", False),
        ("ännä@example.org", False),
    ],
)
def test_an_address_is_one_address(text: str, fine: bool) -> None:
    assert is_email(text) is fine
