# SPDX-License-Identifier: Apache-2.0
"""The ways in which the log refuses. Codes are in `shared.problems`; no text holds a value."""

from shared.errors import AppError


class SrcNotYours(AppError):
    """The caller's client may not write as this source, or as any."""

    code = "src_not_yours"


class NotPublished(AppError):
    """The log has no such entry, tile or size in any checkpoint it has published."""

    code = "not_published"


class SizeNotPublished(AppError):
    """A size was named that the newest published checkpoint does not cover."""

    code = "size_not_published"


class NothingToErase(AppError):
    """No key of this subject is held: there is nothing left that could be made unreadable."""

    code = "nothing_to_erase"


class ErasureHeld(AppError):
    """A legal hold covers what was to be erased: it waits until the hold is lifted."""

    code = "erasure_held"


class ErasureUnknown(AppError):
    """There is no such erasure, done or waiting."""

    code = "erasure_unknown"


class OlderThanErased(AppError):
    """The database was restored from before an erasure: nothing is sequenced until it is refilled.

    What waits in it or in a topic may be the sealed parts of somebody who was erased since.
    """

    code = "older_than_erased"


class HoldUnknown(AppError):
    """There is no such legal hold."""

    code = "hold_unknown"


class HoldLifted(AppError):
    """The hold is lifted, and lifted is for good."""

    code = "hold_lifted"


class HoldNeedsAnother(AppError):
    """Whoever asked that a hold be lifted may not lift it: a second person must."""

    code = "hold_needs_another"


class ProducerExists(AppError):
    """A producer of this source or client is registered already, with other particulars."""

    code = "producer_exists"


class TopicTaken(AppError):
    """Another producer has this topic: whoever may write to it could write under either source."""

    code = "topic_taken"


class TopicUnready(AppError):
    """A producer cannot be moved, or a topic read on, without losing entries, or not yet."""

    code = "topic_unready"


class LogMismatch(AppError):
    """The stored log is not the one that is configured; somebody must look."""

    code = "log_mismatch"


class HeadMismatch(AppError):
    """The tree does not extend what was signed before: nothing may be signed."""

    code = "head_mismatch"


class OffsetMissing(AppError):
    """A topic has no stored offset; `placet audit producer add` alone may set the first."""

    code = "offset_missing"


class Fenced(AppError):
    """Another sequencer leads, or has taken over meanwhile: nothing of the batch was kept."""

    code = "fenced"


class KeysErased(AppError):
    """Keys were destroyed while the batch was prepared: nothing of it was kept, prepare it anew."""

    code = "keys_erased"


class Unopenable(AppError):
    """A sealed part cannot be opened: its key is gone, or its bytes are not what was sealed."""

    code = "unopenable"


class ProofFailed(AppError):
    """What the log itself serves does not verify: the worst it can say about itself."""

    code = "proof_failed"


class ExportUnknown(AppError):
    """There is no such export, or it is not the caller's."""

    code = "export_unknown"


class ExportNotReady(AppError):
    """The evidence pack is still being made."""

    code = "export_not_ready"


class ExportGone(AppError):
    """The evidence pack failed, was voided by an erasure, or is older than it is kept."""

    code = "export_gone"


class ExportTooLarge(AppError):
    """More entries match than one evidence pack holds."""

    code = "export_too_large"


class SubmissionUnreadable(AppError):
    """What was submitted to this witness is not an add-checkpoint body, or its sizes contradict."""

    code = "submission_unreadable"


class LogNotWitnessed(AppError):
    """This witness does not witness a log of that origin, or has seen nothing of it yet."""

    code = "log_not_witnessed"


class CheckpointUntrusted(AppError):
    """No key that this witness trusts for the origin has signed the checkpoint."""

    code = "checkpoint_untrusted"


class GrowthUnproven(AppError):
    """The checkpoint does not extend what this witness has cosigned before."""

    code = "growth_unproven"


class DecisionsUnavailable(AppError):
    """The service that owns consents gives no whole answer: nothing asked of it is good yet."""

    code = "decisions_unavailable"


class CohortsUnresolved(AppError):
    """Nobody says whether cohorts that entries name hold the person: what was found is not all."""

    code = "cohorts_unresolved"


class RulesOvertaken(AppError):
    """Another worker has examined these entries meanwhile: nothing of the step was kept."""

    code = "rules_overtaken"


class FindingClosed(AppError):
    """The finding is closed, and closed is for good."""

    code = "finding_closed"


class CaseUnknown(AppError):
    """There is no such case, or no such request in it."""

    code = "case_unknown"


class CaseClosed(AppError):
    """The case is closed, and closed is for good."""

    code = "case_closed"


class CaseNeeded(AppError):
    """Which producers are believed is changed with an officer's open case about the producer."""

    code = "case_needed"


class FourEyesNeeded(AppError):
    """A request to open is decided by another officer than the one who asked."""

    code = "four_eyes_needed"


class RevealDecided(AppError):
    """The request to open was approved or refused before."""

    code = "reveal_decided"


class RevealNotApproved(AppError):
    """No second officer has approved the request to open."""

    code = "reveal_not_approved"


class RevealExpired(AppError):
    """The second officer's approval is too old; a new request is needed."""

    code = "reveal_expired"


class QueryUnknown(AppError):
    """There is no such saved search, or it is not the caller's."""

    code = "query_unknown"
