# SPDX-License-Identifier: Apache-2.0
"""`kill -9` around commits while people are told of a permit: nobody twice, nobody not at all."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from consent_registry.adapters.signers import create_keys, read_keys
from consent_registry.domain.lives import Preferences, Topic
from consent_registry.usecases.contacts import confirm_own_contact, set_own_contact
from consent_registry.usecases.lives import set_preferences
from consent_registry.usecases.people import link_login
from tests.support.merge_world import permit
from tests.support.postgres import fresh_database
from tests.support.reached import Reach, reaching
from tests.support.registry_world import DESK, LOGIN, people, person, registry_world

TELLER = Path(__file__).with_name("killed_teller.py")
ROOT = Path(__file__).parents[3]
PEOPLE = 3
NEWS = Preferences(topics=frozenset({Topic.UPDATES}))


def enter(reach: Reach, number: int) -> None:
    """Let one of the people want news, at an address of hers."""
    name, login = f"P-{number:06}", f"login-{number}"
    link_login(name, LOGIN, login, tools=reach.tools, principal=DESK)
    set_preferences(name, NEWS, tools=reach.tools, principal=DESK)
    set_own_contact(f"{login}@example.org", "en", tools=reach.tools, principal=person(login))
    confirm_own_contact(reach.code(), tools=reach.tools, principal=person(login))


def test_a_teller_killed_at_each_step_tells_everybody_once(tmp_path: Path) -> None:
    keys, messages = tmp_path / "keys", tmp_path / "messages"
    messages.mkdir()
    create_keys(keys)
    key, contact_url = os.urandom(32), fresh_database("consent_registry.adapters.contact")
    (tmp_path / "contact.key").write_bytes(key)
    with (
        registry_world(keys=read_keys(keys)) as world,
        reaching(world, contact_url, key, messages) as reach,
    ):
        world.dataset()
        world.load(*people(PEOPLE + 2))
        for number in range(PEOPLE):
            enter(reach, number)
        for file in messages.iterdir():
            file.unlink()
        permit(replace(world, tools=reach.tools), "PERMIT-1")
        command = [sys.executable, str(TELLER), world.url, contact_url, str(tmp_path)]
        done = subprocess.run(
            command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=True
        )
        ends = [int(line) for line in done.stdout.split()]
        assert ends[-1] == 0
        assert ends.count(9) == len(ends) - 1
        assert len(ends) > 2 * PEOPLE
        told = [found for one in reach.messages() for found in re.findall("^To: (.*)$", one, re.M)]
        assert sorted(told) == [f"login-{number}@example.org" for number in range(PEOPLE)]
        wanted = "SELECT count(*) FROM notice WHERE kind = 'permit_begun'"
        assert world.scalar(wanted) == PEOPLE
        assert world.scalar(f"{wanted} AND due_at IS NOT NULL") == 0
        assert world.scalar("SELECT count(*) FROM notice_round WHERE ended_at IS NULL") == 0
