# SPDX-License-Identifier: Apache-2.0
"""The participant's pages about her rights: ask, see the state, take her data, go further."""

from typing import Final

import orjson
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consent_registry.domain.errors import NotLinked
from consent_registry.domain.levels import Level
from consent_registry.domain.records import Channel
from consent_registry.domain.rights import Right, StepKind
from consent_registry.http import rights_present
from consent_registry.http.pages import participant, rights_words
from consent_registry.usecases.own_file import own_file
from consent_registry.usecases.requests import (
    NewRequest,
    make_own_request,
    move_own_request,
    own_request,
    own_requests,
)
from consent_registry.usecases.tasks import own_tasks
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw_own
from shared.errors import FieldFault, ValidationFailed
from shared.pages import FormError, current_principal, form_errors, signed_in

blueprint: Final = Blueprint("rights", __name__, url_prefix="/rights", template_folder="templates")
_SELF: Final = "consents.self"


@blueprint.get("")
@signed_in(_SELF)
def home() -> ResponseReturnValue:
    """Show what she asked for, what remains to be done after a withdrawal, and what she may ask."""
    return _home(())


@blueprint.post("")
@signed_in(_SELF)
def ask() -> ResponseReturnValue:
    """Receive a request; one form for every right."""
    try:
        wanted = NewRequest(
            right=_chosen_right(request.form.get("right", "")),
            words=request.form.get("words", ""),
        )
        made = make_own_request(
            wanted, tools=participant.current_tools(), principal=current_principal()
        )
    except ValidationFailed as refused:
        return _home(form_errors(refused.faults)), 422
    return redirect(url_for("rights.one", request_id=made.request_id), code=303)


@blueprint.get("/<request_id>")
@signed_in(_SELF)
def one(request_id: str) -> ResponseReturnValue:
    """Show one of her requests with its clock and everything that happened to it."""
    tools, principal = participant.current_tools(), current_principal()
    found = own_request(request_id, tools=tools, principal=principal)
    now = tools.clock.now()
    return render_template(
        "consent_registry/rights_request.html",
        found=found,
        words=rights_words,
        speaker=participant.current_speaker(),
        authority=tools.policy_at(now).authority,
        may_take_back=found.may(StepKind.TAKEN_BACK, now),
        may_lift=found.may(StepKind.LIFTED, now),
        gives_file=found.right in {Right.ACCESS, Right.PORTABILITY},
    )


@blueprint.post("/<request_id>/taken-back")
@signed_in(_SELF)
def take_back(request_id: str) -> ResponseReturnValue:
    """Take a request back."""
    return _moved(request_id, StepKind.TAKEN_BACK)


@blueprint.post("/<request_id>/lifted")
@signed_in(_SELF)
def lift(request_id: str) -> ResponseReturnValue:
    """Lift a restriction or an objection, so that her data may be used again."""
    return _moved(request_id, StepKind.LIFTED)


def _moved(request_id: str, kind: StepKind) -> ResponseReturnValue:
    tools, principal = participant.current_tools(), current_principal()
    move_own_request(request_id, kind, tools=tools, principal=principal)
    return redirect(url_for("rights.one", request_id=request_id), code=303)


@blueprint.get("/my-data.json")
@signed_in(_SELF)
def file() -> ResponseReturnValue:
    """Give her everything that is held about her, to keep; who used it too where that is known."""
    tools = participant.current_tools()
    found = own_file(with_uses=None, tools=tools, principal=current_principal())
    body = orjson.dumps(rights_present.own_file(found), option=orjson.OPT_INDENT_2)
    headers = {"Content-Disposition": 'attachment; filename="my-data.json"'}
    return Response(body, mimetype="application/json", headers=headers)


@blueprint.get("/further")
@signed_in(_SELF)
def further() -> ResponseReturnValue:
    """Ask how far a withdrawal is to go."""
    return _further(())


@blueprint.post("/further")
@signed_in(_SELF)
def go_further() -> ResponseReturnValue:
    """Withdraw from everything at the level chosen; what others have to do becomes tasks."""
    try:
        wanted = WithdrawConsent(
            level=_chosen_level(request.form.get("level", "")),
            idempotency_key=request.form.get("key") or None,
        )
    except ValidationFailed as refused:
        return _further(form_errors(refused.faults)), 422
    tools, principal = participant.current_tools(), current_principal()
    withdraw_own(wanted, tools=tools, principal=principal, channel=Channel.PAGE)
    return redirect(url_for("rights.home"), code=303)


@blueprint.errorhandler(NotLinked)
def not_linked(fault: NotLinked) -> ResponseReturnValue:
    """Say what a login without a participant can do."""
    return participant.not_linked(fault)


def _home(errors: tuple[FormError, ...]) -> str:
    tools, principal = participant.current_tools(), current_principal()
    return render_template(
        "consent_registry/rights.html",
        requests=own_requests(tools=tools, principal=principal),
        tasks=own_tasks(tools=tools, principal=principal),
        options=[(one.value, *rights_words.RIGHTS[one]) for one in Right],
        words=rights_words,
        speaker=participant.current_speaker(),
        asked={name: request.form.get(name, "") for name in ("right", "words")},
        errors=errors,
    )


def _further(errors: tuple[FormError, ...]) -> str:
    tools = participant.current_tools()
    offered = tools.policy_at(tools.clock.now()).levels
    return render_template(
        "consent_registry/rights_further.html",
        options=[(one.value, *rights_words.LEVELS[one]) for one in offered],
        key=tools.ids.new(),
        errors=errors,
    )


def _chosen_right(text: str) -> Right:
    if text not in {one.value for one in Right}:
        fault = FieldFault("/right", "Choose what you ask for")
        raise ValidationFailed("the request has faults", faults=[fault])
    return Right(text)


def _chosen_level(text: str) -> Level:
    if text not in {one.value for one in Level}:
        fault = FieldFault("/level", "Choose how far it goes")
        raise ValidationFailed("the withdrawal has faults", faults=[fault])
    return Level(text)
