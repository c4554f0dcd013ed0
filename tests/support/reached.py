# SPDX-License-Identifier: Apache-2.0
"""A registry whose people can be reached, and the folder in which their messages end."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from consent_registry.adapters.contact.points import SqlContactPoints
from consent_registry.adapters.couriers import DropFolder, Mail
from consent_registry.adapters.notice_texts import shipped_texts
from consent_registry.adapters.signers import Keys
from consent_registry.domain.notices import NoticeKind, Outcome
from consent_registry.domain.records import Channel
from consent_registry.ports.contacts import CourierAway
from consent_registry.usecases.contacts import (
    confirm_own_contact,
    own_contact,
    set_own_contact,
)
from consent_registry.usecases.notifying import notify_next
from consent_registry.usecases.people import link_login
from consent_registry.usecases.telling import tell_next
from consent_registry.usecases.tools import Contacts, Tools
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw_own
from shared.db import engine
from tests.support.postgres import fresh_database
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
        """Queue what is to be told, and send what is due, as the process `work` does."""
        while tell_next(tools=self.tools) or notify_next(tools=self.tools):
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

    def subjects(self) -> list[str]:
        """Give what was sent but codes, by its subject lines."""
        lines = [line for one in self.messages() for line in one.splitlines()]
        said = [line[9:] for line in lines if line.startswith("Subject: ")]
        return [line for line in said if line != "Your code"]

    def outcomes(self) -> list[tuple[NoticeKind, Outcome]]:
        """Give what became of Anna's notices, the oldest step first."""
        found = own_contact(tools=self.tools, principal=ANNA).notices
        return [(kind, outcome) for kind, outcome, _ in reversed(found)]


@contextmanager
def reached(folder: Path, keys: Keys | None = None) -> Iterator[Reach]:
    """Open a registry with Anna in it, whose messages are left in a folder."""
    with registry_world(keys=keys) as world:
        world.dataset()
        world.load({"participant": "P-ANNA"})
        link_login("P-ANNA", LOGIN, "person-anna", tools=world.tools, principal=DESK)
        url, key = fresh_database("consent_registry.adapters.contact"), os.urandom(32)
        with reaching(world, url, key, folder) as opened:
            yield opened


@contextmanager
def reaching(world: RegistryWorld, url: str, key: bytes, folder: Path) -> Iterator[Reach]:
    """Give a registry the contact points at `url`."""
    database = engine(url, pool_size=4)
    mail = Mail(sender="no-reply@consent.test", clock=world.clock)
    courier = StubbornCourier(DropFolder(folder, mail))
    points = SqlContactPoints(database, key)
    contacts = Contacts(points=points, courier=courier, texts=shipped_texts())
    yield Reach(
        world=world,
        tools=replace(world.tools, contacts=contacts),
        url=url,
        folder=folder,
        courier=courier,
        key=key,
    )
    database.dispose()


def leave(reach: Reach) -> str:
    """Let Anna withdraw; gives the withdrawal."""
    done = withdraw_own(WithdrawConsent(), tools=reach.tools, principal=ANNA, channel=Channel.PAGE)
    return done.withdrawal_id
