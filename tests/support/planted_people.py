# SPDX-License-Identifier: Apache-2.0
"""Planted cases about people and their cohorts: R8, R9 and R14, each with its near-miss twin."""

from datetime import datetime, timedelta

from tests.support.labelled_month import Line, Month
from tests.support.planting import MS, SECOND, permitted


def withdrawn(month: Month, at: datetime, *, fires: bool) -> None:
    """R8: the person withdrew 1 ms before the use; the twin 1 ms after."""
    line = permitted(month, at, fires=fires, rule="R8", case="withdrawn")
    month.withdrawn[line.people[0]] = at + (-MS if fires else MS)


def purpose(month: Month, at: datetime, *, fires: bool) -> None:
    """R9: a use for a purpose that the permit does not name."""
    line = permitted(month, at, fires=fires, rule="R9", case="purpose")
    line.purposes = ("DUO:0000007" if fires else "DUO:0000006",)


def _rested_on_less(month: Month, at: datetime, *, fires: bool, case: str) -> Line:
    """Let a node decide on a state from before a withdrawal; give the withdrawal."""
    line = permitted(month, at, fires=fires, rule="R14", case=case)
    line.dataset = f"GDI-ZZ-DATASET-{1000 + next(month.names)}"
    line.extra["dataset_revision"] = 7
    for _, _, one in month.lines:
        if one.permit == line.permit and one is not line:
            one.dataset = line.dataset
    before = at - timedelta(seconds=301 if fires else 299)
    return month.put(
        Line(
            type="placet.consent.withdrawn.v1",
            src="zz/consent_registry/1",
            at=before,
            arrived=before + SECOND / 2,
            dataset=line.dataset,
            extra={"revision": 8},
        )
    )


def not_reached(month: Month, at: datetime, *, fires: bool) -> None:
    """R14: a node decides on a state from before a withdrawal 301 s earlier; the twin 299 s."""
    _rested_on_less(month, at, fires=fires, case="withdrawal")


def told_late(month: Month, at: datetime, *, fires: bool) -> None:
    """R14: the same, and the withdrawal's entry arrives half a minute after the decision's."""
    withdrawal = _rested_on_less(month, at, fires=fires, case="told_late")
    withdrawal.extra["late"] = True
    month.postpone(withdrawal, at + 30 * SECOND)


def _of_cohort(month: Month, at: datetime, *, fires: bool, rule: str, case: str) -> Line:
    """Plant a use of a cohort that one of its people leaves; the reader goes by revision 7."""
    line = permitted(month, at, fires=fires, rule=rule, case=case)
    cohort = month.cohort_of(line.permit or "")
    line.people = ()
    line.extra |= {"cohort_id": cohort, "revision": 7}
    return line


def left_cohort(month: Month, at: datetime, *, fires: bool) -> None:
    """R8: somebody left the cohort 1 ms before it was used; the twin's 1 ms after."""
    line = _of_cohort(month, at, fires=fires, rule="R8", case="left_cohort")
    month.left[month.cohort_of(line.permit or "")] = (at + (-MS if fires else MS), 8)


def reader_unaware(month: Month, at: datetime, *, fires: bool) -> None:
    """R8: the reader goes by a revision before the one at which she left; the twin's by that."""
    line = _of_cohort(month, at, fires=fires, rule="R8", case="reader_unaware")
    month.left[month.cohort_of(line.permit or "")] = (at - 60 * SECOND, 8)
    if not fires:
        line.extra["revision"] = 8


def cohort_purpose(month: Month, at: datetime, *, fires: bool) -> None:
    """R9: a cohort is used for a purpose that its permit does not name."""
    line = _of_cohort(month, at, fires=fires, rule="R9", case="cohort_purpose")
    line.purposes = ("DUO:0000007" if fires else "DUO:0000006",)


def unknown_cohort(month: Month, at: datetime, *, fires: bool) -> None:
    """R8: a revision that the registry does not have yet; the twin's is its newest."""
    line = _of_cohort(month, at, fires=fires, rule="R8", case="unknown_cohort")
    line.extra["revision"] = month.newest + (1 if fires else 0)


def nobody(month: Month, at: datetime, *, fires: bool) -> None:
    """R8: a use names nobody, nor by which state it was let; the twin's names that."""
    line = permitted(month, at, fires=fires, rule="R8", case="nobody")
    line.src, line.people = f"zz/{month.name('node')}/1", ()
    if fires:
        del line.extra["dataset_revision"]
