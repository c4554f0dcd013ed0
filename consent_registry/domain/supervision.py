# SPDX-License-Identifier: Apache-2.0
"""Where people complain (GDPR Articles 12(4) and 77): named in each refusal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_SECTION: Final = "supervisory_authority"
_KEYS: Final = ("name", "url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The data protection authority of a country: its name and its address on the web."""

    name: str
    url: str


def read_authority(raw: Mapping[str, object], faults: list[str]) -> Authority | None:
    """Read it; None where the file names none. Each fault is named."""
    if _SECTION not in raw:
        return None
    table = raw[_SECTION]
    if not isinstance(table, dict):
        faults.append(f"{_SECTION}: a table is needed")
        return None
    faults.extend(f"{_SECTION}.{key}: unknown key" for key in table if key not in _KEYS)
    name, url = (table.get(key) for key in _KEYS)
    if not isinstance(name, str) or not name.strip():
        faults.append(f"{_SECTION}.name: a text is needed")
    if not isinstance(url, str) or not url.startswith("https://"):
        faults.append(f"{_SECTION}.url: an address that begins with https:// is needed")
    return Authority(name=str(name), url=str(url))
