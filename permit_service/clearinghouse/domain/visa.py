# SPDX-License-Identifier: Apache-2.0
"""The rules a GA4GH visa must keep (Passport and AAI 1.2), on decoded headers and claims.

Rules enforced: document tokens only (AAI 1.2, "Visa Document Token"), the header's closed set of
algorithms and refused parameters, required claims and their types, URL claims, `by`, no
`conditions`, nothing from the future. Left to others: signatures, trust and expiry (a visa may be
kept after it was checked, so its end is compared at each decision). Nothing here fetches a URL
claim, and no error repeats a value.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from permit_service.clearinghouse.domain.errors import VisaInvalid
from shared.ids import PermitId

VISA_CLAIM: Final = "ga4gh_visa_v1"
PASSPORT_CLAIM: Final = "ga4gh_passport_v1"
CONTROLLED_ACCESS: Final = "ControlledAccessGrants"
PERMIT_CLAIM: Final = "urn:placet:permit"
"""The top-level claim with the opaque permit id (architecture.md section 7)."""

MAX_VISAS: Final = 200
MAX_VISA_BYTES: Final = 16 * 1024
MAX_URL_CHARS: Final = 255
MAX_ID_CHARS: Final = 255
SKEW_SECONDS: Final = 30
MAX_SECONDS: Final = 2**53 - 1
"""The largest time a JSON reader must carry exactly (RFC 8259 section 6)."""
ALGORITHMS: Final = frozenset({"RS256", "ES256"})

_TYPES: Final = frozenset({"jwt", "vnd.ga4gh.visa+jwt"})
_REFUSED_HEADERS: Final = frozenset({"crit", "b64", "jwk", "x5u", "x5c", "zip"})
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x1f\x7f]+")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class VisaHeader:
    """What the JOSE header says; `key_url` (jku) is compared, never followed."""

    algorithm: str
    key_id: str
    key_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visa:
    """A visa whose claims keep the rules; times are integer seconds since 1970 (UTC)."""

    issuer: str
    subject: str
    issued_at: int
    expires_at: int
    jti: str | None
    type: str
    value: str
    source: str
    by: str | None
    asserted: int
    permit: PermitId | None


def read_header(header: Mapping[str, object]) -> VisaHeader:
    """Check the JOSE header of a document token (AAI 1.2; RFC 8725 section 3.1).

    Raises VisaInvalid: also for a visa without `jku` (the deprecated access-token form) and
    without `typ` (the form before Passport 1.0.1, which no trusted source here may use).
    """
    if not _REFUSED_HEADERS.isdisjoint(header):
        raise VisaInvalid("a header parameter is refused")
    algorithm = _text(header, "alg")
    if algorithm not in ALGORITHMS:
        raise VisaInvalid("the algorithm is refused")
    if _text(header, "typ").lower().removeprefix("application/") not in _TYPES:
        raise VisaInvalid("not typed as a visa")
    key_url = _text(header, "jku")
    if len(key_url) > MAX_URL_CHARS:
        raise VisaInvalid("jku is too long")
    return VisaHeader(algorithm=algorithm, key_id=_text(header, "kid"), key_url=key_url)


def read_claims(claims: Mapping[str, object], *, now: int) -> Visa:
    """Check the claims of a document token at `now` (integer seconds), expiry apart.

    Raises VisaInvalid.
    """
    if "aud" in claims:
        raise VisaInvalid("a visa names no audience")
    if "scope" in claims and "openid" in _typed(claims, "scope", str).split(" "):
        raise VisaInvalid("a document token grants no openid scope")
    issued_at, expires_at = _seconds(claims, "iat"), _seconds(claims, "exp")
    latest = now + SKEW_SECONDS
    if issued_at > latest or ("nbf" in claims and _seconds(claims, "nbf") > latest):
        raise VisaInvalid("the visa is from the future")
    if expires_at <= issued_at:
        raise VisaInvalid("the visa ends before it begins")
    body = _typed(claims, VISA_CLAIM, dict)
    asserted = _seconds(body, "asserted")
    if asserted > latest:
        raise VisaInvalid("the assertion is from the future")
    _refuse_conditions(body)
    visa_type = _text(body, "type")
    return Visa(
        issuer=_text(claims, "iss"),
        subject=_short(claims, "sub"),
        issued_at=issued_at,
        expires_at=expires_at,
        jti=_short(claims, "jti") if "jti" in claims else None,
        type=visa_type,
        value=_value(body, visa_type),
        source=_url(body, "source"),
        by=_by(body, visa_type),
        asserted=asserted,
        permit=PermitId(_short(claims, PERMIT_CLAIM)) if PERMIT_CLAIM in claims else None,
    )


def _refuse_conditions(body: Mapping[str, object]) -> None:
    """Refuse what cannot be evaluated here.

    Passport 1.2, "conditions": a clearinghouse without full support must ignore visas whose
    conditions are not empty. An empty list is the same as none.
    """
    if "conditions" in body and body["conditions"] != []:
        raise VisaInvalid("conditions are not supported")


def _value(body: Mapping[str, object], visa_type: str) -> str:
    if visa_type == CONTROLLED_ACCESS:
        return _url(body, "value")
    return _text(body, "value")


def _by(body: Mapping[str, object], visa_type: str) -> str | None:
    """Read `by`: a grant counts only when a data access committee decided it.

    Passport 1.2 requires `by` on ControlledAccessGrants; missing means unknown, and a policy
    that wants a value fails on unknown.
    """
    if visa_type == CONTROLLED_ACCESS and body.get("by") != "dac":
        raise VisaInvalid("not granted by a data access committee")
    return _text(body, "by") if "by" in body else None


def _url(body: Mapping[str, object], name: str) -> str:
    """Read a URL claim: opaque, absolute, at most 255 characters (Passport 1.2, "URL Claims")."""
    text = _text(body, name)
    if len(text) > MAX_URL_CHARS or not _URI.fullmatch(text):
        raise VisaInvalid(f"{name} is not a URL claim")
    return text


def _short(body: Mapping[str, object], name: str) -> str:
    text = _text(body, name)
    if len(text) > MAX_ID_CHARS:
        raise VisaInvalid(f"{name} is too long")
    return text


def _text(body: Mapping[str, object], name: str) -> str:
    text = _typed(body, name, str)
    if not text:
        raise VisaInvalid(f"{name} is empty")
    return text


def _seconds(body: Mapping[str, object], name: str) -> int:
    """Read a NumericDate as whole seconds; a boolean is an int to Python and none to JSON."""
    value = _typed(body, name, int)
    if isinstance(value, bool) or not 0 < value <= MAX_SECONDS:
        raise VisaInvalid(f"{name} is not a time in seconds")
    return value


def _typed(body: Mapping[str, object], name: str, kind: type[_T]) -> _T:
    value = body.get(name)
    if not isinstance(value, kind):
        raise VisaInvalid(f"{name} is missing or of the wrong type")
    return value
