# SPDX-License-Identifier: Apache-2.0
"""The consent steward's pages: where a human has to act for the register to go on.

Joining two names of one person, recording who decides for whom, recording a death. They call the
same use cases as the API.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from http import HTTPStatus
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consent_registry.domain.errors import (
    LifeStateClash,
    MergeSettled,
    ParticipantUnknown,
    SecondPersonNeeded,
)
from consent_registry.domain.mandates import MandateKind
from consent_registry.domain.records import Channel
from consent_registry.http.pages import participant
from consent_registry.usecases.lives import correct_death, record_death
from consent_registry.usecases.mandates import NewMandate, record_mandate
from consent_registry.usecases.merging import (
    confirm_merge,
    pending_merges,
    propose_merge,
    undo_merge,
)
from shared.errors import AppError, FieldFault, ValidationFailed
from shared.pages import FormError, current_principal, form_errors, signed_in

blueprint: Final = Blueprint("lives_steward", __name__, template_folder="templates")
_DESK: Final = "consents.write"
_SAID: Final = {
    ParticipantUnknown: "There is no such participant",
    MergeSettled: "These two are joined already, or the merge has gone on meanwhile",
    SecondPersonNeeded: "Somebody else has to do this",
    LifeStateClash: "The life state recorded is another one",
}


@blueprint.get("/steward/merges")
@signed_in(_DESK)
def merges() -> ResponseReturnValue:
    """Show the merges that wait, and a form to propose one."""
    return _merges_page(())


@blueprint.post("/steward/merges")
@signed_in(_DESK)
def propose() -> ResponseReturnValue:
    """Propose a merge."""
    return _doing(
        lambda: propose_merge(
            request.form.get("one", "").strip(),
            request.form.get("other", "").strip(),
            request.form.get("why", "").strip(),
            tools=participant.current_tools(),
            principal=current_principal(),
            channel=Channel.PAGE,
        ),
        _merges_page,
        "lives_steward.merges",
    )


@blueprint.post("/steward/merges/<merge_id>/confirm")
@signed_in(_DESK)
def confirm(merge_id: str) -> ResponseReturnValue:
    """Confirm what somebody else has proposed."""
    tools, principal = participant.current_tools(), current_principal()
    return _doing(
        lambda: confirm_merge(merge_id, tools=tools, principal=principal, channel=Channel.PAGE),
        _merges_page,
        "lives_steward.merges",
    )


@blueprint.post("/steward/merges/<merge_id>/undo")
@signed_in(_DESK)
def undo(merge_id: str) -> ResponseReturnValue:
    """Part two names again."""
    tools, principal = participant.current_tools(), current_principal()
    return _doing(
        lambda: undo_merge(merge_id, tools=tools, principal=principal, channel=Channel.PAGE),
        _merges_page,
        "lives_steward.merges",
    )


@blueprint.get("/steward/mandates")
@signed_in(_DESK)
def mandates() -> ResponseReturnValue:
    """Show the form for who may decide for whom."""
    return _mandates_page(())


@blueprint.post("/steward/mandates")
@signed_in(_DESK)
def authorise() -> ResponseReturnValue:
    """Record an authority."""
    return _doing(
        lambda: record_mandate(
            _mandate_of_form(),
            tools=participant.current_tools(),
            principal=current_principal(),
            channel=Channel.PAGE,
        ),
        _mandates_page,
        "lives_steward.mandates",
    )


@blueprint.get("/steward/deaths")
@signed_in(_DESK)
def deaths() -> ResponseReturnValue:
    """Show the form to record a death."""
    return _deaths_page(())


@blueprint.post("/steward/deaths")
@signed_in(_DESK)
def died() -> ResponseReturnValue:
    """Record a death from the day it happened on."""
    return _doing(
        lambda: record_death(
            request.form.get("participant", "").strip(),
            _midnight(_day("died_at", needed=True)),
            request.form.get("source", "").strip(),
            tools=participant.current_tools(),
            principal=current_principal(),
            channel=Channel.PAGE,
        ),
        _deaths_page,
        "lives_steward.deaths",
    )


@blueprint.get("/steward/deaths/correction")
@signed_in(_DESK)
def deaths_back() -> ResponseReturnValue:
    """Show the form to take a death back."""
    return _deaths_back_page(())


@blueprint.post("/steward/deaths/correction")
@signed_in(_DESK)
def alive() -> ResponseReturnValue:
    """Take a death back that somebody else has recorded."""
    return _doing(
        lambda: correct_death(
            request.form.get("participant", "").strip(),
            request.form.get("source", "").strip(),
            tools=participant.current_tools(),
            principal=current_principal(),
            channel=Channel.PAGE,
        ),
        _deaths_back_page,
        "lives_steward.deaths",
    )


_Errors = tuple[FormError, ...]


def _doing(
    act: Callable[[], object], page: Callable[[_Errors], str], done: str
) -> ResponseReturnValue:
    """Act and go on, or show the form again with what is wrong."""
    try:
        act()
    except ValidationFailed as faulty:
        return page(form_errors(faulty.faults)), HTTPStatus.UNPROCESSABLE_ENTITY
    except AppError as refused:
        said = _SAID.get(type(refused))
        if said is None:
            raise
        return page((FormError(field="main-content", text=said),)), HTTPStatus.CONFLICT
    return redirect(url_for(done, done="1"), code=HTTPStatus.SEE_OTHER)


def _merges_page(errors: _Errors) -> str:
    tools, principal = participant.current_tools(), current_principal()
    return render_template(
        "consent_registry/steward_merges.html",
        merges=pending_merges(tools=tools, principal=principal),
        form=request.form,
        errors=errors,
    )


def _mandates_page(errors: _Errors) -> str:
    return render_template(
        "consent_registry/steward_mandates.html", form=request.form, errors=errors
    )


def _deaths_page(errors: _Errors) -> str:
    return render_template("consent_registry/steward_deaths.html", form=request.form, errors=errors)


def _deaths_back_page(errors: _Errors) -> str:
    return render_template(
        "consent_registry/steward_deaths_back.html", form=request.form, errors=errors
    )


def _mandate_of_form() -> NewMandate:
    kinds, answers = {kind.value: kind for kind in MandateKind}, {"yes": True, "no": False}
    kind, joint = request.form.get("kind", ""), request.form.get("joint", "")
    faults = []
    if kind not in kinds:
        faults.append(FieldFault("/kind", "Choose one"))
    if joint not in answers:
        faults.append(FieldFault("/joint", "Choose one"))
    until, born_on = _day("until"), _day("born_on")
    if until is None and born_on is None and kind == MandateKind.GUARDIAN.value:
        faults.append(FieldFault("/until", "Give an end, or the date of birth"))
    if faults:
        raise ValidationFailed("the mandate has faults", faults=faults)
    return NewMandate(
        pseudonym=request.form.get("participant", "").strip(),
        kind=kinds[kind],
        holder=request.form.get("holder", "").strip(),
        evidence=request.form.get("evidence", "").strip(),
        issuer=request.form.get("issuer", "").strip(),
        subject=request.form.get("subject", "").strip(),
        joint=answers[joint],
        until=None if until is None else _midnight(until),
        born_on=born_on,
    )


def _day(name: str, *, needed: bool = False) -> date | None:
    text = request.form.get(name, "").strip()
    if not text and not needed:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        fault = FieldFault(f"/{name}", "A date such as 2026-11-28")
        raise ValidationFailed("a date has the wrong form", faults=[fault]) from None


def _midnight(day: date | None) -> datetime:
    if day is None:
        raise ValueError("a day that is needed is missing")
    return datetime.combine(day, time(), tzinfo=UTC)
