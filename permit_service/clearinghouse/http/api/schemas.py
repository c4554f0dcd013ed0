# SPDX-License-Identifier: Apache-2.0
"""The shapes of the clearinghouse's JSON answers."""

from marshmallow import Schema, fields


class RegisterSchema(Schema):
    """How one register stands."""

    revision = fields.Integer(required=True)
    age_seconds = fields.Float(required=True, allow_none=True)
    fresh = fields.Boolean(required=True)


class StateSchema(Schema):
    """How every register stands, and whether all of them may be decided on."""

    registers = fields.Dict(
        keys=fields.String(), values=fields.Nested(RegisterSchema), required=True
    )
    ready = fields.Boolean(required=True)
