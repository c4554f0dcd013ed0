# SPDX-License-Identifier: Apache-2.0
"""What the pages on rulings show. Formats only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from permit_service.domain.cohort import CohortView, Shown
from permit_service.domain.errors import RulingUnknown
from permit_service.domain.ruling import DESPITE_OPT_OUT, QUESTIONS, Matter, Ruling, Says
from permit_service.domain.words import matter_in_words
from permit_service.http.pages.views import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenRuling:
    """One ruling as people read it."""

    ruling_id: str
    matter: str
    answer: str
    reasons: str
    stated_at: datetime
    stands: bool
    withdrawn_at: datetime | None
    withdrawal_reasons: str


def given(rulings: Sequence[Ruling]) -> list[GivenRuling]:
    """Format the rulings of an application."""
    return [
        GivenRuling(
            ruling_id=one.given.ruling_id,
            matter=matter_in_words(one.given.matter),
            answer="Yes" if one.given.says is Says.YES else "No",
            reasons=one.given.reasons,
            stated_at=one.given.stated_at,
            stands=one.stands,
            withdrawn_at=one.withdrawn.stated_at if one.withdrawn else None,
            withdrawal_reasons=one.withdrawn.reasons if one.withdrawn else "",
        )
        for one in rulings
    ]


def one_of(rulings: Sequence[GivenRuling], ruling_id: str) -> GivenRuling:
    """Give the one of this id. Raises RulingUnknown."""
    found = next((one for one in rulings if one.ruling_id == ruling_id), None)
    if found is None:
        raise RulingUnknown
    return found


def open_matters(view: CohortView) -> list[Row]:
    """Format what awaits a ruling, with about how many people."""
    small = view.counts.small_cell
    return [(matter_in_words(one.matter), Shown(one.people, small).text()) for one in view.matters]


def choices(view: CohortView, rulings: Sequence[Ruling]) -> list[tuple[str, str]]:
    """Give what can be ruled on: what many await first, then every other question a clause asks.

    The others are all there whoever awaits them, so that the list tells nothing about few people.
    What a ruling stands on is left out.
    """
    many = [one.matter for one in view.matters]
    every = [
        Matter(clause=clause, question=question)
        for clause, questions in QUESTIONS.items()
        for question in questions
    ]
    claimed = view.exception is not None
    others = [
        one
        for one in every
        if one.is_known()
        and one not in many
        and (claimed or (one.clause, one.question) != DESPITE_OPT_OUT)
    ]
    settled = {one.given.matter for one in rulings if one.stands}
    return [
        (f"{one.clause} {one.question} {one.value}".strip(), matter_in_words(one))
        for one in (*many, *others)
        if one not in settled
    ]
