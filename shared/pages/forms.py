# SPDX-License-Identifier: Apache-2.0
"""Faults of a form, as the error summary and the fields show them.

It validates nothing: faults come from the use case that refused the input.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.errors import FieldFault


@dataclass(frozen=True, slots=True, kw_only=True)
class FormError:
    """One fault: the `id` of the field it belongs to, and what to do, in words."""

    field: str
    text: str


def form_errors(faults: Sequence[FieldFault]) -> tuple[FormError, ...]:
    """Turn faults with RFC 6901 pointers into form errors.

    `/purpose/category` becomes the field `purpose-category`; the empty pointer, which means the
    whole form, becomes `main-content`, so that the summary's link always leads somewhere.
    """
    return tuple(
        FormError(field=field_id(fault.pointer) or "main-content", text=fault.detail)
        for fault in faults
    )


def field_id(pointer: str) -> str:
    """Turn an RFC 6901 pointer into the `id` of a form field."""
    parts = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/"))
    return "-".join(part for part in parts if part)
