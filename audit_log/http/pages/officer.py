# SPDX-License-Identifier: Apache-2.0
"""The officer's pages: the search form, its results, one entry with its proof.

A search is a POST, because what is looked for must stand in no address and no server log.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from audit_log.domain.errors import NotPublished
from audit_log.domain.search import Account, Filter
from audit_log.http.edge import current_edge
from audit_log.http.pages import views
from audit_log.usecases import read
from audit_log.usecases.look import look, search
from shared.errors import FieldFault, ValidationFailed
from shared.events import Subject
from shared.pages import FormError, current_principal, form_errors, signed_in

blueprint: Final = Blueprint("officer", __name__, template_folder="templates")

FIELDS: Final = (
    *("subject", "issuer", "dataset", "ordinal", "permit", "visa", "purpose", "src"),
    *("since", "until", "type", "decision"),
)
"""The fields of the search form."""
_PAGE: Final = 50
_MAX_DIGITS: Final = 15
_LAST_DAY: Final = datetime(9999, 12, 30, tzinfo=UTC)  # the last with a day after it


@blueprint.get("/")
@signed_in("log.search")
def start() -> ResponseReturnValue:
    """Show the search form."""
    return search_form({"issuer": current_principal().issuer})


@blueprint.post("/search")
@signed_in("log.search")
def results() -> ResponseReturnValue:
    """Search, and show the results; the search itself becomes an entry."""
    edge, form = current_edge(), request.form
    try:
        answer = search(
            filter_from(form),
            after=number_from(form, "after"),
            limit=_PAGE,
            as_of=number_from(form, "as_of"),
            principal=current_principal(),
            transaction=edge.transaction,
            pseudonyms=edge.pseudonyms,
            cohorts=edge.cohorts,
            clock=edge.clock,
        )
    except ValidationFailed as refused:
        return search_form(form, form_errors(refused.faults)), 422
    except NotPublished:
        return search_form(form, (FormError(field="main-content", text="The log is empty."),)), 404
    return render_template(
        "audit_log/results.html", view=views.results(answer), form=form, fields=FIELDS
    )


@blueprint.get("/entries/<int:index>")
@signed_in("log.search")
def entry(index: int) -> ResponseReturnValue:
    """Show one entry in words, and each step of its inclusion proof as it was checked."""
    edge = current_edge()
    seen = look(
        index,
        principal=current_principal(),
        transaction=edge.transaction,
        trust=edge.trust,
        clock=edge.clock,
    )
    return render_template("audit_log/entry.html", view=views.entry_view(seen))


@blueprint.get("/entries/<int:index>/proof")
@signed_in("log.read")
def proof(index: int) -> ResponseReturnValue:
    """Give the entry's tlog-proof as a file."""
    with current_edge().transaction() as log:
        text = str(read.proof(index, log.reader))
    answer = Response(text, content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="entry-{index}.tlog-proof"'
    return answer


def search_form(form: Mapping[str, str], errors: tuple[FormError, ...] = ()) -> str:
    """Show the search form as it was filled in, with its faults."""
    return render_template(
        "audit_log/search.html",
        form=form,
        errors=errors,
        types=views.type_options(),
        decisions=views.decision_options(),
    )


def filter_from(form: Mapping[str, str]) -> Filter:
    """Read the search form; raise ValidationFailed for a field that cannot be read."""
    subject, dataset = form.get("subject", "").strip(), form.get("dataset", "").strip()
    ordinal = number_from(form, "ordinal")
    if ordinal is not None and not dataset:
        fault = FieldFault("/dataset", "Name the dataset in which the person has this number")
        raise ValidationFailed("the search has faults", faults=[fault])
    since, until = _day(form, "since"), _day(form, "until")
    return Filter(
        actor=Account(issuer=form.get("issuer", "").strip(), subject=subject) if subject else None,
        dataset=dataset if dataset and ordinal is None else None,
        permit=_text(form, "permit"),
        visa=_text(form, "visa"),
        purpose=_text(form, "purpose"),
        src=_text(form, "src"),
        person=None if ordinal is None else Subject(dataset=dataset, ordinal=ordinal),
        type=form.get("type", "") or None,
        decision=form.get("decision", "") or None,
        since=since,
        until=None if until is None else min(until, _LAST_DAY) + timedelta(days=1),
    )


def _text(form: Mapping[str, str], name: str) -> str | None:
    return form.get(name, "").strip() or None


def number_from(form: Mapping[str, str], name: str) -> int | None:
    """Read a whole number, None for an empty field; raise ValidationFailed for anything else."""
    text = form.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
        fault = FieldFault(f"/{name}", "Enter a whole number")
        raise ValidationFailed("the search has faults", faults=[fault])
    return int(text)


def _day(form: Mapping[str, str], name: str) -> datetime | None:
    text = form.get(name, "").strip()
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        fault = FieldFault(f"/{name}", "Enter a date such as 2026-11-22")
        raise ValidationFailed("the search has faults", faults=[fault]) from None
