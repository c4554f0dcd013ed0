# SPDX-License-Identifier: Apache-2.0
"""Topics forget by themselves, and nothing on them is filed under a person.

An erasure cannot reach into a topic, so its retention is bounded, and no key would find anybody.
"""

from datetime import timedelta

from kafka.admin import ConfigResource, ConfigResourceType

from consent_registry.domain.erasure import Retention
from consent_registry.settings import ConsentSettings
from consent_registry.usecases.narrowing import TOPIC
from shared.kafka_io.topics import opened_admin
from tests.fakes.kernel import START
from tests.support.erasing_world import LOCAL_ID, PSEUDONYM, SUBJECT, erasing_world
from tests.support.kafka import session_broker

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
(DECLARED,) = ConsentSettings.__dataclass_fields__["topic_retention_days"].metadata.values()
PROMISED_DAYS = int(DECLARED.default)


BOUNDS = ("cleanup.policy", "retention.ms", "segment.ms", "file.delete.delay.ms")


def set_on(topic: str) -> dict[str, str]:
    """Ask a broker what was set on a topic itself; its own defaults are not among it."""
    with opened_admin(session_broker().brokers) as admin:
        asked = [ConfigResource(ConfigResourceType.TOPIC, topic, None)]
        settings = admin.describe_configs(asked, config_filter="all")["topic"][topic]
    return {
        name: one["value"]
        for name, one in settings.items()
        if one["config_source"] == "DYNAMIC_TOPIC_CONFIG"
    }


def test_a_topic_that_we_create_keeps_nothing_longer_than_is_promised() -> None:
    """Set by us, whatever the broker does by itself: two of the four are its defaults as well."""
    found = set_on(session_broker().new_topic("forgetting"))
    assert set(BOUNDS) <= found.keys()
    assert found["cleanup.policy"] == "delete"
    kept, open_for, removed = (int(found[name]) for name in BOUNDS[1:])
    # A segment that is written to is not deleted: it must be closed in time, and then removed.
    assert 0 < open_for <= _DAY_MS
    assert 0 < removed <= _HOUR_MS
    assert 0 < kept <= PROMISED_DAYS * _DAY_MS


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
