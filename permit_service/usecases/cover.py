# SPDX-License-Identifier: Apache-2.0
"""Did these permits cover these uses? For those who check afterwards what was done with data.

Many uses at once, each at its own instant and as known at another. Reads only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from permit_service.domain.cover import Flaw, Use, flaws_of
from permit_service.domain.reading import is_opaque_id
from permit_service.ports import Ports
from shared.errors import FieldFault, ValidationFailed
from shared.ids import PermitId
from shared.principal import Principal

SCOPE: Final = "decisions.read"
MAX_USES: Final = 500


class Cover(Enum):
    """Whether a permit covered a use; `unknown`: no such permit was ever given here."""

    COVERED = "covered"
    NOT_COVERED = "not_covered"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer; `flaws` say why a use was not covered, the gravest first."""

    cover: Cover
    flaws: tuple[Flaw, ...] = ()


def decide_uses(uses: Sequence[Use], *, principal: Principal, ports: Ports) -> Sequence[Answer]:
    """Answer for each use, in order. Raises Forbidden, and ValidationFailed for more than 500."""
    principal.require(SCOPE)
    if len(uses) > MAX_USES:
        fault = FieldFault("/questions", f"at most {MAX_USES}")
        raise ValidationFailed("too many questions", faults=[fault])
    wanted = sorted({PermitId(use.permit_id) for use in uses if is_opaque_id(use.permit_id)})
    with ports.units() as work:
        known = {str(permit.permit_id): permit for permit in work.permits.named(wanted)}
    node = ports.policy.node
    return [
        _answer(flaws_of(use, known[use.permit_id], node))
        if use.permit_id in known
        else Answer(cover=Cover.UNKNOWN)
        for use in uses
    ]


def _answer(flaws: tuple[Flaw, ...]) -> Answer:
    return Answer(cover=Cover.NOT_COVERED if flaws else Cover.COVERED, flaws=flaws)
