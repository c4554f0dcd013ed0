# SPDX-License-Identifier: Apache-2.0
"""Where people are reached: apart from all else, only once confirmed, gone when they say so."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from consent_registry.adapters.contact.points import SqlContactPoints
from consent_registry.adapters.contact.tables import METADATA
from consent_registry.adapters.tables import PARTICIPANT_LINK
from consent_registry.domain.contacts import MOST_TRIES
from consent_registry.domain.errors import ContactsAway, NotLinked, TooManyCodes
from consent_registry.domain.notices import NoticeKind, Outcome
from consent_registry.http import rights_present
from consent_registry.ports.contacts import ContactPoints
from consent_registry.usecases.contacts import (
    confirm_own_contact,
    own_contact,
    remove_own_contact,
    set_own_contact,
)
from consent_registry.usecases.own_file import own_file
from shared.db import engine, schema_differences
from shared.errors import ValidationFailed
from shared.keys import KeyStoreError
from tests.support.page_world import make_sign_in
from tests.support.participant_pages import Site, pages_app
from tests.support.postgres import empty_database, session_server
from tests.support.reached import ADDRESS, ANNA, Reach, reached
from tests.support.registry_world import LOGIN


@pytest.fixture
def reach(tmp_path: Path) -> Iterator[Reach]:
    with reached(tmp_path) as opened:
        yield opened


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


def test_a_removed_address_is_gone(reach: Reach) -> None:
    reach.confirmed()
    remove_own_contact(tools=reach.tools, principal=ANNA)
    remove_own_contact(tools=reach.tools, principal=ANNA)
    assert own_contact(tools=reach.tools, principal=ANNA).point is None
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


def test_her_own_file_says_where_she_is_reached_and_what_was_sent(reach: Reach) -> None:
    """Everything that is held of her (GDPR Article 15), or no file."""
    reach.confirmed()
    found = rights_present.own_file(own_file(with_uses=None, tools=reach.tools, principal=ANNA))
    (point,) = found["contact_points"]
    assert (point["email"], point["waiting"], point["language"]) == (ADDRESS, None, "en")
    assert [one["outcome"] for one in found["notices"]] == ["sent", "begun"]
    assert found["complaint"]["articles"] == ["77", "79"]
    contacts = reach.tools.contacts
    assert contacts is not None
    nowhere = engine("postgresql://contact@127.0.0.1:9/contact?connect_timeout=2", pool_size=1)
    try:
        away = replace(contacts, points=SqlContactPoints(nowhere, reach.key))
        tools = replace(reach.tools, contacts=away)
        with pytest.raises(ContactsAway):
            own_file(with_uses=None, tools=tools, principal=ANNA)
    finally:
        nowhere.dispose()


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
