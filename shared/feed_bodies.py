# SPDX-License-Identifier: Apache-2.0
"""The bodies of a register's feed: snapshot, batch of changes, heartbeat.

Pure: builds what is to be signed and reads what has been verified. `shared.feed` signs and
verifies. What the changes mean belongs to the services.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from shared.canonical import JSON
from shared.clock import from_rfc3339, to_rfc3339

SNAPSHOT_TYPE: Final = "placet-snapshot+jwt"
CHANGES_TYPE: Final = "placet-changes+jwt"
HEARTBEAT_TYPE: Final = "placet-heartbeat+jwt"

FeedType = Literal["placet-snapshot+jwt", "placet-changes+jwt", "placet-heartbeat+jwt"]


class FeedError(ValueError):
    """A body that must not be believed; the message names the rule and repeats nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """The publisher's word that a register stood at `revision` at `time`."""

    issuer: str
    register: str
    revision: int
    time: datetime

    def body(self) -> dict[str, JSON]:
        """Give the body to sign."""
        return {
            "iss": self.issuer,
            "register": self.register,
            "revision": self.revision,
            "time": to_rfc3339(self.time),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A register whole, true at `revision`; `content` has the members of its kind.

    `position` is the feed's newest when it was taken: the changes after it continue this snapshot.
    """

    issuer: str
    register: str
    revision: int
    position: int
    time: datetime
    content: Mapping[str, Any]

    def body(self) -> dict[str, JSON]:
        """Give the body to sign."""
        return {
            **self.content,
            "iss": self.issuer,
            "register": self.register,
            "revision": self.revision,
            "position": self.position,
            "time": to_rfc3339(self.time),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One step of one register; `content` has the members of its kind."""

    position: int
    register: str
    revision: int
    kind: str
    content: Mapping[str, Any]

    def body(self) -> dict[str, JSON]:
        """Give the change as it stands in a batch."""
        return {
            **self.content,
            "position": self.position,
            "register": self.register,
            "revision": self.revision,
            "kind": self.kind,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Everything after position `after` up to and with `upto`, in order.

    `urgent` are changes beyond `upto` that nobody should wait for: who has left. Each comes again
    when it is its turn.
    """

    issuer: str
    time: datetime
    after: int
    upto: int
    changes: tuple[Change, ...]
    urgent: tuple[Change, ...] = ()

    def body(self) -> dict[str, JSON]:
        """Give the body to sign."""
        body: dict[str, JSON] = {
            "iss": self.issuer,
            "time": to_rfc3339(self.time),
            "after": self.after,
            "upto": self.upto,
            "changes": [change.body() for change in self.changes],
        }
        if self.urgent:
            body["urgent"] = [change.body() for change in self.urgent]
        return body


def heartbeat_of(body: Mapping[str, Any]) -> Heartbeat:
    """Read a verified heartbeat body."""
    return Heartbeat(
        issuer=_text(body, "iss"),
        register=_text(body, "register"),
        revision=_number(body, "revision"),
        time=_time(body),
    )


def snapshot_of(body: Mapping[str, Any]) -> Snapshot:
    """Read a verified snapshot body; its content is the service's to interpret."""
    envelope = {"iss", "register", "revision", "position", "time"}
    return Snapshot(
        issuer=_text(body, "iss"),
        register=_text(body, "register"),
        revision=_number(body, "revision"),
        position=_number(body, "position"),
        time=_time(body),
        content={name: value for name, value in body.items() if name not in envelope},
    )


def changes_of(body: Mapping[str, Any], *, after: int) -> Changes:
    """Read the verified body of the batch that was asked for with `after`.

    Raises FeedError also when it continues another position, when positions do not rise within
    (after, upto], or when one register's revisions go back: a batch left out or played again is
    noticed here.
    """
    if _number(body, "after") != after:
        raise FeedError("a batch after another position")
    batch = Changes(
        issuer=_text(body, "iss"),
        time=_time(body),
        after=after,
        upto=_number(body, "upto"),
        changes=_changes(body.get("changes"), "changes"),
        urgent=_changes(body.get("urgent", []), "urgent"),
    )
    _require_order(batch)
    return batch


def _changes(items: object, name: str) -> tuple[Change, ...]:
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise FeedError(f"{name} is not a list of objects")
    return tuple(_change(item) for item in items)


def _change(body: Mapping[str, Any]) -> Change:
    envelope = {"position", "register", "revision", "kind"}
    return Change(
        position=_number(body, "position"),
        register=_text(body, "register"),
        revision=_number(body, "revision"),
        kind=_text(body, "kind"),
        content={name: value for name, value in body.items() if name not in envelope},
    )


def _require_order(batch: Changes) -> None:
    last = batch.after
    for change in batch.changes:
        if change.position <= last:
            raise FeedError("positions do not rise")
        last = change.position
    if batch.upto < last:
        raise FeedError("upto is before the last change")
    if any(change.position <= batch.upto for change in batch.urgent):
        raise FeedError("an urgent change whose turn it was")
    newest: dict[str, int] = {}
    for change in batch.changes:
        if change.revision < newest.get(change.register, 0):
            raise FeedError("a register goes back")
        newest[change.register] = change.revision


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise FeedError(f"{name} is missing or no text")
    return value


def _number(body: Mapping[str, Any], name: str) -> int:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise FeedError(f"{name} is missing or no count")
    return value


def _time(body: Mapping[str, Any]) -> datetime:
    try:
        return from_rfc3339(_text(body, "time"))
    except ValueError:
        raise FeedError("time is not RFC 3339 in UTC") from None
