# SPDX-License-Identifier: Apache-2.0
"""An application, its signatures, and the one table of what may follow what.

An application is decided by people who give reasons; no timer ever grants (law.md REQ D-1). Only
where the country's law makes silence a refusal does the end of the term refuse. Nothing here issues
anything: a grant only opens the way to a permit.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final

from permit_service.domain.account import AccountKey
from permit_service.domain.errors import AlreadyDecided, OwnApplication, TransitionRefused
from permit_service.domain.purpose import Purpose
from permit_service.domain.reading import LINES
from permit_service.domain.silence import Overdue
from shared.country_policy import Silence
from shared.errors import FieldFault, ValidationFailed
from shared.ids import ApplicationId, DatasetId

MIN_REASONS: Final = 10
MAX_REASONS: Final = 4000


class ApplicationState(Enum):
    """Where an application stands.

    `granting`: decided, its permit not yet live. `lapsed`: granted, but the validity the
    authority gave had passed before a permit could be issued.
    """

    SUBMITTED = "submitted"
    GRANTING = "granting"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"


TRANSITIONS: Final[Mapping[ApplicationState, frozenset[ApplicationState]]] = {
    ApplicationState.SUBMITTED: frozenset({ApplicationState.GRANTING, ApplicationState.REFUSED}),
    ApplicationState.GRANTING: frozenset({ApplicationState.GRANTED, ApplicationState.LAPSED}),
    ApplicationState.GRANTED: frozenset(),
    ApplicationState.REFUSED: frozenset(),
    ApplicationState.LAPSED: frozenset(),
}
"""THE table: a pair that is not in it cannot happen."""


class Verdict(Enum):
    """What one member of the authority says."""

    GRANT = "grant"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One person's decision with its reasons. The reasons stay inside; their digest is public.

    `policy_sha256` is the digest of the country's policy in force then; releases before 0012 did
    not keep it.
    """

    authority: AccountKey
    verdict: Verdict
    reasons: str
    salt: bytes
    decided_at: datetime
    valid_until: datetime | None = None
    policy_sha256: str = ""

    def reasons_digest(self) -> str:
        """Bind the confidential reasons: base64 of SHA-256 over the salt and the UTF-8 text."""
        digest = hashlib.sha256(self.salt + self.reasons.encode()).digest()
        return base64.b64encode(digest).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One researcher's wish for one dataset and one purpose.

    `overdue` is on record once nobody has decided it in time.
    """

    application_id: ApplicationId
    applicant: AccountKey
    title: str
    organisation: str
    dataset: DatasetId
    purpose: Purpose
    months: int
    submitted_at: datetime
    state: ApplicationState = ApplicationState.SUBMITTED
    signatures: tuple[Signature, ...] = ()
    overdue: Overdue | None = None

    def sign(self, signature: Signature, *, signers_required: int) -> "Application":
        """Add one person's decision.

        One refusal refuses; `signers_required` different people must grant. Raises AlreadyDecided
        when the application is decided or this person has signed, OwnApplication when she wrote it.
        """
        if signature.authority == self.applicant:
            raise OwnApplication(context={"application_id": self.application_id})
        if self.state is not ApplicationState.SUBMITTED:
            raise AlreadyDecided(context={"application_id": self.application_id})
        if any(one.authority == signature.authority for one in self.signatures):
            raise AlreadyDecided(context={"application_id": self.application_id})
        signed = replace(self, signatures=(*self.signatures, signature))
        if signature.verdict is Verdict.REFUSE:
            return signed.move(ApplicationState.REFUSED)
        if len(signed.signatures) < signers_required:
            return signed
        return signed.move(ApplicationState.GRANTING)

    def fall_silent(self, overdue: Overdue) -> "Application":
        """Put on record that nobody decided in time; refused where the law says so, never granted.

        Raises AlreadyDecided when it is decided.
        """
        if self.state is not ApplicationState.SUBMITTED:
            raise AlreadyDecided(context={"application_id": self.application_id})
        noted = replace(self, overdue=overdue)
        return noted.move(ApplicationState.REFUSED) if overdue.means is Silence.REFUSAL else noted

    def move(self, to: ApplicationState) -> "Application":
        """Go to another state, or raise TransitionRefused when the table has no such way."""
        if to not in TRANSITIONS[self.state]:
            raise TransitionRefused(
                context={"application_id": self.application_id, "state": self.state.value}
            )
        return replace(self, state=to)

    def decided_at(self) -> datetime:
        """Give the instant of the last signature: when the authority asserted its decision."""
        return max(one.decided_at for one in self.signatures)

    def valid_until(self) -> datetime | None:
        """Give the earliest end that any signer set, None when nobody set one."""
        ends = [one.valid_until for one in self.signatures if one.valid_until is not None]
        return min(ends, default=None)


def checked_reasons(reasons: str, *, at: str = "/reasons") -> str:
    """Give the reasons without surrounding space.

    A decision without reasons is no decision (EHDS Art. 68(9) asks for a justification; this
    service asks under every regime). Raises ValidationFailed outside 10 to 4,000 characters.
    """
    text = reasons.strip()
    if not MIN_REASONS <= len(text) <= MAX_REASONS or not LINES.fullmatch(text):
        wanted = f"a text of {MIN_REASONS} to {MAX_REASONS} characters"
        fault = FieldFault(at, wanted, "reasons")
        raise ValidationFailed("a decision needs its reasons", faults=[fault])
    return text
