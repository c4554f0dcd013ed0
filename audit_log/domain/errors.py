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


class ProducerExists(AppError):
    """A producer of this source or client is registered already, with other particulars."""

    code = "producer_exists"


class LogMismatch(AppError):
    """The stored log is not the one that is configured; somebody must look."""

    code = "log_mismatch"


class HeadMismatch(AppError):
    """The tree does not extend what was signed before: nothing may be signed."""

    code = "head_mismatch"


class OffsetMissing(AppError):
    """A partition has no stored offset; `placet audit producer add` alone may set the first."""

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


class DecisionsUnavailable(AppError):
    """The service that owns consents gives no whole answer: nothing asked of it is good yet."""

    code = "decisions_unavailable"


class RulesOvertaken(AppError):
    """Another worker has examined these entries meanwhile: nothing of the step was kept."""

    code = "rules_overtaken"


class FindingClosed(AppError):
    """The finding is closed, and closed is for good."""

    code = "finding_closed"
