# SPDX-License-Identifier: Apache-2.0
"""The ways consent_registry refuses. Each code has one row in `shared.problems`."""

from shared.errors import AppError


class DatasetUnknown(AppError):
    """No dataset of this name is registered."""

    code = "dataset_unknown"


class ContactsNotOffered(AppError):
    """This node keeps no contact points and writes to nobody."""

    code = "contacts_not_offered"


class ContactsAway(AppError):
    """Contact points cannot be read, or nothing can be sent, for now."""

    code = "contacts_away"


class SignsInHerself(AppError):
    """This participant has a sign-in: she says herself where she is reached."""

    code = "signs_in_herself"


class ContactNotWanted(AppError):
    """This participant wants no contact, or has died: nothing is sent to ask her anything."""

    code = "contact_not_wanted"


class TooManyCodes(AppError):
    """So many codes go to one person's addresses on a day, and no more."""

    code = "too_many_codes"


class StudyUnknown(AppError):
    """No study of this name is described."""

    code = "study_unknown"


class StudyEnded(AppError):
    """Participants were told that by now nothing new begins with the data of this study."""

    code = "study_ended"


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


class KeyDamaged(AppError):
    """A participant's key does not open: nothing can be sealed for her, and no second one is made.

    A second one would hide what is lost.
    """

    code = "key_damaged"


class StoppedInstead(AppError):
    """Her withdrawal cannot be written down, and her data are restricted in its place."""

    code = "stopped_instead"


class NothingToWithdraw(AppError):
    """The participant is a member of none of the datasets named."""

    code = "nothing_to_withdraw"


class IdempotencyClash(AppError):
    """The same Idempotency-Key came with another request."""

    code = "idempotency_key_reused"


class GuardianMustSign(AppError):
    """Somebody decides in this person's place, and has to sign what widens."""

    code = "guardian_must_sign"


class MandateUnknown(AppError):
    """There is no such mandate in force for this person, or it is not this caller's."""

    code = "mandate_unknown"


class MandateOver(AppError):
    """This caller's authority for this person has ended; nothing of hers is shown any more."""

    code = "mandate_over"


class DecisionUnknown(AppError):
    """There is no such pending decision of this person."""

    code = "pending_decision_unknown"


class NobodyDecides(AppError):
    """Nobody decides in this person's place there: she consents and withdraws herself."""

    code = "nobody_decides"


class AssentMatterUnknown(AppError):
    """There is no such consent in force and no such pending decision to agree to."""

    code = "assent_matter_unknown"


class MergeUnknown(AppError):
    """There is no such merge."""

    code = "merge_unknown"


class MergeSettled(AppError):
    """The merge is not in a state in which this can be done, or the two are merged already."""

    code = "merge_settled"


class SecondPersonNeeded(AppError):
    """Somebody else than whoever recorded the first step has to do this."""

    code = "second_person_needed"


class NodeUnknown(AppError):
    """No data node of this name was ever seen or is expected, or it is not retired."""

    code = "node_unknown"


class NodeRetired(AppError):
    """The calling node was retired: it is told nothing, so that it soon admits nobody."""

    code = "node_retired"


class LifeStateClash(AppError):
    """The life state recorded is not the one that this starts from."""

    code = "life_state_clash"


class EvidenceUnknown(AppError):
    """There is no such consent or piece of evidence of this person."""

    code = "evidence_unknown"


class ImportUnknown(AppError):
    """There is no import of this id."""

    code = "import_unknown"


class ImportEnded(AppError):
    """The import has ended already; there is nothing left to cancel."""

    code = "import_ended"


class WithdrawalUnknown(AppError):
    """There is no withdrawal of this id, or not for this caller."""

    code = "withdrawal_unknown"


class ReceiptUnknown(AppError):
    """There is no event of this id, or not for this caller."""

    code = "receipt_unknown"


class CohortUnknown(AppError):
    """There is no frozen cohort of this id."""

    code = "cohort_unknown"


class FreezeVoid(AppError):
    """The freeze was not bound in time; take a new one."""

    code = "freeze_void"


class FreezeOvertaken(AppError):
    """A member of the frozen cohort, or what decided on it, changed since; take a new one."""

    code = "freeze_overtaken"


class ApprovalMissing(AppError):
    """What would widen backwards has no approval listed by somebody else, or it was used."""

    code = "approval_missing"


class NothingToCorrect(AppError):
    """The event is no consent of this person here, or not the one that holds."""

    code = "nothing_to_correct"


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


class LevelNotOffered(AppError):
    """A withdrawal that goes this far does not exist in this country."""

    code = "level_not_offered"


class TryAgain(AppError):
    """The register changed under the request again and again; nothing was recorded."""

    code = "try_again"


class LegalHoldStands(AppError):
    """The law demands that these data stay for now (GDPR Article 17(3))."""

    code = "legal_hold"


class LegalHoldUnknown(AppError):
    """There is no legal hold of this id."""

    code = "legal_hold_unknown"


class ErasureUnknown(AppError):
    """There is no erasure of this id."""

    code = "erasure_unknown"


class AlreadyErased(AppError):
    """The erasure of this participant is confirmed; it cannot be stopped or held any more."""

    code = "erasure_confirmed"


class AuditLogNotConnected(AppError):
    """No audit log is configured to be asked, so that no erasure could ever be complete."""

    code = "audit_log_not_connected"


class AuditLogAway(AppError):
    """The audit log gave no clear answer; what it was asked is asked again."""

    code = "audit_log_away"


class RequestUnknown(AppError):
    """There is no request of this id, or not for this caller."""

    code = "rights_request_unknown"


class RequestStands(AppError):
    """A request does not take this step in its present state, or not any more."""

    code = "rights_step_refused"


class EndNotTold(AppError):
    """Data rest, and the person was not told on an earlier day that this ends (Article 18(3))."""

    code = "rights_end_not_told"


class TaskUnknown(AppError):
    """There is no task of this id."""

    code = "task_unknown"


class TaskDone(AppError):
    """The task is closed, and keeps its proof."""

    code = "task_done"


class CohortBound(AppError):
    """The cohort is bound to another permit."""

    code = "cohort_bound"


class RulingUnreadable(AppError):
    """What came is no ruling signed by this node's authority."""

    code = "ruling_unreadable"


class RulingsNotTaken(AppError):
    """The authority's keys cannot be had now, or none are configured; nothing was recorded."""

    code = "rulings_not_taken"


class RulingClash(AppError):
    """Another statement is recorded under this ruling's id, or it speaks of another case."""

    code = "ruling_clash"
