# SPDX-License-Identifier: Apache-2.0
"""R14: somebody who follows a register has not said in time that he enforces what ended there.

Of permits each node says it itself, in its own chain (`placet.sys.enforced.v1`). Of people who left
a cohort consent_registry says it of each reader of its feed (`placet.consent.propagated.v1`). Who
has said so once is expected to go on; who was late stays found, and who only arrived late is well.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NamedTuple

from audit_log.domain.authority import CONSENT_REGISTRY, service_of
from audit_log.domain.rules.raised import Healed, Raised
from audit_log.domain.rules.reached import PERMITS, RULE, End
from audit_log.domain.rules.seen import Seen
from audit_log.domain.rules.thresholds import Thresholds

ENFORCED: Final = "placet.sys.enforced.v1"
PROPAGATED: Final = "placet.consent.propagated.v1"
_NARROWED: Final = "placet.cohort.narrowed.v1"
_IN_TIME: Final = "acknowledged_in_time"


class Word(NamedTuple):
    """Somebody says which revision of a register he enforces."""

    register: str
    who: str
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who follows a register: his last word, the one before, and what he lacks.

    `since` is when he first said something: nothing is asked of him for the time before. `raised`
    says that what he lacks was found.
    """

    register: str
    who: str
    src: str
    since: datetime
    at: datetime
    revision: int
    before: int = -1
    lacks: End | None = None
    raised: bool = False

    @property
    def key(self) -> str:
        """The name under which he is remembered."""
        return key_of(self.register, self.who)


def key_of(register: str, who: str) -> str:
    """Name a reader of a register."""
    return f"{register} {who}"


def word_of(seen: Seen) -> Word | None:
    """Read what an entry says that somebody enforces; a node is believed about itself alone."""
    if seen.type == ENFORCED:
        revision = seen.number("permits_revision")
        return None if revision is None else Word(PERMITS, seen.src, revision)
    if seen.type != PROPAGATED or seen.client is None or seen.dataset is None:
        return None
    revision = seen.number("revision")
    return None if revision is None else Word(left(seen.dataset), seen.client, revision)


def left_in(seen: Seen) -> str | None:
    """Name the register in which an entry says that somebody left a permit's cohort."""
    if seen.dataset is None or service_of(seen.src) != CONSENT_REGISTRY:
        return None
    if seen.type == _NARROWED or seen.extra.get("narrows") is True:
        return left(seen.dataset)
    return None


def left(dataset: str) -> str:
    """Name the register of those who left cohorts of a dataset."""
    return f"left/{dataset}"


def ended(reader: Reader, end: End, limits: Thresholds) -> tuple[Reader, Raised | None]:
    """Take in an end, whenever its entry comes."""
    if end.revision > reader.revision:
        if reader.lacks is None or end.revision < reader.lacks.revision:
            return replace(reader, lacks=end, raised=False), None
        return reader, None
    # Its entry came after the word that covers it: that word's own time is known if it is the last.
    if reader.before < end.revision and _late(reader, end, reader.at, limits):
        return reader, _raised(reader, end)
    return reader, None


def heard(
    before: Reader | None, word: Word, seen: Seen, ends: Sequence[End], limits: Thresholds
) -> tuple[Reader, Raised | None, Healed | None]:
    """Take in somebody's word: what he had lacked is well if he said so in time."""
    reader = before or Reader(
        register=word.register,
        who=word.who,
        src=seen.src,
        since=seen.at,
        at=seen.at,
        revision=word.revision,
    )
    if before is not None:
        if word.revision <= before.revision:
            return before, None, None
        reader = replace(
            before, at=seen.at, revision=word.revision, before=before.revision, src=seen.src
        )
    raised, healed = None, None
    lacked = reader.lacks
    if lacked is not None and lacked.revision > reader.revision:
        return reader, None, None
    if lacked is not None:
        late = _late(reader, lacked, seen.at, limits)
        if reader.raised and not late:
            healed = Healed(cause=_cause(reader, lacked), reason=_IN_TIME)
        elif late and not reader.raised:
            raised = _raised(reader, lacked)
    still = next((one for one in ends if one.revision > reader.revision), None)
    return replace(reader, lacks=still, raised=False), raised, healed


def due(reader: Reader, now: datetime, limits: Thresholds) -> Raised | None:
    """Say that he lacks something for too long; what is under way has its grace."""
    end = reader.lacks
    if end is None or reader.raised or not _late(reader, end, now - limits.span("grace"), limits):
        return None
    return _raised(reader, end)


def _late(reader: Reader, end: End, at: datetime, limits: Thresholds) -> bool:
    return at - max(end.at, reader.since) > limits.span("acknowledgement")


def _cause(reader: Reader, end: End) -> str:
    return f"{RULE}/lacks/{reader.key}/{end.revision}"


def _raised(reader: Reader, end: End) -> Raised:
    of_permits = reader.register == PERMITS
    return Raised(
        rule=RULE,
        code="revocation_not_acknowledged" if of_permits else "withdrawal_not_acknowledged",
        cause=_cause(reader, end),
        evidence=(end.index,),
        src=reader.src,
    )
