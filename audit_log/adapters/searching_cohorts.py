# SPDX-License-Identifier: Apache-2.0
"""Finding entries about somebody whom they do not seal: by the cohorts that hold her."""

from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, false, or_, select, text

from audit_log.adapters.tables import EV_COHORT, TERM
from audit_log.domain.batch import TermKind, cohort_text
from audit_log.domain.cohorts import CohortAnswer, CohortKey, Membership

# One look at the index for each cohort of a dataset, however many entries name it.
_NAMED: Final = text(
    "WITH RECURSIVE named AS ("
    " (SELECT c.cohort, c.idx FROM ev_cohort AS c WHERE c.dataset ="
    "   (SELECT id FROM term WHERE kind = 3 AND value = :dataset)"
    "   ORDER BY c.cohort, c.idx LIMIT 1)"
    " UNION ALL SELECT n.cohort, n.idx FROM named AS b CROSS JOIN LATERAL"
    "  (SELECT c.cohort, c.idx FROM ev_cohort AS c WHERE c.dataset ="
    "   (SELECT id FROM term WHERE kind = 3 AND value = :dataset)"
    "   AND c.cohort > b.cohort ORDER BY c.cohort, c.idx LIMIT 1) AS n)"
    " SELECT t.value FROM named AS n JOIN term AS t ON t.id = n.cohort"
    " WHERE n.idx < :below ORDER BY t.value"
)


def cohorts_named(connection: Connection, dataset: str, below: int) -> list[CohortKey]:
    """Give the cohorts of a dataset that entries below an index name, in the order of their ids."""
    found = connection.execute(_NAMED, {"dataset": dataset, "below": below}).scalars()
    return [CohortKey(*name.split(" ")) for name in found]


def about(
    connection: Connection, dataset: int, answers: Collection[CohortAnswer]
) -> ColumnElement[bool]:
    """Give what a row of `ev_cohort` must meet to be about the person who was asked about."""
    holding = [one for one in answers if one.membership is Membership.IN]
    if not holding:
        return false()
    numbers = _numbers(connection, (one.key for one in holding))
    rows = EV_COHORT.c
    stayed = [numbers[one.key] for one in holding if one.left is None and one.key in numbers]
    left = [
        and_(
            rows.cohort == numbers[one.key],
            or_(rows.revision.is_(None), rows.revision < one.left),
        )
        for one in holding
        if one.left is not None and one.key in numbers
    ]
    return and_(rows.dataset == dataset, or_(rows.cohort.in_(stayed), *left))


def _numbers(connection: Connection, keys: Iterable[CohortKey]) -> dict[CohortKey, int]:
    texts = {cohort_text(*key): key for key in keys}
    wanted = select(TERM.c.id, TERM.c.value).where(
        TERM.c.kind == int(TermKind.COHORT), TERM.c.value.in_(list(texts))
    )
    return {texts[row.value]: int(row.id) for row in connection.execute(wanted)}
