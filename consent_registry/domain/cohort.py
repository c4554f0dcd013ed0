# SPDX-License-Identifier: Apache-2.0
"""Who of a dataset is in, who is out and why, and who awaits a ruling, for one purpose.

The same clause rules as for one person (`consent_registry.domain.matching`), asked once per
distinct clause and spread over the sets that have it. Awaiting counts as out until an authority
has answered the clause. Pure and deterministic.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pyroaring import BitMap

from consent_registry.domain.bars import Bar, reason_of
from consent_registry.domain.bitmaps import union
from consent_registry.domain.clauses import (
    judge_activity,
    judge_categories,
    judge_modifier,
    judge_window,
)
from consent_registry.domain.cohort_index import CohortIndex, Slot
from consent_registry.domain.data_categories import Categories
from consent_registry.domain.duo import Duo
from consent_registry.domain.exception import applies
from consent_registry.domain.history import State
from consent_registry.domain.matching import Inquiry, clause_order
from consent_registry.domain.national import Code
from consent_registry.domain.permissions import Coverage, judge_permission
from consent_registry.domain.regimes import Moment, No
from consent_registry.domain.rulings import settled_all
from consent_registry.domain.verdict import QUESTION_ORDER, Finding, Matter, Reason, Result
from consent_registry.domain.windows import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """A cohort in three parts that together are all members and do not overlap.

    `out` holds for each reason the people for whom it is the first; `clauses` likewise for those
    who await a ruling. Neither has an empty set.
    """

    members: int
    within: BitMap
    awaiting: BitMap
    out: Mapping[Reason, BitMap]
    clauses: Mapping[str, BitMap]

    def counts(self) -> dict[str, int]:
        """Give the numbers of members, in, out and awaiting."""
        inside, waiting = len(self.within), len(self.awaiting)
        return {
            "members": self.members,
            "in": inside,
            "out": self.members - inside - waiting,
            "awaiting": waiting,
        }

    def reasons(self) -> dict[str, int]:
        """Count those who are out by their first reason."""
        return {reason.value: len(people) for reason, people in self.out.items()}

    def awaiting_by_clause(self) -> dict[str, int]:
        """Count those who await a ruling by the first clause that asks for one."""
        return {clause: len(people) for clause, people in self.clauses.items()}


def evaluate(
    index: CohortIndex,
    inquiry: Inquiry,
    *,
    moment: Moment = Moment.NEW,
    without: str | None = None,
) -> Cohort:
    """Decide a purpose for everybody of one dataset, for a permit that is still to be given.

    Who has no readable terms has no codes to match. `moment` asks instead who may stay in a permit
    that runs; which data there are of her does not matter there any more. `without` leaves one
    clause unheard, to see what it alone changes; nothing is ever granted on that.
    """
    everybody = BitMap(range(index.members))
    said_no = _excluded(index, inquiry, moment)
    if moment is Moment.NEW and inquiry.asked:
        said_no[Reason.CATEGORY_NOT_HELD] = index.lack(inquiry.asked, inquiry.held)
    excluded = union(said_no.values())
    verdicts = _verdicts(index, inquiry, without)
    free = everybody - union(verdict.present for verdict in verdicts)
    within = (union(verdict.permitted for verdict in verdicts) | free) - excluded
    awaiting = union(verdict.awaiting() for verdict in verdicts) - within - excluded
    return Cohort(
        members=index.members,
        within=within,
        awaiting=awaiting,
        out=_first_reasons(said_no, verdicts, everybody - within - awaiting),
        clauses=_first_clauses(verdicts, awaiting),
    )


def holding(index: CohortIndex, inquiry: Inquiry, moment: Moment = Moment.RUNNING) -> BitMap:
    """Give everybody whom no state and no other no takes out: of the permits that are running.

    Or, with the other moment, of those still to be given: who is left is eligible, and only the
    clauses of a consent decide about her.
    """
    said_no = _excluded(index, inquiry, moment)
    return BitMap(range(index.members)) - union(said_no.values())


def speaking(index: CohortIndex, inquiry: Inquiry) -> frozenset[str]:
    """Name the clauses that say no to the purpose, or ask for a ruling, in anybody's consent."""
    heard = (said for verdict in _verdicts(index, inquiry) for said in verdict.heard.values())
    return frozenset(finding.clause for finding, people in heard if any(people))


def open_matters(index: CohortIndex, inquiry: Inquiry, cohort: Cohort) -> dict[Matter, BitMap]:
    """Give for each matter everybody who awaits a ruling on it, in the order of the vocabulary.

    `cohort` is what the same inquiry gives. Apart from the decision, because people may have
    written any number of texts.
    """
    found: dict[Matter, list[BitMap]] = {}
    for verdict in _verdicts(index, inquiry):
        for finding, people in verdict.heard.values():
            if (matter := finding.matter) is not None:
                found.setdefault(matter, []).append(union(people) - verdict.no)
    waiting = {matter: cohort.awaiting & union(found[matter]) for matter in found}
    return {one: waiting[one] for one in sorted(waiting, key=_matter_order) if waiting[one]}


def _verdicts(
    index: CohortIndex, inquiry: Inquiry, without: str | None = None
) -> "list[_SlotVerdict]":
    if not inquiry.rules.matches_terms:
        return []
    judge = _Judge(inquiry)
    return [_judge_slot(slot, judge, inquiry, without) for slot in index.slots]


def _excluded(index: CohortIndex, inquiry: Inquiry, moment: Moment) -> dict[Reason, BitMap]:
    """Give whom each reason excludes that is no clause of a consent."""
    rules = inquiry.rules
    found = {
        reason: index.in_state(state)
        for reason, state in _BY_STATE.items()
        if rules.excludes(state, moment)
    }
    for cause, people in index.bars.items():
        if rules.barred(cause, moment):
            reason = _BY_BAR[cause] if isinstance(cause, Bar) else _BY_OTHER[cause]
            found[reason] = found.get(reason, BitMap()) | people
    if rules.needs_terms():
        found[Reason.UNREADABLE] = index.unreadable
    if rules.says(No.OPT_OUT, moment) and not applies(inquiry):
        found[Reason.OPTED_OUT] = index.opted_out
    if rules.says(No.OBJECTION, moment):
        found[Reason.OBJECTED] = index.objecting
    if inquiry.purpose.prohibited_uses:  # Article 54 has no override, and looks at no consent
        found[Reason.USE_PROHIBITED] = BitMap(range(index.members))
    if inquiry.purpose.reserved:  # nor does Article 53(2)
        found[Reason.PURPOSE_RESERVED] = BitMap(range(index.members))
    found[Reason.RESTRICTED] = index.restricted
    found[Reason.ERASED] = index.erased
    return found


class _Judge:
    """What the clauses of consents have against one purpose, each asked once for all slots."""

    def __init__(self, inquiry: Inquiry) -> None:
        self._inquiry = inquiry
        self._modifiers: dict[tuple[Code, tuple[str, ...]], tuple[Finding, ...]] = {}

    def permission(
        self, permission: Duo, *, clinical_care: bool, covered: Coverage
    ) -> tuple[Finding, ...]:
        findings = judge_permission(
            permission,
            clinical_care=clinical_care,
            covered=covered,
            purpose=self._inquiry.purpose,
            policy=self._inquiry.policy,
        )
        return self._against(findings)

    def modifier(self, modifier: tuple[Code, tuple[str, ...]]) -> tuple[Finding, ...]:
        said = self._modifiers.get(modifier)
        if said is None:
            asked = self._inquiry
            code, values = modifier
            findings = judge_modifier(
                code, values, asked.purpose, asked.today, asked.policy.vocabulary
            )
            said = self._modifiers[modifier] = self._against(findings)
        return said

    def activities(self, activities: tuple[str, ...]) -> tuple[Finding, ...]:
        return self._against(judge_activity(activities, self._inquiry.purpose, self._inquiry.today))

    def window(self, window: Window) -> tuple[Finding, ...]:
        return self._against(judge_window(window, self._inquiry.collected))

    def categories(self, categories: Categories) -> tuple[Finding, ...]:
        return self._against(judge_categories(categories, self._inquiry.asked))

    def _against(self, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Leave out what stands against nothing, once the authority has answered."""
        ruled = self._inquiry.ruled
        if ruled:
            findings = settled_all(findings, ruled)
        against = [one for one in findings if one.result is not Result.PERMIT]
        return findings if len(against) == len(findings) else tuple(against)


@dataclass(slots=True)
class _SlotVerdict:
    """What is said against the alternatives of one slot: `heard` has each finding's people.

    By the finding's identity: thousands of clauses say one of a few things, and whoever makes a
    finding remembers it. One that was made twice is there twice, which changes no union.
    """

    present: BitMap
    heard: dict[int, tuple[Finding, list[BitMap]]] = field(default_factory=dict)
    denied: dict[Reason, BitMap] = field(default_factory=dict)
    manual: dict[str, BitMap] = field(default_factory=dict)
    no: BitMap = field(default_factory=BitMap)

    def note(self, people: BitMap, findings: tuple[Finding, ...]) -> None:
        for finding in findings:
            held = self.heard.get(id(finding))
            if held is None:
                self.heard[id(finding)] = (finding, [people])
            else:
                held[1].append(people)

    def settle(self, without: str | None) -> "_SlotVerdict":
        """Join what was noted, once for each word: joining at every clause costs as often."""
        denying: dict[Reason, list[BitMap]] = {}
        asking: dict[str, list[BitMap]] = {}
        for finding, people in self.heard.values():
            if finding.clause == without:
                continue
            if finding.result is Result.MANUAL:
                asking.setdefault(finding.clause, []).extend(people)
            elif finding.reason is not None:
                denying.setdefault(finding.reason, []).extend(people)
        self.denied = {k: union(v) for k, v in denying.items()}
        self.no = union(self.denied.values())
        self.manual = {k: union(v) - self.no for k, v in asking.items()}
        return self

    @property
    def permitted(self) -> BitMap:
        return self.present - union([self.no, *self.manual.values()])

    def awaiting(self, clause: str | None = None) -> BitMap:
        return union(self.manual.values()) if clause is None else self.manual.get(clause, BitMap())


def _judge_slot(slot: Slot, judge: _Judge, inquiry: Inquiry, without: str | None) -> _SlotVerdict:
    verdict = _SlotVerdict(slot.present)
    for permission, people in slot.permissions.items():
        for group, clinical_care, covered in _groups(slot, permission, people, inquiry):
            findings = judge.permission(permission, clinical_care=clinical_care, covered=covered)
            verdict.note(group, findings)
    for modifier, people in slot.modifiers.items():
        if people:
            verdict.note(people, judge.modifier(modifier))
    for people, findings in _limits(slot, judge):
        verdict.note(people, findings)
    return verdict.settle(without)


def _limits(slot: Slot, judge: _Judge) -> Iterator[tuple[BitMap, tuple[Finding, ...]]]:
    """Say what the limits beside the codes say, for whoever has each."""
    for activities, people in slot.activities.items():
        if people:
            yield people, judge.activities(activities)
    for window, people in slot.windows.items():
        if people:
            yield people, judge.window(window)
    for categories, people in slot.categories.items():
        if people:
            yield people, judge.categories(categories)


def _groups(
    slot: Slot, permission: Duo, people: BitMap, inquiry: Inquiry
) -> Iterator[tuple[BitMap, bool, Coverage]]:
    """Split the people of one permission by what its verdict depends on."""
    parts = [(Coverage.COVERED, people)]
    if permission is Duo.DS and inquiry.purpose.diseases:
        parts = list(_coverage_sets(slot, people, inquiry))
    for covered, group in parts:
        for clinical_care, final in (
            (True, group & slot.clinical_care),
            (False, group - slot.clinical_care),
        ):
            if final:
                yield final, clinical_care, covered


def _coverage_sets(
    slot: Slot, people: BitMap, inquiry: Inquiry
) -> Iterator[tuple[Coverage, BitMap]]:
    """Do for sets what `permissions.coverage` does for one person."""
    gap = slot.without_disease | union(
        slot.diseases[disease] for disease in inquiry.diseases.without_current(slot.diseases)
    )
    uncovered, unknown = BitMap(), BitMap()
    for wanted in inquiry.purpose.diseases:
        covering = inquiry.diseases.covering(wanted)
        covered = union(slot.diseases[d] for d in covering if d in slot.diseases)
        missing = people - covered
        if covering:
            uncovered |= missing - gap
            unknown |= missing & gap
        else:
            unknown |= missing
    yield Coverage.UNCOVERED, uncovered
    yield Coverage.UNKNOWN, unknown - uncovered
    yield Coverage.COVERED, people - uncovered - unknown


_BY_STATE = {
    Reason.NEVER_ASKED: State.NOT_ASKED,
    Reason.REFUSED: State.REFUSED,
    Reason.WITHDRAWN: State.WITHDRAWN,
    Reason.EXPIRED: State.EXPIRED,
    Reason.INVALID: State.INVALID,
    Reason.PENDING_RECONSENT: State.PENDING_RECONSENT,
}


_BY_OTHER = {state: reason for reason, state in _BY_STATE.items()}
_BY_BAR = {bar: Reason(reason_of(bar)) for bar in Bar}


def _first_reasons(
    said_no: Mapping[Reason, BitMap], verdicts: list[_SlotVerdict], out: BitMap
) -> dict[Reason, BitMap]:
    first: dict[Reason, BitMap] = {}
    left = out.copy()
    for reason in Reason:
        hit = left & _with_reason(said_no, verdicts, reason)
        if hit:
            first[reason] = hit
            left -= hit
    return first


def _with_reason(
    said_no: Mapping[Reason, BitMap], verdicts: list[_SlotVerdict], reason: Reason
) -> BitMap:
    found = said_no.get(reason)
    if found is not None:
        return found
    return union(verdict.denied[reason] for verdict in verdicts if reason in verdict.denied)


def _first_clauses(verdicts: list[_SlotVerdict], awaiting: BitMap) -> dict[str, BitMap]:
    first: dict[str, BitMap] = {}
    left = awaiting.copy()
    for clause in clause_order(name for verdict in verdicts for name in verdict.manual):
        hit = left & union(verdict.awaiting(clause) for verdict in verdicts)
        if hit:
            first[clause] = hit
            left -= hit
    return first


def _matter_order(matter: Matter) -> tuple[int, str, int, str]:
    """Order matters as the vocabulary has their clauses, then their questions, then their texts."""
    # DUO's as in its table, then national ones by name.
    names = list(Duo.__members__)
    rank = names.index(matter.clause) if matter.clause in names else len(names)
    return rank, matter.clause, QUESTION_ORDER[matter.question], matter.value
