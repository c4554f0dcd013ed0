# SPDX-License-Identifier: Apache-2.0
"""Where a person can be reached. It lies apart from all else that is known of her.

A contact point is her own entry, and is used only once she has shown that it reaches her: by the
code that was sent there. Nothing here decides about the use of data.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

CODE_LIFE: Final = timedelta(minutes=30)
CODE_DIGITS: Final = 8
MOST_TRIES: Final = 5
_MAX_CHARS: Final = 254  # RFC 5321 section 4.5.3.1.3
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}",
    re.ASCII,
)


def is_email(text: str) -> bool:
    """Say whether this is an address as people write them: no quotes, no comments, no literals."""
    return len(text) <= _MAX_CHARS and _EMAIL.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPoint:
    """An e-mail address with the language to write in (`en`), and since when it is confirmed.

    `waiting` is an address that was entered and not confirmed yet; until it is, the one before is
    used. No repr shows an address.
    """

    email: str = field(repr=False)
    language: str
    confirmed_at: datetime | None = None
    waiting: str = field(default="", repr=False)
