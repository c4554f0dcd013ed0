# SPDX-License-Identifier: Apache-2.0
"""The rights desk's pages: the queue with its clocks, one request, one erasure, the tasks."""

from datetime import UTC, date, datetime, time
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consent_registry.domain.erasure import GROUNDS, ORDER
from consent_registry.domain.errors import (
    AlreadyErased,
    AuditLogNotConnected,
    EndNotTold,
    LegalHoldStands,
    ParticipantUnknown,
    RequestStands,
    SecondPersonNeeded,
    TaskDone,
)
from consent_registry.domain.rights import EXTENSIONS, REFUSALS, Right, StepKind
from consent_registry.http.pages import participant, rights_words
from consent_registry.usecases.erasing import (
    account_of,
    ask_erasure,
    confirm_erasure,
    get_erasure,
    waiting_erasures,
)
from consent_registry.usecases.requests import (
    Move,
    NewRequest,
    begin_erasure,
    make_request,
    move_request,
    queue,
    see_request,
)
from consent_registry.usecases.tasks import close_task, open_tasks, take_task
from shared.errors import AppError, FieldFault, ValidationFailed
from shared.pages import FormError, current_principal, form_errors, signed_in

blueprint: Final = Blueprint("desk", __name__, url_prefix="/desk", template_folder="templates")
_DESK: Final = "rights.manage"
_PLAIN: Final = tuple(
    (kind.value, rights_words.STEPS[kind])
    for kind in (
        *(StepKind.TAKEN, StepKind.IDENTITY_ASKED, StepKind.IDENTIFIED),
        *(StepKind.END_TOLD, StepKind.FULFILLED),
    )
)
_SAID: Final = {
    AlreadyErased: "The erasure is confirmed already",
    AuditLogNotConnected: "The audit log is not connected here, so nobody can be erased",
    EndNotTold: "The data rest: say on an earlier day that this will end (Article 18(3))",
    LegalHoldStands: "A legal hold stands: the law demands these data for now",
    ParticipantUnknown: "There is no such participant",
    RequestStands: "The request does not take this step now",
    SecondPersonNeeded: "You asked for this erasure: somebody else has to confirm it",
    TaskDone: "The task is closed already",
}


@blueprint.get("")
@signed_in(_DESK)
def home() -> ResponseReturnValue:
    """Show what waits: requests by need, erasures, tasks."""
    return _home(())


@blueprint.post("")
@signed_in(_DESK)
def receive() -> ResponseReturnValue:
    """Write down a request that came by letter or in person."""
    form = request.form
    try:
        if form.get("right", "") not in {one.value for one in Right}:
            raise _faulty("/right", "Choose what is asked for")
        made = make_request(
            form.get("participant", ""),
            NewRequest(
                right=Right(form["right"]),
                words=form.get("words", ""),
                received_at=_received(form.get("received_at", "")),
            ),
            tools=participant.current_tools(),
            principal=current_principal(),
        )
    except (ValidationFailed, *_SAID) as refused:
        return _home(_errors(refused)), 422
    return redirect(url_for("desk.one", request_id=made.request_id), code=303)


@blueprint.get("/requests/<request_id>")
@signed_in(_DESK)
def one(request_id: str) -> ResponseReturnValue:
    """Show one request, with what the person wrote."""
    return _one(request_id, ())


@blueprint.post("/requests/<request_id>")
@signed_in(_DESK)
def move(request_id: str) -> ResponseReturnValue:
    """Take a step with a request: the form of each step names it."""
    tools, principal = participant.current_tools(), current_principal()
    form = request.form
    try:
        if form.get("step", "") not in {kind.value for kind in StepKind}:
            raise _faulty("/step", "Choose a step")
        wanted = Move(kind=StepKind(form["step"]), code=form.get("code", ""))
        move_request(request_id, wanted, tools=tools, principal=principal)
    except (ValidationFailed, *_SAID) as refused:
        return _one(request_id, _errors(refused)), 422
    return redirect(url_for("desk.one", request_id=request_id), code=303)


@blueprint.post("/requests/<request_id>/erasure")
@signed_in(_DESK)
def grant(request_id: str) -> ResponseReturnValue:
    """Grant a request for erasure."""
    tools, principal = participant.current_tools(), current_principal()
    ground = request.form.get("ground", "")
    try:
        made = begin_erasure(request_id, ground, tools=tools, principal=principal)
    except (ValidationFailed, *_SAID) as refused:
        return _one(request_id, _errors(refused)), 422
    return redirect(url_for("desk.erasure", erasure_id=made.erasure_id), code=303)


@blueprint.post("/erasures")
@signed_in(_DESK)
def erase() -> ResponseReturnValue:
    """Ask for an erasure without a request, as a law or an upheld objection demands it."""
    form = request.form
    try:
        made = ask_erasure(
            form.get("whom", ""),
            form.get("ground", ""),
            tools=participant.current_tools(),
            principal=current_principal(),
        )
    except (ValidationFailed, *_SAID) as refused:
        return _home(_errors(refused)), 422
    return redirect(url_for("desk.erasure", erasure_id=made.erasure_id), code=303)


@blueprint.get("/erasures/<erasure_id>")
@signed_in(_DESK)
def erasure(erasure_id: str) -> ResponseReturnValue:
    """Show an erasure: which parts have confirmed, and the day on which it is complete."""
    return _erasure(erasure_id, ())


@blueprint.post("/erasures/<erasure_id>")
@signed_in(_DESK)
def confirm(erasure_id: str) -> ResponseReturnValue:
    """Confirm an erasure as the second person."""
    tools, principal = participant.current_tools(), current_principal()
    try:
        confirm_erasure(erasure_id, tools=tools, principal=principal)
    except tuple(_SAID) as refused:
        return _erasure(erasure_id, _errors(refused)), 403
    return redirect(url_for("desk.erasure", erasure_id=erasure_id), code=303)


@blueprint.post("/tasks/<task_id>/owner")
@signed_in(_DESK)
def take(task_id: str) -> ResponseReturnValue:
    """Take a task on oneself."""
    tools, principal = participant.current_tools(), current_principal()
    take_task(task_id, tools=tools, principal=principal)
    return redirect(url_for("desk.home"), code=303)


@blueprint.post("/tasks/<task_id>/proof")
@signed_in(_DESK)
def finish(task_id: str) -> ResponseReturnValue:
    """Close a task with the text that proves it."""
    tools, principal = participant.current_tools(), current_principal()
    try:
        close_task(task_id, request.form.get("proof", ""), tools=tools, principal=principal)
    except (ValidationFailed, *_SAID) as refused:
        return _home(_errors(refused)), 422
    return redirect(url_for("desk.home"), code=303)


def _home(errors: tuple[FormError, ...]) -> str:
    tools, principal = participant.current_tools(), current_principal()
    return render_template(
        "consent_registry/desk.html",
        requests=queue(tools=tools, principal=principal),
        erasures=waiting_erasures(tools=tools, principal=principal),
        tasks=open_tasks(tools=tools, principal=principal),
        mine=(principal.issuer, principal.subject),
        now=tools.clock.now(),
        words=rights_words,
        speaker=participant.current_speaker(),
        rights=[(right.value, rights_words.RIGHTS[right][0]) for right in Right],
        grounds=_options(GROUNDS),
        errors=errors,
    )


def _one(request_id: str, errors: tuple[FormError, ...]) -> str:
    tools, principal = participant.current_tools(), current_principal()
    seen = see_request(request_id, tools=tools, principal=principal)
    now = tools.clock.now()
    may = {kind.value: seen.request.may_by_desk(kind, now) for kind in StepKind}
    if seen.request.right is Right.ERASURE:
        may[StepKind.FULFILLED.value] = False
    return render_template(
        "consent_registry/desk_request.html",
        seen=seen,
        found=seen.request,
        now=now,
        may=may,
        plain=[(step, text) for step, text in _PLAIN if may[step]],
        refusals=_options(REFUSALS[seen.request.right]),
        extensions=_options(EXTENSIONS),
        grounds=_options(GROUNDS),
        words=rights_words,
        speaker=participant.current_speaker(),
        errors=errors,
    )


def _erasure(erasure_id: str, errors: tuple[FormError, ...]) -> str:
    tools, principal = participant.current_tools(), current_principal()
    found = get_erasure(erasure_id, tools=tools, principal=principal)
    return render_template(
        "consent_registry/desk_erasure.html",
        found=found,
        parts=ORDER,
        mine=found.asked_by == account_of(principal),
        days=max(tools.retention.topic_days, tools.retention.backup_days),
        words=rights_words,
        speaker=participant.current_speaker(),
        errors=errors,
    )


def _received(text: str) -> datetime | None:
    """Read the day of a letter: its clock began with that day. Empty: now."""
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), tzinfo=UTC)
    except ValueError:
        raise _faulty("/received_at", "Enter the day on which the letter came") from None


def _options(codes: frozenset[str]) -> list[tuple[str, object]]:
    return [(one, rights_words.code(one)) for one in sorted(codes)]


def _faulty(pointer: str, text: str) -> ValidationFailed:
    return ValidationFailed("the form has faults", faults=[FieldFault(pointer, text)])


def _errors(refused: AppError) -> tuple[FormError, ...]:
    if isinstance(refused, ValidationFailed):
        return form_errors(refused.faults)
    return (FormError(field="main-content", text=_SAID[type(refused)]),)
