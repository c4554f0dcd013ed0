# SPDX-License-Identifier: Apache-2.0
"""Views of officers that change nothing: each answer is an entry, or it is not given.

What searches, reports, exports and opens says so itself, with what was asked. These views only show
what the log knows beside its entries.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import request

from audit_log.http.edge import current_edge
from audit_log.usecases.look import note_look
from shared.principal import Principal

_P = ParamSpec("_P")
_R = TypeVar("_R")


def looks(
    reason: str, by: Callable[[], Principal], *, people_only: bool = False
) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Say as `reason` who was shown what, once there is an answer and before it is sent.

    The ids in the address stand in the entry. With `people_only` a service that asks about its own
    doings leaves no entry.
    """

    def outer(view: Callable[_P, _R]) -> Callable[_P, _R]:
        @wraps(view)
        def inner(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            answer = view(*args, **kwargs)
            principal, edge = by(), current_edge()
            if not (people_only and principal.is_service):
                note_look(
                    reason,
                    request.view_args or {},
                    principal=principal,
                    transaction=edge.transaction,
                    clock=edge.clock,
                )
            return answer

        return inner

    return outer
