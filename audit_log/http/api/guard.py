# SPDX-License-Identifier: Apache-2.0
"""Who may read the log's own bytes: holders of `log.read`, or everybody where that is set."""

from collections.abc import Callable
from typing import Any, TypeVar

from shared.auth import public, requires

_VIEW = TypeVar("_VIEW", bound=Callable[..., Any])


def readers(*, everybody: bool) -> Callable[[_VIEW], _VIEW]:
    """Give the decorator for the views that serve checkpoint, tiles and proofs."""
    if everybody:
        return public("the log's bytes hold no personal value, and the operator opened them")
    return requires("log.read")
