# SPDX-License-Identifier: Apache-2.0
"""What the data steward's page shows. Formats only: every number may be shown as it comes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from consent_registry.domain.clauses import DATA_CATEGORY
from consent_registry.domain.duo import TERMS, Duo
from consent_registry.domain.verdict import Reason
from consent_registry.usecases.blocking import Blocking

Row = tuple[str, str]

CATEGORIES: Final = (
    ("GRU", "Research of any kind"),
    ("HMB", "Health, medical or biomedical research"),
    ("DS", "Research on particular diseases"),
    ("POA", "Research on population origins or ancestry"),
    ("MDS", "Development of research methods"),
    ("CC", "Care of patients"),
)
CONDITIONS: Final = (
    ("PUB", "Results are published"),
    ("COL", "There is collaboration with those who collected the data"),
    ("RTN", "Results are returned"),
    ("MOR", "Publication waits for the date that is asked for"),
)
DATA_CATEGORIES: Final = (
    ("genome", "Whole genomes"),
    ("variants", "Genetic variants"),
    ("phenotype", "Phenotypes"),
    ("ehr", "Electronic health records"),
    ("samples", "Samples"),
    ("images", "Images"),
)
EVIDENCE: Final = (("IRB", "An ethics committee approved"), ("COL", "An agreement was signed"))

REASON_WORDS: Final[Mapping[Reason, str]] = {
    Reason.NEVER_ASKED: "Were never asked",
    Reason.REFUSED: "Said no",
    Reason.WITHDRAWN: "Withdrew",
    Reason.EXPIRED: "Gave a consent whose time has passed",
    Reason.INVALID: "Gave a consent that is not valid",
    Reason.PENDING_RECONSENT: "Have to be asked again",
    Reason.UNREADABLE: "Have a consent that cannot be read",
    Reason.OPTED_OUT: "Opted out",
    Reason.OBJECTED: "Objected",
    Reason.RESTRICTED: "Had the use of their data restricted",
    Reason.ERASED: "Had their data erased",
    Reason.CATEGORY_NOT_PERMITTED: "Allow some kinds of data, and others are asked for",
    Reason.CATEGORY_NOT_HELD: "Have fewer kinds of data here than are asked for",
}
_TOTALS: Final = (("in", "In"), ("out", "Out"), ("awaiting", "Awaiting a ruling"))


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockingView:
    """Four tables and the bound below which nothing is told."""

    dataset: str
    totals: Sequence[Row]
    out: Sequence[Row]
    awaiting: Sequence[Row]
    without: Sequence[Row]
    least: int


def blocking(found: Blocking, small_cell: int) -> BlockingView:
    """Format who blocks what, the largest first."""
    least, counts = 2 * small_cell, found.figures.counts()
    few = f"fewer than {least}"
    totals = [
        (words, f"about {counts[name]:,}" if name in counts else few) for name, words in _TOTALS
    ]
    return BlockingView(
        dataset=found.dataset.dataset,
        totals=[("People in the dataset", f"{found.figures.members:,}"), *totals],
        out=_rows({_reason(Reason(k)): n for k, n in found.figures.reasons.items()}),
        awaiting=_rows({_clause(k): n for k, n in found.figures.awaiting_by_clause.items()}),
        without=_rows({_clause(k): n for k, n in found.without.items()}),
        least=least,
    )


def _reason(reason: Reason) -> str:
    """Say a reason; one that a clause gives is said by its code's words."""
    return REASON_WORDS.get(reason, reason.value.replace("_", " ").capitalize())


def _clause(name: str) -> str:
    if name == DATA_CATEGORY:
        return "The limit to some kinds of data"
    return f"{name}: {TERMS[Duo[name]].label}" if name in Duo.__members__ else name


def _rows(parts: Mapping[str, int]) -> list[Row]:
    ordered = sorted(parts.items(), key=lambda item: (-item[1], item[0]))
    return [(words, f"about {count:,}") for words, count in ordered]
