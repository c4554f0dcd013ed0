# SPDX-License-Identifier: Apache-2.0
"""The researcher's pages: apply, and see what became of one's own applications."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from permit_service.domain.words import (
    CATEGORY_WORDS,
    CONDITION_WORDS,
    DATA_CATEGORY_WORDS,
    EHDS_WORDS,
    EVIDENCE_WORDS,
    PROHIBITED_WORDS,
)
from permit_service.http.edge import application_id_of, caller_of, current_edge
from permit_service.http.pages import views
from permit_service.usecases import read
from permit_service.usecases.submit import parse_submission, submit
from shared.errors import FieldFault, ValidationFailed
from shared.pages import FormError, current_principal, form_errors, signed_in

blueprint: Final = Blueprint("researcher", __name__, template_folder="templates")

_ANSWERS: Final[Mapping[str, bool]] = {"yes": True, "no": False}
_FLAGS: Final = ("commercial", "methods", "ancestry", "clinical", "genetic_data")
_PROFIT: Final[Mapping[str, bool]] = {"not-for-profit": True, "for-profit": False}
_A_PARTNER: Final = (
    "on each line a ROR identifier, then not-for-profit or for-profit, and public-body if it is one"
)
_ITEM: Final = re.compile(r"/[0-9]+$")


@blueprint.get("/applications")
@signed_in("applications.submit")
def own() -> ResponseReturnValue:
    """Show the researcher's own applications."""
    ports, caller = current_edge().ports, caller_of(current_principal())
    mine = [
        (one, read.due(one, ports=ports))
        for one in read.applications(caller=caller, ports=ports)
        if one.applicant == caller.key
    ]
    rows = views.listed(mine, ports.clock.now())
    return render_template("permit_service/own.html", rows=rows)


@blueprint.get("/applications/new")
@signed_in("applications.submit")
def apply_form() -> ResponseReturnValue:
    """Show the empty form."""
    return _form_page()


@blueprint.post("/applications/new")
@signed_in("applications.submit")
def apply() -> ResponseReturnValue:
    """Submit the application; show the form again when something is missing."""
    try:
        submission = parse_submission(submission_of(request.form))
    except ValidationFailed as refused:
        return _form_page(form_errors(_at_fields(refused.faults))), 422
    submitted = submit(
        submission, caller=caller_of(current_principal()), ports=current_edge().ports
    )
    address = url_for("researcher.application", application_id=submitted.application_id)
    return redirect(address, code=303)


@blueprint.get("/applications/<application_id>")
@signed_in("applications.submit")
def application(application_id: str) -> ResponseReturnValue:
    """Show one of the researcher's own applications and its permit."""
    ports = current_edge().ports
    case = read.case(
        application_id_of(application_id), caller=caller_of(current_principal()), ports=ports
    )
    view = views.case_view(case, ports.clock.now(), for_authority=False)
    return render_template("permit_service/own_application.html", view=view)


_CLAIMED: Final = ("public_body", "important_public_interest", "not_obtainable_otherwise")


def submission_of(form: MultiDict[str, str]) -> dict[str, Any]:
    """Put the fields of the form into the shape that the API takes; judges nothing."""
    purpose: dict[str, Any] = {
        "category": form.get("purpose-category", ""),
        "diseases": _words(form.get("purpose-diseases", "")),
        "countries": _words(form.get("purpose-countries", "").upper()),
        "accepts": form.getlist("purpose-accepts"),
        "no_publication_before": form.get("purpose-no_publication_before", "").strip() or None,
        "evidence": form.getlist("purpose-evidence"),
        "data_categories": form.getlist("purpose-data_categories"),
        "ehds_purpose": form.get("purpose-ehds_purpose") or None,
        "prohibited_uses": form.getlist("purpose-prohibited_uses"),
        "project": form.get("purpose-project", "").strip() or None,
        "users": _lines(form.get("purpose-users", "")),
        "organisation": {
            "id": form.get("purpose-organisation-id", "").strip() or None,
            "not_for_profit": _ANSWERS.get(form.get("purpose-organisation-not_for_profit", "")),
            "public_body": _ANSWERS.get(form.get("purpose-organisation-public_body", "")),
        },
        "partners": [_partner(line) for line in _lines(form.get("purpose-partners", ""))],
        "exception_71_4": _claim(form),
        **{flag: _ANSWERS.get(form.get(f"purpose-{flag}", "")) for flag in _FLAGS},
    }
    given = {
        "title": form.get("title", "").strip() or None,
        "organisation": form.get("organisation", "").strip() or None,
        "dataset": form.get("dataset", "").strip() or None,
        "months": _number(form.get("months", "").strip()),
        "purpose": purpose,
    }
    return {name: value for name, value in given.items() if value is not None}


def _claim(form: MultiDict[str, str]) -> dict[str, Any] | None:
    """Give the claim of Article 71(4) where anything of it is filled in; the rules judge it."""
    at = "purpose-exception_71_4-"
    said: dict[str, Any] = {name: _ANSWERS.get(form.get(at + name, "")) for name in _CLAIMED}
    said["justification"] = form.get(at + "justification", "").strip() or None
    return None if set(said.values()) == {None} else said


def _partner(line: str) -> dict[str, Any]:
    """Take a line apart: the identifier and what is said of it; other words become a fault."""
    words = line.split()
    found: dict[str, Any] = {"id": words[0]}
    for word in words[1:]:
        if word in _PROFIT and "not_for_profit" not in found:
            found["not_for_profit"] = _PROFIT[word]
        elif word == "public-body":
            found["public_body"] = True
        else:
            found[f"({word})"] = True
    return found


def _number(text: str) -> int | str | None:
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text, re.ASCII) else text or None


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _words(text: str) -> list[str]:
    return text.replace(",", " ").replace(";", " ").split()


def _at_fields(faults: Sequence[FieldFault]) -> list[FieldFault]:
    """Point at the field of the form: one input holds a whole list."""
    at = "/purpose/partners"
    return [
        FieldFault(at, _A_PARTNER, one.code)
        if one.pointer.startswith(f"{at}/")
        else FieldFault(_ITEM.sub("", one.pointer), one.detail, one.code)
        for one in faults
    ]


def _form_page(errors: tuple[FormError, ...] = ()) -> str:
    return render_template(
        "permit_service/apply.html",
        form=request.form,
        errors=errors,
        categories=[(one.value, words) for one, words in CATEGORY_WORDS.items()],
        conditions=tuple(CONDITION_WORDS.items()),
        evidence=tuple(EVIDENCE_WORDS.items()),
        ehds_purposes=tuple(EHDS_WORDS.items()),
        data_categories=tuple(DATA_CATEGORY_WORDS.items()),
        prohibited=tuple(PROHIBITED_WORDS.items()),
    )
