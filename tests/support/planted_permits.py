# SPDX-License-Identifier: Apache-2.0
"""Planted cases about permits: R7 and R10, each with its near-miss twin."""

from datetime import datetime, timedelta

from tests.support.labelled_month import PERMITS, REVOKED, Line, Month
from tests.support.planting import (
    DATASET,
    MS,
    OTHER,
    SECOND,
    issued_of,
    mark,
    permitted,
    read_of,
    stamp,
)


def unnamed(month: Month, at: datetime, *, fires: bool) -> None:
    """R7: a use that names no permit."""
    line = permitted(month, at, fires=fires, rule="R7", case="unnamed")
    if fires:
        line.permit = None


def ended(month: Month, at: datetime, *, fires: bool) -> None:
    """R7: a permit that was revoked 1 ms before the use; the twin's 1 ms after."""
    line = permitted(month, at, fires=fires, rule="R7", case="ended")
    _revoked(month, line, at + (-MS if fires else MS), 0.2)


def ended_late(month: Month, at: datetime, *, fires: bool) -> None:
    """R7: the revocation arrives 31 s after the use, which came after it, or 1 ms before."""
    line = permitted(month, at, fires=fires, rule="R7", case="ended_late")
    _revoked(month, line, at + (-MS if fires else MS), 31)


def issued_late(month: Month, at: datetime, *, fires: bool) -> None:
    """R7: the permit's entry arrives 31 s after the use; the twin's 29 s after."""
    actor = month.name("planted")
    line = month.use(at, actor, DATASET, None)
    late = 60 + 0.4 + (31 if fires else 29)
    line.permit = month.permit(at - 60 * SECOND, actor, DATASET, late=late)
    mark(line, "R7", "issued_late", fires=fires)


def of_another(month: Month, at: datetime, *, fires: bool) -> None:
    """R7: somebody else's permit."""
    line = permitted(month, at, fires=fires, rule="R7", case="of_another")
    if fires:
        line.actor = month.name("thief")


def _revoked(month: Month, use: Line, at: datetime, late: float) -> Line:
    return month.put(
        Line(
            type=REVOKED,
            src=PERMITS,
            at=at,
            arrived=use.arrived + timedelta(seconds=late),
            dataset=use.dataset,
            permit=use.permit,
            extra={"revision": 2},
        )
    )


def other_dataset(month: Month, at: datetime, *, fires: bool) -> None:
    """R10: a dataset that the permit does not name."""
    line = permitted(month, at, fires=fires, rule="R10", case="dataset")
    if fires:
        line.dataset = OTHER


def past_end(month: Month, at: datetime, *, fires: bool) -> None:
    """R10: a permit that ended 1 ms before the use; the twin's 1 ms after."""
    actor = month.name("planted")
    line = month.use(at, actor, DATASET, month.permit(at - 60 * SECOND, actor, DATASET))
    issued = issued_of(month, line)
    issued.extra["expires_at"] = stamp(at + (-MS if fires else MS))
    mark(line, "R10", "expired", fires=fires)


def overtaken(month: Month, at: datetime, *, fires: bool) -> None:
    """R10: a use overtakes the entry of a permit that ended 1 ms before it; the twin's 1 ms after.

    When the permit's entry comes, it is known, and R7 has nothing to say any more.
    """
    actor = month.name("planted")
    line = month.use(at, actor, DATASET, None)
    line.permit = month.permit(at - 60 * SECOND, actor, DATASET, late=70)
    issued = issued_of(month, line)
    issued.extra["expires_at"] = stamp(at + (-MS if fires else MS))
    mark(line, "R10", "overtaken", fires=fires)


def renewed(month: Month, at: datetime, *, fires: bool) -> None:
    """R10: a use between a permit's end and its renewal, 1 ms after it; the twin 1 ms before."""
    line = permitted(month, at, fires=fires, rule="R10", case="renewed")
    issued = issued_of(month, line)
    issued.extra["expires_at"] = stamp(at - SECOND)
    again = at + (MS if fires else -MS)
    month.put(
        Line(
            type="placet.permit.renewed.v1",
            src=PERMITS,
            at=again,
            arrived=again + SECOND / 5,
            dataset=line.dataset,
            holder=line.actor,
            permit=line.permit,
            extra={"expires_at": stamp(at + 3_600 * SECOND), "revision": 2},
        )
    )


def self_issued(month: Month, at: datetime, *, fires: bool) -> None:
    """R7: a node issues the permit itself that it goes by; the twin's is the permit service's."""
    line = permitted(month, at, fires=fires, rule="R7", case="self_issued")
    issued = issued_of(month, line)
    if fires:
        issued.src = f"zz/{month.name('node')}/1"
        mark(issued, "R7", "self_issued", fires=True)


def other_cohort(month: Month, at: datetime, *, fires: bool) -> None:
    """R10: a cohort that another permit was given for; the twin's is its own."""
    line = permitted(month, at, fires=fires, rule="R10", case="cohort")
    another = month.permit(at - 60 * SECOND, "somebody", DATASET)
    cohort = month.cohort_of(another if fires else line.permit or "")
    line.people = ()
    line.extra |= {"cohort_id": cohort, "revision": 7}
    if fires:
        mark(line, "R9", "cohort", fires=True)  # the registry says so, too


def lost_revocation(month: Month, at: datetime, *, fires: bool) -> None:
    """R7: a permit was revoked 1 ms before the use and no entry says so; the twin's 1 ms after."""
    line = permitted(month, at, fires=fires, rule="R7", case="lost_revocation")
    month.lose(_revoked(month, line, at + (-MS if fires else MS), 0.2))


def wrong_node(month: Month, at: datetime, *, fires: bool) -> None:
    """R10: a node lets data that the permit does not open there; the twin is one that it names."""
    line = permitted(month, at, fires=fires, rule="R10", case="node")
    issued_of(month, line).extra["nodes"] = ["fi" if fires else "zz", "se"]


def wrong_country(month: Month, at: datetime, *, fires: bool) -> None:
    """R10: a use from a country that the permit does not name; the twin's is one that it does."""
    line = permitted(month, at, fires=fires, rule="R10", case="country")
    issued_of(month, line).countries = ("FI", "SE")
    line.country = "NO" if fires else "SE"


def outside_region(month: Month, at: datetime, *, fires: bool) -> None:
    """R10: a read that goes one base beyond the region of its permit; the twin ends with it."""
    line = permitted(month, at, fires=False, rule="R10", case="region")
    issued_of(month, line).extra["regions"] = ["chr2:5-9", "chr1:1000-2000"]
    read = mark(read_of(month, line, at + SECOND), "R10", "region", fires=fires)
    read.extra["regions"] = ["chr2:5-9", f"chr1:1500-{2001 if fires else 2000}"]


def too_much(month: Month, at: datetime, *, fires: bool) -> None:
    """R10: one byte more than the permit lets in all; the twin takes exactly that."""
    line = permitted(month, at, fires=False, rule="R10", case="amount")
    issued_of(month, line).extra["most_bytes"] = 1_000
    read_of(month, line, at + SECOND).counts["bytes"] = 400
    last = mark(read_of(month, line, at + 2 * SECOND), "R10", "amount", fires=fires)
    last.counts["bytes"] = 601 if fires else 600
