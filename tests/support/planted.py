# SPDX-License-Identifier: Apache-2.0
"""What is planted in the labelled month: each case and its near-miss twin, which must not fire.

A case is planted at a time; twins differ from it by a millisecond, a second or one entry.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from tests.support import (
    planted_chains,
    planted_habits,
    planted_people,
    planted_permits,
    planted_words,
)
from tests.support.labelled_month import Month

_CHAINS: Final = planted_chains
_PERMITS: Final = planted_permits
_PEOPLE: Final = planted_people
_HABITS: Final = planted_habits
_WORDS: Final = planted_words
CASES: Final = (
    *(_CHAINS.gap, _CHAINS.broken, _CHAINS.equivocal, _CHAINS.silent, _CHAINS.forged),
    *(_CHAINS.ahead, _CHAINS.unannounced, _CHAINS.unsigned, _CHAINS.reused),
    *(_CHAINS.clock_ahead, _CHAINS.clock_behind, _CHAINS.clock_drifts),
    *(_PERMITS.unnamed, _PERMITS.ended, _PERMITS.ended_late, _PERMITS.issued_late),
    *(_PERMITS.of_another, _PERMITS.other_dataset, _PERMITS.other_cohort, _PERMITS.past_end),
    *(_PERMITS.overtaken, _PERMITS.renewed, _PERMITS.self_issued, _PERMITS.lost_revocation),
    *(_PERMITS.wrong_node, _PERMITS.wrong_country, _PERMITS.outside_region, _PERMITS.too_much),
    *(_PEOPLE.withdrawn, _PEOPLE.purpose, _PEOPLE.left_cohort, _PEOPLE.reader_unaware),
    *(_PEOPLE.cohort_purpose, _PEOPLE.unknown_cohort, _PEOPLE.nobody),
    *(_PEOPLE.not_reached, _PEOPLE.told_late),
    *(_WORDS.unacknowledged, _WORDS.not_propagated, _WORDS.never_propagated),
    *(_HABITS.undecided, _HABITS.refused, _HABITS.decided_late, _HABITS.volume),
    *(_HABITS.people, _HABITS.client, _HABITS.country, _HABITS.woke),
    *(_HABITS.looks, _HABITS.reveal, _HABITS.usual_volume, _HABITS.night),
)


def plant(month: Month, times: Iterator[datetime], number: int) -> int:
    """Plant `number` cases, or one of each if that is more, each with its twin; give how many."""
    planted = max(number, len(CASES))
    for nth in range(planted):
        case = CASES[nth % len(CASES)]
        case(month, next(times), fires=True)
        case(month, next(times), fires=False)
    return planted
