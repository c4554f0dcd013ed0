# SPDX-License-Identifier: Apache-2.0
"""What is planted in the labelled month: each case and its near-miss twin, which must not fire.

A case is planted at a time; twins differ from it by a millisecond, a second or one entry.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from tests.support.labelled_month import (
    HEARTBEAT,
    NODES,
    OWN,
    PERMITS,
    READ,
    REVOKED,
    Label,
    Line,
    Month,
)

MS: Final = timedelta(milliseconds=1)
SECOND: Final = timedelta(seconds=1)
DATASET: Final = "GDI-ZZ-DATASET-77"
OTHER: Final = "GDI-ZZ-DATASET-78"
START_TYPE: Final = "placet.sys.start.v1"


def _mark(line: Line, rule: str, case: str, *, fires: bool) -> Line:
    line.labels = (*line.labels, Label(rule, fires, case))
    return line


def _permitted(month: Month, at: datetime, *, fires: bool, rule: str, case: str) -> Line:
    """Plant a use under a good permit; the caller spoils something."""
    actor = month.name("planted")
    permit = month.permit(at - 60 * SECOND, actor, DATASET)
    return _mark(month.use(at, actor, DATASET, permit), rule, case, fires=fires)


def _node(month: Month, at: datetime) -> Line:
    """Let a small producer of its own say something, for cases about chains and clocks."""
    line = Line(type=START_TYPE, src="", at=at, arrived=at + SECOND / 5)
    line.src = f"zz/{month.name('node')}/1"
    return month.put(line)


def _again(month: Month, first: Line, after: float, *, seq: int = 0) -> Line:
    at = first.at + timedelta(seconds=after)
    return month.put(Line(type=START_TYPE, src=first.src, at=at, arrived=at + SECOND / 5, seq=seq))


def gap(month: Month, at: datetime, *, fires: bool) -> None:
    """R1: one place is left empty; the twin's neighbour comes twice instead."""
    first = _node(month, at)
    if fires:
        line = _again(month, first, 1)
        line.skip = 1
    else:
        _again(month, first, 1)
        line = _again(month, first, 2, seq=2)
    _mark(line, "R1", "gap", fires=fires)


def broken(month: Month, at: datetime, *, fires: bool) -> None:
    """R2: an entry names another predecessor."""
    line = _again(month, _node(month, at), 1)
    line.follows = "another" if fires else ""
    _mark(line, "R2", "chain", fires=fires)


def equivocal(month: Month, at: datetime, *, fires: bool) -> None:
    """R3: two entries at one place; the twin is the same entry again."""
    first = _node(month, at)
    _again(month, first, 1)
    line = _again(month, first, 2, seq=2)
    line.leaf = "another" if fires else ""
    _mark(line, "R3", "equivocation", fires=fires)


def silent(month: Month, at: datetime, *, fires: bool) -> None:
    """R4: the next heartbeat comes 91 s after the one before; the twin 89 s after."""
    first = _node(month, at)
    for after in (1, 92 if fires else 90):
        beat = _again(month, first, after)
        beat.type, beat.signed = HEARTBEAT, True
        if after == 1:
            _mark(beat, "R4", "silence", fires=fires)
    month.watched[first.src] = (at + 2 * SECOND, beat.arrived)


def forged(month: Month, at: datetime, *, fires: bool) -> None:
    """R4: a heartbeat that its key did not sign."""
    first = _node(month, at)
    line = _again(month, first, 1)
    line.type, line.signed = HEARTBEAT, not fires
    _mark(line, "R4", "forged", fires=fires)


def ahead(month: Month, at: datetime, *, fires: bool) -> None:
    """R4: a heartbeat speaks of a place that is empty 61 s later; the twin's is filled after 59."""
    first = _node(month, at)
    beat = _again(month, first, 1)
    beat.type, beat.signed, beat.skip = HEARTBEAT, True, 1
    _mark(beat, "R4", "ahead", fires=fires)
    _mark(beat, "R1", "ahead", fires=True)
    fill = _again(month, first, 62 if fires else 60, seq=2)
    month.watched[first.src] = (at + 2 * SECOND, fill.arrived + SECOND)


def unannounced(month: Month, at: datetime, *, fires: bool) -> None:
    """R5: a new chain begins without a start; the twin's begins with one."""
    _chain(month, at, start=not fires, beat=20, case="unannounced", fires=fires)


def unsigned(month: Month, at: datetime, *, fires: bool) -> None:
    """R5: a new chain is signed for after 91 s; the twin's after 89."""
    _chain(month, at, start=True, beat=91 if fires else 89, case="unsigned", fires=fires)


def reused(month: Month, at: datetime, *, fires: bool) -> None:
    """R5: a chain begins under a number below one that was used; the twin's above it."""
    first = _node(month, at)
    first.epoch = 5
    line = _again(month, first, 1)
    line.epoch = 4 if fires else 6
    _mark(line, "R5", "reused", fires=fires)
    beat = _again(month, first, 5)
    beat.type, beat.signed, beat.epoch = HEARTBEAT, True, line.epoch


def _chain(month: Month, at: datetime, *, start: bool, beat: float, case: str, fires: bool) -> None:
    first = _node(month, at)
    line = _again(month, first, 1)
    line.epoch, line.type = 2, START_TYPE if start else "placet.admin.login.v1"
    _mark(line, "R5", case, fires=fires)
    signed = _again(month, first, 1 + beat)
    signed.type, signed.signed, signed.epoch = HEARTBEAT, True, 2


def clock_ahead(month: Month, at: datetime, *, fires: bool) -> None:
    """R6: an entry from 5.001 s in the future; the twin from 4.999."""
    line = _node(month, at)
    line.at = line.arrived + timedelta(seconds=5) + (MS if fires else -MS)
    _mark(line, "R6", "ahead", fires=fires)


def clock_behind(month: Month, at: datetime, *, fires: bool) -> None:
    """R6: an entry 901 s old; the twin 899, or flagged late."""
    line = _node(month, at)
    line.at = line.arrived - timedelta(seconds=901 if fires else 899)
    _mark(line, "R6", "behind", fires=fires)
    if not fires:
        late = _node(month, at)
        late.at, late.extra["late"] = late.arrived - timedelta(days=1), True
        _mark(late, "R6", "flagged", fires=False)


def unnamed(month: Month, at: datetime, *, fires: bool) -> None:
    """R7: a use that names no permit."""
    line = _permitted(month, at, fires=fires, rule="R7", case="unnamed")
    if fires:
        line.permit = None


def ended(month: Month, at: datetime, *, fires: bool) -> None:
    """R7: a permit that was revoked 1 ms before the use; the twin's 1 ms after."""
    line = _permitted(month, at, fires=fires, rule="R7", case="ended")
    _revoked(month, line, at + (-MS if fires else MS), 0.2)


def ended_late(month: Month, at: datetime, *, fires: bool) -> None:
    """R7: the revocation arrives 31 s after the use, which came after it, or 1 ms before."""
    line = _permitted(month, at, fires=fires, rule="R7", case="ended_late")
    _revoked(month, line, at + (-MS if fires else MS), 31)


def issued_late(month: Month, at: datetime, *, fires: bool) -> None:
    """R7: the permit's entry arrives 31 s after the use; the twin's 29 s after."""
    actor = month.name("planted")
    line = month.use(at, actor, DATASET, None)
    late = 60 + 0.4 + (31 if fires else 29)
    line.permit = month.permit(at - 60 * SECOND, actor, DATASET, late=late)
    _mark(line, "R7", "issued_late", fires=fires)


def of_another(month: Month, at: datetime, *, fires: bool) -> None:
    """R7: somebody else's permit."""
    line = _permitted(month, at, fires=fires, rule="R7", case="of_another")
    if fires:
        line.actor = month.name("thief")


def _revoked(month: Month, use: Line, at: datetime, late: float) -> None:
    month.put(
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


def withdrawn(month: Month, at: datetime, *, fires: bool) -> None:
    """R8: the person withdrew 1 ms before the use; the twin 1 ms after."""
    line = _permitted(month, at, fires=fires, rule="R8", case="withdrawn")
    month.withdrawn[line.people[0]] = at + (-MS if fires else MS)


def purpose(month: Month, at: datetime, *, fires: bool) -> None:
    """R9: a use for a purpose that the permit does not name."""
    line = _permitted(month, at, fires=fires, rule="R9", case="purpose")
    line.purposes = ("DUO:0000007" if fires else "DUO:0000006",)


def other_dataset(month: Month, at: datetime, *, fires: bool) -> None:
    """R10: a dataset that the permit does not name."""
    line = _permitted(month, at, fires=fires, rule="R10", case="dataset")
    if fires:
        line.dataset = OTHER


def past_end(month: Month, at: datetime, *, fires: bool) -> None:
    """R10: a permit that ended 1 ms before the use; the twin's 1 ms after."""
    actor = month.name("planted")
    line = month.use(at, actor, DATASET, month.permit(at - 60 * SECOND, actor, DATASET))
    issued = next(one for _, _, one in month.lines if one.permit == line.permit)
    issued.extra["expires_at"] = _stamp(at + (-MS if fires else MS))
    _mark(line, "R10", "expired", fires=fires)


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%fZ}"


def overtaken(month: Month, at: datetime, *, fires: bool) -> None:
    """R10: a use overtakes the entry of a permit that ended 1 ms before it; the twin's 1 ms after.

    When the permit's entry comes, it is known, and R7 has nothing to say any more.
    """
    actor = month.name("planted")
    line = month.use(at, actor, DATASET, None)
    line.permit = month.permit(at - 60 * SECOND, actor, DATASET, late=70)
    issued = next(one for _, _, one in month.lines if one.permit == line.permit and one is not line)
    issued.extra["expires_at"] = _stamp(at + (-MS if fires else MS))
    _mark(line, "R10", "overtaken", fires=fires)


def renewed(month: Month, at: datetime, *, fires: bool) -> None:
    """R10: a use between a permit's end and its renewal, 1 ms after it; the twin 1 ms before."""
    line = _permitted(month, at, fires=fires, rule="R10", case="renewed")
    issued = next(one for _, _, one in month.lines if one.permit == line.permit and one is not line)
    issued.extra["expires_at"] = _stamp(at - SECOND)
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
            extra={"expires_at": _stamp(at + 3_600 * SECOND), "revision": 2},
        )
    )


def self_issued(month: Month, at: datetime, *, fires: bool) -> None:
    """R7: a node issues the permit itself that it goes by; the twin's is the permit service's."""
    line = _permitted(month, at, fires=fires, rule="R7", case="self_issued")
    issued = next(one for _, _, one in month.lines if one.permit == line.permit and one is not line)
    if fires:
        issued.src = f"zz/{month.name('node')}/1"
        _mark(issued, "R7", "self_issued", fires=True)


def _read(month: Month, decision: Line, at: datetime) -> Line:
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


def undecided(month: Month, at: datetime, *, fires: bool) -> None:
    """R11: a read on a trace without any decision."""
    decision = _permitted(month, at, fires=False, rule="R11", case="undecided")
    read = _mark(_read(month, decision, at + SECOND), "R11", "undecided", fires=fires)
    if fires:
        read.trace = month.name("trace")


def refused(month: Month, at: datetime, *, fires: bool) -> None:
    """R11: a refusal 1 ms before the read; the twin's 1 ms after."""
    decision = _permitted(month, at, fires=False, rule="R11", case="refused")
    read = _mark(_read(month, decision, at + SECOND), "R11", "refused", fires=fires)
    refusal = month.use(read.at + (-MS if fires else MS), decision.actor or "", DATASET, None)
    refusal.decision, refusal.trace = "deny", read.trace


def decided_late(month: Month, at: datetime, *, fires: bool) -> None:
    """R11: the decision arrives 31 s after the read; the twin's 29 s after."""
    decision = _permitted(month, at, fires=False, rule="R11", case="decided_late")
    read = _mark(_read(month, decision, at + MS), "R11", "decided_late", fires=fires)
    month.postpone(decision, read.arrived + timedelta(seconds=31 if fires else 29))


def _hour(at: datetime) -> datetime:
    return at.replace(minute=5, second=0, microsecond=0)


def volume(month: Month, at: datetime, *, fires: bool) -> None:
    """R12: 101 uses of one dataset within an hour; the twin 100."""
    actor, begin = month.name("planted"), _hour(at)
    permit = month.permit(begin - 60 * SECOND, actor, DATASET)
    for number in range(101 if fires else 100):
        line = month.use(begin + number * SECOND, actor, DATASET, permit)
        line.people = ((DATASET, 1),)
    _mark(line, "R12", "volume", fires=fires)


def people(month: Month, at: datetime, *, fires: bool) -> None:
    """R13: 51 different people within an hour; the twin 50, one of them twice."""
    actor, begin = month.name("planted"), _hour(at)
    permit = month.permit(begin - 60 * SECOND, actor, DATASET)
    for number in range(51):
        line = month.use(begin + number * SECOND, actor, DATASET, permit)
        line.people = ((DATASET, number if fires else number % 50),)
    _mark(line, "R13", "people", fires=fires)


def client(month: Month, at: datetime, *, fires: bool) -> None:
    """R13: an account comes with a client it never had."""
    actor = month.name("planted")
    permit = month.permit(at - 60 * SECOND, actor, DATASET)
    month.use(at, actor, DATASET, permit)
    line = month.use(at + 10 * SECOND, actor, DATASET, permit)
    line.client = "new" if fires else "gateway"
    _mark(line, "R13", "client", fires=fires)


def woke(month: Month, at: datetime, *, fires: bool) -> None:
    """R13: an account that slept 91 days; the twin 89."""
    actor, days = month.name("planted"), timedelta(days=91 if fires else 89)
    permit = month.permit(at - days - 60 * SECOND, actor, DATASET)
    for one in [line for _, _, line in month.lines if line.permit == permit]:
        month.postpone(one, at - 30 * SECOND)
        one.extra["late"] = True
    old = month.use(at - days, actor, DATASET, permit)
    old.extra["late"] = True
    month.postpone(old, at - 20 * SECOND)
    _mark(month.use(at, actor, DATASET, permit), "R13", "woke", fires=fires)


def _rested_on_less(month: Month, at: datetime, *, fires: bool, case: str) -> Line:
    """Let a node decide on a state from before a withdrawal; give the withdrawal."""
    line = _permitted(month, at, fires=fires, rule="R14", case=case)
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


def looks(month: Month, at: datetime, *, fires: bool) -> None:
    """R16: an officer looks 201 times within an hour; the twin 200."""
    officer, begin = month.name("officer"), _hour(at)
    for number in range(201 if fires else 200):
        when = begin + number * SECOND
        line = month.put(
            Line(
                type="placet.audit.search.v1",
                src=OWN,
                at=when,
                arrived=when + SECOND / 5,
                actor=officer,
            )
        )
    _mark(line, "R16", "looks", fires=fires)


def reveal(month: Month, at: datetime, *, fires: bool) -> None:
    """R16: a sealed part is opened for no case."""
    line = month.put(
        Line(
            type="placet.audit.reveal.v1",
            src=OWN,
            at=at,
            arrived=at + SECOND / 5,
            actor=month.name("officer"),
            extra={} if fires else {"case": "case-1"},
        )
    )
    _mark(line, "R16", "reveal", fires=fires)


CASES: Final = (
    *(gap, broken, equivocal, silent, forged, ahead, unannounced, unsigned, reused),
    *(clock_ahead, clock_behind, unnamed, ended, ended_late, issued_late, of_another),
    *(withdrawn, purpose, other_dataset, past_end, overtaken, renewed, self_issued),
    *(undecided, refused, decided_late, volume, people, client, woke, not_reached, told_late),
    *(looks, reveal),
)


def plant(month: Month, times: Iterator[datetime], number: int) -> int:
    """Plant `number` cases, or one of each if that is more, each with its twin; give how many."""
    planted = max(number, len(CASES))
    for nth in range(planted):
        case = CASES[nth % len(CASES)]
        case(month, next(times), fires=True)
        case(month, next(times), fires=False)
    return planted
