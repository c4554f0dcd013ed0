# SPDX-License-Identifier: Apache-2.0
"""Where a person can be reached. It lies apart from all else that is known of her.

A contact point is her own entry, or a desk's from a paper of somebody who has no sign-in. It is
used only once it is shown to reach her: by the code that was sent there, or by a letter that
somebody else than who entered it has seen. Nothing here decides about the use of data.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from consent_registry.domain.errors import SecondPersonNeeded

CODE_LIFE: Final = timedelta(minutes=30)
PAPER_CODE_LIFE: Final = timedelta(days=14)  # she answers by telephone, or by post
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
class Paper:
    """What a desk saw, by its SHA-256 in hex, and the login of who saw it (issuer, subject)."""

    sha256: str
    by: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPoint:
    """An e-mail address with the language to write in (`en`), and since when it is confirmed.

    `waiting` is an address that was entered and not confirmed yet; until it is, the one before is
    used. `paper` is what a desk entered the address from, `letter` what confirmed it without a
    code; of the address that waits, where one does. No repr shows an address.
    """

    email: str = field(repr=False)
    language: str
    confirmed_at: datetime | None = None
    waiting: str = field(default="", repr=False)
    paper: Paper | None = field(default=None, repr=False)
    letter: Paper | None = field(default=None, repr=False)


def confirms(point: ContactPoint, letter: Paper) -> bool:
    """Say whether a letter confirms what waits: a desk's entry, by somebody else than entered it.

    Raises SecondPersonNeeded for the same.
    """
    if not point.waiting or point.paper is None:
        return False
    if point.paper.by == letter.by:
        raise SecondPersonNeeded
    return True
