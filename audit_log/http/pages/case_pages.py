# SPDX-License-Identifier: Apache-2.0
"""The officer's pages about cases: the list, one case, requests to open, and what was opened.

What was opened is shown on the case's own page alone, and each look at it is an entry.
"""

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from audit_log.domain.cases import RevealState
from audit_log.domain.errors import (
    CaseClosed,
    FourEyesNeeded,
    KeysErased,
    RevealDecided,
    RevealExpired,
    RevealNotApproved,
    SizeNotPublished,
)
from audit_log.http.edge import current_edge
from audit_log.http.looking import looks
from audit_log.http.pages import case_views as views
from audit_log.usecases import cases
from shared.errors import AppError, FieldFault, Forbidden, ValidationFailed
from shared.pages import FormError, current_principal, form_errors, signed_in

blueprint: Final = Blueprint("case_pages", __name__, url_prefix="/cases")
_MAX_DIGITS: Final = 15
_REFUSED: Final = {
    CaseClosed.code: "The case is closed.",
    FourEyesNeeded.code: "Another officer must decide on your request.",
    Forbidden.code: "Only who asked and the case's owner may do this.",
    KeysErased.code: "Somebody was erased just now. Please try again.",
    RevealDecided.code: "This request was decided before.",
    RevealExpired.code: "The approval is too old. Please ask again.",
    RevealNotApproved.code: "No second officer has approved this request.",
    SizeNotPublished.code: "The log has no published entry of that number.",
}


@blueprint.get("")
@signed_in(cases.SCOPE)
@looks("cases_listed", current_principal)
def listing() -> ResponseReturnValue:
    """Show the newest cases, and the form that opens one."""
    return _listing(())


@blueprint.post("")
@signed_in(cases.SCOPE)
def create() -> ResponseReturnValue:
    """Open a case of one's own."""
    edge = current_edge()
    try:
        made = cases.open_case(
            request.form.get("reason", "").strip(),
            request.form.get("reference", "").strip() or None,
            principal=current_principal(),
            transaction=edge.transaction,
            ids=edge.ids,
            clock=edge.clock,
        )
    except ValidationFailed as refused:
        return _listing(form_errors(refused.faults)), 422
    return _to(made.id)


@blueprint.get("/<case_id>")
@signed_in(cases.SCOPE)
@looks("case_viewed", current_principal)
def one(case_id: str) -> ResponseReturnValue:
    """Show a case with its requests; nothing sealed is on this page yet."""
    return _shown(case_id)


@blueprint.post("/<case_id>/close")
@signed_in(cases.SCOPE)
def close(case_id: str) -> ResponseReturnValue:
    """Close one's own case for good."""
    edge = current_edge()
    try:
        cases.close_case(
            case_id,
            principal=current_principal(),
            transaction=edge.transaction,
            clock=edge.clock,
        )
    except (CaseClosed, Forbidden) as refused:
        return _refused(case_id, refused)
    return _to(case_id)


@blueprint.post("/<case_id>/reveals")
@signed_in(cases.SCOPE)
def ask(case_id: str) -> ResponseReturnValue:
    """Ask to open groups of named entries."""
    edge = current_edge()
    try:
        cases.ask_reveal(
            case_id,
            _indexes(request.form.get("indexes", "")),
            tuple(request.form.getlist("groups")),
            principal=current_principal(),
            transaction=edge.transaction,
            ids=edge.ids,
            clock=edge.clock,
        )
    except ValidationFailed as refused:
        return _shown(case_id, errors=form_errors(refused.faults)), 422
    except (CaseClosed, SizeNotPublished) as refused:
        return _refused(case_id, refused)
    return _to(case_id)


@blueprint.post("/<case_id>/reveals/<reveal_id>/decide")
@signed_in(cases.SCOPE)
def decide(case_id: str, reveal_id: str) -> ResponseReturnValue:
    """Approve or refuse another officer's request; a form without an answer decides nothing."""
    edge, answer = current_edge(), request.form.get("answer", "")
    if answer not in {"approve", "refuse"}:
        return _to(case_id)
    try:
        cases.decide_reveal(
            case_id,
            reveal_id,
            approved=answer == "approve",
            principal=current_principal(),
            transaction=edge.transaction,
            clock=edge.clock,
        )
    except (CaseClosed, FourEyesNeeded, RevealDecided) as refused:
        return _refused(case_id, refused)
    return _to(case_id)


@blueprint.post("/<case_id>/reveals/<reveal_id>/open")
@signed_in(cases.SCOPE)
def reveal(case_id: str, reveal_id: str) -> ResponseReturnValue:
    """Open what was approved, and show it here; the look is an entry, so it is a POST."""
    edge = current_edge()
    try:
        found = cases.openings(
            case_id,
            reveal_id,
            principal=current_principal(),
            transaction=edge.transaction,
            vault=edge.vault,
            clock=edge.clock,
        )
    except (CaseClosed, Forbidden, KeysErased, RevealExpired, RevealNotApproved) as refused:
        return _refused(case_id, refused)
    return _shown(case_id, opened=views.opened(found))


def _listing(errors: tuple[FormError, ...]) -> str:
    found = cases.list_cases(principal=current_principal(), transaction=current_edge().transaction)
    return render_template(
        "audit_log/cases.html",
        lines=[views.case_line(one) for one in found],
        form=request.form,
        errors=errors,
    )


def _shown(
    case_id: str,
    *,
    opened: views.OpenedView | None = None,
    errors: tuple[FormError, ...] = (),
) -> str:
    principal = current_principal()
    found = cases.get_case(case_id, principal=principal, transaction=current_edge().transaction)
    return render_template(
        "audit_log/case.html",
        view=views.case_view(found, cases.officer_of(principal)),
        opened=opened,
        groups=views.group_options(),
        asked=RevealState.ASKED,
        form=request.form,
        chosen=request.form.getlist("groups"),
        errors=errors,
    )


def _refused(case_id: str, fault: AppError) -> ResponseReturnValue:
    error = FormError(field="main-content", text=_REFUSED[fault.code])
    return _shown(case_id, errors=(error,)), 409


def _indexes(text: str) -> tuple[int, ...]:
    words = text.replace(",", " ").split()
    if not all(word.isascii() and word.isdigit() and len(word) <= _MAX_DIGITS for word in words):
        fault = FieldFault("/indexes", "Enter the numbers of entries, such as 17, 18")
        raise ValidationFailed("the request has faults", faults=[fault])
    return tuple(int(word) for word in words)


def _to(case_id: str) -> Response:
    return redirect(url_for("case_pages.one", case_id=case_id), code=303)
