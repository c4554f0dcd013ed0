# SPDX-License-Identifier: Apache-2.0
"""Receipts (ISO/IEC TS 27560, DPV): given to the person, checked by anybody."""

from typing import Any, Final

from consent_registry.http.api.exchange_schemas import (
    CheckedReceiptSchema,
    CheckReceiptSchema,
    ReceiptSchema,
)
from consent_registry.http.edge import current_tools
from consent_registry.usecases.receipts import check_receipt, participant_receipt
from shared.api import ApiBlueprint
from shared.auth import current_principal, public, requires_any
from shared.clock import to_rfc3339

blueprint: Final = ApiBlueprint("receipts", __name__, description="Receipts of consents")


@blueprint.route("/v1/participants/<pseudonym>/receipts/<event_id>")
@requires_any("consents.read", "consents.self")
@blueprint.response(200, ReceiptSchema)
def get_receipt(pseudonym: str, event_id: str) -> dict[str, Any]:
    """Give the receipt of one event of a history."""
    found = participant_receipt(
        pseudonym, event_id, tools=current_tools(), principal=current_principal()
    )
    return {
        "receipt": found.document,
        "signed": found.signed,
        "compact": found.compact,
        "check_url": found.check_url,
    }


@blueprint.route("/v1/receipts/check", methods=["POST"])
@public("says of a receipt that this registry signed whether it is the latest, and of whom nothing")
@blueprint.arguments(CheckReceiptSchema)
@blueprint.response(200, CheckedReceiptSchema)
def post_check(body: dict[str, Any]) -> dict[str, Any]:
    """Say whether a receipt is this registry's, and whether anything was recorded since."""
    found = check_receipt(body["receipt"], tools=current_tools())
    return {
        "valid": found.valid,
        "recorded_at": to_rfc3339(found.recorded_at) if found.recorded_at else None,
        "latest": found.latest,
    }
