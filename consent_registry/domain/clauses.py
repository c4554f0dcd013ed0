# SPDX-License-Identifier: Apache-2.0
"""What each modifier says to a purpose: one small rule per DUO code.

National codes are judged in `consent_registry.domain.national`.

Not said gives MANUAL, never PERMIT. A code without a rule here gives MANUAL too: nothing that a
participant wrote is ignored. Pure: the day is an argument.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from consent_registry.domain import data_categories
from consent_registry.domain.activities import covers
from consent_registry.domain.data_categories import Categories
from consent_registry.domain.duo import Duo
from consent_registry.domain.ehds import EhdsPurpose
from consent_registry.domain.national import (
    NO_VOCABULARY,
    Code,
    NationalCode,
    Vocabulary,
    judge_national,
)
from consent_registry.domain.places import within
from consent_registry.domain.purpose import Category, Purpose
from consent_registry.domain.verdict import (
    Finding,
    Obligation,
    Question,
    Reason,
    deny,
    manual,
    permit,
)
from consent_registry.domain.windows import Window, reaches

Values = tuple[str, ...]
DATA_CATEGORY: Final = "DATA_CATEGORY"
"""The clause that limits a grant to some kinds of data."""
Rule = Callable[[Values, Purpose, date], Finding]


def judge_modifier(
    code: Code,
    values: Values,
    purpose: Purpose,
    today: date,
    vocabulary: Vocabulary = NO_VOCABULARY,
) -> tuple[Finding, ...]:
    """Say what one modifier says to a purpose on a day, under a policy's national vocabulary.

    NPUNCU says two things, each of which has to be answered; every other code says one.
    """
    if isinstance(code, NationalCode):
        return (judge_national(code, values, purpose, vocabulary),)
    if code is Duo.NPUNCU:
        both = (_not_for_profit(values, purpose, today), _non_commercial(values, purpose, today))
        return tuple(replace(finding, clause=code.name) for finding in both)
    rule = _RULES.get(code)
    if rule is None:
        return (manual(code.name, Question.UNKNOWN_CODE),)
    return (rule(values, purpose, today),)


def judge_activity(activities: Values, purpose: Purpose, today: date) -> tuple[Finding, ...]:
    """Say what the scopes of a grant say to a purpose; nothing when they reach its activity."""
    if covers(activities, purpose.activity, purpose.project, today):
        return ()
    return (deny("ACTIVITY", Reason.ACTIVITY_NOT_PERMITTED),)


def judge_window(window: Window | None, collected: Window | None) -> tuple[Finding, ...]:
    """Say what a grant's data window says to a dataset collected then; nothing when it reaches."""
    if reaches(window, collected):
        return ()
    return (deny("DATA", Reason.DATA_NOT_COVERED),)


def judge_categories(allowed: Categories, asked: Categories) -> tuple[Finding, ...]:
    """Say what a grant for some data says to a purpose that asks for these; nothing if covered."""
    if data_categories.covers(allowed, asked):
        return ()
    return (deny(DATA_CATEGORY, Reason.CATEGORY_NOT_PERMITTED),)


def _clinical_care(_values: Values, _purpose: Purpose, _today: date) -> Finding:
    return permit("CC")  # widens; its effect is judged with the permission


def _research_type(values: Values, _purpose: Purpose, _today: date) -> Finding:
    # No vocabulary of research types is agreed: a person reads the text, and rules on that text.
    return manual("RS", Question.RESEARCH_TYPE, "; ".join(values))


def _no_methods(_values: Values, purpose: Purpose, _today: date) -> Finding:
    """Allow methods only where they are bounded by diseases that the permission must cover."""
    wanted = True if purpose.category is Category.MDS else purpose.methods
    if wanted is None:
        return manual("NMDS", Question.METHODS_NOT_SAID)
    bounded = purpose.category in {Category.DS, Category.MDS} and purpose.diseases
    if wanted and not bounded:
        return deny("NMDS", Reason.METHODS_NOT_PERMITTED)
    return permit("NMDS")


def _genetic_only(_values: Values, purpose: Purpose, _today: date) -> Finding:
    if purpose.genetic_data is None:
        return manual("GSO", Question.GENETIC_DATA_NOT_SAID)
    return permit("GSO") if purpose.genetic_data else deny("GSO", Reason.PHENOTYPE_ONLY)


def _not_for_profit(_values: Values, purpose: Purpose, _today: date) -> Finding:
    answers = {one.not_for_profit for one in purpose.organisations}
    if False in answers:  # one partner of a consortium that works for profit is enough
        return deny("NPU", Reason.ORGANISATION_FOR_PROFIT)
    return manual("NPU", Question.PROFIT_NOT_SAID) if None in answers else permit("NPU")


def _non_commercial(_values: Values, purpose: Purpose, _today: date) -> Finding:
    # Developing products or services (EHDS 53(1)(e)(i)) is no non-commercial use, whatever is said.
    if purpose.commercial or purpose.ehds_purpose is EhdsPurpose.PRODUCT_DEVELOPMENT:
        return deny("NCU", Reason.COMMERCIAL_USE)
    if purpose.commercial is None:
        return manual("NCU", Question.COMMERCIAL_NOT_SAID)
    return permit("NCU", Obligation("NCU"))


def _no_ancestry(_values: Values, purpose: Purpose, _today: date) -> Finding:
    wanted = True if purpose.category is Category.POA else purpose.ancestry
    if wanted is None:
        return manual("NPOA", Question.ANCESTRY_NOT_SAID)
    return deny("NPOA", Reason.ANCESTRY_NOT_PERMITTED) if wanted else permit("NPOA")


def _ethics(values: Values, purpose: Purpose, _today: date) -> Finding:
    duty = Obligation("IRB", ",".join(values))
    if "IRB" in purpose.evidence:
        return permit("IRB", duty)
    return manual("IRB", Question.ETHICS_APPROVAL_PENDING, obligations=(duty,))


def _publication(_values: Values, purpose: Purpose, _today: date) -> Finding:
    if "PUB" in purpose.accepts:
        return permit("PUB", Obligation("PUB"))
    return deny("PUB", Reason.PUBLICATION_NOT_ACCEPTED)


def _collaboration(values: Values, purpose: Purpose, _today: date) -> Finding:
    duty = Obligation("COL", ",".join(values))
    if "COL" in purpose.evidence:
        return permit("COL", duty)
    if "COL" in purpose.accepts:
        return manual("COL", Question.COLLABORATION_PENDING, obligations=(duty,))
    return deny("COL", Reason.COLLABORATION_NOT_ACCEPTED)


def _return(values: Values, purpose: Purpose, _today: date) -> Finding:
    if "RTN" in purpose.accepts:
        return permit("RTN", Obligation("RTN", ",".join(values)))
    return deny("RTN", Reason.RETURN_NOT_ACCEPTED)


def _moratorium(values: Values, purpose: Purpose, today: date) -> Finding:
    if not values:
        return manual("MOR", Question.VALUE_MISSING)
    if date.fromisoformat(values[0]) <= today:
        return permit("MOR")
    waits = purpose.no_publication_before
    if "MOR" in purpose.accepts and (waits is None or date.fromisoformat(values[0]) <= waits):
        return permit("MOR", Obligation("MOR", values[0]))
    return deny("MOR", Reason.MORATORIUM_NOT_ACCEPTED)


def _time_limit(values: Values, purpose: Purpose, _today: date) -> Finding:
    if not values:
        return manual("TS", Question.VALUE_MISSING)
    if int(values[0]) <= 0:
        return deny("TS", Reason.DURATION_TOO_LONG)
    if purpose.months is None:
        return manual("TS", Question.DURATION_NOT_SAID)
    if purpose.months > int(values[0]):
        return deny("TS", Reason.DURATION_TOO_LONG)
    return permit("TS", Obligation("TS", values[0]))


def _users(values: Values, purpose: Purpose, _today: date) -> Finding:
    if not values:
        return manual("US", Question.VALUE_MISSING)
    if not purpose.users:
        return manual("US", Question.USERS_NOT_SAID)
    if set(purpose.users) <= set(values):
        return permit("US")
    return deny("US", Reason.USER_NOT_LISTED)


def _project(values: Values, purpose: Purpose, _today: date) -> Finding:
    if not values:
        return manual("PS", Question.VALUE_MISSING)
    if purpose.project is None:
        return manual("PS", Question.PROJECT_NOT_SAID)
    return permit("PS") if purpose.project in values else deny("PS", Reason.PROJECT_NOT_LISTED)


def _institution(values: Values, purpose: Purpose, _today: date) -> Finding:
    if not values:
        return manual("IS", Question.VALUE_MISSING)
    named = {one.id for one in purpose.organisations}
    if named - {None, *values}:
        return deny("IS", Reason.INSTITUTION_NOT_LISTED)
    return manual("IS", Question.INSTITUTION_NOT_SAID) if None in named else permit("IS")


def _places(values: Values, purpose: Purpose, _today: date) -> Finding:
    if not values:
        return manual("GS", Question.VALUE_MISSING)
    if not purpose.countries:
        return manual("GS", Question.PLACES_NOT_SAID)
    if all(within(country, values) for country in purpose.countries):
        return permit("GS", Obligation("GS", ",".join(values)))
    return deny("GS", Reason.PLACE_NOT_PERMITTED)


_RULES: Final[Mapping[Duo, Rule]] = MappingProxyType(
    {
        Duo.RS: _research_type,
        Duo.NMDS: _no_methods,
        Duo.GSO: _genetic_only,
        Duo.NPU: _not_for_profit,
        Duo.NCU: _non_commercial,
        Duo.NPOA: _no_ancestry,
        Duo.CC: _clinical_care,
        Duo.IRB: _ethics,
        Duo.PUB: _publication,
        Duo.COL: _collaboration,
        Duo.RTN: _return,
        Duo.MOR: _moratorium,
        Duo.TS: _time_limit,
        Duo.US: _users,
        Duo.PS: _project,
        Duo.IS: _institution,
        Duo.GS: _places,
    }
)
