# SPDX-License-Identifier: Apache-2.0
"""THE table of problem codes: each code of each service, with its HTTP status and title.

One line per code, sorted within its section. A code once published keeps its meaning. Titles are
constant: what is particular to an occurrence is in `detail` and `errors` (RFC 9457 section 3.1).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask import Flask

from shared.problem_http import CONTENT_TYPE, Problem, ProblemBody, body_of, install_problems

__all__ = [
    "CONTENT_TYPE",
    "PROBLEMS",
    "Problem",
    "ProblemBody",
    "problem_of",
    "register_problems",
]

# fmt: off
PROBLEMS: Final[Mapping[str, Problem]] = MappingProxyType({
    # shared
    "bad_request": Problem(400, "The request cannot be understood"),
    "conflict": Problem(409, "The request contradicts the present state"),
    "erasure_unknown": Problem(404, "There is no such erasure"),
    "forbidden": Problem(403, "You may not do this"),
    "headers_too_large": Problem(431, "The request's headers are too large"),
    "internal_error": Problem(500, "Something went wrong here"),
    "malformed_json": Problem(400, "The body is not well-formed JSON"),
    "method_not_allowed": Problem(405, "This address does not know that method"),
    "not_acceptable": Problem(406, "No representation you accept"),
    "not_found": Problem(404, "There is nothing at this address for you"),
    "payload_too_large": Problem(413, "The request is too large"),
    "request_timeout": Problem(408, "The request took too long to arrive"),
    "service_unavailable": Problem(503, "The service cannot answer now"),
    "too_many_requests": Problem(429, "Too many requests"),
    "unsupported_media_type": Problem(415, "The body has a type this address does not read"),
    "upstream_refused": Problem(502, "Another service refused"),
    "upstream_unavailable": Problem(503, "Another service cannot be reached"),
    "uri_too_long": Problem(414, "The address is too long"),
    "validation_failed": Problem(422, "The request has faults"),

    # access tokens
    "token_audience": Problem(401, "The access token is for another service"),
    "token_expired": Problem(401, "The access token has expired"),
    "token_issuer_untrusted": Problem(401, "The access token is not from a trusted issuer"),
    "token_malformed": Problem(401, "The access token cannot be read"),
    "token_missing": Problem(401, "An access token is needed"),
    "token_not_access_token": Problem(401, "The credential is not an access token"),

    # sign-in to the pages
    "sign_in_failed": Problem(400, "The sign-in did not work"),
    "sign_in_refused": Problem(400, "The sign-in was not completed"),

    # consent_registry
    "approval_missing": Problem(403, "This needs an approval that somebody else has listed"),
    "nothing_to_correct": Problem(409, "Only the consent that holds can be corrected"),
    "audit_log_away": Problem(503, "The audit log gave no clear answer"),
    "audit_log_not_connected": Problem(503, "The audit log is not connected here"),
    "cohort_bound": Problem(409, "The cohort is bound to another permit"),
    "cohort_unknown": Problem(404, "There is no such cohort"),
    "contacts_not_offered": Problem(404, "This node keeps no contact points"),
    "contacts_away": Problem(503, "Nothing can be sent for now"),
    "signs_in_herself": Problem(409, "She signs in, and says herself where she is reached"),
    "contact_not_wanted": Problem(409, "She is not to be contacted"),
    "too_many_codes": Problem(429, "No more codes are sent today"),
    "study_unknown": Problem(404, "No study of this name is described"),
    "study_ended": Problem(409, "Nothing new may begin any more with the data of this study"),
    "dataset_exists": Problem(409, "A dataset of this name is registered with other facts"),
    "dataset_unknown": Problem(404, "No dataset of this name is registered"),
    "erasure_confirmed": Problem(409, "The erasure is confirmed and cannot be stopped"),
    "form_incomplete": Problem(409, "The form leaves out what every form has to say"),
    "form_not_open": Problem(409, "The form is not published, or not any more"),
    "form_not_signed": Problem(403, "No trusted key has signed the form's rules"),
    "form_unknown": Problem(404, "There is no such consent form"),
    "form_version_taken": Problem(409, "Another form of this version is published"),
    "evidence_unknown": Problem(404, "There is no such consent or evidence of this person"),
    "freeze_overtaken": Problem(409, "What the frozen cohort was decided on changed since"),
    "freeze_void": Problem(409, "The freeze was not bound in time"),
    "guardian_must_sign": Problem(409, "Somebody who decides for this person has to sign"),
    "idempotency_key_reused": Problem(409, "This key came with another request before"),
    "import_ended": Problem(409, "The import has ended already"),
    "import_unknown": Problem(404, "There is no such import"),
    "key_damaged": Problem(500, "The key of this person's records is damaged"),
    "life_state_clash": Problem(409, "The life state recorded is another one"),
    "legal_hold": Problem(409, "The law demands that these data stay for now"),
    "legal_hold_unknown": Problem(404, "There is no such legal hold"),
    "level_not_offered": Problem(422, "A withdrawal of this level is not offered here"),
    "link_taken": Problem(409, "The login or the participant is linked already"),
    "login_not_linked": Problem(403, "Your login is linked to no participant"),
    "nobody_decides": Problem(409, "Nobody decides in this person's place there"),
    "assent_matter_unknown": Problem(404, "There is nothing of that name to agree to"),
    "mandate_over": Problem(403, "Your authority for this person has ended"),
    "mandate_unknown": Problem(404, "There is no such mandate in force for you"),
    "merge_settled": Problem(409, "The merge cannot go on from where it stands"),
    "merge_unknown": Problem(404, "There is no such merge"),
    "node_retired": Problem(403, "This node was retired and is told nothing"),
    "node_unknown": Problem(404, "There is no such node"),
    "nothing_to_withdraw": Problem(404, "The participant is in none of these datasets"),
    "opt_out_not_offered": Problem(422, "An opt-out about only this is not offered here"),
    "participant_not_member": Problem(404, "The participant is not in this dataset"),
    "participant_unknown": Problem(404, "There is no such participant for you"),
    "receipt_unknown": Problem(404, "There is no such receipt for you"),
    "pending_decision_unknown": Problem(404, "No such decision of this person is pending"),
    "rights_request_unknown": Problem(404, "There is no such request for you"),
    "rights_end_not_told": Problem(409, "She is told on an earlier day that the rest ends"),
    "rights_step_refused": Problem(409, "The request does not take this step now"),
    "ruling_clash": Problem(409, "Another statement stands for this ruling or this matter"),
    "ruling_unreadable": Problem(422, "This is no ruling that the authority signed"),
    "rulings_not_taken": Problem(503, "The authority's keys cannot be read now"),
    "second_person_needed": Problem(403, "Somebody else has to do this step"),
    "stopped_instead": Problem(500, "The data are stopped; the withdrawal is not recorded"),
    "task_done": Problem(409, "The task is closed already"),
    "task_unknown": Problem(404, "There is no such task"),
    "try_again": Problem(503, "The register is busy; nothing was recorded"),
    "withdrawal_unknown": Problem(404, "There is no such withdrawal for you"),
    "who_used_unavailable": Problem(503, "The audit log cannot be asked now"),

    # permit_service
    "already_decided": Problem(409, "This application is decided, or you have signed it"),
    "application_unknown": Problem(404, "There is no such application for you"),
    "cohort_refused": Problem(502, "The consent registry refused the question"),
    "cohorts_unavailable": Problem(503, "The consent registry cannot be asked now"),
    "issued_meanwhile": Problem(409, "The permit was issued in the same moment"),
    "own_application": Problem(403, "Nobody decides on her own application"),
    "permit_not_live": Problem(409, "The permit is not in force"),
    "permit_unknown": Problem(404, "There is no such permit for you"),
    "ruling_stands": Problem(409, "A ruling on this stands; withdraw it first"),
    "ruling_unknown": Problem(404, "There is no such ruling in this application"),
    "sender_refused": Problem(403, "Messages are not taken from this client"),
    "transition_refused": Problem(409, "Nothing leads from this state to that one"),
    "user_unknown": Problem(404, "This user was never seen here"),

    # clearinghouse
    "audit_unavailable": Problem(403, "The decision could not be recorded"),
    "data_category_not_in_permit": Problem(403, "The permit is for other kinds of data"),
    "filtering_required": Problem(403, "A whole dataset is not opened here"),
    "path_invalid": Problem(403, "The path names nothing that could be decided"),
    "permit_expired": Problem(403, "The permit has ended"),
    "permit_invalid": Problem(403, "The permit cannot be verified"),
    "permit_revoked": Problem(403, "The permit was revoked"),
    "person_not_in_cohort": Problem(403, "The permit does not reach this record"),
    "region_not_enforceable": Problem(403, "The permit's regions cannot be enforced here"),
    "stale_state": Problem(403, "What is known here is too old to decide"),
    "visa_expired": Problem(403, "The visa has expired"),
    "visa_invalid": Problem(403, "The visa cannot be verified"),
    "visa_issuer_untrusted": Problem(403, "The visa is not from a trusted issuer"),
    "visa_none": Problem(403, "There is no visa for this dataset"),

    # audit_log
    "case_closed": Problem(409, "The case is closed"),
    "case_needed": Problem(403, "An officer's case must name the producer"),
    "case_unknown": Problem(404, "There is no such case"),
    "checkpoint_untrusted": Problem(403, "No trusted key has signed the checkpoint"),
    "cohorts_unresolved": Problem(503, "It is not known which cohorts hold the person"),
    "decisions_unavailable": Problem(503, "The consent registry does not answer"),
    "export_gone": Problem(410, "There is no evidence pack any more"),
    "export_not_ready": Problem(409, "The evidence pack is still being made"),
    "export_too_large": Problem(422, "More entries match than one evidence pack holds"),
    "export_unknown": Problem(404, "There is no such export for you"),
    "fenced": Problem(503, "Another sequencer leads the log"),
    "erasure_held": Problem(409, "A legal hold covers what was to be erased"),
    "erasures_unreadable": Problem(503, "What was erased cannot be looked up or written down"),
    "finding_closed": Problem(409, "The finding is closed"),
    "four_eyes_needed": Problem(403, "Another officer must decide on this request"),
    "growth_unproven": Problem(422, "The checkpoint does not extend the one before"),
    "head_mismatch": Problem(500, "The log does not extend what it has signed"),
    "hold_lifted": Problem(409, "The legal hold is lifted"),
    "hold_needs_another": Problem(403, "Another officer must lift this hold"),
    "hold_unknown": Problem(404, "There is no such legal hold"),
    "keys_erased": Problem(503, "Keys were destroyed meanwhile"),
    "log_mismatch": Problem(500, "The stored log is not the configured one"),
    "log_not_witnessed": Problem(404, "This log is not witnessed here"),
    "not_published": Problem(404, "The log has not published this"),
    "nothing_to_erase": Problem(404, "There is nothing left to make unreadable"),
    "older_than_erased": Problem(500, "The database is older than an erasure"),
    "offset_missing": Problem(500, "A topic has no stored offset"),
    "producer_exists": Problem(409, "The producer is registered with other particulars"),
    "topic_taken": Problem(409, "The topic is another producer's"),
    "topic_unready": Problem(409, "Entries would be lost, or not all are read yet"),
    "proof_failed": Problem(500, "The log's own proof does not verify"),
    "query_unknown": Problem(404, "There is no such saved search of yours"),
    "reveal_decided": Problem(409, "The request to open was decided before"),
    "reveal_expired": Problem(409, "The second officer's approval is too old to open anything"),
    "reveal_not_approved": Problem(409, "No second officer has approved the request to open"),
    "rules_overtaken": Problem(503, "Another worker has examined these entries"),
    "size_not_published": Problem(422, "The log has not published a tree of that size"),
    "src_not_yours": Problem(403, "The source is not the caller's"),
    "submission_unreadable": Problem(400, "The submission to the witness cannot be read"),
    "unopenable": Problem(500, "A sealed part cannot be opened"),
})
# fmt: on


def register_problems(app: Flask) -> None:
    """Answer every error of this application with a problem from the table."""
    install_problems(app, PROBLEMS)


def problem_of(code: str) -> ProblemBody:
    """Write the problem of a code that no request of an application stands for."""
    return body_of(PROBLEMS, code)
