# SPDX-License-Identifier: Apache-2.0
"""Error pages: a problem document (RFC 9457) shown as a page to a browser.

`shared.problems` decides status, code and title for pages and API alike; this module only changes
the form. A page shows the reference under which the log knows the request, never an exception.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError

from shared.pages.person import person_shown, sign_in_url
from shared.pages.security import is_below

_PROBLEM: Final = "application/problem+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPage:
    """What an error page says: what happened, and what the person can do."""

    status: int
    title: str
    paragraphs: tuple[str, ...]
    reference: str
    sign_in_url: str


def install_fault_pages(app: Flask, *, api_prefixes: Sequence[str], sign_in: bool) -> None:
    """Show problems as pages to browsers outside `api_prefixes`."""

    def as_page(response: Response) -> Response:
        if response.mimetype != _PROBLEM or not wants_page(api_prefixes):
            return response
        problem = response.get_json(silent=True)
        if not isinstance(problem, dict):
            return response
        page = _page_for(problem, response.status_code, offer_sign_in=sign_in)
        response.set_data(render_template("placet/fault.html", page=page))
        response.mimetype = "text/html"
        return response

    def too_late(_: CSRFError) -> Response:
        return make_response(
            render_template("placet/fault.html", page=_csrf_page(offer_sign_in=sign_in)),
            HTTPStatus.BAD_REQUEST,
        )

    app.after_request(as_page)
    app.register_error_handler(CSRFError, too_late)


def wants_page(api_prefixes: Sequence[str]) -> bool:
    """Tell whether this request comes from a browser that asked for a page."""
    if is_below(request.path, api_prefixes):
        return False
    best = request.accept_mimetypes.best_match(["text/html", "application/json", _PROBLEM])
    return best == "text/html"


def _page_for(problem: Mapping[str, Any], status: int, *, offer_sign_in: bool) -> FaultPage:
    title, paragraphs = _words(problem, status)
    person = person_shown() if offer_sign_in else None
    if status == HTTPStatus.FORBIDDEN and person is not None:
        paragraphs = (gettext("You are signed in as %(name)s.", name=person.name), *paragraphs)
    may_help = status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}
    return FaultPage(
        status=status,
        title=title,
        paragraphs=paragraphs,
        reference=str(problem.get("correlation_id", "")),
        sign_in_url=sign_in_url() if offer_sign_in and person is None and may_help else "",
    )


def _words(problem: Mapping[str, Any], status: int) -> tuple[str, tuple[str, ...]]:
    known = _texts().get(status)
    if known is not None:
        return known
    detail = str(problem.get("detail", ""))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _texts()[HTTPStatus.INTERNAL_SERVER_ERROR]
    return str(problem.get("title", gettext("This did not work"))), (detail,) if detail else ()


def _texts() -> Mapping[int, tuple[str, tuple[str, ...]]]:
    return MappingProxyType(
        {
            HTTPStatus.UNAUTHORIZED: (
                gettext("Sign in to see this page"),
                (gettext("You are not signed in."),),
            ),
            HTTPStatus.FORBIDDEN: (
                gettext("You cannot use this page"),
                (gettext("This account may not do what you asked for."),),
            ),
            HTTPStatus.NOT_FOUND: (
                gettext("Page not found"),
                (
                    gettext("If you typed the address, check that it is right."),
                    gettext("If you followed a link, the page may have moved."),
                ),
            ),
            HTTPStatus.METHOD_NOT_ALLOWED: (
                gettext("This page cannot be used in that way"),
                (gettext("Go back and use the buttons on the page."),),
            ),
            HTTPStatus.INTERNAL_SERVER_ERROR: (
                gettext("Something went wrong"),
                (
                    gettext("This is our fault. What you just sent was not saved."),
                    gettext("Try again later."),
                ),
            ),
            HTTPStatus.SERVICE_UNAVAILABLE: (
                gettext("This does not work right now"),
                (
                    gettext("A service that we need does not answer. Nothing was changed."),
                    gettext("Try again in a few minutes."),
                ),
            ),
        }
    )


def _csrf_page(*, offer_sign_in: bool) -> FaultPage:
    signed_out = offer_sign_in and person_shown() is None
    if signed_out:
        paragraphs = (
            gettext("You are not signed in any more. Nothing was changed."),
            gettext("Sign in and try again."),
        )
    else:
        paragraphs = (
            gettext("The form was not sent from this site, or it was too old."),
            gettext("Nothing was changed. Go back, load the page again and repeat your choice."),
        )
    return FaultPage(
        status=HTTPStatus.BAD_REQUEST,
        title=gettext("The form could not be used"),
        paragraphs=paragraphs,
        reference="",
        sign_in_url="/sign-in" if signed_out else "",
    )
