# SPDX-License-Identifier: Apache-2.0
"""The signed receipt of one event, for the person; and the page on which anybody checks one."""

from typing import Final

import orjson
from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from consent_registry.domain.errors import NotLinked, ReceiptUnknown
from consent_registry.http.pages import participant
from consent_registry.http.pages.qr_code import qr_code
from consent_registry.http.pages.receipt_views import signed_view
from consent_registry.usecases.receipts import Receipt, check_receipt, own_receipt
from shared.auth import public
from shared.errors import NotFound
from shared.pages import current_principal, signed_in

blueprint: Final = Blueprint("signed_receipt", __name__, template_folder="templates")
_SELF: Final = "consents.self"


@blueprint.get("/receipts/<event_id>")
@signed_in(_SELF)
def show(event_id: str) -> ResponseReturnValue:
    """Show one of her own receipts, with the code that anybody can check it by."""
    found = _own(event_id)
    speaker = participant.current_speaker()
    view = signed_view(found.of, speaker)
    return render_template(
        "consent_registry/signed_receipt.html",
        step=view,
        check_url=found.check_url,
        picture=qr_code(found.check_url, gettext("The QR code of this receipt")),
    )


@blueprint.get("/receipts/<event_id>/download")
@signed_in(_SELF)
def download(event_id: str) -> ResponseReturnValue:
    """Give the whole receipt as a file: the record in DPV's words, and the same signed."""
    found = _own(event_id)
    content = orjson.dumps(
        {
            "receipt": found.document,
            "signed": found.signed,
            "compact": found.compact,
            "check_url": found.check_url,
        },
        option=orjson.OPT_INDENT_2,
    )
    answer = Response(content, content_type="application/json")
    name = f"receipt-{found.document['dct:identifier']}.json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/receipts/check")
@public("says of a receipt that this registry signed whether it is the latest, and of whom nothing")
def check() -> ResponseReturnValue:
    """Check a receipt, as a QR code or a form hands it in."""
    given = request.args.get("receipt", "")
    checked = check_receipt(given, tools=participant.current_tools()) if given else None
    answer = make_response(render_template("consent_registry/check_receipt.html", checked=checked))
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@blueprint.errorhandler(NotLinked)
def not_linked(fault: NotLinked) -> ResponseReturnValue:
    """Say what a login without a participant can do."""
    return participant.not_linked(fault)


def _own(event_id: str) -> Receipt:
    tools, principal = participant.current_tools(), current_principal()
    try:
        return own_receipt(event_id, tools=tools, principal=principal)
    except ReceiptUnknown:
        raise NotFound from None
