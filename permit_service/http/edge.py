# SPDX-License-Identifier: Apache-2.0
"""What both faces are given: the ports, the public key sets and the inbox. No rule lives here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, current_app

from permit_service.domain.caller import Caller
from permit_service.domain.errors import ApplicationUnknown, PermitUnknown, RulingUnknown
from permit_service.domain.reading import is_opaque_id
from permit_service.ports import Ports
from shared.ids import ApplicationId, PermitId
from shared.messages import ReceivedMessage
from shared.principal import Principal
from shared.tracing import current_trace_id
from shared.waiting_room import WaitingRoom

_EXTENSION: Final = "permit_service"

KeySet = Callable[[], Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Everything a view may reach.

    `receive` takes a batch of messages in one transaction and gives how many were new;
    `messages_from` is the one client whose messages are taken; `pause`
    waits that many seconds, for a long poll, and `waiting` bounds how many do.
    """

    ports: Ports
    visa_keys: KeySet
    permit_keys: KeySet
    feed_keys: KeySet
    receive: Callable[[Sequence[ReceivedMessage]], int]
    messages_from: str
    pause: Callable[[float], None]
    waiting: WaitingRoom


def install(app: Flask, edge: Edge) -> None:
    """Give the edge to an application's views."""
    app.extensions[_EXTENSION] = edge


def current_edge() -> Edge:
    """Give the edge of the running application; LookupError when it has none."""
    found = current_app.extensions.get(_EXTENSION)
    if not isinstance(found, Edge):
        raise LookupError("permit_service.http.edge.install was not called")  # noqa: TRY004 - absent, not mistyped
    return found


def caller_of(principal: Principal) -> Caller:
    """Make the use cases' caller from a verified principal and this request's trace."""
    return Caller(principal=principal, trace_id=current_trace_id())


def application_id_of(text: str) -> ApplicationId:
    """Take an application's id from an address; raise ApplicationUnknown when it can be none."""
    if not is_opaque_id(text):
        raise ApplicationUnknown
    return ApplicationId(text)


def permit_id_of(text: str) -> PermitId:
    """Take a permit's id from an address; raise PermitUnknown when it can be none."""
    if not is_opaque_id(text):
        raise PermitUnknown
    return PermitId(text)


def ruling_id_of(text: str) -> str:
    """Take a ruling's id from an address; raise RulingUnknown when it can be none."""
    if not is_opaque_id(text):
        raise RulingUnknown
    return text
