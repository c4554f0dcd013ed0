# SPDX-License-Identifier: Apache-2.0
"""With which rulings a question is decided: those of its case that stand, and only those.

A frozen cohort keeps to the rulings it was decided with: a later one never widens it.
"""

from dataclasses import replace

from consent_registry.domain.matching import Inquiry
from consent_registry.domain.register import FrozenCohort
from consent_registry.domain.rulings import (
    Answers,
    RulingStatement,
    Says,
    answers,
    standing_rulings,
)
from consent_registry.ports import UnitOfWork
from shared.ids import ApplicationId, DatasetId


def rulings_of(
    uow: UnitOfWork, application_id: ApplicationId | None, dataset: DatasetId, inquiry: Inquiry
) -> tuple[RulingStatement, ...]:
    """Give the standing rulings of one application on this dataset and exactly this purpose."""
    if application_id is None:
        return ()
    known = uow.rulings.of_case(application_id)
    return standing_rulings(known, dataset, inquiry.purpose.digest())


def with_rulings(inquiry: Inquiry, rulings: tuple[RulingStatement, ...]) -> Inquiry:
    """Ask the same, with what was ruled."""
    return replace(inquiry, ruled=answers(rulings))


def inquiry_of(uow: UnitOfWork, cohort: FrozenCohort, inquiry: Inquiry) -> Inquiry:
    """Ask for a frozen cohort: with its own rulings as far as they still stand."""
    if not cohort.rulings:
        return inquiry
    standing = rulings_of(uow, cohort.application_id, cohort.dataset, inquiry)
    return with_rulings(inquiry, tuple(one for one in standing if one.ruling_id in cohort.rulings))


def answers_then(uow: UnitOfWork, cohort: FrozenCohort) -> Answers:
    """Give what a cohort's own rulings said, whether or not they were withdrawn since."""
    if not cohort.rulings:
        return {}
    return answers(
        one
        for one in uow.rulings.of_case(cohort.application_id)
        if one.ruling_id in cohort.rulings and one.says is not Says.WITHDRAWN
    )
