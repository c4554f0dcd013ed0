# SPDX-License-Identifier: Apache-2.0
"""What planted cases of the labelled month are made with: a use, a small node, and their labels."""

from datetime import datetime, timedelta
from typing import Final

from tests.support.labelled_month import NODES, READ, Label, Line, Month

MS: Final = timedelta(milliseconds=1)
SECOND: Final = timedelta(seconds=1)
DATASET: Final = "GDI-ZZ-DATASET-77"
OTHER: Final = "GDI-ZZ-DATASET-78"
START_TYPE: Final = "placet.sys.start.v1"


def mark(line: Line, rule: str, case: str, *, fires: bool) -> Line:
    """Label a line: its rule must name it, or must not."""
    line.labels = (*line.labels, Label(rule, fires, case))
    return line


def permitted(month: Month, at: datetime, *, fires: bool, rule: str, case: str) -> Line:
    """Plant a use under a good permit; the caller spoils something."""
    actor = month.name("planted")
    permit = month.permit(at - 60 * SECOND, actor, DATASET)
    return mark(month.use(at, actor, DATASET, permit), rule, case, fires=fires)


def issued_of(month: Month, use: Line) -> Line:
    """Find the entry by which the permit of a use was issued, which has not arrived yet."""
    return next(one for _, _, one in month.lines if one.permit == use.permit and one is not use)


def node(month: Month, at: datetime) -> Line:
    """Let a small producer of its own say something, for cases about chains and clocks."""
    line = Line(type=START_TYPE, src="", at=at, arrived=at + SECOND / 5)
    line.src = f"zz/{month.name('node')}/1"
    return month.put(line)


def stamp(at: datetime) -> str:
    """Write an instant as entries do."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%fZ}"


def hour(at: datetime) -> datetime:
    """Give a time early in the same hour."""
    return at.replace(minute=5, second=0, microsecond=0)


def read_of(month: Month, decision: Line, at: datetime) -> Line:
    """Let data be read on the trace of a decision."""
    return month.put(
        Line(
            type=READ,
            src=NODES[1],
            at=at,
            arrived=at + SECOND / 2,
            trace=decision.trace,
            dataset=decision.dataset,
            actor=decision.actor,
            client="gateway",
            permit=decision.permit,
            people=decision.people,
        )
    )
