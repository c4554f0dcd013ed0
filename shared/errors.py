# SPDX-License-Identifier: Apache-2.0
"""The one family of errors that a caller may see.

An error carries a stable code, codes and identifiers as context, and faults that point into the
caller's own input. It never carries a name, a token, a claim or any other personal value, and it
knows nothing of HTTP: `shared.problems` alone turns a code into a status.

    AppError
    ├── NotFound          not_found
    ├── Forbidden         forbidden
    ├── ValidationFailed  validation_failed
    ├── Conflict          conflict
    └── ErasuresUnreadable  erasures_unreadable
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

_NOTHING: Final[Mapping[str, str | int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One thing wrong with the input: where (RFC 6901 pointer), what in words, and its code."""

    pointer: str
    detail: str
    code: str = "invalid"


class AppError(Exception):
    """A refusal or failure with a stable code; services subclass it in `domain/errors.py`."""

    code: ClassVar[str] = "internal_error"

    def __init__(
        self,
        detail: str = "",
        *,
        context: Mapping[str, str | int] = _NOTHING,
        faults: Sequence[FieldFault] = (),
    ) -> None:
        super().__init__(detail or self.code)
        self.detail: Final = detail
        self.context: Final[Mapping[str, str | int]] = MappingProxyType(dict(context))
        self.faults: Final[tuple[FieldFault, ...]] = tuple(faults)


class NotFound(AppError):
    """What the caller names does not exist, or the caller may not know that it does."""

    code = "not_found"


class Forbidden(AppError):
    """The caller is known and may not do this."""

    code = "forbidden"


class ValidationFailed(AppError):
    """The input has the right syntax and wrong content; `faults` say where."""

    code = "validation_failed"


class Conflict(AppError):
    """The request contradicts the present state."""

    code = "conflict"


class ErasuresUnreadable(AppError):
    """The file of erasures outside the database cannot be read or written: nothing goes on."""

    code = "erasures_unreadable"


class AuditUnavailable(AppError):
    """An entry cannot be recorded: what must be on record does not happen."""

    code = "audit_unavailable"
