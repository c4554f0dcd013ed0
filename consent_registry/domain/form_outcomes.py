# SPDX-License-Identifier: Apache-2.0
"""Which grants a form can make, so that nobody enters under its name what its rules do not.

An import and a desk hand in codes instead of answers. There must be answers to the form that make
all of these grants together, perhaps beside others, or for more data, or for longer: what is
recorded is never wider than that.
"""

from collections.abc import Mapping, Set
from dataclasses import replace
from functools import lru_cache

from consent_registry.domain import data_categories, windows
from consent_registry.domain.activities import scopes_of
from consent_registry.domain.diseases import Diseases
from consent_registry.domain.duo import find
from consent_registry.domain.form import Form
from consent_registry.domain.terms import (
    Alternative,
    RawAlternative,
    RawModifier,
    Terms,
    read_alternative,
)

# A grant without what a person names, the question that asks for its illnesses, and those that ask
# for values of its modifiers, in their order.
_Pattern = tuple[RawAlternative, str, tuple[str, ...]]


@lru_cache(maxsize=64)
def _outcomes(form: Form) -> frozenset[frozenset[_Pattern]]:
    """Give what each combination of answers grants."""
    keys = tuple(question.key for question in form.questions)
    found: set[frozenset[_Pattern]] = set()
    for number in range(form.combinations):
        yes = frozenset(key for bit, key in enumerate(keys) if number >> bit & 1)
        granted = (
            (
                rule.grant(yes, {}),
                rule.diseases_from if rule.diseases_from in yes else "",
                tuple(
                    one.values_from if one.values_from in yes else "" for one in rule.holding(yes)
                ),
            )
            for rule in form.rules_for(yes)
        )
        found.add(frozenset(granted))
    return frozenset(found)


def can_grant(form: Form, terms: Terms, diseases: Diseases) -> bool:
    """Say whether some answers to the form make every one of these grants."""
    offered = {
        question.key: frozenset(question.illnesses or question.values)
        for question in form.questions
    }
    every = frozenset().union(*_outcomes(form))
    fitting = [
        {pattern for pattern in every if _fits(pattern, offered, one, diseases)} for one in terms
    ]
    return any(all(outcome & fit for fit in fitting) for outcome in _outcomes(form))


def _fits(
    pattern: _Pattern,
    offered: Mapping[str, Set[str]],
    alternative: Alternative,
    diseases: Diseases,
) -> bool:
    """Say whether a grant is this one, with illnesses and values that its questions offer."""
    raw, asked, choices = pattern
    named, fixed = frozenset(alternative.diseases), frozenset(raw.diseases)
    if not fixed <= named or not named - fixed <= offered.get(asked, frozenset()):
        return False
    whole = RawAlternative(
        permission=raw.permission,
        modifiers=tuple(
            _chosen(one, offered.get(choice, frozenset()), alternative) if choice else one
            for one, choice in zip(raw.modifiers, choices, strict=True)
        ),
        diseases=alternative.diseases,
        activities=raw.activities,
        data_categories=raw.data_categories,
    )
    made = read_alternative(whole, diseases)[0]
    return made is not None and is_part(alternative, made)


def is_part(alternative: Alternative, made: Alternative) -> bool:
    """Say whether this is what the form makes, or the same for fewer data or not as long."""
    bare = replace(
        alternative,
        activities=made.activities,
        data=made.data,
        data_categories=made.data_categories,
    )
    window, whole = windows.in_both(alternative.data, made.data)
    if bare != made or not whole or window != alternative.data:
        return False
    kinds = data_categories.in_both(alternative.data_categories, made.data_categories)
    if kinds != (alternative.data_categories, True):
        return False
    held, longest = (
        {one.name: one for one in scopes_of(terms.activities)} for terms in (alternative, made)
    )
    return held.keys() == longest.keys() and all(
        longest[name].outlasts(one.ends) for name, one in held.items()
    )


def _chosen(one: RawModifier, offered: Set[str], alternative: Alternative) -> RawModifier:
    """Add what the grant has of the values that may be chosen."""
    held = next((m.values for m in alternative.modifiers if m.code is find(one.code)), ())
    return RawModifier(code=one.code, values=(*one.values, *sorted(offered & frozenset(held))))
