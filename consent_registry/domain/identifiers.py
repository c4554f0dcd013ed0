# SPDX-License-Identifier: Apache-2.0
"""The shapes of identifiers that come from outside. Says what fits; repeats nothing."""

import re
from typing import Final

_NAME: Final = re.compile(r"[A-Za-z0-9._:@+-]{1,128}", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def is_name(text: str) -> bool:
    """Say whether a text can be a pseudonym, a local id or another service's identifier."""
    return _NAME.fullmatch(text) is not None


def is_own_id(text: str) -> bool:
    """Say whether a text has the form of the identifiers given out here (UUID, lower case)."""
    return _UUID.fullmatch(text) is not None
