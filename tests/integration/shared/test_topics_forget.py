# SPDX-License-Identifier: Apache-2.0
"""Topics forget by themselves, and nothing on them is filed under a person.

An erasure cannot reach into a topic, so its retention is bounded, and no key would find anybody.
"""

from datetime import timedelta

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from consent_registry.domain.erasure import Retention
from consent_registry.settings import ConsentSettings
from consent_registry.usecases.narrowing import TOPIC
from shared.kafka_io.topics import TOPIC_CONFIG
from tests.fakes.kernel import START
from tests.support.erasing_world import LOCAL_ID, PSEUDONYM, SUBJECT, erasing_world
from tests.support.kafka import session_broker

_DAY_MS = 86_400_000
(DECLARED,) = ConsentSettings.__dataclass_fields__["topic_retention_days"].metadata.values()
PROMISED_DAYS = int(DECLARED.default)


def test_a_topic_on_a_real_broker_keeps_nothing_longer_than_is_promised() -> None:
    broker = session_broker()
    topic = broker.new_topic("forgetting")
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    try:
        answers = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    finally:
        admin.close()
    found = str(answers)
    assert TOPIC_CONFIG["retention.ms"] in found
    assert 0 < int(TOPIC_CONFIG["retention.ms"]) <= PROMISED_DAYS * _DAY_MS
    assert TOPIC_CONFIG["cleanup.policy"] == "delete"
    # A segment that is still written to is not deleted: it must be closed in time.
    assert 0 < int(TOPIC_CONFIG["segment.ms"]) <= _DAY_MS


def test_no_row_that_leaves_is_keyed_or_headed_by_a_person() -> None:
    with erasing_world() as site:
        site.begin()
        rows = site.world.rows("outbox")
        assert len(rows) > 5
        pid = str(site.world.scalar("SELECT pid FROM participant WHERE erased_at IS NULL LIMIT 1"))
        for _, kind, topic, key, headers, value, _, _ in rows:
            assert topic in {"audit.zz.v1", TOPIC}
            assert key == "zz/consent_registry/1" if kind == "entry" else key.startswith("GDI-")
            open_part = f"{topic} {key} {headers} {bytes(value).decode('latin-1')}"
            for personal in (PSEUDONYM, LOCAL_ID, SUBJECT, pid):
                assert personal not in open_part


def test_the_day_stated_is_after_the_last_copy_of_either_kind() -> None:

    for topic_days, backup_days in ((7, 30), (7, 0), (31, 7)):
        kept = Retention(topic_days=topic_days, backup_days=backup_days)
        longest = timedelta(days=max(topic_days, backup_days))
        assert kept.complete_on(START) > (START + longest).date()
