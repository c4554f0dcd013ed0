# SPDX-License-Identifier: Apache-2.0
"""Who blocks what: what each clause alone changes about a purpose.

For a steward who wants to know which condition costs her dataset the most people. Sets only; what
of them may be told is decided elsewhere.
"""

from collections.abc import Mapping

from pyroaring import BitMap

from consent_registry.domain.clauses import DATA_CATEGORY
from consent_registry.domain.cohort import Cohort, evaluate, speaking
from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.duo import Duo
from consent_registry.domain.matching import Inquiry


def let_in_without(index: CohortIndex, inquiry: Inquiry, cohort: Cohort) -> Mapping[str, BitMap]:
    """Give for each clause that speaks against the purpose who would be in were it not there.

    Who has a second obstacle stays out. In the order of the vocabulary; a clause that changes
    nothing by itself is there with nobody. `cohort` is what the same inquiry gives.
    """
    heard = speaking(index, inquiry)
    return {
        name: evaluate(index, inquiry, without=name).within - cohort.within
        for name in (*Duo.__members__, DATA_CATEGORY)
        if name in heard
    }
