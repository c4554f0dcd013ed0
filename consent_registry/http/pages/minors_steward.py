# SPDX-License-Identifier: Apache-2.0
"""The consent steward's page of a minor's own will: what she said on paper, and her ages."""

from datetime import UTC, date, datetime, time
from http import HTTPStatus
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consent_registry.domain.assent import Will
from consent_registry.domain.errors import (
    AssentMatterUnknown,
    NobodyDecides,
    ParticipantUnknown,
    SecondPersonNeeded,
)
from consent_registry.domain.records import Channel
from consent_registry.http.pages import participant
from consent_registry.usecases.assenting import NewWord, record_ages, record_word
from consent_registry.usecases.will import MinorWill, will_at_desk
from shared.errors import AppError, FieldFault, ValidationFailed
from shared.pages import FormError, current_principal, form_errors, signed_in

blueprint: Final = Blueprint("minors_steward", __name__, template_folder="templates")
_DESK: Final = "consents.write"
_SAID: Final = {
    ParticipantUnknown: "There is no such participant",
    NobodyDecides: "Nobody decides in the place of this participant there",
    AssentMatterUnknown: "Choose what the participant has agreed to",
    SecondPersonNeeded: "Somebody else has to do this",
}
_Errors = tuple[FormError, ...]


@blueprint.get("/steward/minors")
@signed_in(_DESK)
def show() -> ResponseReturnValue:
    """Ask for a minor, and show how her own will stands."""
    return _page(())


@blueprint.post("/steward/minors")
@signed_in(_DESK)
def say() -> ResponseReturnValue:
    """Record what a minor said on paper, or that she cannot say."""
    try:
        record_word(
            _who(),
            _word(),
            tools=participant.current_tools(),
            principal=current_principal(),
            channel=Channel.PAGE,
        )
    except AppError as refused:
        return _refused(refused)
    return _done()


@blueprint.post("/steward/minors/ages")
@signed_in(_DESK)
def set_ages() -> ResponseReturnValue:
    """Record from when a minor's will counts."""
    try:
        born_on = _day("born_on")
        if born_on is None:
            raise _fault("born_on")
        record_ages(
            _who(),
            born_on,
            tools=participant.current_tools(),
            principal=current_principal(),
            channel=Channel.PAGE,
        )
    except AppError as refused:
        return _refused(refused)
    return _done()


def _word() -> NewWord:
    known = {will.value: will for will in Will}
    will = known.get(request.form.get("will", ""))
    if will is None:
        raise ValidationFailed("a choice is missing", faults=[FieldFault("/will", "Choose one")])
    said_at = _day("said_at")
    return NewWord(
        will=will,
        about=request.form.get("about") or None if will is Will.ASSENT else None,
        evidence=request.form.get("evidence", "").strip(),
        said_at=None if said_at is None else datetime.combine(said_at, time(), tzinfo=UTC),
    )


def _day(name: str) -> date | None:
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _fault(name) from None


def _fault(name: str) -> ValidationFailed:
    fault = FieldFault(f"/{name}", "A date such as 2026-11-28")
    return ValidationFailed("a date has the wrong form", faults=[fault])


def _refused(refused: AppError) -> ResponseReturnValue:
    """Show the form again with what is wrong."""
    if isinstance(refused, ValidationFailed):
        return _page(form_errors(refused.faults)), HTTPStatus.UNPROCESSABLE_ENTITY
    said = _SAID.get(type(refused))
    if said is None:
        raise refused
    return _page((FormError(field="main-content", text=said),)), HTTPStatus.CONFLICT


def _done() -> ResponseReturnValue:
    address = url_for("minors_steward.show", participant=_who(), done="1")
    return redirect(address, code=HTTPStatus.SEE_OTHER)


def _who() -> str:
    return request.values.get("participant", "").strip()


def _page(errors: _Errors) -> str:
    who, will = _who(), None
    if who:
        try:
            will = will_at_desk(
                who, tools=participant.current_tools(), principal=current_principal()
            )
        except ParticipantUnknown:
            errors = errors or (FormError(field="participant", text=_SAID[ParticipantUnknown]),)
    return render_template(
        "consent_registry/steward_minors.html",
        who=who,
        will=will,
        about=() if will is None else _about(will),
        form=request.form,
        errors=errors,
    )


def _about(will: MinorWill) -> list[tuple[str, str]]:
    """Give what a minor may have agreed to: what holds where others decide."""
    return [(one.consent, one.dataset) for one in will.datasets if one.guarded and one.consent]
