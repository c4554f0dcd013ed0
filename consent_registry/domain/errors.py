# SPDX-License-Identifier: Apache-2.0
"""The ways consent_registry refuses. Each code has one row in `shared.problems`."""

from shared.errors import AppError


class DatasetUnknown(AppError):
    """No dataset of this name is registered."""

    code = "dataset_unknown"


class DatasetExists(AppError):
    """A dataset of this name is registered already, with other facts."""

    code = "dataset_exists"


class WhoUsedUnavailable(AppError):
    """The audit log gives no whole answer now; nobody can say who used the data."""

    code = "who_used_unavailable"


class ParticipantUnknown(AppError):
    """No participant of this pseudonym is known, or not to this caller."""

    code = "participant_unknown"


class NotAMember(AppError):
    """The participant is not a member of the dataset."""

    code = "participant_not_member"


class LinkTaken(AppError):
    """The login is linked to another participant, or the participant to another login."""

    code = "link_taken"


class NotLinked(AppError):
    """The signed-in person is linked to no participant."""

    code = "login_not_linked"


class NothingToWithdraw(AppError):
    """The participant is a member of none of the datasets named."""

    code = "nothing_to_withdraw"


class IdempotencyClash(AppError):
    """The same Idempotency-Key came with another request."""

    code = "idempotency_key_reused"


class ImportUnknown(AppError):
    """There is no import of this id."""

    code = "import_unknown"


class WithdrawalUnknown(AppError):
    """There is no withdrawal of this id, or not for this caller."""

    code = "withdrawal_unknown"


class CohortUnknown(AppError):
    """There is no frozen cohort of this id."""

    code = "cohort_unknown"


class FreezeVoid(AppError):
    """The freeze was not bound in time; take a new one."""

    code = "freeze_void"


class FreezeOvertaken(AppError):
    """A member of the frozen cohort changed since; take a new one."""

    code = "freeze_overtaken"


class ApprovalMissing(AppError):
    """What would widen backwards has no approval listed by somebody else, or it was used."""

    code = "approval_missing"


class FormUnknown(AppError):
    """There is no consent form of this SHA-256, or no published one of this name."""

    code = "form_unknown"


class FormNotOpen(AppError):
    """The form is not published, or not any more."""

    code = "form_not_open"


class FormVersionTaken(AppError):
    """Another form of this name and version is published."""

    code = "form_version_taken"


class FormNotSigned(AppError):
    """No key that this node trusts has signed the rules of the form."""

    code = "form_not_signed"


class FormIncomplete(AppError):
    """The form says nothing about what every form has to say; `detail` names what is missing."""

    code = "form_incomplete"


class OptOutTooNarrow(AppError):
    """An opt-out about only this is not offered in this country."""

    code = "opt_out_not_offered"


class TryAgain(AppError):
    """The register changed under the request again and again; nothing was recorded."""

    code = "try_again"


class CohortBound(AppError):
    """The cohort is bound to another permit."""

    code = "cohort_bound"
