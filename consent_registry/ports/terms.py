# SPDX-License-Identifier: Apache-2.0
"""What the use cases need to know of the terms that a whole dataset holds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from pyroaring import BitMap

from consent_registry.domain.terms import Terms
from shared.ids import DatasetId


class TermsInUse(Protocol):
    """The distinct terms of everybody whose consent is given."""

    def held(self, dataset: DatasetId, at: datetime) -> Sequence[tuple[Terms | None, BitMap]]:
        """Give each distinct terms at an instant with the members who hold them, by ordinal.

        None stands for terms that cannot be read; they permit nothing. The order is not told.
        """
        ...
