# SPDX-License-Identifier: Apache-2.0
"""The purposes of EHDS Article 53(1) and the prohibitions of Article 54, as closed lists.

Regulation (EU) 2025/327. They stand beside DUO, which can say neither: DUO has no code for
statistics, policy or training of algorithms, and none for what nobody may do. Law enforcement is
no purpose (recital 63), so there is no code for it. The letters' wording here is ours.
"""

from enum import Enum
from typing import Final


class EhdsPurpose(Enum):
    """What for, by the letter of Article 53(1)."""

    PUBLIC_HEALTH = "53-1-a"
    POLICY = "53-1-b"
    STATISTICS = "53-1-c"
    EDUCATION = "53-1-d"
    RESEARCH = "53-1-e"
    PRODUCT_DEVELOPMENT = "53-1-e-i"
    ALGORITHM_TRAINING = "53-1-e-ii"
    CARE_IMPROVEMENT = "53-1-f"


class Prohibited(Enum):
    """What nobody may do with the data, by the letter of Article 54."""

    DETRIMENTAL_DECISIONS = "54-a"
    DISCRIMINATION = "54-b"
    ADVERTISING = "54-c"
    HARMFUL_PRODUCTS = "54-d"
    AGAINST_ETHICS = "54-e"


RESEARCH: Final = frozenset(
    {EhdsPurpose.RESEARCH, EhdsPurpose.PRODUCT_DEVELOPMENT, EhdsPurpose.ALGORITHM_TRAINING}
)
"""Letter (e): research, which consent to research can cover; its points are research too."""

PUBLIC_BODIES_ONLY: Final = frozenset(
    {EhdsPurpose.PUBLIC_HEALTH, EhdsPurpose.POLICY, EhdsPurpose.STATISTICS}
)
"""Letters (a) to (c): public sector and Union bodies, and third parties on their behalf (53(2))."""
