# SPDX-License-Identifier: Apache-2.0
"""The ways permit_service can refuse. Carries codes and identifiers, never reasons or names.

What is not known here is never repeated: an unknown identifier is a caller's text, not ours.
"""

from shared.errors import AppError, Conflict, Forbidden, NotFound


class ApplicationUnknown(NotFound):
    """No such application, or the caller may not know that it exists."""

    code = "application_unknown"


class PermitUnknown(NotFound):
    """No such permit, or the caller may not know that it exists."""

    code = "permit_unknown"


class UserUnknown(NotFound):
    """No account was ever opened for this (issuer, subject)."""

    code = "user_unknown"


class AlreadyDecided(Conflict):
    """The application has its decision, or this authority member has signed already."""

    code = "already_decided"


class OwnApplication(Forbidden):
    """Nobody decides on what she applied for herself."""

    code = "own_application"


class SenderRefused(Forbidden):
    """The caller is not the client whose messages are taken here."""

    code = "sender_refused"


class TransitionRefused(Conflict):
    """The table of transitions has no way from the present state to the wished one."""

    code = "transition_refused"


class PermitNotLive(Conflict):
    """Only a permit that is being issued or is live can be revoked."""

    code = "permit_not_live"


class IssuedMeanwhile(Conflict):
    """The application got its permit from somebody else in the same moment."""

    code = "issued_meanwhile"


class RulingUnknown(NotFound):
    """The application has no such ruling."""

    code = "ruling_unknown"


class RulingStands(Conflict):
    """A ruling on this matter of the application stands: withdraw it first."""

    code = "ruling_stands"


class FreezeVoid(Conflict):
    """The cohort's freeze was not bound in time and is void: take a new one."""

    code = "freeze_void"


class FreezeOvertaken(Conflict):
    """A member of the frozen cohort, or what decided on it, changed: take a new freeze."""

    code = "freeze_overtaken"


class CohortsUnavailable(AppError):
    """consent_registry cannot be asked now; whatever needs it waits and is tried again."""

    code = "cohorts_unavailable"


class CohortRefused(AppError):
    """consent_registry understood the question and refused it, for example an unknown dataset."""

    code = "cohort_refused"
