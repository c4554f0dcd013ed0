# SPDX-License-Identifier: Apache-2.0
"""Whether a person is among those that an entry names by their cohort: what was answered, and said.

Only consent_registry knows a cohort's people. Its answers are of the frozen cohort and never change
for an entry that is in the log, so they travel with the result that rests on them: whoever repeats
it from a copy of the log repeats it with these answers. What was not answered is never a no.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple

from shared.canonical import JSON, MAX_INTEGER, canonical
from shared.cohort_names import is_cohort
from shared.events import Subject


class CohortKey(NamedTuple):
    """A frozen cohort as entries name it: by id and salted digest."""

    cohort_id: str
    digest: str


class Membership(StrEnum):
    """What is known of a person and a frozen cohort.

    UNKNOWN: nobody answered, or no such cohort is known there. ERASED: nothing about the person may
    be told any more.
    """

    IN = "in"
    OUT = "out"
    UNKNOWN = "unknown"
    ERASED = "erased"


class CohortAnswer(NamedTuple):
    """An answer about one person; `left` is the revision at which who was in left, None: never."""

    key: CohortKey
    membership: Membership
    left: int | None = None

    @property
    def told(self) -> bool:
        """Whether it says yes or no."""
        return self.membership in (Membership.IN, Membership.OUT)

    def holds_at(self, revision: int | None) -> bool:
        """Tell whether an entry that names the cohort at this revision is about the person."""
        if self.membership is not Membership.IN:
            return False
        return self.left is None or revision is None or revision < self.left


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortAnswers:
    """What was answered about one person and every cohort that entries of her dataset name.

    `reached` is false when consent_registry gave no answer; then each is UNKNOWN. The nonce hides
    the answers behind their digest, which the log says.
    """

    person: Subject = field(repr=False)
    reached: bool
    answers: tuple[CohortAnswer, ...] = field(repr=False)
    nonce: str = field(repr=False)

    @property
    def unresolved(self) -> int:
        """How many cohorts may hold the person or not: their entries were not found."""
        return sum(not one.told for one in self.answers)

    @property
    def erased(self) -> bool:
        """Whether nothing may be told because the person was erased."""
        return any(one.membership is Membership.ERASED for one in self.answers)

    def digest(self) -> str:
        """Give SHA-256 in base64 over all of it."""
        return b64encode(sha256(canonical(self._content())).digest()).decode("ascii")

    def written(self) -> dict[str, JSON]:
        """Write it for the asker alone: it names a person."""
        return {**self._content(), "digest": self.digest(), "unresolved": self.unresolved}

    def _content(self) -> dict[str, JSON]:
        return {
            "answers": [
                {
                    "answer": one.membership.value,
                    "cohort_id": one.key.cohort_id,
                    "digest": one.key.digest,
                    "left_revision": one.left,
                }
                for one in self.answers
            ],
            "nonce": self.nonce,
            "person": {"dataset": self.person.dataset, "ordinal": self.person.ordinal},
            "reached": self.reached,
        }


def read_answers(value: Any) -> CohortAnswers:
    """Read what `CohortAnswers.written` wrote; raise ValueError unless whole and unaltered."""
    try:
        person = value["person"]
        read = CohortAnswers(
            person=Subject(dataset=_text(person["dataset"]), ordinal=_number(person["ordinal"])),
            reached=value["reached"] is True,
            answers=tuple(read_answer(one) for one in value["answers"]),
            nonce=_text(value["nonce"]),
        )
        said = value["digest"]
    except (KeyError, TypeError, AttributeError):
        raise ValueError("not what was answered about cohorts") from None
    if read.digest() != said:
        raise ValueError("what was answered about cohorts is not what its digest says")
    return read


def read_answer(value: Mapping[str, Any]) -> CohortAnswer:
    """Read one answer; raise ValueError, KeyError or TypeError when it is none."""
    key = CohortKey(_text(value["cohort_id"]), _text(value["digest"]))
    membership, left = Membership(_text(value["answer"])), value["left_revision"]
    if not is_cohort(*key):
        raise ValueError("a cohort is not named by id and digest")
    if left is not None and (membership is not Membership.IN or _number(left) < 0):
        raise ValueError("nobody leaves a cohort that does not hold her")
    return CohortAnswer(key, membership, left)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    if value > MAX_INTEGER:
        raise ValueError("no number that an entry could hold, nor a database")
    return value
