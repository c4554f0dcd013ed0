# SPDX-License-Identifier: Apache-2.0
"""Values of modifiers that a person chooses in a form: what may be offered, and how it is tried.

A form offers values in their recorded form, so that what is read is what is granted. The check of a
form cannot try every choice. A list is tried with one value that nothing else in the form names: a
comparison that holds for it holds for any choice, because lists are only joined and compared. A
bound is tried at both ends of what its question offers: values in order compare the worst there.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import count, product
from typing import Final

from consent_registry.domain.duo import TERMS, Duo, find
from consent_registry.domain.form import (
    CHOSEN_BOUNDS,
    CHOSEN_LISTS,
    Chosen,
    Form,
    FormQuestion,
    ModifierRule,
)
from consent_registry.domain.places import COUNTRIES, GROUPS
from consent_registry.domain.values import MAX_VALUES, check_values
from shared.errors import FieldFault, ValidationFailed

# Each is tried at both ends, in every combination of answers.
MAX_BOUNDS: Final = 2


def parameter_of(value: object) -> Duo | None:
    """Find the modifier whose values a question may ask for; None when it is no such one."""
    code = find(value) if isinstance(value, str) else None
    return code if code in CHOSEN_LISTS or code in CHOSEN_BOUNDS else None


def offer_faults(
    raw: Mapping[str, object], at: str, parameter: Duo | None, values: tuple[str, ...]
) -> list[FieldFault]:
    """Say what is wrong with the parameter of a question and the values that it offers."""
    if "parameter" not in raw:
        return [FieldFault(f"{at}/values", "only with a parameter")] if "values" in raw else []
    if parameter is None:
        names = ", ".join(sorted(one.name for one in CHOSEN_LISTS | CHOSEN_BOUNDS))
        return [FieldFault(f"{at}/parameter", f"one of {names}")]
    if "illnesses" in raw:
        return [FieldFault(f"{at}/parameter", "illnesses or a parameter, not both")]
    if "values" not in raw:
        return [FieldFault(f"{at}/values", "the values to choose from", "missing")]
    found: list[FieldFault] = []
    for value in values:
        checked, faults = check_values(TERMS[parameter], (value,), "values")
        if faults:
            found.append(FieldFault(f"{at}/values", faults[0].hint or faults[0].what.message))
        elif checked != (value,):
            found.append(FieldFault(f"{at}/values", f"written as {', '.join(checked)}"))
    return found


def choice_faults(
    rule: ModifierRule, at: str, questions: tuple[FormQuestion, ...]
) -> list[FieldFault]:
    """Say what is wrong with a modifier that takes its values from a question."""
    code = find(rule.modifier.code)
    asked = next((one for one in questions if one.key == rule.values_from), None)
    if asked is None or asked.parameter is None or asked.parameter is not code:
        return [FieldFault(f"{at}/values_from", "the key of a question with this parameter")]
    if rule.modifier.values and asked.takes_one:
        return [FieldFault(f"{at}/values", "a time limit or a date is either fixed or chosen")]
    if len(rule.modifier.values) + len(asked.values) > MAX_VALUES:
        return [FieldFault(f"{at}/values", f"at most {MAX_VALUES} with those chosen")]
    return []


def trials(form: Form) -> list[Chosen]:
    """Give the choices that stand for all that the form's questions offer, by question.

    Raises ValidationFailed when the form names every country that there is.
    """
    fresh = {code: _fresh(code, _named(form, code)) for code in CHOSEN_LISTS}
    fixed: dict[str, tuple[str, ...]] = {}
    ends: dict[str, tuple[str, ...]] = {}
    for number, one in enumerate(form.questions):
        if one.takes_one:
            ends[one.key] = _ends(one)
        elif one.parameter is not None:
            value = next(fresh[one.parameter], "")
            if not value:
                fault = FieldFault(f"/questions/{number}/values", "the form names every country")
                raise ValidationFailed("the form cannot be tried", faults=[fault])
            fixed[one.key] = (value,)
    return [
        {**fixed, **{key: (value,) for key, value in zip(ends, tried, strict=True)}}
        for tried in product(*ends.values())
    ]


def _ends(question: FormQuestion) -> tuple[str, ...]:
    def order(value: str) -> int:
        months = question.parameter is Duo.TS
        return int(value) if months else date.fromisoformat(value).toordinal()

    return tuple({min(question.values, key=order), max(question.values, key=order)})


def _named(form: Form, code: Duo) -> frozenset[str]:
    """Give every value of a modifier that stands in the form, countries for groups of them."""
    values = {value for one in form.questions if one.parameter is code for value in one.values}
    for rule in form.rules:
        for one in rule.modifiers:
            if find(one.modifier.code) is code:
                values |= {*check_values(TERMS[code], one.modifier.values, "values")[0]}
    if code is not Duo.GS:
        return frozenset(values)
    return frozenset().union(*(GROUPS.get(value, frozenset({value})) for value in values))


def _fresh(code: Duo, named: frozenset[str]) -> Iterator[str]:
    """Give values of a modifier that the form does not name."""
    made: Iterator[str] = (f"any {number}" for number in count())
    if code is Duo.GS:
        made = iter(sorted(COUNTRIES))
    elif code is Duo.IS:
        made = (f"https://ror.org/0{number:08}" for number in range(10**8))
    return (value for value in made if value not in named)
