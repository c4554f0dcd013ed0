# SPDX-License-Identifier: Apache-2.0
"""The words of an answer: its reason, how far a visa came, and the decision itself."""

from dataclasses import dataclass
from enum import Enum, IntEnum

from shared.ids import CohortId, DatasetId, Ordinal, PermitId


class Reason(Enum):
    """Why a request passed or not: the codes of architecture.md section 8, and three of our own.

    `permit_valid` is the yes; `path_invalid` a path that names nothing decidable;
    `data_category_not_in_permit` a file of another kind than the permit was given for, or of none
    that the dataset holds.
    """

    PERMIT_VALID = "permit_valid"
    BEARER_MISSING = "token_missing"
    BEARER_MALFORMED = "token_malformed"
    BEARER_NOT_ACCESS = "token_not_access_token"
    BEARER_EXPIRED = "token_expired"
    BEARER_ISSUER_UNTRUSTED = "token_issuer_untrusted"
    BEARER_AUDIENCE = "token_audience"
    PATH_INVALID = "path_invalid"
    FILTERING_REQUIRED = "filtering_required"
    STALE_STATE = "stale_state"
    VISA_NONE = "visa_none"
    VISA_ISSUER_UNTRUSTED = "visa_issuer_untrusted"
    VISA_INVALID = "visa_invalid"
    VISA_EXPIRED = "visa_expired"
    PERMIT_INVALID = "permit_invalid"
    PERMIT_REVOKED = "permit_revoked"
    PERMIT_EXPIRED = "permit_expired"
    DATA_CATEGORY_NOT_IN_PERMIT = "data_category_not_in_permit"
    PERSON_NOT_IN_COHORT = "person_not_in_cohort"
    AUDIT_UNAVAILABLE = "audit_unavailable"

    @property
    def status(self) -> int:
        """The HTTP status; nginx's auth_request knows 200, 401 and 403 only."""
        if self is Reason.PERMIT_VALID:
            return 200
        return 401 if self.value.startswith("token_") else 403


class Stage(IntEnum):
    """How far a visa came. The order is the order of the checks."""

    NONE = 0
    SHAPE = 1
    TRUST = 2
    SIGNATURE = 3
    EXPIRY = 4
    PERMIT = 5
    LIVE = 6
    DATASET = 7
    COHORT = 8
    PASSED = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer, its reason and what it rests on.

    `cause` says more precisely why a person is not in the cohort; it goes to the sealed part of
    the log and never to the client. `regime` is the law the permit stands on.
    """

    allowed: bool
    reason: Reason
    dataset: DatasetId | None = None
    ordinal: Ordinal | None = None
    permit_id: PermitId | None = None
    cohort_id: CohortId | None = None
    visa_jti: str | None = None
    regime: str | None = None
    cause: str | None = None

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.reason.status


def refusal(
    reason: Reason, *, dataset: DatasetId | None = None, ordinal: Ordinal | None = None
) -> Decision:
    """Give a refusal that rests on no visa."""
    return Decision(allowed=False, reason=reason, dataset=dataset, ordinal=ordinal)
