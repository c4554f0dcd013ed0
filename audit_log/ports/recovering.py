# SPDX-License-Identifier: Apache-2.0
"""What a recovery needs beside the sequencer's and the publisher's stores: a copy, and the end."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class BundleCopy(Protocol):
    """A copy of this log's entry bundles, from wherever it is."""

    def bundle(self, index: int, width: int) -> Sequence[bytes]:
        """Give the first `width` entries of a bundle; LookupError when the copy has not so many."""
        ...


class OwnChain(Protocol):
    """The log's own producer, whose chain a recovery moves on."""

    def catch_up(self) -> None:
        """Go on from the last own entry in the tree; what was said under lost numbers is dropped.

        In one transaction; the caller sees to it that no process of the log runs.
        """
        ...

    def quarantined(self) -> Sequence[bytes]:
        """Give the hash of every input that is quarantined here."""
        ...

    def missing(self, said: Mapping[tuple[str, bytes], bytes]) -> Mapping[str, int]:
        """Count by table the rows that are not here as the log says them.

        `said` are the hashes of rows by table and hash of the key, empty for one that is gone.
        """
        ...

    def has_begun(self) -> bool:
        """Tell whether anything was ever sequenced here, or waits to be."""
        ...
