# SPDX-License-Identifier: Apache-2.0
"""Did a permit cover a use, by its state at the time of the use? Asked afterwards.

What a permit covers was fixed when it was signed; how it stood then follows from when it came to
life, when it ended and until when it held. Nothing about people: consent_registry owns that.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from permit_service.domain.account import AccountKey
from permit_service.domain.permit import Permit


class Flaw(Enum):
    """Why a permit did not cover a use, in the words of the audit log's own rules."""

    NOT_YET_LIVE = "permit_not_yet_live"
    ENDED = "permit_ended"
    PAST_ITS_END = "permit_past_its_end"
    ACTOR_NOT_NAMED = "actor_not_named"
    OF_ANOTHER = "permit_of_another"
    DATASET = "dataset_not_in_permit"
    COHORT = "cohort_not_in_permit"
    NODE = "node_not_in_permit"
    COUNTRY = "country_not_in_permit"
    PURPOSE = "purpose_not_in_permit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What somebody did with data under a permit, as an entry of the log tells it.

    `effective_at` is when; only what was known at `known_at` counts. `user` is who did it. Dataset,
    cohort, node (two letters, of whoever let it) and country (whence it was asked) are None where
    the entry does not say; `purposes` are DUO identifiers.
    """

    permit_id: str
    effective_at: datetime
    known_at: datetime
    user: AccountKey | None = field(repr=False)
    dataset: str | None = None
    cohort_id: str | None = None
    node: str | None = None
    country: str | None = None
    purposes: tuple[str, ...] = ()


def flaws_of(use: Use, permit: Permit, node: str) -> tuple[Flaw, ...]:
    """Say why the permit did not cover the use, the gravest first; nothing when it did.

    `node` is the one whose data the permits of this service open.
    """
    return (*_standing(use, permit), *_holder(use, permit), *_scope(use, permit, node))


def _standing(use: Use, permit: Permit) -> Iterator[Flaw]:
    # Nothing is ever dated back here: what happened later was not known earlier.
    known = min(use.effective_at, use.known_at)
    began, ending = permit.began_at, permit.revocation
    if ending is not None and ending.revoked_at <= known:
        yield Flaw.ENDED
    elif began is None or known < began:
        yield Flaw.NOT_YET_LIVE
    elif use.effective_at >= permit.expires_at:
        yield Flaw.PAST_ITS_END


def _holder(use: Use, permit: Permit) -> Iterator[Flaw]:
    if use.user is None:
        yield Flaw.ACTOR_NOT_NAMED
    elif use.user != permit.holder:
        yield Flaw.OF_ANOTHER


def _scope(use: Use, permit: Permit, node: str) -> Iterator[Flaw]:
    if use.dataset is not None and use.dataset != permit.dataset:
        yield Flaw.DATASET
    if use.cohort_id is not None and use.cohort_id != permit.cohort.cohort_id:
        yield Flaw.COHORT
    if use.node is not None and use.node.lower() != node.lower():
        yield Flaw.NODE
    countries = permit.purpose.countries
    if use.country is not None and countries and use.country.upper() not in countries:
        yield Flaw.COUNTRY
    if not set(use.purposes) <= set(permit.purpose.duo()):
        yield Flaw.PURPOSE
