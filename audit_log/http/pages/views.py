# SPDX-License-Identifier: Apache-2.0
"""What the templates show: texts made from values of the domain. Formats only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit_log.domain.cohorts import CohortAnswers
from audit_log.domain.merkle import Side, Step
from audit_log.domain.retention import Retention, month_text
from audit_log.domain.search import Dropped, Found
from audit_log.domain.statement import Stated
from audit_log.domain.words import DECISION_WORDS, GROUP_WORDS, TYPE_WORDS, type_in_words
from audit_log.usecases.look import Answer, Seen
from shared.entries import Entry

Row = tuple[str, ...]

_TONES: Final[Mapping[str, str]] = {"permit": "good", "deny": "bad", "error": "wait"}
_SHOWN_CHARS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A word with its tone; the word alone carries the meaning."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry in a list."""

    index: int
    what: str
    when: datetime
    dataset: str
    reason: str
    source: str
    decision: Tag | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A page of search results; `next` continues it."""

    lines: tuple[Line, ...]
    next: int | None
    size: int
    dropped: tuple[str, ...]
    stated: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofStep:
    """One step up the tree: which side the sibling stands on, and the two hashes shortened."""

    number: int
    side: str
    sibling: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One entry in words, and its proof as it was checked."""

    index: int
    what: str
    when: datetime
    decision: Tag | None
    facts: tuple[Row, ...]
    sealed: tuple[str, ...]
    people: int
    leaf: str
    steps: tuple[ProofStep, ...]
    size: int
    root: str
    origin: str
    checkpoint: str
    raw: str


def type_options() -> list[Row]:
    """Give every entry type as an option, the meaning as its text."""
    return [("", "Anything"), *sorted(TYPE_WORDS.items(), key=lambda item: item[1])]


def decision_options() -> list[Row]:
    """Give every decision as an option."""
    return [("", "Any or none"), *DECISION_WORDS.items()]


def results(answer: Answer) -> Results:
    """Show a page of results."""
    page = answer.page
    return Results(
        lines=tuple(_line(found) for found in page.entries),
        next=page.next,
        size=page.as_of.size,
        dropped=dropped_lines(answer.stated),
        stated=stated_lines(answer.stated),
    )


def dropped_lines(stated: Stated) -> tuple[str, ...]:
    """Say what an answer could not look into any more."""
    return tuple(dropped_words(one) for one in stated.dropped)


def dropped_words(one: Dropped) -> str:
    """Say in a line what is found no more."""
    kept = Retention(one.retention).name.lower()
    where = f"entries {one.first} to {one.last}"
    return f"{kept}, {month_text(one.month)}: {one.rows} rows dropped, {one.held} held, {where}"


def stated_lines(stated: Stated) -> tuple[str, ...]:
    """Say in sentences how many entries match, what that rests on, and whose word is missing."""
    lines: list[str] = []
    if stated.count is not None:
        more = "" if stated.exact else "More than "
        lines.append(f"{more}{stated.count:,} entries match.")
    run = stated.integrity
    if run is None:
        lines.append("What was searched has not yet been held against the entries themselves.")
    else:
        behind = max(stated.as_of.size - run.size, 0)
        lines.append(
            f"In run {run.id}, ended {run.ended_at:%d %B %Y at %H:%M} UTC, what is searched was"
            f" held against the entries below {run.size:,}: "
            + (
                "all agreed."
                if not run.flaws
                else f"{run.flaws:,} rows DIFFERED; see the findings."
            )
        )
        if behind:
            lines.append(f"The newest {behind:,} entries were not held against it yet.")
    lines += cohort_lines(stated.cohorts)
    for one in stated.missing:
        places = ", ".join(f"{epoch}: {first} to {last}" for epoch, first, last in one.gaps)
        if places:
            lines.append(f"Missing from {one.src}, numbers by chain: {places}.")
        if one.silent:
            since = one.silent_since
            lines.append(
                f"{one.src} has never spoken."
                if since is None
                else f"{one.src} has been silent since {since:%d %B %Y at %H:%M} UTC."
            )
        for remark in one.remarks:
            lines.append(
                f"{one.src}: {remark.code} found {remark.count:,} times for that time, first on"
                f" {remark.first_at:%d %B %Y at %H:%M} UTC, {remark.still:,} of them open."
            )
    return tuple(lines)


def cohort_lines(cohorts: CohortAnswers | None) -> list[str]:
    """Say what stayed open about the person in cohorts that entries name."""
    if cohorts is None or not cohorts.unresolved:
        return []
    many = cohorts.unresolved
    if cohorts.erased:
        return ["Entries that name a cohort are not told of somebody who was erased."]
    why = (
        "the consent registry does not know them as they are named"
        if cohorts.reached
        else "the consent registry gave no answer"
    )
    what = f"entries that name {many:,} cohort{'s' * (many != 1)}"
    return [f"NOT ALL OF IT: {what} may be about this person, too; {why}."]


def entry_view(seen: Seen) -> EntryView:
    """Show one entry with its proof."""
    entry = seen.found.entry
    groups = set(entry.commitments)
    return EntryView(
        index=seen.found.index,
        what=type_in_words(entry.type),
        when=entry.occurred_at,
        decision=_decision(entry),
        facts=tuple(_facts(entry)),
        sealed=tuple(words for group, words in GROUP_WORDS.items() if group in groups),
        people=sum(group.startswith("subj/") for group in groups),
        leaf=seen.leaf.hex(),
        steps=tuple(_step(number, step) for number, step in enumerate(seen.steps, start=1)),
        size=seen.checkpoint.size,
        root=seen.checkpoint.root.hex(),
        origin=seen.checkpoint.origin,
        checkpoint=seen.proof.checkpoint.decode(),
        raw=entry.raw.decode(),
    )


def _line(found: Found) -> Line:
    entry = found.entry
    return Line(
        index=found.index,
        what=type_in_words(entry.type),
        when=entry.occurred_at,
        dataset=entry.dataset or "",
        reason=entry.reason or "",
        source=entry.src,
        decision=_decision(entry),
    )


def _decision(entry: Entry) -> Tag | None:
    if entry.decision is None:
        return None
    return Tag(
        text=DECISION_WORDS.get(entry.decision, entry.decision),
        tone=_TONES.get(entry.decision, ""),
    )


def _facts(entry: Entry) -> list[Row]:
    counts = ", ".join(f"{name} {number}" for name, number in sorted(entry.counts.items()))
    rows = [
        ("Dataset", entry.dataset or ""),
        ("Reason", entry.reason or ""),
        ("Legal basis", entry.basis or ""),
        ("Purpose", ", ".join(entry.purposes)),
        ("Counts", counts),
        ("Said by", f"{entry.src}, number {entry.seq} of its chain"),
        ("Trace", entry.trace_id),
        ("Entry", entry.id),
    ]
    return [row for row in rows if row[1]]


def _step(number: int, step: Step) -> ProofStep:
    return ProofStep(
        number=number,
        side="left" if step.side is Side.LEFT else "right",
        sibling=step.sibling.hex()[:_SHOWN_CHARS],
        result=step.result.hex()[:_SHOWN_CHARS],
    )
