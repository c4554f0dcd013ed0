# SPDX-License-Identifier: Apache-2.0
"""What is needed to say anew where a producer's entries are read."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from audit_log.domain.chain import Chain
from audit_log.ports.casework import Cases
from audit_log.ports.sequencing import Producer, StoredOffset
from shared.events import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPartition:
    """What the broker holds of a partition; `value` is its first entry, None when it is empty."""

    first: int
    end: int
    value: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTopic:
    """What a topic's name means at the broker now, and what each of its partitions holds."""

    topic: str
    cluster_id: str
    topic_id: str
    partitions: Mapping[int, HeldPartition]


class TopicDesk(Protocol):
    """One transaction over producers' topics and stored offsets."""

    def producer(self, src: str) -> Producer | None:
        """Give a registered producer."""
        ...

    def sources_on(self, topic: str) -> Sequence[str]:
        """Give the sources of all producers registered on a topic."""
        ...

    def chains(self, src: str) -> Sequence[Chain]:
        """Give how far each chain of a source was sequenced."""
        ...

    def offsets(self, topic: str) -> Sequence[StoredOffset]:
        """Give the stored offsets of a topic, which nobody moves until this desk is closed."""
        ...

    def begin(self, offset: StoredOffset) -> None:
        """Store the first offset of a partition; raise LogMismatch if another topic's is there."""
        ...

    def advance(self, offset: StoredOffset) -> None:
        """Move a stored offset forward."""
        ...

    def lead_to(self, src: str, topic: str) -> None:
        """Let a producer's entries come from another topic, and from no other."""
        ...

    @property
    def cases(self) -> Cases:
        """Officers' cases."""
        ...

    def record(self, fact: Fact) -> None:
        """Say what was changed; registrations queue behind it."""
        ...


TopicDesks: TypeAlias = Callable[[], AbstractContextManager[TopicDesk]]
"""Opens one: committed when its block ends, gone when it raises."""
