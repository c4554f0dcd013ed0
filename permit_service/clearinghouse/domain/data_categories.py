# SPDX-License-Identifier: Apache-2.0
"""Which files a purpose reaches, by the kinds of data that a cohort's manifest tells of (ADR 0039).

The kind of a file is what its name says. That rule opens nothing alone: what was asked of the
dataset, and what the dataset holds, are the manifest's, and no setting of this node adds to them.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

DATA_CATEGORIES: Final = ("genome", "variants", "phenotype", "ehr", "samples", "images")
"""The kinds of data, as consent_registry names and orders them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestKinds:
    """What the dataset said that it holds when the cohort was frozen, and what was asked of it.

    Both are empty for a dataset that had said nothing, and for a manifest from before kinds of
    data were told: datasets had none then.
    """

    held: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()


NOTHING_TOLD: Final = ManifestKinds()


def opens(kind: str, *, named: AbstractSet[str], told: ManifestKinds) -> bool:
    """Say whether a file of this kind is open to a purpose that `named` these kinds.

    A kind must have been asked for and be held, and be among those named, if any are. A file that
    says no kind may be of any: a purpose that names some does not reach it, and one that names
    none only where everything held was asked for. Where nothing was told, a purpose that names
    none reaches every file, and one that names some reaches nothing.
    """
    reached = told.held & told.asked
    if named:
        return kind in reached & named
    if kind in reached or told == NOTHING_TOLD:
        return True
    return kind not in DATA_CATEGORIES and bool(reached) and reached == told.held
