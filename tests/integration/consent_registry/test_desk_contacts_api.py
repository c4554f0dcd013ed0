# SPDX-License-Identifier: Apache-2.0
"""Where people on paper are reached, over real HTTP and a real mail server, by two of the desk."""

import email
import email.policy
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from consent_registry.adapters.contact.points import SqlContactPoints
from consent_registry.adapters.couriers import Mail, MailServer, SmtpCourier
from consent_registry.adapters.notice_texts import shipped_texts
from consent_registry.bootstrap import create_app
from consent_registry.usecases.tools import Contacts
from shared.db import engine
from tests.support.devidp import served
from tests.support.mail_host import MailHost, mail_host
from tests.support.ports import free_port
from tests.support.postgres import fresh_database
from tests.support.registry_node import AUDIENCE, NEW_DATASET, RegistryNode
from tests.support.registry_world import csv_of, people
from tests.support.tokens import person_token

PAPER, LETTER = "ab" * 32, "cd" * 32
ADDRESS = {"email": "kalev@example.org", "language": "et", "paper": PAPER}
PATH = "/v1/participants/P-000000/contact"


@dataclass(frozen=True, kw_only=True)
class Post:
    """A registry that writes to people, and the mail server that takes it."""

    node: RegistryNode
    host: MailHost

    def desk(self, login: str) -> str:
        given = person_token(self.node.idp.issuer, login, AUDIENCE, ("rights.manage",))
        return given.access_token


@pytest.fixture(scope="module")
def post(node: RegistryNode) -> Iterator[Post]:
    token = node.service("consents.write")
    assert node.call("POST", "/v1/datasets", dict(NEW_DATASET), token=token).status_code == 201
    node.take_in(csv_of(people(2)))
    node.work()
    database = engine(fresh_database("consent_registry.adapters.contact"), pool_size=2)
    with mail_host() as host:
        mail = Mail(sender="no-reply@consent.test", clock=node.parts.tools.clock)
        server = MailServer(host="127.0.0.1", port=host.port, tls=False)
        contacts = Contacts(
            points=SqlContactPoints(database, os.urandom(32)),
            courier=SmtpCourier(server, mail),
            texts=shipped_texts(),
        )
        parts = replace(node.parts, tools=replace(node.parts.tools, contacts=contacts))
        port = free_port()
        with served(create_app(parts), port):
            yield Post(node=replace(node, url=f"http://127.0.0.1:{port}", parts=parts), host=host)
    database.dispose()


def test_a_code_told_at_the_desk_confirms_and_no_answer_has_the_address(post: Post) -> None:
    greta = post.desk("greta")
    entered = post.node.call("PUT", PATH, ADDRESS, token=greta)
    assert entered.status_code == 200, entered.text
    assert entered.json()["waits"]
    message = email.message_from_bytes(post.host.messages[-1], policy=email.policy.default)
    assert message["To"] == ADDRESS["email"]
    (code,) = re.findall(r"\b[0-9]{8}\b", message.get_content())
    wrong = post.node.call("POST", f"{PATH}/code", {"code": "1"}, token=greta)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "validation_failed")
    done = post.node.call("POST", f"{PATH}/code", {"code": code}, token=greta)
    seen = post.node.call("GET", PATH, token=post.desk("hugo"))
    assert seen.json() == done.json()
    assert (seen.json()["reached"], seen.json()["waits"]) == (True, False)
    for answer in (entered, wrong, done, seen):
        assert "kalev" not in answer.text
        assert PAPER not in answer.text
    assert post.node.call("DELETE", PATH, token=greta).status_code == 204
    assert post.node.call("GET", PATH, token=greta).json()["reached"] is False


def test_a_letter_takes_two_of_the_desk(post: Post) -> None:
    greta, hugo = post.desk("greta"), post.desk("hugo")
    assert post.node.call("PUT", PATH, ADDRESS, token=greta).status_code == 200
    mine = post.node.call("POST", f"{PATH}/letter", {"letter": LETTER}, token=greta)
    assert (mine.status_code, mine.json()["code"]) == (403, "second_person_needed")
    done = post.node.call("POST", f"{PATH}/letter", {"letter": LETTER}, token=hugo)
    assert done.json()["reached"], done.text


def test_each_address_asks_for_the_desk_and_answers_the_same_for_nobody(post: Post) -> None:
    calls = (
        ("GET", PATH, None),
        ("PUT", PATH, ADDRESS),
        ("POST", f"{PATH}/code", {"code": "1"}),
        ("POST", f"{PATH}/letter", {"letter": LETTER}),
        ("DELETE", PATH, None),
    )
    for method, path, body in calls:
        assert post.node.call(method, path, body).status_code == 401
        other = post.node.call(method, path, body, token=post.node.service("consents.write"))
        assert (other.status_code, other.json()["code"]) == (403, "forbidden")
        nobody = path.replace("P-000000", "P-NOBODY")
        found = post.node.call(method, nobody, body, token=post.desk("greta"))
        assert (found.status_code, found.json()["code"]) == (404, "participant_unknown")


def test_a_node_that_keeps_none_says_so(node: RegistryNode, post: Post) -> None:
    found = node.call("GET", PATH, token=post.desk("greta"))
    assert (found.status_code, found.json()["code"]) == (404, "contacts_not_offered")
