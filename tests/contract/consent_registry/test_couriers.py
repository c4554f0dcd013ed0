# SPDX-License-Identifier: Apache-2.0
"""What every courier promises, SMTP and folder: a message is taken whole, or it says why not."""

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

import pytest

from consent_registry.adapters.couriers import DropFolder, Mail, MailServer, SmtpCourier
from consent_registry.ports.contacts import Courier, CourierAway, CourierRefused
from tests.fakes.kernel import SteppingClock
from tests.support.mail_host import MailHost, mail_host

TO = "anna@example.org"
MAIL = Mail(sender="no-reply@consent.test", clock=SteppingClock())


class Road(Protocol):
    """A courier, and what arrived at its other end."""

    courier: Courier

    def arrived(self) -> list[EmailMessage]: ...


class ByFolder:
    def __init__(self, folder: Path) -> None:
        self.courier: Courier = DropFolder(folder, MAIL)
        self._folder = folder

    def arrived(self) -> list[EmailMessage]:
        return [_parsed(one.read_bytes()) for one in sorted(self._folder.glob("*.eml"))]


class BySmtp:
    def __init__(self, host: MailHost) -> None:
        self.courier: Courier = SmtpCourier(
            MailServer(host="127.0.0.1", port=host.port, tls=False), MAIL
        )
        self._host = host

    def arrived(self) -> list[EmailMessage]:
        return [_parsed(one) for one in self._host.messages]


def _parsed(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)


@pytest.fixture(params=["folder", "smtp"])
def road(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Road]:
    if request.param == "folder":
        yield ByFolder(tmp_path)
        return
    with mail_host() as host:
        yield BySmtp(host)


def test_a_message_arrives_as_it_was_written(road: Road) -> None:
    body = "Täna, amanhã, huomenna.\n.\n.. a line that begins with a dot\n"
    road.courier.send("n-1", TO, "Äriühing: õnne", body)
    (message,) = road.arrived()
    assert (message["To"], message["From"]) == (TO, "no-reply@consent.test")
    assert message["Subject"] == "Äriühing: õnne"
    assert message["Message-ID"] == "<n-1@consent.test>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n") == body


def test_one_sent_twice_has_one_name(road: Road) -> None:
    for _ in range(2):
        road.courier.send("n-1", TO, "Twice", "The same.\n")
    assert {message["Message-ID"] for message in road.arrived()} == {"<n-1@consent.test>"}


@pytest.mark.parametrize(
    ("reply", "error"),
    [("550 no such person", CourierRefused), ("451 later", CourierAway), ("421 bye", CourierAway)],
)
def test_an_address_is_refused_for_good_only_when_the_server_says_so(
    reply: str, error: type[Exception]
) -> None:
    with mail_host(reply) as host:
        with pytest.raises(error) as refused:
            BySmtp(host).courier.send("n-1", TO, "x", "y")
        assert TO not in str(refused.value)
        assert host.messages == []


def test_a_message_that_was_taken_is_taken_however_the_server_says_goodbye() -> None:
    with mail_host(goodbye="421 too busy") as host:
        BySmtp(host).courier.send("n-1", TO, "x", "y")
        assert len(host.messages) == 1


def test_a_server_that_is_away_or_a_folder_that_is_gone_is_tried_again(tmp_path: Path) -> None:
    with mail_host() as host:
        courier = BySmtp(host).courier
    with pytest.raises(CourierAway):
        courier.send("n-1", TO, "x", "y")
    with pytest.raises(CourierAway):
        DropFolder(tmp_path / "gone", MAIL).send("n-1", TO, "x", "y")


def test_no_address_is_said_in_the_clear_where_tls_is_demanded() -> None:
    with mail_host() as host:
        server = MailServer(host="127.0.0.1", port=host.port, tls=True)
        with pytest.raises(CourierAway):
            SmtpCourier(server, MAIL).send("n-1", TO, "x", "y")
        assert not [word for word in host.heard if TO in word]


def test_a_file_is_its_owners_alone_and_never_half(tmp_path: Path) -> None:
    DropFolder(tmp_path, MAIL).send("n-1", TO, "x", "y")
    (found,) = tmp_path.iterdir()
    assert (found.name, found.stat().st_mode & 0o777) == ("n-1.eml", 0o600)
