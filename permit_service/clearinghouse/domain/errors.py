# SPDX-License-Identifier: Apache-2.0
"""The ways in which the clearinghouse refuses, each with its stable code.

A refusal names codes and opaque identifiers; it never repeats a token, a visa or a claim.
"""

from typing import ClassVar, Final

from shared.errors import AppError
from shared.ids import DatasetId


class PathInvalid(AppError):
    """The path names nothing that could be decided for one person."""

    code: ClassVar[str] = "path_invalid"


class FilteringRequired(AppError):
    """The path names more than one person's data, and this point cannot filter."""

    code: ClassVar[str] = "filtering_required"

    def __init__(self, dataset: DatasetId) -> None:
        super().__init__("ask for one member's file", context={"dataset": dataset})
        self.dataset: Final = dataset


class VisaInvalid(AppError):
    """The visa breaks a rule of the GA4GH Passport, or its signature does not hold."""

    code: ClassVar[str] = "visa_invalid"


class VisaIssuerUntrusted(AppError):
    """The visa's (iss, jku) pair, or the source it speaks for, is not on the trust list."""

    code: ClassVar[str] = "visa_issuer_untrusted"


class PermitInvalid(AppError):
    """The permit's signature or content does not hold."""

    code: ClassVar[str] = "permit_invalid"


class SourceUnreachable(AppError):
    """A trusted source did not answer; nothing is known about the person's visas there."""

    code: ClassVar[str] = "upstream_unavailable"


class FeedFault(ValueError):
    """A feed said something that cannot be true after what it said before.

    The message carries codes and register names only.
    """
