# SPDX-License-Identifier: Apache-2.0
"""`/v1/participants/<pseudonym>/contact`: a desk enters where somebody on paper is reached.

No answer has the address in it.
"""

from typing import Any, Final

from marshmallow import Schema, fields, validate

from consent_registry.http.edge import current_tools
from consent_registry.usecases.desk_contacts import (
    PaperContact,
    Reached,
    confirm_contact_code,
    confirm_contact_letter,
    contact_of,
    enter_contact,
    remove_contact,
)
from shared.api import ApiBlueprint, StrictSchema
from shared.auth import current_principal, requires
from shared.clock import to_rfc3339

blueprint: Final = ApiBlueprint(
    "contacts", __name__, description="Where people without a sign-in are reached"
)
_DESK: Final = "rights.manage"
_PATH: Final = "/v1/participants/<pseudonym>/contact"
_TEXT: Final = validate.Length(max=300)


class NewContactSchema(StrictSchema):
    """An address from a paper."""

    email = fields.String(required=True, validate=_TEXT)
    language = fields.String(required=True, validate=_TEXT)
    paper = fields.String(
        required=True,
        validate=_TEXT,
        metadata={"description": "SHA-256 of the paper that says it, in hex"},
    )


class ContactCodeSchema(StrictSchema):
    """The code that she told."""

    code = fields.String(required=True, validate=_TEXT)


class ContactLetterSchema(StrictSchema):
    """A letter of hers that says that the address is hers."""

    letter = fields.String(
        required=True, validate=_TEXT, metadata={"description": "its SHA-256, in hex"}
    )


class ContactSchema(Schema):
    """Whether somebody is reached; never where."""

    reached = fields.Boolean()
    confirmed_at = fields.String(allow_none=True, metadata={"description": "RFC 3339 in UTC"})
    language = fields.String(allow_none=True)
    waits = fields.Boolean(metadata={"description": "an address was entered and not confirmed"})


@blueprint.route(_PATH)
@requires(_DESK)
@blueprint.response(200, ContactSchema)
def get_contact(pseudonym: str) -> dict[str, Any]:
    """Say whether somebody is reached."""
    return _present(contact_of(pseudonym, tools=current_tools(), principal=current_principal()))


@blueprint.route(_PATH, methods=["PUT"])
@requires(_DESK)
@blueprint.arguments(NewContactSchema)
@blueprint.response(200, ContactSchema)
def put_contact(body: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Keep an address from a paper of somebody without a sign-in, and send a code there."""
    wanted = PaperContact(email=body["email"], language=body["language"], paper=body["paper"])
    tools, principal = current_tools(), current_principal()
    return _present(enter_contact(pseudonym, wanted, tools=tools, principal=principal))


@blueprint.route(f"{_PATH}/code", methods=["POST"])
@requires(_DESK)
@blueprint.arguments(ContactCodeSchema)
@blueprint.response(200, ContactSchema)
def post_code(body: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Confirm the address with the code that she told."""
    tools, principal = current_tools(), current_principal()
    return _present(confirm_contact_code(pseudonym, body["code"], tools=tools, principal=principal))


@blueprint.route(f"{_PATH}/letter", methods=["POST"])
@requires(_DESK)
@blueprint.arguments(ContactLetterSchema)
@blueprint.response(200, ContactSchema)
def post_letter(body: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Confirm the address with a letter, as somebody else than entered it."""
    tools, principal = current_tools(), current_principal()
    return _present(
        confirm_contact_letter(pseudonym, body["letter"], tools=tools, principal=principal)
    )


@blueprint.route(_PATH, methods=["DELETE"])
@requires(_DESK)
@blueprint.response(204)
def delete_contact(pseudonym: str) -> None:
    """Destroy the address."""
    remove_contact(pseudonym, tools=current_tools(), principal=current_principal())


def _present(found: Reached) -> dict[str, Any]:
    return {
        "reached": found.confirmed_at is not None,
        "confirmed_at": to_rfc3339(found.confirmed_at) if found.confirmed_at else None,
        "language": found.language or None,
        "waits": found.waits,
    }
