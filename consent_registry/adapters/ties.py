# SPDX-License-Identifier: Apache-2.0
"""Who is, or may be, one person, read where sets of members are asked for in one question."""

from typing import Final

# Merges that nobody had undone by `:known_at` (NULL: by now), both ways, for WITH RECURSIVE.
TIE: Final = (
    "tie AS ("
    " SELECT pid, about AS other FROM person_event AS p WHERE kind = 'merge_proposed'"
    " AND (CAST(:known_at AS timestamptz) IS NULL OR recorded_at <= :known_at)"
    " AND NOT EXISTS (SELECT FROM person_event AS u"
    " WHERE u.matter = p.matter AND u.kind = 'merge_undone'"
    " AND (CAST(:known_at AS timestamptz) IS NULL OR u.recorded_at <= :known_at)))"
)
