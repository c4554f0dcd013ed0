# SPDX-License-Identifier: Apache-2.0
"""What the use cases need of listed approvals, each method with the guarantee it gives."""

from datetime import datetime
from typing import Protocol

from consent_registry.domain.approvals import Approval
from shared.ids import DatasetId


class Approvals(Protocol):
    """The approvals listed before a consent widens backwards."""

    def add(self, approval: Approval) -> None:
        """Keep an approval."""
        ...

    def get(self, approval_id: str) -> Approval | None:
        """Give an approval, used or not."""
        ...

    def use(self, approval_id: str) -> bool:
        """Use an approval up; False, and nothing done, when it was used before."""
        ...

    def use_for(self, dataset: DatasetId, pid: str, dated: datetime) -> bool:
        """Use up one approval of a yes after a no; False, and nothing done, when none is unused.

        The caller holds the dataset.
        """
        ...
