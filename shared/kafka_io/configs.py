# SPDX-License-Identifier: Apache-2.0
"""The configuration that a broker applies, as it says itself: nothing here alters one."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from kafka.admin import ConfigResource

from shared.brokers import Brokers
from shared.kafka_io.topics import opened_admin
from shared.transport import TransportUnavailable

_TOPIC: Final = "topic"
_BROKER: Final = "broker"
Config = Mapping[str, str]


def applied_configs(
    brokers: Brokers, topics: Iterable[str]
) -> tuple[Mapping[str, Config], Mapping[str, str]]:
    """Ask for each topic's applied configuration, and for the brokers' own.

    Of several brokers the largest number counts for each setting. A topic that is not there is left
    out. Raises TransportError when the broker does not answer, or will not say.
    """
    wanted = sorted(set(topics))
    with opened_admin(brokers) as admin:
        there = {
            str(topic["name"])
            for topic in admin.describe_topics(wanted)
            if topic["error_code"] == 0
        }
        found = {name: _config(admin, _TOPIC, name) for name in wanted if name in there}
        # Named `broker_id` by DescribeCluster, `node_id` by the older Metadata.
        nodes = [
            str(node.get("broker_id", node.get("node_id")))
            for node in admin.describe_cluster()["brokers"]
        ]
        return found, _largest(_config(admin, _BROKER, node) for node in nodes)


def _config(admin: Any, kind: str, name: str) -> dict[str, str]:
    answer = admin.describe_configs([ConfigResource(kind, name, None)], config_filter="all")
    settings = answer.get(kind, {}).get(name)
    if not settings:
        raise TransportUnavailable("config_not_told")
    return {key: str(one["value"]) for key, one in settings.items() if one["value"] is not None}


def _largest(configs: Iterable[Config]) -> dict[str, str]:
    found: dict[str, str] = {}
    for config in configs:
        for name, value in config.items():
            known = found.get(name, "")
            larger = not known.isdecimal() or (value.isdecimal() and int(value) > int(known))
            if larger:
                found[name] = value
    return found
