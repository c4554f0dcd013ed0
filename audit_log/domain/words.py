# SPDX-License-Identifier: Apache-2.0
"""What entry types and decisions mean, in words a person reads. Adds nothing to what is logged."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

TYPE_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "placet.access.request.v1": "Data was asked for",
        "placet.access.decision.v1": "A request for data was decided",
        "placet.access.session.open.v1": "A session on data was opened",
        "placet.access.read.v1": "Data was read",
        "placet.access.query.v1": "Data was queried",
        "placet.access.download.v1": "Data was downloaded",
        "placet.access.decrypt.v1": "Data was decrypted",
        "placet.access.export.v1": "Data was exported",
        "placet.access.session.close.v1": "A session on data was closed",
        "placet.admin.login.v1": "An administrator signed in",
        "placet.admin.policy.change.v1": "A policy was changed",
        "placet.admin.key.rotate.v1": "A key was rotated",
        "placet.admin.config.change.v1": "The configuration was changed",
        "placet.admin.role.grant.v1": "A role was given",
        "placet.application.submitted.v1": "An application was submitted",
        "placet.application.decided.v1": "An application was decided",
        "placet.application.overdue.v1": "Nobody decided an application in time",
        "placet.application.ruled.v1": "A ruling was given or withdrawn",
        "placet.audit.search.v1": "An officer looked into the log",
        "placet.audit.export.v1": "An officer exported entries",
        "placet.audit.reveal.v1": "An officer opened a sealed part",
        "placet.audit.erase.v1": "Somebody's parts were made unreadable",
        "placet.audit.integrity.v1": "The search rows were held against the entries",
        "placet.audit.case.v1": "A step was taken in an officer's case",
        "placet.audit.query.v1": "An officer's saved search was kept, run or ended",
        "placet.audit.hold.v1": "A legal hold was set or lifted",
        "placet.audit.drop.v1": "Search rows and sealed parts were dropped after their term",
        "placet.cohort.evaluated.v1": "A cohort was evaluated",
        "placet.cohort.frozen.v1": "A cohort was frozen",
        "placet.cohort.narrowed.v1": "People left a cohort by a rule that changed",
        "placet.cohort.ruled.v1": "A ruling was recorded with the consents",
        "placet.consent.given.v1": "A consent was given",
        "placet.consent.changed.v1": "A consent was changed",
        "placet.consent.withdrawn.v1": "A consent was withdrawn",
        "placet.consent.propagated.v1": "A change of consent reached its readers",
        "placet.finding.opened.v1": "The log found something wrong",
        "placet.finding.assigned.v1": "A finding was given to somebody",
        "placet.finding.closed.v1": "A finding was closed",
        "placet.import.started.v1": "An import was started",
        "placet.import.finished.v1": "An import was finished",
        "placet.optout.registered.v1": "An opt-out was registered",
        "placet.optout.reversed.v1": "An opt-out was reversed",
        "placet.permit.issued.v1": "A permit was issued",
        "placet.permit.renewed.v1": "A permit was renewed",
        "placet.permit.held.v1": "A permit was held",
        "placet.permit.released.v1": "A permit was released",
        "placet.permit.revoked.v1": "A permit was revoked",
        "placet.permit.expired.v1": "A permit expired",
        "placet.person.assent.v1": "A minor said what she wants, or a desk of her",
        "placet.person.decision.v1": "A decision in a person's place was proposed or signed",
        "placet.person.evidence.v1": "Evidence of a consent was looked at",
        "placet.person.life.v1": "A life state was recorded",
        "placet.person.mandate.v1": "Authority to act for a person was recorded or ended",
        "placet.person.merge.v1": "Two names of one person were joined or parted",
        "placet.person.preference.v1": "A person's wishes were recorded",
        "placet.rights.requested.v1": "A participant's right was asked for",
        "placet.rights.decided.v1": "A request for a right took a step",
        "placet.rights.stopped.v1": "The use of somebody's data was stopped",
        "placet.rights.resumed.v1": "The use of somebody's data may go on",
        "placet.rights.erased.v1": "Somebody was erased from the register",
        "placet.rights.exported.v1": "Somebody's own file was made",
        "placet.rights.task.v1": "A task after a withdrawal took a step",
        "placet.sys.heartbeat.v1": "A producer signed where its chain stands",
        "placet.sys.enforced.v1": "A node said which permits it goes by",
        "placet.sys.start.v1": "A part of the log started",
        "placet.sys.stop.v1": "A part of the log stopped",
        "placet.sys.gap.v1": "A producer's chain has a gap",
        "placet.sys.quarantined.v1": "Input was kept out of the log",
        "placet.sys.rows.v1": "Hashes of rows that changed beside the tree",
        "placet.sys.sums.v1": "Sums over the rows that change all the time",
        "placet.visa.issued.v1": "A visa was issued",
    }
)
DECISION_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {"permit": "Allowed", "deny": "Refused", "error": "Failed"}
)
GROUP_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "actor": "who acted",
        "obo": "on whose behalf",
        "permit": "under which permit",
        "net": "from where",
    }
)


def type_in_words(entry_type: str) -> str:
    """Say what happened; a type of a newer release is named as it is."""
    return TYPE_WORDS.get(entry_type, entry_type)
