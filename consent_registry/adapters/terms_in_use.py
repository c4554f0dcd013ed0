# SPDX-License-Identifier: Apache-2.0
"""`TermsInUse` on PostgreSQL: the projected standings, by the terms they share."""

from collections.abc import Sequence
from datetime import datetime

from pyroaring import BitMap
from sqlalchemy import Connection

from consent_registry.adapters.standings import held_at
from consent_registry.adapters.tables import STANDING
from consent_registry.domain.history import State
from consent_registry.domain.terms import Terms
from shared.ids import DatasetId


class SqlTermsInUse:
    """The port `TermsInUse`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def held(self, dataset: DatasetId, at: datetime) -> Sequence[tuple[Terms | None, BitMap]]:
        """Gather members by terms and read each terms once."""
        held = held_at(self._connection, dataset, at, STANDING.c.state == State.GIVEN.value)
        return [(standing.terms, people) for people, standing in held]
