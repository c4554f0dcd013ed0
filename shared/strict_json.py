# SPDX-License-Identifier: Apache-2.0
"""Foreign JSON, read so that no two readers can differ about it.

Refuses repeated members, NaN and infinities, invalid UTF-8 and nesting that would exhaust a
reader. Never repairs and never repeats the input in a message.
"""

import json
from typing import Any


def loads(raw: bytes) -> Any:
    """Read one JSON value; raise ValueError, with no part of the input, for anything else."""
    try:
        return json.loads(
            raw.decode("utf-8"), object_pairs_hook=_named_once, parse_constant=_refuse
        )
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except RecursionError:
        raise ValueError("nested too deep") from None
    except json.JSONDecodeError as fault:
        raise ValueError(f"not JSON at character {fault.pos}") from None


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a member is repeated")
    return value


def _refuse(_: str) -> Any:
    raise ValueError("not a JSON number")
