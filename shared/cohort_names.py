# SPDX-License-Identifier: Apache-2.0
"""How an entry names more people than it can seal: by the frozen cohort that they are all of.

Open in an entry's `x`: the cohort's id, the salted digest of its bitmap, and the revision of the
dataset's register by which its reader went. Whose ordinal is in the bitmap, consent_registry alone
knows; neither id nor digest says it. `cohort.frozen` names its cohort in the same words.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared.canonical import JSON, MAX_INTEGER, MalformedEntry

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII).fullmatch
# SHA-256 in base64; the 43rd character has two bits that belong to nothing and are 0.
_DIGEST: Final = re.compile(r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=", re.ASCII).fullmatch
_KEYS: Final = ("cohort_id", "digest", "revision")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCohort:
    """A cohort as an entry names it.

    `revision` says which people had left it when it was read: those who left at that revision or
    before. None means all of the frozen cohort.
    """

    cohort_id: str
    digest: str
    revision: int | None = None

    def written(self) -> dict[str, JSON]:
        """Write it as it stands in `x`."""
        said: dict[str, JSON] = {"cohort_id": self.cohort_id, "digest": self.digest}
        return said if self.revision is None else {**said, "revision": self.revision}


def named_cohort(extra: Mapping[str, JSON]) -> NamedCohort | None:
    """Read which cohort the `x` of an entry names; None when it names none, or not wholly."""
    cohort_id, digest, revision = (extra.get(key) for key in _KEYS)
    if not isinstance(cohort_id, str) or not isinstance(digest, str):
        return None
    if not is_cohort(cohort_id, digest) or not (revision is None or _is_revision(revision)):
        return None
    return NamedCohort(
        cohort_id=cohort_id,
        digest=digest,
        revision=revision if isinstance(revision, int) else None,
    )


def names_a_cohort(extra: Mapping[str, JSON]) -> bool:
    """Tell whether an `x` speaks of a cohort at all, wholly named or not."""
    return "cohort_id" in extra


def is_cohort(cohort_id: str, digest: str) -> bool:
    """Tell whether two texts have the forms of a cohort's id and digest."""
    return _ID(cohort_id) is not None and _DIGEST(digest) is not None


def require_nameable(
    cohort: NamedCohort, *, dataset: str | None, people: int, extra: Mapping[str, JSON]
) -> None:
    """Raise MalformedEntry unless a fact about this dataset can name this cohort.

    It stands for people, so a fact that seals `people` of its own names none.
    """
    if named_cohort(cohort.written()) != cohort:
        raise MalformedEntry("a cohort is not named by id, digest and revision")
    if dataset is None:
        raise MalformedEntry("a cohort is of a dataset, and none is named")
    if people:
        raise MalformedEntry("people and their cohort are not both named")
    if extra.keys() & set(_KEYS):
        raise MalformedEntry("what a cohort is named by is said twice")


def _is_revision(value: JSON) -> bool:
    return type(value) is int and 0 <= value <= MAX_INTEGER
