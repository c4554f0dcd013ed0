# SPDX-License-Identifier: Apache-2.0
"""Erasing somebody who can be reached under several names: told once, and then found nowhere."""

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest

from consent_registry.domain.erasure import Part
from consent_registry.usecases.contacts import confirm_own_contact, set_own_contact
from consent_registry.usecases.erasing import NewHold, set_hold
from consent_registry.usecases.merging import confirm_merge, propose_merge
from consent_registry.usecases.notifying import notify_next
from consent_registry.usecases.people import link_login
from shared.principal import Principal
from tests.support.erasing_world import ANNA, GRETA, PSEUDONYM, ErasingWorld, erasing_world
from tests.support.merge_world import SECOND as SECOND_DESK
from tests.support.reached import Reach, reached
from tests.support.registry_world import DESK, LOGIN, person

OTHER = "P-2"
OTHER_SELF = person("person-other")


@dataclass(frozen=True, kw_only=True)
class Two:
    """A person with two names, each with a login, and where her messages end."""

    site: ErasingWorld
    reach: Reach

    def enter(self, address: str, principal: Principal) -> None:
        set_own_contact(address, "en", tools=self.site.tools, principal=principal)
        confirm_own_contact(self.reach.code(), tools=self.site.tools, principal=principal)

    def merge(self) -> None:
        tools = self.site.tools
        made = propose_merge(PSEUDONYM, OTHER, "one card", tools=tools, principal=DESK)
        confirm_merge(made.merge.merge_id, tools=tools, principal=SECOND_DESK)

    def run(self) -> None:
        """Erase and send, in turns, as the process `work` does."""
        for _ in range(4):
            self.site.run(4)
            while notify_next(tools=self.site.tools):
                pass

    def goodbyes(self) -> list[EmailMessage]:
        found = [
            email.message_from_string(one, policy=email.policy.default)
            for one in self.reach.messages()
        ]
        return [one for one in found if one["Subject"] == "Your data are erased"]

    def kept(self) -> int:
        with psycopg.connect(self.reach.url) as connection:
            (count,) = connection.execute("SELECT count(*) FROM contact_point").fetchone() or (-1,)
        return int(count)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    with reached(tmp_path) as reach, erasing_world() as plain:
        tools = replace(plain.tools, contacts=reach.tools.contacts)
        link_login(OTHER, LOGIN, "person-other", tools=tools, principal=DESK)
        yield Two(site=replace(plain, tools=tools), reach=reach)


def test_an_address_under_another_name_of_hers_goes_too(two: Two) -> None:
    two.enter("other@example.org", OTHER_SELF)
    two.merge()
    two.site.begin()
    two.run()
    assert [one["To"] for one in two.goodbyes()] == ["other@example.org"]
    assert two.kept() == 0


def test_of_two_erasures_of_one_person_she_hears_once_and_of_the_later_day(two: Two) -> None:
    two.enter("anna@example.org", ANNA)
    two.enter("other@example.org", OTHER_SELF)
    two.merge()
    first = two.site.begin()
    two.run()
    (goodbye,) = two.goodbyes()
    assert two.kept() == 0
    erasure = two.site.look(first)
    assert erasure.complete_on is not None
    assert erasure.complete_on.isoformat() in goodbye.get_content()
    assert erasure.next_part is Part.LATE


def test_the_address_of_a_name_that_the_law_keeps_goes_with_the_name_that_is_erased(
    two: Two,
) -> None:
    """The message says that the address is erased; whoever is kept for the law needs none."""
    two.enter("other@example.org", OTHER_SELF)
    two.site.begin()
    until = two.site.tools.clock.now().replace(year=2090)
    hold = NewHold(pseudonym=OTHER, ground="gdpr_17_3_e", until=until)
    set_hold(hold, tools=two.site.tools, principal=GRETA)
    two.merge()
    two.run()
    assert len(two.goodbyes()) == 1
    assert two.kept() == 0


def test_the_address_of_somebody_else_stays(two: Two) -> None:
    two.enter("other@example.org", OTHER_SELF)
    two.site.begin()
    two.run()
    assert two.goodbyes() == []
    assert two.kept() == 1
