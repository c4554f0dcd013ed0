# SPDX-License-Identifier: Apache-2.0
"""What a log line may not say.

Redacts by key name and by the look of a value. It is the second line of defence: the first is
that code logs codes and ids only.
"""

import re
from collections.abc import Mapping
from typing import Final

REDACTED: Final = "[redacted]"
_SECRET_KEYS: Final = re.compile(
    r"authori[sz]ation|token|cookie|secret|passw(or)?d|credential|session|api[-_]?key|private|"
    r"assertion|passport|visa|claims|salt|sealed|e-?mail|(given|family|display|full)_?name|phone|"
    r"birth_?date|postal|street",
    re.IGNORECASE,
)
_PERSONAL_KEYS: Final = frozenset({"name", "sub", "subject", "address"})
_SECRET_VALUES: Final = re.compile(
    r"eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*)*"  # a JOSE compact serialisation
    r"|(?i:\b(?:bearer|basic|dpop)\s+)(?=\S*[0-9A-Z=])[A-Za-z0-9._~+/=-]{6,}"
    r"|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
    r"|://[^/\s:@]+:[^/\s@]+@"  # a password in a URL
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
_MAX_TEXT: Final = 4_096
_MAX_DEPTH: Final = 4
_MAX_INTEGER: Final = (1 << 53) - 1


def redact_text(text: str) -> str:
    """Replace what looks like a token, credential or address, and cut what is too long."""
    whole = text[:_MAX_TEXT].encode("utf-8", "replace").decode("utf-8")
    return _SECRET_VALUES.sub(REDACTED, whole)


def redact(key: str, value: object, depth: int = 0) -> object:
    """Give a value fit for a log line under this key; unknown objects become their type's name."""
    if key.lower() in _PERSONAL_KEYS or _SECRET_KEYS.search(key):
        return REDACTED
    if isinstance(value, str):
        return redact_text(value)
    if value is None or isinstance(value, float) or _is_small(value):
        return value
    if depth < _MAX_DEPTH and isinstance(value, Mapping):
        return {
            redact_text(str(name)): redact(str(name), item, depth + 1)
            for name, item in value.items()
        }
    if depth < _MAX_DEPTH and isinstance(value, list | tuple | set | frozenset):
        return [redact("", item, depth + 1) for item in value]
    return f"<{type(value).__name__}>"


def _is_small(value: object) -> bool:
    """Tell whether this is an integer (or bool) that every JSON reader takes as it is."""
    return isinstance(value, int) and abs(value) <= _MAX_INTEGER
