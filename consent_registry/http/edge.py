# SPDX-License-Identifier: Apache-2.0
"""What the JSON views are given: the use cases' tools and how to wait. No rule lives here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import Flask, current_app

from consent_registry.domain.errors import DatasetUnknown
from consent_registry.domain.windows import Window
from consent_registry.usecases.tools import Tools
from shared.api import instant_of
from shared.errors import FieldFault, ValidationFailed
from shared.ids import DatasetId, parse_dataset_id
from shared.waiting_room import WaitingRoom

_EXTENSION: Final = "consent_registry_api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Everything a view may reach.

    `pause` waits that many seconds, for a long poll, and `waiting` bounds how many do;
    `max_import_bytes` bounds an import's file.
    """

    tools: Tools
    pause: Callable[[float], None]
    waiting: WaitingRoom
    max_import_bytes: int


def install(app: Flask, edge: Edge) -> None:
    """Give the edge to an application's views."""
    app.extensions[_EXTENSION] = edge


def current_edge() -> Edge:
    """Give the edge of the running application; LookupError when it has none."""
    found = current_app.extensions.get(_EXTENSION)
    if not isinstance(found, Edge):
        raise LookupError("consent_registry.http.edge.install was not called")  # noqa: TRY004 - absent, not mistyped
    return found


def current_tools() -> Tools:
    """Give the use cases' tools."""
    return current_edge().tools


def window_of(sent: Mapping[str, Any] | None, pointer: str) -> Window | None:
    """Take a window from a request; two open ends are none. Raises ValidationFailed."""
    if sent is None or (sent["first"] is None and sent["last"] is None):
        return None
    try:
        return Window(first=sent["first"], last=sent["last"])
    except ValueError:
        fault = FieldFault(f"{pointer}/last", "not before first")
        raise ValidationFailed("a window ends before it begins", faults=[fault]) from None


def dataset_id_of(text: str) -> DatasetId:
    """Take a dataset's name from a request; raise DatasetUnknown when it can be none."""
    try:
        return parse_dataset_id(text)
    except ValueError:
        raise DatasetUnknown from None


def instants_of(
    sent: Mapping[str, Any], pointer: str = ""
) -> tuple[datetime | None, datetime | None]:
    """Read at which instant something is asked, and as known at which; None means now."""
    return (
        instant_of(sent["effective_at"], f"{pointer}/effective_at"),
        instant_of(sent["known_at"], f"{pointer}/known_at"),
    )
