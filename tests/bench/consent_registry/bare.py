# SPDX-License-Identifier: Apache-2.0
"""A decision with all thinking done beforehand: only the set operations that it cannot do without.

`plan` asks the rules; `Plan.decide` then works on loaded bitmaps alone, with the widest unions
there are. It gives what `consent_registry.domain.cohort.evaluate` gives.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pyroaring import BitMap

from consent_registry.domain.clauses import judge_modifier
from consent_registry.domain.cohort import Cohort
from consent_registry.domain.cohort_index import CohortIndex, Slot
from consent_registry.domain.duo import Duo
from consent_registry.domain.history import State
from consent_registry.domain.matching import Inquiry
from consent_registry.domain.permissions import Coverage, judge_permission
from consent_registry.domain.verdict import Finding, Reason, Result

_Word = TypeVar("_Word", Reason, str)
Speech = tuple[Reason | str, ...]  # reasons that deny, and clauses that await a ruling


def _union(sets: Iterable[BitMap]) -> BitMap:
    return BitMap.union(*sets, BitMap(), BitMap())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A disease of the purpose: the sets whose consent covers it, and whether it is known."""

    covering: tuple[BitMap, ...]
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotPlan:
    """What is to be joined for the n-th alternatives."""

    slot: Slot
    plain: tuple[tuple[BitMap, bool, Speech], ...]
    disease_specific: BitMap
    wanted: tuple[Wanted, ...]
    gaps: tuple[BitMap, ...]
    by_coverage: Mapping[tuple[Coverage, bool], Speech]
    spoken: Mapping[Reason | str, tuple[BitMap, ...]]

    def decide(self) -> dict[Reason | str, BitMap]:
        """Give for each reason and clause the people against whose alternative it speaks."""
        parts: dict[Reason | str, list[BitMap]] = defaultdict(list)
        for people, care, speech in self.plain:
            _hear(parts, self._with_care(people, care=care), speech)
        if self.wanted:
            for covered, people in self._coverage().items():
                for care in (True, False):
                    speech = self.by_coverage[covered, care]
                    if speech:
                        _hear(parts, self._with_care(people, care=care), speech)
        for word, sets in self.spoken.items():
            parts[word].extend(sets)
        return {word: _union(sets) for word, sets in parts.items()}

    def _with_care(self, people: BitMap, *, care: bool) -> BitMap:
        return people & self.slot.clinical_care if care else people - self.slot.clinical_care

    def _coverage(self) -> dict[Coverage, BitMap]:
        gap = _union((self.slot.without_disease, *self.gaps))
        uncovered, unknown = BitMap(), BitMap()
        for one in self.wanted:
            missing = self.disease_specific - _union(one.covering)
            if one.known:
                uncovered |= missing - gap
                unknown |= missing & gap
            else:
                unknown |= missing
        return {
            Coverage.UNCOVERED: uncovered,
            Coverage.UNKNOWN: unknown - uncovered,
            Coverage.COVERED: self.disease_specific - uncovered - unknown,
        }


def _hear(parts: dict[Reason | str, list[BitMap]], people: BitMap, speech: Speech) -> None:
    for word in speech:
        parts[word].append(people)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole decision, ready to be joined."""

    index: CohortIndex
    slots: tuple[SlotPlan, ...]
    by_state: Mapping[Reason, BitMap]

    def decide(self) -> Cohort:
        """Join everything."""
        heard = [plan.decide() for plan in self.slots]
        denied = [_union(s for word, s in h.items() if isinstance(word, Reason)) for h in heard]
        permitted = [
            plan.slot.present - no - _union(s for word, s in h.items() if isinstance(word, str))
            for plan, h, no in zip(self.slots, heard, denied, strict=True)
        ]
        clauses: dict[str, list[BitMap]] = defaultdict(list)
        for words, no in zip(heard, denied, strict=True):
            for word, people in words.items():
                if isinstance(word, str):
                    clauses[word].append(people - no)
        within = _union(permitted)
        awaiting = _union(people for sets in clauses.values() for people in sets) - within
        out = BitMap(range(self.index.members)) - within - awaiting
        reasons: dict[Reason, list[BitMap]] = defaultdict(list)
        for reason, people in self.by_state.items():
            reasons[reason].append(people)
        for words in heard:
            for word, people in words.items():
                if isinstance(word, Reason):
                    reasons[word].append(people)
        return Cohort(
            members=self.index.members,
            within=within,
            awaiting=awaiting,
            out=_first(reasons, list(Reason), out),
            clauses=_first(clauses, [code.name for code in Duo], awaiting),
        )


def _first(
    sets: Mapping[_Word, list[BitMap]], order: Iterable[_Word], left: BitMap
) -> dict[_Word, BitMap]:
    first: dict[_Word, BitMap] = {}
    for word in order:
        if word in sets:
            hit = left & _union(sets[word])
            if hit:
                first[word] = hit
                left = left - hit
    return first


def plan(index: CohortIndex, inquiry: Inquiry) -> Plan:
    """Ask the rules about every clause there is."""
    asked = _union(p for state, p in index.states.items() if state is not State.NOT_ASKED)
    by_state = {
        Reason(state.value): people
        for state, people in index.states.items()
        if state not in {State.GIVEN, State.NOT_ASKED}
    }
    by_state[Reason.NEVER_ASKED] = BitMap(range(index.members)) - asked
    by_state[Reason.UNREADABLE] = index.unreadable
    slots = tuple(_slot_plan(slot, inquiry) for slot in index.slots)
    return Plan(index=index, slots=slots, by_state=by_state)


def _slot_plan(slot: Slot, inquiry: Inquiry) -> SlotPlan:
    split = bool(inquiry.purpose.diseases)
    spoken: dict[Reason | str, list[BitMap]] = defaultdict(list)
    for (code, values), people in slot.modifiers.items():
        findings = judge_modifier(code, values, inquiry.purpose, inquiry.today)
        _hear(spoken, people, _speech(findings))
    return SlotPlan(
        slot=slot,
        plain=tuple(
            (people, care, speech)
            for permission, people in slot.permissions.items()
            if not (split and permission is Duo.DS)
            for care in (True, False)
            if (speech := _permission(permission, Coverage.COVERED, inquiry, care=care))
        ),
        disease_specific=slot.permissions.get(Duo.DS, BitMap()),
        wanted=tuple(_wanted(slot, term, inquiry) for term in inquiry.purpose.diseases),
        gaps=tuple(p for d, p in slot.diseases.items() if inquiry.diseases.current(d) is None),
        by_coverage={
            (covered, care): _permission(Duo.DS, covered, inquiry, care=care)
            for covered in Coverage
            for care in (True, False)
        },
        spoken={word: tuple(sets) for word, sets in spoken.items()},
    )


def _wanted(slot: Slot, term: str, inquiry: Inquiry) -> Wanted:
    covering = inquiry.diseases.covering(term)
    sets = tuple(slot.diseases[d] for d in covering if d in slot.diseases)
    return Wanted(covering=sets, known=bool(covering))


def _permission(permission: Duo, covered: Coverage, inquiry: Inquiry, *, care: bool) -> Speech:
    return _speech(
        judge_permission(
            permission,
            clinical_care=care,
            covered=covered,
            purpose=inquiry.purpose,
            policy=inquiry.policy,
        )
    )


def _speech(findings: tuple[Finding, ...]) -> Speech:
    denied = tuple(f.reason for f in findings if f.result is Result.DENY and f.reason is not None)
    return (*denied, *(f.clause for f in findings if f.result is Result.MANUAL))
