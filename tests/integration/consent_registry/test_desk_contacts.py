# SPDX-License-Identifier: Apache-2.0
"""People on paper: a desk enters where they are reached, a code or a letter shows that it is so."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from consent_registry.domain.contacts import MOST_TRIES
from consent_registry.domain.errors import (
    ContactNotWanted,
    ParticipantUnknown,
    SecondPersonNeeded,
    SignsInHerself,
)
from consent_registry.domain.lives import Preferences
from consent_registry.ports.contacts import ContactPoints
from consent_registry.usecases.contacts import confirm_own_contact, own_contact, set_own_contact
from consent_registry.usecases.desk_contacts import (
    PaperContact,
    Reached,
    confirm_contact_code,
    confirm_contact_letter,
    contact_of,
    enter_contact,
    remove_contact,
)
from consent_registry.usecases.lives import record_death, set_preferences
from consent_registry.usecases.notifying import notify_next
from consent_registry.usecases.people import link_login
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.errors import Forbidden, ValidationFailed
from shared.principal import Principal
from tests.support.erasing_world import GRETA, HUGO, ErasingWorld, erasing_world
from tests.support.reached import Reach, reached
from tests.support.registry_world import DESK, LOGIN, person

ADDRESS, PAPER, LETTER = "family@example.org", "ab" * 32, "cd" * 32
WHO, OTHER = "P-PAPER", "P-SISTER"


@pytest.fixture
def reach(tmp_path: Path) -> Iterator[Reach]:
    with reached(tmp_path) as opened:
        for number, name in enumerate((WHO, OTHER)):
            opened.world.load({"participant": name, "local_id": f"S-PAPER-{number}"})
        yield opened


def enter(
    reach: Reach, who: str = WHO, by: Principal = GRETA, email: str = ADDRESS, paper: str = PAPER
) -> Reached:
    wanted = PaperContact(email=email, language="fi", paper=paper)
    return enter_contact(who, wanted, tools=reach.tools, principal=by)


def leave(reach: Reach, who: str = WHO) -> None:
    withdraw(who, WithdrawConsent(), tools=reach.tools, principal=DESK)
    reach.work()


def kept(reach: Reach) -> list[tuple[Any, ...]]:
    with psycopg.connect(reach.url) as connection:
        return connection.execute("SELECT * FROM contact_point").fetchall()


def test_the_code_that_she_told_confirms_and_she_hears_how_to_ask_on_paper(reach: Reach) -> None:
    assert enter(reach) == Reached(confirmed_at=None, language="fi", waits=True)
    leave(reach)
    assert len(reach.messages()) == 1, "nothing but the code before it is confirmed"
    reach.world.clock.pass_time(13 * 86_400)
    found = confirm_contact_code(WHO, reach.code(), tools=reach.tools, principal=GRETA)
    assert found.confirmed_at is not None
    assert not found.waits
    leave(reach)
    assert f"To: {ADDRESS}" in reach.messages()[-1]
    assert "kirjautua" in reach.messages()[-1]


def test_a_wrong_or_late_code_confirms_nothing(reach: Reach) -> None:
    enter(reach)
    right = reach.code()
    wrong = f"{(int(right) + 1) % 10**8:08}"
    for _ in range(MOST_TRIES):
        with pytest.raises(ValidationFailed):
            confirm_contact_code(WHO, wrong, tools=reach.tools, principal=GRETA)
    with pytest.raises(ValidationFailed):
        confirm_contact_code(WHO, right, tools=reach.tools, principal=GRETA)
    enter(reach)
    reach.world.clock.pass_time(14 * 86_400)
    with pytest.raises(ValidationFailed):
        confirm_contact_code(WHO, reach.code(), tools=reach.tools, principal=GRETA)


def test_a_letter_confirms_when_somebody_else_has_seen_it(reach: Reach) -> None:
    with pytest.raises(ValidationFailed):
        confirm_contact_letter(WHO, LETTER, tools=reach.tools, principal=HUGO)
    enter(reach)
    with pytest.raises(SecondPersonNeeded):
        confirm_contact_letter(WHO, LETTER, tools=reach.tools, principal=GRETA)
    with pytest.raises(ValidationFailed):
        confirm_contact_letter(WHO, "no digest", tools=reach.tools, principal=HUGO)
    assert contact_of(WHO, tools=reach.tools, principal=HUGO).waits
    confirm_contact_letter(WHO, LETTER, tools=reach.tools, principal=HUGO)
    leave(reach)
    assert len(reach.messages()) == 2
    with pytest.raises(ValidationFailed):
        confirm_contact_letter(WHO, LETTER, tools=reach.tools, principal=HUGO)


def test_two_at_one_address_are_told_each_and_nothing_joins_them(reach: Reach) -> None:
    for who in (WHO, OTHER):
        enter(reach, who)
        confirm_contact_code(who, reach.code(), tools=reach.tools, principal=GRETA)
    rows = kept(reach)
    assert len(rows) == 2
    cells = [bytes(cell) for row in rows for cell in row if isinstance(cell, bytes)]
    assert len(set(cells)) == len(cells), "no column of one row is that of the other"
    assert not any(word in repr(rows) for word in (ADDRESS, PAPER, LETTER, WHO, "greta"))
    leave(reach)
    leave(reach, OTHER)
    assert [f"To: {ADDRESS}" in one for one in reach.messages()] == [True] * 4
    remove_contact(WHO, tools=reach.tools, principal=HUGO)
    assert len(kept(reach)) == 1
    assert contact_of(OTHER, tools=reach.tools, principal=HUGO).confirmed_at is not None


def test_the_registry_keeps_no_address_and_no_paper_of_it(reach: Reach) -> None:
    enter(reach)
    confirm_contact_letter(WHO, LETTER, tools=reach.tools, principal=HUGO)
    leave(reach)
    with reach.world.engine.connect() as connection:
        names = connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        )
        tables = names.scalars().all()
        assert {"participant", "outbox", "consent_event"} <= set(tables)
        for name in tables:
            rows = connection.execute(text(f'SELECT * FROM "{name}"')).all()  # noqa: S608 - ours
            said = repr([[bytes(v) if isinstance(v, memoryview) else v for v in r] for r in rows])
            assert not any(word in said for word in (ADDRESS, "family", PAPER, LETTER))


def test_who_signs_in_says_it_herself_and_the_desk_touches_nothing_of_it(reach: Reach) -> None:
    reach.confirmed()
    anna = "P-ANNA"
    with pytest.raises(SignsInHerself):
        enter(reach, anna)
    with pytest.raises(SignsInHerself):
        confirm_contact_code(anna, "1", tools=reach.tools, principal=GRETA)
    with pytest.raises(SignsInHerself):
        confirm_contact_letter(anna, LETTER, tools=reach.tools, principal=GRETA)
    with pytest.raises(SignsInHerself):
        remove_contact(anna, tools=reach.tools, principal=GRETA)
    assert contact_of(anna, tools=reach.tools, principal=GRETA).confirmed_at is not None


def test_once_she_signs_in_the_address_of_her_paper_is_hers_to_change(reach: Reach) -> None:
    enter(reach)
    confirm_contact_letter(WHO, LETTER, tools=reach.tools, principal=HUGO)
    herself = person("person-paper")
    link_login(WHO, LOGIN, "person-paper", tools=reach.tools, principal=DESK)
    point = own_contact(tools=reach.tools, principal=herself).point
    assert point is not None
    assert point.email == ADDRESS
    set_own_contact("mine@example.org", "en", tools=reach.tools, principal=herself)
    confirm_own_contact(reach.code(), tools=reach.tools, principal=herself)
    leave(reach)
    assert "To: mine@example.org" in reach.messages()[-1]


def test_who_wants_no_contact_or_has_died_is_not_asked_for_a_code(reach: Reach) -> None:
    set_preferences(WHO, Preferences(no_contact=True), tools=reach.tools, principal=DESK)
    with pytest.raises(ContactNotWanted):
        enter(reach)
    died_at = reach.world.clock.now()
    record_death(OTHER, died_at, PAPER, tools=reach.tools, principal=DESK)
    reach.world.clock.pass_time(1)
    with pytest.raises(ContactNotWanted):
        enter(reach, OTHER)
    assert (reach.messages(), kept(reach)) == ([], [])


@pytest.mark.parametrize(
    ("email", "paper", "pointer"),
    [("nobody", PAPER, "/email"), (ADDRESS, "AB" * 32, "/paper"), (ADDRESS, "", "/paper")],
)
def test_bad_input_keeps_and_sends_nothing(
    reach: Reach, email: str, paper: str, pointer: str
) -> None:
    with pytest.raises(ValidationFailed) as refused:
        enter(reach, email=email, paper=paper)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]
    assert (reach.messages(), kept(reach)) == ([], [])


def test_only_the_rights_desk_enters_and_nobody_for_a_stranger(reach: Reach) -> None:
    for other in (DESK, person("person-anna")):
        with pytest.raises(Forbidden):
            enter(reach, by=other)
        with pytest.raises(Forbidden):
            contact_of(WHO, tools=reach.tools, principal=other)
    with pytest.raises(ParticipantUnknown):
        enter(reach, "P-NOBODY")


def on_paper(site: ErasingWorld, reach: Reach) -> ErasingWorld:
    """Give the erased person no login: her mail goes where her paper said."""
    with site.world.engine.begin() as connection:
        connection.execute(text("DELETE FROM participant_link"))
    return replace(site, tools=replace(site.tools, contacts=reach.tools.contacts))


def test_an_erasure_tells_her_there_and_destroys_it(reach: Reach) -> None:
    with erasing_world() as plain:
        site = on_paper(plain, reach)
        wanted = PaperContact(email=ADDRESS, language="pt", paper=PAPER)
        enter_contact("P-ANNA-7d1f", wanted, tools=site.tools, principal=GRETA)
        confirm_contact_letter("P-ANNA-7d1f", LETTER, tools=site.tools, principal=HUGO)
        site.begin()
        site.run()
        while notify_next(tools=site.tools):
            pass
        site.run()
    assert reach.subjects()[-1] == "Os seus dados foram apagados"
    assert "papel" not in reach.messages()[-1]
    assert kept(reach) == []


def test_an_address_entered_while_she_is_erased_does_not_stay(reach: Reach) -> None:
    contacts = reach.tools.contacts
    assert contacts is not None

    class Slow:
        """The points; she is erased by the time that one is kept."""

        def __init__(self, points: ContactPoints) -> None:
            self._points = points

        def __getattr__(self, name: str) -> Any:
            return getattr(self._points, name)

        def put(self, *given: Any) -> None:
            self._points.put(*given)
            with reach.world.engine.begin() as connection:
                connection.execute(text("UPDATE participant SET erased_at = now()"))

    tools = replace(reach.tools, contacts=replace(contacts, points=Slow(contacts.points)))
    with pytest.raises(ParticipantUnknown):
        enter(replace(reach, tools=tools))
    assert (reach.messages(), kept(reach)) == ([], [])
