# SPDX-License-Identifier: Apache-2.0
"""The authority's pages on rulings: what awaits one, the form, and the withdrawal of one."""

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from permit_service.domain.errors import CohortRefused, CohortsUnavailable
from permit_service.domain.ruling import Matter, Says
from permit_service.http.edge import application_id_of, caller_of, current_edge, ruling_id_of
from permit_service.http.pages import ruling_views, views
from permit_service.usecases import read, rule
from shared.errors import FieldFault, ValidationFailed
from shared.pages import FormError, current_principal, form_errors, signed_in

blueprint: Final = Blueprint("ruling", __name__, template_folder="templates")


@blueprint.get("/queue/<application_id>/rulings")
@signed_in("applications.read", "applications.decide")
def form(application_id: str) -> ResponseReturnValue:
    """Show what awaits a ruling, with numbers, and the form."""
    return _page(application_id)


@blueprint.post("/queue/<application_id>/rulings")
@signed_in("applications.read", "applications.decide")
def give(application_id: str) -> ResponseReturnValue:
    """Rule; show the form again when something is missing."""
    try:
        wanted = rule.NewRuling(
            application_id=application_id_of(application_id),
            matter=_matter(request.form.get("matter", "")),
            says=_answer(request.form.get("answer", "")),
            reasons=request.form.get("reasons", ""),
        )
        rule.rule(wanted, caller=caller_of(current_principal()), ports=current_edge().ports)
    except ValidationFailed as refused:
        return _page(application_id, form_errors(refused.faults)), 422
    return redirect(url_for("ruling.form", application_id=application_id), code=303)


@blueprint.get("/queue/<application_id>/rulings/<ruling_id>/withdrawal")
@signed_in("applications.read", "applications.decide")
def withdrawal_form(application_id: str, ruling_id: str) -> ResponseReturnValue:
    """Ask for the reasons of a withdrawal."""
    return _withdrawal_page(application_id, ruling_id)


@blueprint.post("/queue/<application_id>/rulings/<ruling_id>/withdrawal")
@signed_in("applications.read", "applications.decide")
def withdraw(application_id: str, ruling_id: str) -> ResponseReturnValue:
    """Withdraw a ruling."""
    ending = rule.RulingEnding(
        application_id=application_id_of(application_id),
        ruling_id=ruling_id_of(ruling_id),
        reasons=request.form.get("reasons", ""),
    )
    caller, ports = caller_of(current_principal()), current_edge().ports
    try:
        rule.withdraw_ruling(ending, caller=caller, ports=ports)
    except ValidationFailed as refused:
        return _withdrawal_page(application_id, ruling_id, form_errors(refused.faults)), 422
    return redirect(url_for("ruling.form", application_id=application_id), code=303)


def _page(application_id: str, errors: tuple[FormError, ...] = ()) -> str:
    caller, ports = caller_of(current_principal()), current_edge().ports
    known = application_id_of(application_id)
    case = read.case(known, caller=caller, ports=ports)
    view = views.case_view(case, ports.clock.now(), for_authority=True)
    given = rule.rulings(known, caller=caller, ports=ports)
    try:
        cohort = read.cohort(known, caller=caller, ports=ports) if view.undecided else None
    except (CohortsUnavailable, CohortRefused):
        cohort = None
    return render_template(
        "permit_service/rulings.html",
        view=view,
        rulings=ruling_views.given(given),
        open_matters=ruling_views.open_matters(cohort) if cohort else [],
        choices=ruling_views.choices(cohort, given) if cohort else [],
        form=request.form,
        errors=errors,
    )


def _withdrawal_page(
    application_id: str, ruling_id: str, errors: tuple[FormError, ...] = ()
) -> str:
    caller, ports = caller_of(current_principal()), current_edge().ports
    known = application_id_of(application_id)
    case = read.case(known, caller=caller, ports=ports)
    given = ruling_views.given(rule.rulings(known, caller=caller, ports=ports))
    return render_template(
        "permit_service/ruling_withdrawal.html",
        view=views.case_view(case, ports.clock.now(), for_authority=True),
        ruling=ruling_views.one_of(given, ruling_id_of(ruling_id)),
        form=request.form,
        errors=errors,
    )


def _matter(text: str) -> Matter:
    clause, _, rest = text.partition(" ")
    question, _, value = rest.partition(" ")
    matter = Matter(clause=clause, question=question, value=value)
    if not matter.is_known():
        fault = FieldFault("/matter", "Choose what you rule on", "missing")
        raise ValidationFailed("the ruling has faults", faults=[fault])
    return matter


def _answer(text: str) -> Says:
    if text not in {Says.YES.value, Says.NO.value}:
        fault = FieldFault("/answer", "Choose yes or no", "missing")
        raise ValidationFailed("the ruling has faults", faults=[fault])
    return Says(text)
