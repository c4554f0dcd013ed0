# SPDX-License-Identifier: Apache-2.0
"""Of whom a dataset has fewer kinds of data than it holds: for the sets that indexes hold."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from consent_registry.adapters.sets import among, ordinals, packed
from consent_registry.adapters.tables import DATASET_MEMBER
from consent_registry.domain.cohort_index import CohortIndex
from shared.ids import DatasetId


def mark_fewer_data(
    index: CohortIndex,
    connection: Connection,
    dataset: DatasetId,
    who: Sequence[int] | None = None,
) -> None:
    """Note in an index which data there are of whoever in it, or of these, has fewer than others.

    What was said of a member when she was listed is never said otherwise: it needs no instant.
    """
    member = DATASET_MEMBER.c
    wanted = (
        select(member.data_categories, packed(member.ordinal))
        .where(member.dataset == dataset, member.data_categories.is_not(None))
        .group_by(member.data_categories)
    )
    if who is not None:
        wanted = wanted.where(among(member.ordinal, who))
    for row in connection.execute(wanted):
        index.hold_only(ordinals(row.packed), tuple(row.data_categories))
