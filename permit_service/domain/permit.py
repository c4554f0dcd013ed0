# SPDX-License-Identifier: Apache-2.0
"""A data permit: its life, and the public body that is signed.

One application has at most one permit, ever. A permit opens nothing before its cohort is bound
at consent_registry (`live`), and nothing brings a revoked permit back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final

from permit_service.domain.account import AccountKey
from permit_service.domain.application import Application
from permit_service.domain.cohort import FrozenCohort
from permit_service.domain.errors import PermitNotLive
from permit_service.domain.months import add_months
from permit_service.domain.purpose import Purpose
from shared.canonical import JSON
from shared.clock import to_rfc3339
from shared.ids import ApplicationId, DatasetId, PermitId, Revision


class Regime(Enum):
    """The law a permit stands on (architecture.md section 5, rule 8)."""

    CONSENT_GDPR = "consent_gdpr"
    NATIONAL_ACT = "national_act"
    EHDS_CH4 = "ehds_ch4"


class PermitState(Enum):
    """What is written down about a permit. Expiry is not written down: it follows from time.

    `void`: its application lapsed before it came to life.
    """

    ISSUING = "issuing"
    LIVE = "live"
    REVOKED = "revoked"
    VOID = "void"


class PermitStatus(Enum):
    """What a permit is at an instant, as the feed says it."""

    LIVE = "live"
    REVOKED = "revoked"
    EXPIRED = "expired"


PERMIT_TRANSITIONS: Final[Mapping[PermitState, frozenset[PermitState]]] = {
    PermitState.ISSUING: frozenset({PermitState.LIVE, PermitState.REVOKED, PermitState.VOID}),
    PermitState.LIVE: frozenset({PermitState.REVOKED}),
    PermitState.REVOKED: frozenset(),
    PermitState.VOID: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """Who ended a permit, when and why. The reasons never leave the authority (law.md R56)."""

    by: AccountKey
    reasons: str
    revoked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """One permit. `revision` is its last change in the register `permits`, None before `live`.

    `live_at` is when it entered the register; releases before 0006 did not keep that.

    `members_now` is what consent_registry last said of its cohort, at its own revision
    `members_revision`, in a number that may be shown (None: too small to be told); it is shown to
    the authority and decides nothing.
    """

    permit_id: PermitId
    application_id: ApplicationId
    holder: AccountKey
    holder_subject: str
    dataset: DatasetId
    regime: Regime
    purpose: Purpose
    cohort: FrozenCohort
    jws: str
    decided_at: datetime
    issued_at: datetime
    not_before: datetime
    expires_at: datetime
    members_now: int | None
    members_revision: Revision
    state: PermitState = PermitState.ISSUING
    attempt: int = 1
    revision: Revision | None = None
    live_at: datetime | None = None
    revocation: Revocation | None = None

    def status(self, now: datetime) -> PermitStatus:
        """Say what the permit is now. Revoked wins over expired: it is the stronger no."""
        if self.state is PermitState.REVOKED:
            return PermitStatus.REVOKED
        return PermitStatus.EXPIRED if now >= self.expires_at else PermitStatus.LIVE

    def opens(self, now: datetime) -> bool:
        """Say whether a visa may be derived from the permit at this instant."""
        return (
            self.state is PermitState.LIVE
            and self.status(now) is PermitStatus.LIVE
            and self.not_before <= now
        )

    @property
    def began_at(self) -> datetime | None:
        """Since when it has opened anything; None when it never did."""
        if self.live_at is None and self.revision is not None:
            return self.issued_at
        return self.live_at

    def go_live(self, revision: Revision, at: datetime) -> "Permit":
        """Enter the register: only a permit that is being issued can."""
        return replace(self._move(PermitState.LIVE), revision=revision, live_at=at)

    def revoke(self, revocation: Revocation, revision: Revision | None) -> "Permit":
        """End the permit for good. Raises PermitNotLive when it has ended already.

        `revision` is None for a permit that never entered the register: it never will.
        """
        return replace(self._move(PermitState.REVOKED), revision=revision, revocation=revocation)

    def give_up(self) -> "Permit":
        """Set aside a permit that never came to life."""
        return self._move(PermitState.VOID)

    def narrow(self, members_now: int | None, at: Revision) -> "Permit":
        """Take a newer count of the cohort; an older or repeated message changes nothing.

        A number that nobody may have been sent is kept as one too small to be told.
        """
        if at <= self.members_revision:
            return self
        if members_now is not None and members_now < self.cohort.counts.small_cell:
            members_now = None
        return replace(self, members_now=members_now, members_revision=at)

    def _move(self, to: PermitState) -> "Permit":
        if to not in PERMIT_TRANSITIONS[self.state]:
            raise PermitNotLive(context={"permit_id": self.permit_id})
        return replace(self, state=to)


def expiry(application: Application, start: datetime) -> datetime:
    """Give the end of a permit that begins at `start`.

    Never longer than the applicant asked, and never past the end a signer set.
    """
    asked = add_months(start, application.months)
    until = application.valid_until()
    return asked if until is None else min(asked, until)


def permit_body(
    permit: Permit,
    application: Application,
    *,
    issuer: str,
    authority: str,
    dataset_url: str,
    document: str,
) -> dict[str, JSON]:
    """Build the public body that the permit's JWS signs.

    It names the holder only by the random own subject, the authority by its URL, the reasons by
    salted digests and the cohort by rounded counts: the public copy verifies alone and names
    nobody (architecture.md section 7). Where people are in who had opted out, it says by which law
    (EHDS Article 68(10)(c)); the reasons given stand in the purpose. What is owed to the people in
    stands in it by code, with a digest of the annex.
    """
    return {
        "iss": issuer,
        "permit_id": permit.permit_id,
        "application_id": permit.application_id,
        "regime": permit.regime.value,
        "holder": {"sub": permit.holder_subject},
        "dataset": permit.dataset,
        "dataset_url": dataset_url,
        "purpose": permit.purpose.public(),
        "issued_at": to_rfc3339(permit.issued_at),
        "not_before": to_rfc3339(permit.not_before),
        "expires_at": to_rfc3339(permit.expires_at),
        "cohort": {
            "cohort_id": permit.cohort.cohort_id,
            "revision": permit.cohort.revision,
            "digest": permit.cohort.digest,
            "counts": permit.cohort.counts.published(),
        },
        **_exception(permit),
        **_obligations(permit),
        "signatures": [
            {
                "authority": authority,
                "decided_at": to_rfc3339(one.decided_at),
                "reasons_digest": one.reasons_digest(),
                "policy_sha256": one.policy_sha256 or None,
            }
            for one in application.signatures
        ],
        "document": document,
    }


def _exception(permit: Permit) -> dict[str, JSON]:
    law = permit.cohort.exception_law()
    return {} if law is None else {"exception_71_4": {"law": law}}


def _obligations(permit: Permit) -> dict[str, JSON]:
    annex = permit.cohort.annex()
    return {} if annex is None else {"obligations": annex.public()}
