# SPDX-License-Identifier: Apache-2.0
"""Planted cases about words that are lacking: R14, each with its near-miss twin."""

from datetime import datetime, timedelta

from tests.support.labelled_month import CONSENTS, PERMITS, REVOKED, Line, Month
from tests.support.planting import DATASET, SECOND, mark


def unacknowledged(month: Month, at: datetime, *, fires: bool) -> None:
    """R14: a node says 901 s after a revocation that it goes by it; the twin after 899 s."""
    src, revision = f"zz/{month.name('node')}/1", 100 + next(month.names)
    permit = month.permit(at - 60 * SECOND, month.name("planted"), DATASET)
    _enforced(month, src, at, revision - 1)
    ended = month.put(
        Line(
            type=REVOKED,
            src=PERMITS,
            at=at + SECOND,
            arrived=at + 1.2 * SECOND,
            dataset=DATASET,
            permit=permit,
            extra={"revision": revision},
        )
    )
    mark(ended, "R14", "unacknowledged", fires=fires)
    _enforced(month, src, ended.at + timedelta(seconds=901 if fires else 899), 1_000_000)


def not_propagated(month: Month, at: datetime, *, fires: bool) -> None:
    """R14: a reader is said to enforce a withdrawal 901 s after it; the twin 899 s."""
    dataset, reader = f"GDI-ZZ-DATASET-{1000 + next(month.names)}", month.name("reader")
    _propagated(month, dataset, reader, at, 6)
    gone = _withdrawn(month, dataset, at + SECOND, narrows=True)
    mark(gone, "R14", "not_propagated", fires=fires)
    _propagated(month, dataset, reader, gone.at + timedelta(seconds=901 if fires else 899), 9)


def never_propagated(month: Month, at: datetime, *, fires: bool) -> None:
    """R14: nobody ever says that a withdrawal reached him; the twin's took nobody out."""
    dataset, reader = f"GDI-ZZ-DATASET-{1000 + next(month.names)}", month.name("reader")
    _propagated(month, dataset, reader, at, 6)
    gone = _withdrawn(month, dataset, at + SECOND, narrows=fires)
    mark(gone, "R14", "never_propagated", fires=fires)


def _enforced(month: Month, src: str, at: datetime, revision: int) -> None:
    month.put(
        Line(
            type="placet.sys.enforced.v1",
            src=src,
            at=at,
            arrived=at + SECOND / 5,
            extra={"permits_revision": revision},
        )
    )


def _withdrawn(month: Month, dataset: str, at: datetime, *, narrows: bool) -> Line:
    return month.put(
        Line(
            type="placet.consent.withdrawn.v1",
            src=CONSENTS,
            at=at,
            arrived=at + SECOND / 5,
            dataset=dataset,
            extra={"revision": 7, **({"narrows": True} if narrows else {})},
        )
    )


def _propagated(month: Month, dataset: str, reader: str, at: datetime, revision: int) -> None:
    month.put(
        Line(
            type="placet.consent.propagated.v1",
            src=CONSENTS,
            at=at,
            arrived=at + SECOND / 5,
            dataset=dataset,
            client=reader,
            extra={"revision": revision},
        )
    )
