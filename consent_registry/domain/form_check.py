# SPDX-License-Identifier: Apache-2.0
"""The exhaustive check of a form's rules: every way of answering, before anybody is asked.

For each combination of yes and no, where unanswered is no: the rules either make grants, each with
everything its codes need, or say themselves that this is a refusal (the rules are total); saying
yes to nothing is a refusal; and taking back any one yes never widens what is granted (they are
monotonic), by the comparison that the register itself uses. One step at a time is enough, because
what is no wider than something no wider is no wider.

Illnesses that a person may name are symbols here, which stand for any illness: a comparison that
holds for symbols holds whatever they are. So are values that she may choose (`form_parameters`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from consent_registry.domain.diseases import Disease, Diseases, build
from consent_registry.domain.form import Chosen, Form
from consent_registry.domain.form_parameters import trials
from consent_registry.domain.meet import Comparison
from consent_registry.domain.row_codes import Fault
from consent_registry.domain.terms import MAX_ALTERNATIVES, RawAlternative, Terms, read_alternative
from shared.errors import FieldFault, ValidationFailed


class Law(Enum):
    """What a counterexample breaks; the value is the stable code."""

    TOTAL = "form_not_total"
    SILENCE = "form_grants_on_silence"
    MONOTONIC = "form_not_monotonic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterexample:
    """The first combination that breaks a law: to what yes is said.

    `taken_back` is what is no longer said yes to, where the law is about that.
    """

    law: Law
    yes: tuple[str, ...]
    detail: str
    taken_back: str = ""

    def sentence(self) -> str:
        """Say it in one sentence."""
        said = f"yes to {', '.join(self.yes)}" if self.yes else "yes to nothing"
        if self.taken_back:
            said += f", then no to {self.taken_back}"
        return f"{said}: {self.detail}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """How many combinations were looked at, and the first that breaks a law."""

    combinations: int
    counterexample: Counterexample | None


def check(form: Form, diseases: Diseases) -> Check:
    """Try every combination. Raises ValidationFailed when the form names an unusable illness."""
    symbols, hierarchy = _symbolic(form, diseases)
    comparison = Comparison(hierarchy)
    found: Counterexample | None = None
    for values in trials(form):
        found = _Trial(form, {**symbols, **values}, hierarchy, comparison).first()
        if found is not None:
            break
    return Check(combinations=form.combinations, counterexample=found)


class _Trial:
    """Looks at combinations by number: the bit n says yes to the question n."""

    def __init__(
        self, form: Form, symbols: Chosen, diseases: Diseases, comparison: Comparison
    ) -> None:
        self._form = form
        self._symbols = symbols
        self._diseases = diseases
        self._keys = tuple(question.key for question in form.questions)
        self._read: dict[RawAlternative, Terms | Fault] = {}
        self._comparison = comparison

    def first(self) -> Counterexample | None:
        """Give the first combination that breaks a law."""
        outcomes: list[Terms] = []
        for number in range(self._form.combinations):
            found = self.grant(number, outcomes) or self.compare(number, outcomes)
            if found is not None:
                return found
        return None

    def _yes(self, number: int) -> tuple[str, ...]:
        return tuple(key for bit, key in enumerate(self._keys) if number >> bit & 1)

    def grant(self, number: int, outcomes: list[Terms]) -> Counterexample | None:
        """Add what this combination grants, or say why that cannot be said."""
        yes = self._yes(number)
        said = frozenset(yes)
        # What a question asks for is named by whoever says yes to it, and by nobody else.
        raw = self._form.grants(said, {key: self._symbols.get(key, ()) for key in yes})
        refused = self._form.refused_when.holds(said)
        detail = ""
        if raw and not said:
            return Counterexample(law=Law.SILENCE, yes=yes, detail="something is granted")
        if not raw and not refused:
            detail = "no rule grants anything, and refused_when does not say that it is a refusal"
        elif raw and refused:
            detail = "refused_when says that it is a refusal, and a rule grants something"
        elif len(raw) > MAX_ALTERNATIVES:
            detail = f"more than {MAX_ALTERNATIVES} grants"
        terms: list[Terms] = []
        for one in raw:
            read = self._alternative(one)
            if isinstance(read, Fault):
                detail = detail or f"a grant is not usable: {_said(read)}"
            else:
                terms.append(read)
        if detail:
            return Counterexample(law=Law.TOTAL, yes=yes, detail=detail)
        outcomes.append(tuple(one for found in terms for one in found))
        return None

    def compare(self, number: int, outcomes: list[Terms]) -> Counterexample | None:
        """Take back each yes of this combination by itself."""
        for bit, key in enumerate(self._keys):
            if number >> bit & 1 and self._widens(outcomes[number], outcomes[number ^ 1 << bit]):
                return Counterexample(
                    law=Law.MONOTONIC,
                    yes=self._yes(number),
                    taken_back=key,
                    detail="more is granted, or less is asked of researchers, than before",
                )
        return None

    def _alternative(self, raw: RawAlternative) -> Terms | Fault:
        if raw not in self._read:
            alternative, faults = read_alternative(raw, self._diseases)
            self._read[raw] = (alternative,) if alternative is not None else faults[0]
        return self._read[raw]

    def _widens(self, before: Terms, after: Terms) -> bool:
        return before != after and self._comparison.widens(before, after)


def _said(fault: Fault) -> str:
    return f"{fault.what.message} ({fault.hint})" if fault.hint else fault.what.message


def _symbolic(form: Form, diseases: Diseases) -> tuple[dict[str, tuple[str, ...]], Diseases]:
    """Give a symbol for the illnesses of each question, and the part of the hierarchy needed."""
    _require_current(form, diseases)
    fixed = {term for rule in form.rules for term in rule.diseases if term in diseases}
    terms: dict[str, Disease] = {}
    waiting = list(fixed)
    while waiting:
        term = waiting.pop()
        if term not in terms:
            terms[term] = diseases.terms[term]
            waiting += diseases.terms[term].parents
    free = (f"MONDO:{number:07}" for number in range(9_999_999, 0, -1))
    symbols: dict[str, tuple[str, ...]] = {}
    for question in form.questions:
        if question.illnesses:
            symbol = next(name for name in free if name not in diseases)
            terms[symbol] = Disease(label=question.key)
            symbols[question.key] = (symbol,)
    return symbols, build(diseases.release, terms)


def _require_current(form: Form, diseases: Diseases) -> None:
    faults = [
        FieldFault(at, f"a current term of MONDO release {diseases.release}", "unknown_disease")
        for at, names in _named(form)
        if any(name not in diseases or diseases.current(name) != name for name in names)
    ]
    if faults:
        raise ValidationFailed("the form names illnesses that are not in use", faults=faults)


def _named(form: Form) -> Iterable[tuple[str, tuple[str, ...]]]:
    for number, question in enumerate(form.questions):
        yield f"/questions/{number}/illnesses", question.illnesses
    for number, rule in enumerate(form.rules):
        yield f"/rules/{number}/diseases", rule.diseases
