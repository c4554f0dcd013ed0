# SPDX-License-Identifier: Apache-2.0
"""The forms of an entry's open texts: what each may look like, and nothing more."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

REMEMBERED: Final = 1_024

Form: TypeAlias = Callable[[str], object]


def _pattern(text: str) -> Form:
    """Give a test that is true for texts of this form."""
    return re.compile(text, re.ASCII).fullmatch


def _few(good: Form) -> Form:
    """Remember verdicts on texts of which a log has few (never on ids, hashes or times)."""
    return lru_cache(REMEMBERED)(good)


_ID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_TRACE: Final = r"(?!0{32})[0-9a-f]{32}"
_TIME: Final = r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):\d\d:\d\d\.\d{6}Z"

is_entry_id: Final = _pattern(_ID)
is_entry_type: Final = _few(_pattern(r"placet(\.[a-z][a-z0-9]{0,31}){2,4}\.v[1-9][0-9]{0,3}"))
is_source: Final = _few(_pattern(r"[a-z0-9_-]{1,40}(/[a-z0-9_-]{1,40}){1,3}"))
is_trace_id: Final = _pattern(_TRACE)
is_code: Final = _few(_pattern(r"[a-z][a-z0-9_]{0,63}"))
is_open_text: Final = _pattern(r"[!-?A-~]{1,4096}")  # printable ASCII without space and @
MAX_TEXT: Final = 4_096
are_open: Final = _pattern(r"[!-?A-~]*")  # the same for many texts, one after the other
is_time: Final = _pattern(_TIME)
OWN_TEXTS: Final = {"id": is_entry_id, "tr": is_trace_id, "ts": is_time}
# The three with a space between, which none of them can hold: all have their form, or this fails.
are_own_texts: Final = _pattern(f"{_ID} {_TRACE} {_TIME}")
