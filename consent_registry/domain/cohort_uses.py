# SPDX-License-Identifier: Apache-2.0
"""Whether a frozen cohort could be used as an entry of the log says that it was, and the answer.

A reader of a cohort goes by a revision of its dataset: whoever had left at it was left out. So of
the cohort's people those were used against their word who had left by the time of the use, at a
revision that its reader did not have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from pyroaring import BitMap

from consent_registry.domain.bitmaps import salted_digest
from consent_registry.domain.purpose import Purpose
from shared.clock import from_rfc3339
from shared.ids import CohortId, DatasetId, PermitId

Gone: TypeAlias = Mapping[str, BitMap]
"""People of a cohort by what they left it for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortUse:
    """A use of a cohort, named as the entry names it: when, under which permit, for which purposes.

    `revision` is the one that its reader went by; None: it read all of the frozen cohort. Without
    `cohort_id` and `digest` the cohort of the permit is meant.
    """

    dataset: DatasetId
    cohort_id: str | None
    digest: str | None
    revision: int | None
    effective_at: datetime
    known_at: datetime
    permit_id: PermitId | None
    purposes: tuple[str, ...]

    @property
    def then(self) -> datetime:
        """The instant whose state counts: what happened by then and was known by then."""
        return min(self.effective_at, self.known_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCohort:
    """What a frozen cohort was frozen as, without its people."""

    cohort_id: CohortId
    dataset: DatasetId
    digest: str
    salt: bytes
    purpose: Purpose
    permit_id: PermitId | None


class Flaw(StrEnum):
    """Why a use does not go with its cohort at all, whoever is in it.

    UNKNOWN: no cohort of this dataset has this id and digest. FUTURE: no such revision exists yet.
    UNBOUND: no permit was ever given for it.
    """

    UNKNOWN = "cohort_unknown"
    FUTURE = "revision_unknown"
    UNBOUND = "permit_unknown"
    OTHER_PERMIT = "cohort_of_another_permit"
    PURPOSE = "purpose_not_in_permit"

    @property
    def untold(self) -> bool:
        """Whether nothing can be said about the people either."""
        return self in (Flaw.UNKNOWN, Flaw.FUTURE, Flaw.UNBOUND)


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortVerdict:
    """`flaw` is what is wrong with the use as such, `causes` are those for which people had left.

    How many they were, and who, is not told: `who` is a salted digest of them, by which the same
    answer is recognised when it is given again, or None when nobody had left.
    """

    flaw: Flaw | None = None
    causes: tuple[str, ...] = ()
    who: str | None = None

    @property
    def answer(self) -> str:
        """`in` when all was as allowed, `out` when it was not, `unknown` when nobody can say."""
        if self.flaw is not None and self.flaw.untold:
            return "unknown"
        return "in" if self.flaw is None and not self.causes else "out"


def flaw_of(use: CohortUse, cohort: NamedCohort | None, newest: int) -> Flaw | None:
    """Hold a use against its cohort and the newest revision of the dataset's register."""
    if cohort is None:
        of_permit = use.cohort_id is None and use.permit_id is not None
        return Flaw.UNBOUND if of_permit else Flaw.UNKNOWN
    unlike = {
        Flaw.UNKNOWN: cohort.dataset != use.dataset or use.digest not in (None, cohort.digest),
        Flaw.FUTURE: use.revision is not None and use.revision > newest,
        Flaw.UNBOUND: cohort.permit_id is None,
        Flaw.OTHER_PERMIT: use.permit_id not in (None, cohort.permit_id),
        Flaw.PURPOSE: not set(use.purposes) <= set(cohort.purpose.duo()),
    }
    return next((flaw for flaw, found in unlike.items() if found), None)


def verdict(
    use: CohortUse,
    cohort: NamedCohort,
    flaw: Flaw | None,
    gone: Gone,
    lapses: Sequence[tuple[str, int]],
) -> CohortVerdict:
    """Give the answer about a use; `gone` are those who had left unknown to its reader, by cause.

    An end that was known when the cohort was bound (`lapses`) is in its reader's hands, who leaves
    out who has come to it without a word from here; whoever names no revision reads all.
    """
    known = () if use.revision is None else lapses
    lapsed = BitMap(ordinal for at, ordinal in known if from_rfc3339(at) <= use.then)
    out = {cause: left for cause, people in gone.items() if (left := people - lapsed)}
    return CohortVerdict(
        flaw=flaw,
        causes=tuple(sorted(out)),
        who=salted_digest(BitMap.union(*out.values()), cohort.salt) if out else None,
    )
