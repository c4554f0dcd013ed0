# SPDX-License-Identifier: Apache-2.0
"""Registry and audit log forget together, over HTTP: nothing readable, every proof standing.

The log is a real one with its own database and keys; the registry's relay sends it what was said.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest

from audit_log.bootstrap.working import create_retainer
from audit_log.settings import AdminSettings
from consent_registry.adapters.audit_client import SCOPES, AuditClient
from consent_registry.adapters.tables import OUTBOX
from consent_registry.domain.erasure import Account, Mark, Part, Phase
from consent_registry.domain.errors import AuditLogAway
from consent_registry.usecases.chains import verify_chains
from consent_registry.usecases.erasing_parts import erase_next
from services.audit_log import admin
from shared.clock import SystemClock
from shared.events import Subject
from shared.http_client import ServiceTokens
from shared.http_io import HttpTransport, Peer
from shared.relay import Relay
from shared.settings import Secret, load
from tests.support.erasing_world import SUBJECT, ErasingWorld, erasing_world
from tests.support.log_node import AUDIENCE, LogNode, log_node
from tests.support.postgres import owner_of
from tests.support.registry_world import DS, LOGIN

SRC = "zz/consent_registry/1"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LogNode]:
    with log_node(tmp_path_factory.mktemp("log")) as running:
        running.add(SRC, "consent_registry")
        yield running


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """A registry, the log it tells and asks, and the relay between them."""

    erasing: ErasingWorld
    node: LogNode
    relay: Relay

    def send(self) -> None:
        """Send everything, and have it sequenced and published."""
        while self.relay.step():
            pass
        self.node.settle()

    def found(self, body: Mapping[str, object]) -> int:
        """Say how many entries an officer finds."""
        answer = self.node.post("/v1/search", body, self.node.otto())
        assert answer.status_code == 200, answer.text
        return len(answer.json()["entries"])


def tokens(node: LogNode) -> ServiceTokens:
    secret = Secret(node.idp.secret("consent_registry"))
    return ServiceTokens(f"{node.idp.issuer}/token", "consent_registry", secret, SystemClock())


def client(node: LogNode) -> AuditClient:
    ours = tokens(node)
    return AuditClient(node.url, src=SRC, bearer=lambda: ours.token(AUDIENCE, SCOPES))


@contextmanager
def joined(node: LogNode) -> Iterator[Both]:
    with erasing_world() as erasing:
        intake = Peer(url=f"{node.url}/v1/intake", audience=AUDIENCE, scopes=("entries.write",))
        transport = HttpTransport(intake=intake, subscribers={}, tokens=tokens(node))
        wired = replace(erasing, tools=replace(erasing.tools, audit=client(node)))
        relay = Relay(wired.world.engine, OUTBOX, transport)
        yield Both(erasing=wired, node=node, relay=relay)


@pytest.fixture
def both(node: LogNode) -> Iterator[Both]:
    with joined(node) as opened:
        yield opened


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Both]:
    """Give a registry with a log that no other test has told anything."""
    with log_node(tmp_path) as running:
        running.add(SRC, "consent_registry")
        with joined(running) as opened:
            yield opened


HER_NUMBER = {"dataset": DS, "ordinal": 0}
HER = {"person": HER_NUMBER}
HER_LOGIN = {"actor": {"issuer": LOGIN, "subject": SUBJECT}}


def test_what_was_said_of_her_is_readable_before_and_by_nobody_after(both: Both) -> None:
    both.send()
    assert both.found(HER) > 0
    assert both.found(HER_LOGIN) > 0
    erasure_id = both.erasing.begin()
    for _ in range(4):
        erase_next(tools=both.erasing.tools)
    # What the registry said has not reached the log, which therefore is not asked yet.
    assert both.erasing.look(erasure_id).next_part is Part.OUTBOX
    assert both.found(HER) > 0
    for _ in range(4):
        both.send()
        erase_next(tools=both.erasing.tools)
    both.send()
    found = both.erasing.look(erasure_id)
    assert (found.phase, found.next_part) == (Phase.SETTLING, Part.LATE)
    assert (both.found(HER), both.found(HER_LOGIN)) == (0, 0)
    assert both.found({"person": {"dataset": DS, "ordinal": 1}}) > 0
    report = admin.verify_stored(load(AdminSettings, both.node.environment))
    assert report.flaws == ()
    assert verify_chains(tools=both.erasing.tools)[DS].broken == ()
    assert_no_key_opens_her(both.node)
    # A second time nothing is left to ask for, and that is an answer.
    both.erasing.world.clock.pass_time(40 * 86_400)
    erase_next(tools=both.erasing.tools)
    assert both.erasing.look(erasure_id).phase is Phase.COMPLETE


def assert_no_key_opens_her(node: LogNode) -> None:
    """Search every table of the log, as text and as bytes, for what names her."""
    with psycopg.connect(owner_of(node.environment["PLACET_DATABASE_URL"])) as connection:
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        assert ("sealed",) in names
        for (name,) in names:
            for (row,) in connection.execute(f'SELECT t::text FROM "{name}" AS t').fetchall():  # noqa: S608 - names of our own
                assert SUBJECT not in row
                assert SUBJECT.encode().hex() not in row


def test_a_hold_in_the_log_is_waited_for_and_the_log_goes_on_by_itself(apart: Both) -> None:
    apart.send()
    otto, olga = (
        apart.node.person(name, "holds.manage", "log.search") for name in ("otto", "olga")
    )
    wanted = {"kind": "person", "authority": "court_order_7", **HER_NUMBER}
    hold = apart.node.post("/v1/holds", wanted, otto).json()
    erasure_id = apart.erasing.begin()
    for _ in range(8):
        apart.send()
        erase_next(tools=apart.erasing.tools)
    found = apart.erasing.look(erasure_id)
    assert (found.phase, found.next_part, found.complete_on) == (Phase.RUNNING, Part.LOG, None)
    assert apart.found(HER) > 0
    said = client(apart.node).forgetting(found.in_log[0])
    assert said.erasure_id == found.in_log[0]
    # An entry about her in both datasets waits with both of her numbers; each was asked for once.
    with psycopg.connect(owner_of(apart.node.environment["PLACET_DATABASE_URL"])) as connection:
        waits = connection.execute("SELECT subject FROM erasure_waiting WHERE ended_at IS NULL")
        subjects = [bytes(subject) for (subject,) in waits]
    assert len(subjects) == len(set(subjects)) > 0
    step = f"/v1/holds/{hold['id']}"
    assert apart.node.post(step, {"action": "ask_lift"}, otto).status_code == 200
    assert apart.node.post(step, {"action": "lift"}, olga).status_code == 200
    retainer = create_retainer(apart.node.parts)
    while retainer.step():
        pass
    erase_next(tools=apart.erasing.tools)
    found = apart.erasing.look(erasure_id)
    assert (found.phase, found.next_part, found.in_log) == (Phase.SETTLING, Part.CONTACTS, ())
    assert found.complete_on is not None
    apart.send()
    assert apart.found(HER_LOGIN) == 0


def test_a_log_that_is_away_or_does_not_know_us_is_no_answer(node: LogNode) -> None:
    away = AuditClient("http://127.0.0.1:9", src=SRC, bearer=lambda: "token")
    someone = Subject(dataset=DS, ordinal=77)
    mark = Mark(outbox_id=1, epoch=1, seq=1)
    with pytest.raises(AuditLogAway):
        away.sequenced(mark)
    with pytest.raises(AuditLogAway):
        away.forget(someone, "gdpr_17_1_b")
    refused = AuditClient(node.url, src=SRC, bearer=lambda: "token")
    with pytest.raises(AuditLogAway):
        refused.sequenced(mark)
    with pytest.raises(AuditLogAway):
        refused.forget(Account(issuer=LOGIN, subject="x"), "gdpr_17_1_b")


def test_only_a_chain_without_gaps_up_to_the_mark_counts_as_sequenced(node: LogNode) -> None:
    asking = client(node)
    assert not asking.sequenced(Mark(outbox_id=1, epoch=1, seq=10_000_000))
    assert not asking.sequenced(Mark(outbox_id=1, epoch=99, seq=1))
    asking.forget(Subject(dataset=DS, ordinal=77_777), "gdpr_17_1_b")
