# SPDX-License-Identifier: Apache-2.0
"""Which grants a form can make at all, so that nobody enters under its name what its rules do not.

An import and a desk hand in codes instead of answers. Each grant of theirs must be one that some
answers to the form would make.
"""

from functools import lru_cache

from consent_registry.domain.diseases import Diseases
from consent_registry.domain.form import Form
from consent_registry.domain.terms import Alternative, RawAlternative, read_alternative

_Pattern = tuple[RawAlternative, frozenset[str]]


@lru_cache(maxsize=64)
def _patterns(form: Form) -> frozenset[_Pattern]:
    """Give every grant that some combination makes, with the illnesses that may be added to it."""
    keys = tuple(question.key for question in form.questions)
    offered = {question.key: frozenset(question.illnesses) for question in form.questions}
    found: set[_Pattern] = set()
    for number in range(form.combinations):
        yes = frozenset(key for bit, key in enumerate(keys) if number >> bit & 1)
        for rule in form.rules:
            if rule.when.holds(yes):
                found.add((rule.grant(yes, ()), offered.get(rule.diseases_from, frozenset())))
    return frozenset(found)


def can_grant(form: Form, alternative: Alternative, diseases: Diseases) -> bool:
    """Say whether some answers to the form make exactly this grant."""
    named = frozenset(alternative.diseases)
    for raw, offered in _patterns(form):
        fixed = frozenset(raw.diseases)
        if not fixed <= named or not named - fixed <= offered:
            continue
        whole = RawAlternative(
            permission=raw.permission,
            modifiers=raw.modifiers,
            diseases=alternative.diseases,
            activities=raw.activities,
        )
        if read_alternative(whole, diseases)[0] == alternative:
            return True
    return False
