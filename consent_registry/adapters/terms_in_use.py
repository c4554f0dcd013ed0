# SPDX-License-Identifier: Apache-2.0
"""`TermsInUse` on PostgreSQL: the projected standings, by the terms they share."""

from collections.abc import Sequence
from datetime import datetime

from pyroaring import BitMap
from sqlalchemy import Connection, or_, select

from consent_registry.adapters.sets import ordinals, packed
from consent_registry.adapters.standings import read_terms
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
        wanted = (
            select(STANDING.c.terms_id, packed(STANDING.c.ordinal))
            .where(
                STANDING.c.dataset == dataset,
                STANDING.c.state == State.GIVEN.value,
                STANDING.c.starts_at <= at,
                or_(STANDING.c.ends_at.is_(None), STANDING.c.ends_at > at),
            )
            .group_by(STANDING.c.terms_id)
        )
        rows = self._connection.execute(wanted).all()
        terms = read_terms(self._connection, {r.terms_id for r in rows if r.terms_id is not None})
        return [(terms.get(row.terms_id), ordinals(row.packed)) for row in rows]
