# SPDX-License-Identifier: Apache-2.0
"""The consent steward's lists of mandates and deaths, a page at a time."""

from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from consent_registry.http.pages import participant
from consent_registry.usecases.listing import list_deaths, list_mandates
from shared.pages import current_principal, signed_in

blueprint: Final = Blueprint("lives_lists", __name__, template_folder="templates")
_DESK: Final = "consents.write"


@blueprint.get("/steward/mandates/all")
@signed_in(_DESK)
def mandates() -> ResponseReturnValue:
    """Show every mandate ever recorded."""
    tools, principal = participant.current_tools(), current_principal()
    page = list_mandates(request.args.get("before"), tools=tools, principal=principal)
    speaker = participant.current_speaker()
    return render_template(
        "consent_registry/steward_mandate_list.html",
        entries=[
            {
                "who": one.pseudonym,
                "state": one.state.value,
                "kind": one.mandate.kind.value,
                "holder": one.mandate.holder,
                "joint": one.mandate.joint,
                "begins": speaker.day(one.mandate.begins),
                "ends": "" if one.mandate.ends is None else speaker.day(one.mandate.ends),
            }
            for one in page.entries
        ],
        older=page.next_before,
    )


@blueprint.get("/steward/deaths/all")
@signed_in(_DESK)
def deaths() -> ResponseReturnValue:
    """Show every death ever recorded, those taken back included."""
    tools, principal = participant.current_tools(), current_principal()
    page = list_deaths(request.args.get("before"), tools=tools, principal=principal)
    speaker = participant.current_speaker()
    return render_template(
        "consent_registry/steward_death_list.html",
        entries=[
            {
                "who": one.pseudonym,
                "died": speaker.day(one.died_at),
                "recorded": speaker.day(one.recorded_at),
                "stands": one.stands,
            }
            for one in page.entries
        ],
        older=page.next_before,
    )
