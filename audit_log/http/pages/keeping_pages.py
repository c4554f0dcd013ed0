# SPDX-License-Identifier: Apache-2.0
"""The officer's page about what is kept, held, erased and dropped, and the steps of a hold."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from audit_log.domain.holds import HoldKind
from audit_log.http.edge import current_edge
from audit_log.http.looking import looks
from audit_log.http.pages import keeping_views as views
from audit_log.usecases import hold as holds
from audit_log.usecases.see_keeping import see_keeping
from shared.errors import FieldFault, ValidationFailed
from shared.pages import FormError, current_principal, form_errors, signed_in

blueprint: Final = Blueprint("keeping_pages", __name__, url_prefix="/keeping")

_MAX_DIGITS: Final = 15


@blueprint.get("")
@signed_in("log.search")
@looks("keeping_viewed", current_principal)
def overview() -> ResponseReturnValue:
    """Show terms, holds, erasures and drops."""
    return _shown({}, ())


@blueprint.post("/holds")
@signed_in("holds.manage")
def place() -> ResponseReturnValue:
    """Place a hold; its target stands in no address."""
    edge, form = current_edge(), request.form
    try:
        holds.place(
            _wanted(form),
            principal=current_principal(),
            transaction=edge.keeping,
            pseudonyms=edge.pseudonyms,
            ids=edge.ids,
            clock=edge.clock,
        )
    except ValidationFailed as refused:
        return _shown(form, form_errors(refused.faults)), 422
    return redirect(url_for("keeping_pages.overview"), code=303)


@blueprint.post("/holds/<string:hold_id>/ask-lift")
@signed_in("holds.manage")
def ask_lift(hold_id: str) -> ResponseReturnValue:
    """Ask that a hold be lifted."""
    edge = current_edge()
    holds.ask_lift(
        hold_id, principal=current_principal(), transaction=edge.keeping, clock=edge.clock
    )
    return redirect(url_for("keeping_pages.overview"), code=303)


@blueprint.post("/holds/<string:hold_id>/lift")
@signed_in("holds.manage")
def lift(hold_id: str) -> ResponseReturnValue:
    """Lift a hold that another officer asked to have lifted."""
    edge = current_edge()
    holds.lift(hold_id, principal=current_principal(), transaction=edge.keeping, clock=edge.clock)
    return redirect(url_for("keeping_pages.overview"), code=303)


def _shown(form: Mapping[str, str], errors: tuple[FormError, ...]) -> str:
    edge, principal = current_edge(), current_principal()
    seen = see_keeping(principal=principal, transaction=edge.keeping)
    return render_template(
        "audit_log/keeping.html",
        view=views.keeping(seen, edge.retention, edge.copies, principal.subject),
        may_manage="holds.manage" in principal.scopes,
        kinds=views.kind_options(),
        form=form,
        errors=errors,
    )


def _wanted(form: Mapping[str, str]) -> holds.HoldWanted:
    given = {name: form.get(name, "").strip() for name in ("dataset", "permit", "matter")}
    kind, ordinal = form.get("kind", ""), form.get("ordinal", "").strip()
    indexes = form.get("entries", "").replace(",", " ").split()
    faults = [FieldFault("/kind", "Say what is to be held")] if kind not in set(HoldKind) else []
    if ordinal and not _is_number(ordinal):
        faults.append(FieldFault("/ordinal", "Enter a whole number"))
    if not all(_is_number(one) for one in indexes):
        faults.append(FieldFault("/entries", "Enter the numbers of entries"))
    if faults:
        raise ValidationFailed("the hold has faults", faults=faults)
    return holds.HoldWanted(
        kind=HoldKind(kind),
        authority=form.get("authority", "").strip(),
        dataset=given["dataset"] or None,
        ordinal=int(ordinal) if ordinal else None,
        permit=given["permit"] or None,
        matter=given["matter"] or None,
        entries=tuple(int(one) for one in indexes),
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS
