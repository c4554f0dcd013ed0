# SPDX-License-Identifier: Apache-2.0
"""consent_registry's messages from a real broker: each once, also over a restart of `work`."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from permit_service.adapters.inbox import TOPICS, Inbox
from permit_service.adapters.unit_of_work import SqlUnits
from permit_service.domain.permit import Permit
from permit_service.workers.messages import MessageWorker
from shared.clock import SystemClock
from shared.db import engine
from shared.ids import PermitId, Uuid7Source
from shared.kafka_io import KafkaTransport, ensure_topics
from shared.messages import DomainMessage, message_headers, message_value
from shared.transport import OutboxRow, RowKind
from tests.fakes.permit_factories import a_granted_application, a_permit
from tests.support.kafka import KafkaBroker, forget_failed_connections, session_broker
from tests.support.postgres import fresh_database
from tests.support.waiting import wait_until


@pytest.fixture
def broker() -> Iterator[KafkaBroker]:
    one = session_broker()
    ensure_topics(one.brokers, dict.fromkeys(TOPICS, 1))
    yield one
    forget_failed_connections()


@pytest.fixture
def database() -> Iterator[Engine]:
    one = engine(fresh_database("permit_service"))
    yield one
    one.dispose()


def units_of(database: Engine) -> SqlUnits:
    return SqlUnits(
        database,
        src="zz/permit_service/1",
        topic="audit.zz.v1",
        ids=Uuid7Source(),
        clock=SystemClock(),
    )


def a_kept_permit(database: Engine) -> Permit:
    permit = a_permit(Uuid7Source().new())
    with units_of(database)() as work:
        work.applications.add(a_granted_application(permit.application_id))
        work.permits.add(permit)
        work.commit()
    return permit


def members_now(database: Engine, permit_id: PermitId) -> int | None:
    with units_of(database)() as work:
        found = work.permits.get(permit_id)
    assert found is not None
    return found.members_now


def tell(broker: KafkaBroker, permit_id: str, members: int, revision: int) -> None:
    """Send one message twice, as a relay does that was killed before it forgot the first."""
    said = DomainMessage(
        id=Uuid7Source().new(),
        type="placet.consent.narrowed.v1",
        key="GDI-ZZ-DATASET-1",
        topic=TOPICS[0],
        occurred_at=datetime.now(UTC),
        payload={
            "dataset": "GDI-ZZ-DATASET-1",
            "revision": revision,
            "cohorts": [{"permit_id": permit_id, "members_now": members}],
        },
    )
    row = OutboxRow(
        id=1,
        kind=RowKind.MESSAGE,
        topic=said.topic,
        key=said.key,
        headers=message_headers(said, "zz/consent_registry/1"),
        value=message_value(said),
    )
    transport = KafkaTransport(broker.brokers)
    try:
        assert transport.send([row, row]) == 2
    finally:
        transport.close()


def read_until(inbox: Inbox, broker: KafkaBroker, database: Engine, said: Permit) -> None:
    """Run the worker of one life of `work` until the count has arrived."""
    reader = inbox.connect(broker.brokers)
    worker = MessageWorker(lambda: reader)

    def arrived() -> bool:
        worker.step()
        return members_now(database, said.permit_id) == said.members_now

    wait_until(arrived, f"the count is {said.members_now}")
    reader.close()


def test_counts_follow_the_messages_over_a_restart(broker: KafkaBroker, database: Engine) -> None:
    permit = a_kept_permit(database)
    inbox = Inbox(database, SystemClock())
    for revision, members in ((20, 611), (21, 610)):
        tell(broker, permit.permit_id, members, revision)
        read_until(inbox, broker, database, replace(permit, members_now=members))
