# SPDX-License-Identifier: Apache-2.0
"""Which service may say what: a producer is believed about its own doings, and nothing else.

A token binds a client to one source, such as `zz/permit_service/1`: node, service, instance. A
topic binds its writers to the sources registered for it, which is one only where each has a topic
of its own. The operator gives that name, so its second part says which service speaks. What another
says in its place is logged as ever, and believed by nobody.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

PERMIT_SERVICE: Final = "permit_service"
CONSENT_REGISTRY: Final = "consent_registry"
AUDIT_LOG: Final = "audit_log"

_BY_TYPE: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        # Each service says for itself that a person or an office was given a list.
        "placet.audit.export.v1": frozenset({AUDIT_LOG, CONSENT_REGISTRY}),
        "placet.finding.opened.v1": frozenset({AUDIT_LOG, CONSENT_REGISTRY}),
        "placet.sys.quarantined.v1": frozenset({AUDIT_LOG}),
        "placet.sys.rows.v1": frozenset({AUDIT_LOG}),
        "placet.sys.sums.v1": frozenset({AUDIT_LOG}),
    }
)
_BY_GROUP: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "application": frozenset({PERMIT_SERVICE}),
        "audit": frozenset({AUDIT_LOG}),
        "consent": frozenset({CONSENT_REGISTRY}),
        "finding": frozenset({AUDIT_LOG}),
        "optout": frozenset({CONSENT_REGISTRY}),
        "permit": frozenset({PERMIT_SERVICE}),
        "visa": frozenset({PERMIT_SERVICE}),
    }
)


def may_say(src: str, entry_type: str) -> bool:
    """Tell whether a source speaks for itself with an entry of this type; true where all may."""
    group = entry_type.removeprefix("placet.").partition(".")[0]
    speakers = _BY_TYPE.get(entry_type) or _BY_GROUP.get(group)
    return speakers is None or service_of(src) in speakers


def service_of(src: str) -> str:
    """Give the service that a source is an instance of."""
    return src.split("/")[1]
