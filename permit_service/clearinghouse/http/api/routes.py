# SPDX-License-Identifier: Apache-2.0
"""`/v1/state`: how old what the clearinghouse knows is, for operators and tests.

The decision itself is answered before the framework (`gate`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from permit_service.clearinghouse.http.api.schemas import StateSchema
from permit_service.clearinghouse.usecases.board import RegisterState
from shared.api import ApiBlueprint
from shared.auth import public


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """What the addresses show."""

    registers: Callable[[], Mapping[str, RegisterState]]
    ready: Callable[[], bool]


def blueprint(handlers: Handlers) -> ApiBlueprint:
    """Make the addresses of the clearinghouse."""
    routes = ApiBlueprint("clearinghouse", __name__, url_prefix="/v1")

    @routes.route("/state")
    @public("says how old each register is; the gateway opens it in development only")
    @routes.response(200, StateSchema)
    def state() -> Mapping[str, object]:
        """Say how every register stands."""
        return {"registers": handlers.registers(), "ready": handlers.ready()}

    return routes
