# SPDX-License-Identifier: Apache-2.0
"""Laws of tokens, times and log lines, over inputs nobody thought of."""

import functools
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.auth import TokenVerifier
from shared.clock import from_rfc3339, to_rfc3339
from shared.errors import AppError
from shared.jose import MalformedJws, b64url, unb64url
from shared.keys import BadSignature, KeyStore, sign_jws, verify_jws
from shared.redaction import redact, redact_text
from shared.strict_json import loads
from tests.fakes.kernel import START, SteppingClock

TYP = "placet-test+jwt"
ISSUER, AUDIENCE = "https://login.example", "urn:placet:zz:test"
NOW = int(START.timestamp())
CLAIMS = ("iss", "sub", "aud", "exp", "iat", "nbf", "jti", "client_id", "scope")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@functools.cache
def keys() -> KeyStore:
    with tempfile.TemporaryDirectory() as folder:
        return KeyStore.create(Path(folder) / "k", "ES256")


def verifier() -> TokenVerifier:
    return TokenVerifier(
        issuer=ISSUER, audience=AUDIENCE, keys=keys().public_jwks, clock=SteppingClock()
    )


@given(st.binary(max_size=200))
def test_what_is_signed_verifies(payload: bytes) -> None:
    token = sign_jws(payload, keys().active(), typ=TYP)
    assert verify_jws(token, keys().public_jwks(), typ=TYP, algorithms=["ES256"]) == payload


@given(st.binary(max_size=60), st.data())
def test_no_changed_token_verifies(payload: bytes, data: st.DataObject) -> None:
    token = sign_jws(payload, keys().active(), typ=TYP)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda c: c != token[at]))
    changed = token[:at] + other + token[at + 1 :]
    with pytest.raises(BadSignature):
        verify_jws(changed, keys().public_jwks(), typ=TYP, algorithms=["ES256"])


@given(st.binary(max_size=50))
def test_bytes_have_one_base64url_spelling(data: bytes) -> None:
    text = b64url(data)
    assert unb64url(text) == data
    for other in (text + "=", text + "\n", " " + text):
        with pytest.raises(MalformedJws):
            unb64url(other)


@given(st.text(max_size=200) | st.from_regex(r"[\w-]*\.[\w-]*\.[\w-]*", fullmatch=True))
def test_no_text_makes_a_verifier_fail_in_another_way(text: str) -> None:
    with pytest.raises(AppError):
        verifier().verify(text)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(CLAIMS, json_values)))
def test_signed_claims_of_any_shape_are_a_caller_or_a_refusal(strange: dict[str, Any]) -> None:
    usual = {
        "iss": ISSUER,
        "sub": "s",
        "aud": AUDIENCE,
        "client_id": "c",
        "exp": NOW + 60,
        "iat": NOW,
        "jti": "j",
    }
    body = json.dumps({**usual, **strange}).encode()
    try:
        caller = verifier().verify(sign_jws(body, keys().active(), typ="at+jwt"))
    except AppError:
        return
    assert caller.issuer == ISSUER
    assert caller.subject
    assert AUDIENCE in strange.get("aud", AUDIENCE)


@given(st.binary(max_size=100))
def test_strict_json_reads_or_raises_value_error(raw: bytes) -> None:
    try:
        value = loads(raw)
    except ValueError:
        return
    assert json.loads(raw) == value


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_times_are_read_as_they_were_written(time: datetime) -> None:
    assert from_rfc3339(to_rfc3339(time)) == time


@given(st.text(max_size=60), st.binary(min_size=3, max_size=40), st.text(max_size=60))
def test_a_token_in_a_text_never_shows(before: str, payload: bytes, after: str) -> None:
    token = sign_jws(payload, keys().active(), typ=TYP)
    shown = redact_text(f"{before} {token} {after}")
    for part in token.split("."):
        assert part not in shown


@given(st.text(max_size=10), json_values)
def test_anything_becomes_a_line(key: str, value: object) -> None:
    json.dumps(redact(key, value), allow_nan=False)
