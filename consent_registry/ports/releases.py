# SPDX-License-Identifier: Apache-2.0
"""What the use cases need to keep releases of the disease hierarchy."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from consent_registry.domain.disease_files import Release


class Releases(Protocol):
    """Releases, none ever changed or dropped: old decisions name them."""

    def keep(self, release: Release, raw: bytes) -> None:
        """Store a release with its bytes; one that is stored already stays as it is."""
        ...

    def activate(self, sha256: str, at: datetime) -> None:
        """Make a stored release the one in use, for every process, with the commit."""
        ...

    def every(self) -> Sequence[Release]:
        """Give all releases, the newest first."""
        ...
