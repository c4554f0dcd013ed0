# SPDX-License-Identifier: Apache-2.0
"""The authority's pages: queue, application with counts, decision, permit, revocation."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from permit_service.domain.application import Verdict
from permit_service.domain.errors import CohortRefused, CohortsUnavailable
from permit_service.http.edge import application_id_of, caller_of, current_edge
from permit_service.http.pages import views
from permit_service.usecases import read
from permit_service.usecases.decide import Decision, decide
from permit_service.usecases.revoke import Ending, revoke
from shared.errors import FieldFault, ValidationFailed
from shared.pages import FormError, current_principal, form_errors, signed_in

blueprint: Final = Blueprint("authority", __name__, template_folder="templates")

_ONE: Final = "authority.application"


@blueprint.get("/queue")
@signed_in("applications.read")
def queue() -> ResponseReturnValue:
    """Show what nobody decided in time, what waits, the longest first, and what is decided."""
    ports = current_edge().ports
    found = read.applications(caller=caller_of(current_principal()), ports=ports)
    dated = [(one, read.due(one, ports=ports)) for one in found]
    rows = views.listed(dated, ports.clock.now())
    return render_template(
        "permit_service/queue.html",
        late=[row for row in rows if row.late],
        waiting=[row for row in rows if row.waiting and not row.late],
        settled=[row for row in rows if not row.waiting],
    )


@blueprint.get("/queue/<application_id>")
@signed_in("applications.read")
def application(application_id: str) -> ResponseReturnValue:
    """Show one application, and where it is undecided the counts and the form."""
    return _page(application_id)


@blueprint.post("/queue/<application_id>/decision")
@signed_in("applications.read", "applications.decide")
def decision(application_id: str) -> ResponseReturnValue:
    """Sign a decision; show the form again when something is missing."""
    form = request.form
    try:
        decided = Decision(
            application_id=application_id_of(application_id),
            verdict=_verdict(form.get("decision", "")),
            reasons=form.get("reasons", ""),
            valid_until=_last_day(form.get("valid_until", "")),
        )
        decide(decided, caller=caller_of(current_principal()), ports=current_edge().ports)
    except ValidationFailed as refused:
        return _page(application_id, form_errors(refused.faults)), 422
    return redirect(url_for(_ONE, application_id=application_id), code=303)


@blueprint.get("/queue/<application_id>/revocation")
@signed_in("applications.read", "permits.revoke")
def revocation_form(application_id: str) -> ResponseReturnValue:
    """Ask for the reasons of a revocation."""
    return _revocation_page(application_id)


@blueprint.post("/queue/<application_id>/revocation")
@signed_in("applications.read", "permits.revoke")
def revocation(application_id: str) -> ResponseReturnValue:
    """End the permit."""
    caller, ports = caller_of(current_principal()), current_edge().ports
    permit = read.case(application_id_of(application_id), caller=caller, ports=ports).permit
    if permit is not None:
        ending = Ending(permit_id=permit.permit_id, reasons=request.form.get("reasons", ""))
        try:
            revoke(ending, caller=caller, ports=ports)
        except ValidationFailed as refused:
            return _revocation_page(application_id, form_errors(refused.faults)), 422
    return redirect(url_for(_ONE, application_id=application_id), code=303)


def _page(application_id: str, errors: tuple[FormError, ...] = ()) -> str:
    caller, ports = caller_of(current_principal()), current_edge().ports
    case = read.case(application_id_of(application_id), caller=caller, ports=ports)
    view = views.case_view(case, ports.clock.now(), for_authority=True)
    return render_template(
        "permit_service/application.html",
        view=view,
        counts=_counts(application_id) if view.undecided else None,
        evidence=case.application.purpose.evidence,
        may_decide="applications.decide" in caller.principal.scopes,
        may_revoke="permits.revoke" in caller.principal.scopes,
        form=request.form,
        errors=errors,
    )


def _revocation_page(application_id: str, errors: tuple[FormError, ...] = ()) -> str:
    caller, ports = caller_of(current_principal()), current_edge().ports
    case = read.case(application_id_of(application_id), caller=caller, ports=ports)
    view = views.case_view(case, ports.clock.now(), for_authority=True)
    return render_template(
        "permit_service/revocation.html", view=view, form=request.form, errors=errors
    )


def _counts(application_id: str) -> views.CountsView | None:
    """Ask for the counts; None when consent_registry cannot say them now."""
    caller, ports = caller_of(current_principal()), current_edge().ports
    try:
        found = read.cohort(application_id_of(application_id), caller=caller, ports=ports)
    except (CohortsUnavailable, CohortRefused):
        return None
    return views.counts_view(found)


def _verdict(text: str) -> Verdict:
    try:
        return Verdict(text)
    except ValueError:
        fault = FieldFault("/decision", "Choose whether to grant or to refuse", "missing")
        raise ValidationFailed("the decision has faults", faults=[fault]) from None


def _last_day(text: str) -> datetime | None:
    """Read a date input: the permit ends when that day, in UTC, is over."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        fault = FieldFault("/valid_until", "Write a date such as 2027-03-31")
        raise ValidationFailed("the decision has faults", faults=[fault]) from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
