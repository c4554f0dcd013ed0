# SPDX-License-Identifier: Apache-2.0
"""What a mapping starts from: one entry, where it is in which log, and what was opened of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address

from shared.canonical import JSON
from shared.clock import to_rfc3339
from shared.entries import Entry, leaf_hash
from shared.events import Actor, Subject, actor_of, subject_of
from shared.sealing import SealedPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An entry with its openings; None and nobody where a part is absent or was not opened."""

    origin: str
    index: int
    entry: Entry
    actor: Actor | None = None
    permit: Mapping[str, JSON] = field(default_factory=dict, repr=False)
    net: Mapping[str, JSON] = field(default_factory=dict, repr=False)
    subjects: tuple[Subject, ...] = field(default=(), repr=False)

    @property
    def time(self) -> str:
        """When it happened, as its producer says: RFC 3339 in UTC."""
        return to_rfc3339(self.entry.occurred_at)

    @property
    def place(self) -> str:
        """Where the entry is, as a URI: log and index."""
        return f"urn:placet:log:{self.origin}#{self.index}"

    @property
    def leaf(self) -> str:
        """The entry's leaf hash in hexadecimal."""
        return leaf_hash(self.entry.raw).hex()

    @property
    def address(self) -> str | None:
        """The network address it came from; None for a text that is none: formats have no such."""
        ip = self.net.get("ip")
        try:
            return str(ip_address(ip)) if isinstance(ip, str) else None
        except ValueError:
            return None

    @property
    def permit_id(self) -> str | None:
        """The permit it happened under."""
        found = self.permit.get("permit_id")
        return found if isinstance(found, str) else None

    @property
    def visa(self) -> str | None:
        """The visa's `jti`."""
        found = self.permit.get("jti")
        return found if isinstance(found, str) else None

    @property
    def sealed_actor(self) -> bool:
        """Whether somebody acted who was not opened."""
        return self.actor is None and "actor" in self.entry.commitments

    @property
    def failed(self) -> bool:
        """Whether it was refused or went wrong."""
        return self.entry.decision in {"deny", "error"}


def record_of(origin: str, index: int, entry: Entry, parts: Sequence[SealedPart]) -> Record:
    """Make a record; the parts were checked against the entry's commitments.

    Raises MalformedEntry when an opened part is not of its group's form.
    """
    by_group = {part.group: part for part in parts}
    people = sorted(group for group in by_group if group.startswith("subj/"))
    return Record(
        origin=origin,
        index=index,
        entry=entry,
        actor=actor_of(by_group["actor"]) if "actor" in by_group else None,
        permit=by_group["permit"].opened() if "permit" in by_group else {},
        net=by_group["net"].opened() if "net" in by_group else {},
        subjects=tuple(subject_of(by_group[group]) for group in people),
    )
