# SPDX-License-Identifier: Apache-2.0
"""Listed approvals: what has to be written down before a consent may widen against the rule.

Two things widen backwards: a consent dated before it is recorded, and a yes in an import after a
no. Each needs evidence and an approval listed beforehand; the first, a second person as well. An
approval names one participant, one dataset and one date, and serves once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from consent_registry.domain.history import Segment, State
from shared.ids import DatasetId


class Widening(Enum):
    """What an approval is for."""

    BACKDATED = "backdated"
    NO_TO_YES = "no_to_yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One listed approval. `evidence` is the SHA-256 of the signed paper, in hex.

    `dated` is the instant from which the consent is to hold (backdated), or the one at which it was
    signed (no_to_yes). `issuer` and `subject` are the login of whoever listed it.
    """

    approval_id: str
    widening: Widening
    pid: str
    dataset: DatasetId
    dated: datetime
    evidence: str
    issuer: str
    subject: str
    listed_at: datetime


def ends_in_a_no(segments: Sequence[Segment]) -> bool:
    """Say whether what holds in the end is a refusal or a withdrawal: then no file makes a yes."""
    return bool(segments) and segments[-1].standing.state in {State.REFUSED, State.WITHDRAWN}
