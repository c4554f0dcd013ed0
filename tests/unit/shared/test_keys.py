# SPDX-License-Identifier: Apache-2.0
"""Key stores and the signatures made with them: nothing but the right key opens anything."""

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jws as foreign_jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import KeySet, RSAKey

from shared.jose import MAX_JWS_CHARS, b64url, has_key
from shared.keys import (
    Algorithm,
    BadSignature,
    KeyStore,
    KeyStoreError,
    MalformedJws,
    SigningKey,
    sign_jws,
    verify_jws,
)

ALGORITHMS: tuple[Algorithm, ...] = ("RS256", "ES256", "Ed25519")
TYP = "placet-test+jwt"
PAYLOAD = b'{"hello":"world"}'


@pytest.fixture(params=ALGORITHMS)
def store(request: pytest.FixtureRequest) -> KeyStore:
    name = {"RS256": "rsa_store", "ES256": "ec_store", "Ed25519": "ed_store"}[request.param]
    found = request.getfixturevalue(name)
    assert isinstance(found, KeyStore)
    return found


def assemble(header: object, payload: bytes, signature: bytes) -> str:
    return f"{b64url(json.dumps(header).encode())}.{b64url(payload)}.{b64url(signature)}"


def signed_with(key: SigningKey, header: dict[str, Any], payload: bytes = PAYLOAD) -> str:
    protected = f"{b64url(json.dumps(header).encode())}.{b64url(payload)}"
    return f"{protected}.{b64url(key.sign(protected.encode()))}"


def header_of(key: SigningKey, **more: Any) -> dict[str, Any]:
    return {"alg": key.algorithm, "kid": key.kid, "typ": TYP, **more}


def refuse(token: str, jwks: dict[str, Any], algorithms: tuple[str, ...] = ALGORITHMS) -> str:
    with pytest.raises(BadSignature) as refused:
        verify_jws(token, jwks, typ=TYP, algorithms=algorithms)
    return str(refused.value)


def test_a_store_publishes_two_keys_the_active_one_first(store: KeyStore) -> None:
    keys = store.public_jwks()["keys"]
    assert len(keys) == 2
    assert keys[0]["kid"] == store.active().kid
    for key in keys:
        assert key["alg"] == store.algorithm
        assert key["use"] == "sig"
        assert key["kid"]
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key), "no private member leaves"


def test_a_kid_is_its_keys_rfc_7638_thumbprint(store: KeyStore) -> None:
    keys = store.public_jwks()["keys"]
    assert keys
    for jwk in keys:
        members = {name: jwk[name] for name in jwk if name in {"crv", "e", "kty", "n", "x", "y"}}
        text = json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
        digest = hashlib.sha256(text).digest()
        assert jwk["kid"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def test_what_is_signed_verifies_and_another_store_does_not_verify_it(store: KeyStore) -> None:
    token = sign_jws(PAYLOAD, store.active(), typ=TYP, header={"jku": "https://x.example/api/jwk"})
    given = verify_jws(token, store.public_jwks(), typ=TYP, algorithms=[store.algorithm])
    assert given == PAYLOAD
    other = {"keys": [{**store.public_jwks()["keys"][1], "kid": store.active().kid}]}
    refuse(token, other)


def test_a_store_is_the_same_after_reading_its_folder_again(tmp_path: Path) -> None:
    made = KeyStore.create(tmp_path / "k", "ES256")
    again = KeyStore(tmp_path / "k")
    assert again.public_jwks() == made.public_jwks()
    token = sign_jws(PAYLOAD, again.active(), typ=TYP)
    assert verify_jws(token, made.public_jwks(), typ=TYP, algorithms=["ES256"]) == PAYLOAD


def test_another_library_reads_what_we_sign_and_we_what_it_signs(rsa_store: KeyStore) -> None:
    token = sign_jws(PAYLOAD, rsa_store.active(), typ=TYP)
    keys = KeySet([RSAKey.import_key(jwk) for jwk in rsa_store.public_jwks()["keys"]])
    assert foreign_jws.deserialize_compact(token, keys).payload == PAYLOAD
    pem = rsa_store.active().private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    theirs = foreign_jws.serialize_compact(
        header_of(rsa_store.active()), PAYLOAD, RSAKey.import_key(pem)
    )
    assert verify_jws(theirs, rsa_store.public_jwks(), typ=TYP, algorithms=["RS256"]) == PAYLOAD


def test_the_headers_we_set_cannot_be_replaced(ec_store: KeyStore) -> None:
    token = sign_jws(PAYLOAD, ec_store.active(), typ=TYP, header={"alg": "none", "typ": "x"})
    assert verify_jws(token, ec_store.public_jwks(), typ=TYP, algorithms=["ES256"]) == PAYLOAD


def test_the_next_key_verifies_too(ec_store: KeyStore, tmp_path: Path) -> None:
    token = sign_jws(PAYLOAD, ec_store.active(), typ=TYP)
    published = ec_store.public_jwks()
    published["keys"].reverse()
    assert verify_jws(token, published, typ=TYP, algorithms=["ES256"]) == PAYLOAD


def test_one_changed_character_anywhere_is_refused(store: KeyStore) -> None:
    token = sign_jws(PAYLOAD, store.active(), typ=TYP)
    for at in range(0, len(token), 7):
        other = "A" if token[at] != "A" else "B"
        refuse(token[:at] + other + token[at + 1 :], store.public_jwks())


def test_none_is_no_algorithm(rsa_store: KeyStore) -> None:
    for alg in ("none", "None", "NONE", ""):
        header = header_of(rsa_store.active()) | {"alg": alg}
        refuse(assemble(header, PAYLOAD, b""), rsa_store.public_jwks())
        refuse(assemble(header, PAYLOAD, b"x"), rsa_store.public_jwks(), (alg,))


def test_a_public_key_is_no_hmac_secret(rsa_store: KeyStore) -> None:
    key = rsa_store.active()
    public = key.private.public_key()
    secrets = [
        public.public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
        for encoding in (serialization.Encoding.PEM, serialization.Encoding.DER)
    ]
    secrets.append(json.dumps(rsa_store.public_jwks()["keys"][0]).encode())
    for secret in secrets:
        header = header_of(key) | {"alg": "HS256"}
        protected = f"{b64url(json.dumps(header).encode())}.{b64url(PAYLOAD)}"
        forged = hmac.new(secret, protected.encode(), hashlib.sha256).digest()
        refuse(f"{protected}.{b64url(forged)}", rsa_store.public_jwks())
        refuse(f"{protected}.{b64url(forged)}", rsa_store.public_jwks(), ("RS256", "HS256"))


def test_a_symmetric_key_in_a_key_set_is_never_used() -> None:
    secret = b"x" * 32
    jwks = {"keys": [{"kty": "oct", "k": b64url(secret), "kid": "k", "alg": "HS256"}]}
    header = {"alg": "HS256", "kid": "k", "typ": TYP}
    protected = f"{b64url(json.dumps(header).encode())}.{b64url(PAYLOAD)}"
    forged = hmac.new(secret, protected.encode(), hashlib.sha256).digest()
    refuse(f"{protected}.{b64url(forged)}", jwks, ("HS256",))


def test_the_algorithm_is_the_keys(rsa_store: KeyStore, ec_store: KeyStore) -> None:
    both = {"keys": rsa_store.public_jwks()["keys"] + ec_store.public_jwks()["keys"]}
    for alg in ("ES256", "PS256", "RS512", "RS384", "EdDSA"):
        refuse(signed_with(rsa_store.active(), header_of(rsa_store.active()) | {"alg": alg}), both)
    borrowed = header_of(rsa_store.active()) | {"kid": ec_store.active().kid}
    refuse(signed_with(rsa_store.active(), borrowed), both)


def test_an_algorithm_that_was_not_asked_for_is_refused(ec_store: KeyStore) -> None:
    refuse(sign_jws(PAYLOAD, ec_store.active(), typ=TYP), ec_store.public_jwks(), ("RS256",))


def test_a_key_for_another_algorithm_or_use_is_not_used(ec_store: KeyStore) -> None:
    token = sign_jws(PAYLOAD, ec_store.active(), typ=TYP)
    for change in ({"alg": "ES384"}, {"use": "enc"}, {"kty": "RSA"}, {"x": "AAAA"}):
        jwks = {"keys": [{**jwk, **change} for jwk in ec_store.public_jwks()["keys"]]}
        refuse(token, jwks)


def test_one_unusable_key_does_not_hide_the_others(ec_store: KeyStore) -> None:
    token = sign_jws(PAYLOAD, ec_store.active(), typ=TYP)
    kid = ec_store.active().kid
    strange = [{"kty": "AKP", "kid": kid}, {"kid": kid}, "text", {"kty": "EC", "kid": kid}]
    jwks = {"keys": strange + ec_store.public_jwks()["keys"]}
    assert verify_jws(token, jwks, typ=TYP, algorithms=["ES256"]) == PAYLOAD


def test_a_key_set_of_another_shape_holds_no_key(ec_store: KeyStore) -> None:
    token = sign_jws(PAYLOAD, ec_store.active(), typ=TYP)
    shapes: list[dict[str, Any]] = [{}, {"keys": None}, {"keys": "x"}, {"keys": {}}]
    for jwks in shapes:
        refuse(token, jwks)
        assert not has_key(jwks, "k")


def test_a_short_rsa_key_is_not_used() -> None:
    private = rsa.generate_private_key(public_exponent=65_537, key_size=1_024)  # noqa: S505 - that is the point
    key = SigningKey(kid="weak", algorithm="RS256", private=private)
    n = private.public_key().public_numbers().n
    jwk = {"kty": "RSA", "kid": "weak", "e": "AQAB", "n": b64url(n.to_bytes(128, "big"))}
    with pytest.warns(SecurityWarning):
        refuse(sign_jws(PAYLOAD, key, typ=TYP), {"keys": [jwk]})


@pytest.mark.parametrize("name", ["crit", "b64", "jwk", "x5u", "x5c"])
def test_a_header_that_brings_a_key_or_an_extension_is_refused(
    ec_store: KeyStore, name: str
) -> None:
    values: dict[str, Any] = {"crit": ["b64"], "b64": True, "x5u": "https://evil.example/"}
    value = values.get(name, ec_store.public_jwks()["keys"][0])
    token = signed_with(ec_store.active(), header_of(ec_store.active(), **{name: value}))
    with pytest.raises(MalformedJws):
        verify_jws(token, ec_store.public_jwks(), typ=TYP, algorithms=["ES256"])


def test_another_type_is_another_token(ec_store: KeyStore) -> None:
    for typ in ("placet-other+jwt", "", "JWT"):
        refuse(signed_with(ec_store.active(), header_of(ec_store.active()) | {"typ": typ}), {})
    without = {"alg": "ES256", "kid": ec_store.active().kid}
    refuse(signed_with(ec_store.active(), without), ec_store.public_jwks())
    spelled = header_of(ec_store.active()) | {"typ": "application/PLACET-test+jwt"}
    token = signed_with(ec_store.active(), spelled)
    assert verify_jws(token, ec_store.public_jwks(), typ=TYP, algorithms=["ES256"]) == PAYLOAD


def test_a_repeated_header_member_is_refused(ec_store: KeyStore) -> None:
    kid = ec_store.active().kid
    raw = f'{{"alg":"none","alg":"ES256","kid":"{kid}","typ":"{TYP}"}}'.encode()
    protected = f"{b64url(raw)}.{b64url(PAYLOAD)}"
    token = f"{protected}.{b64url(ec_store.active().sign(protected.encode()))}"
    with pytest.raises(MalformedJws):
        verify_jws(token, ec_store.public_jwks(), typ=TYP, algorithms=["ES256"])


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c.d",
        "a.b.c.d.e",
        "!!!.e30.e30",
        "e30=.e30.e30",
        "e30.e30.e30",
        "bnVsbA.e30.e30",
        "W10.e30.e30",
        "eyJhbGciOjF9.e30.e30",
        "e.e30.e30",
        "\u0435.\u0435.\u0435",
        "eyJhbGciOiJFUzI1NiJ9.e30.e30 ",
        "eyJhbGciOiJFUzI1NiJ9\n.e30.e30",
        "A" * 5_000 + ".e30.e30",
        b64url(b"[" * 3_000) + ".e30.e30",
        "eyJhbGciOiJFUzI1NiJ9.e30.e31",
    ],
)
def test_what_is_no_jws_is_malformed(token: str, ec_store: KeyStore) -> None:
    with pytest.raises(MalformedJws):
        verify_jws(token, ec_store.public_jwks(), typ=TYP, algorithms=["ES256"])


def test_a_token_beyond_the_size_limit_is_not_even_split(ec_store: KeyStore) -> None:
    with pytest.raises(MalformedJws):
        verify_jws("." * (MAX_JWS_CHARS + 1), ec_store.public_jwks(), typ=TYP, algorithms=["ES256"])


def test_an_ecdsa_signature_in_der_is_not_a_jws_signature(ec_store: KeyStore) -> None:
    token = sign_jws(PAYLOAD, ec_store.active(), typ=TYP)
    protected, _, signature = token.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    for bad in (raw + b"\0", raw[:-1], bytes(64), b"", b"\xff" * 64):
        refuse(f"{protected}.{b64url(bad)}", ec_store.public_jwks())


def test_messages_never_repeat_the_token(ec_store: KeyStore) -> None:
    token = signed_with(ec_store.active(), header_of(ec_store.active()), b'{"n":"Anna"}')
    said = refuse(token, {"keys": []})
    assert "Anna" not in said
    assert token[:20] not in said
    assert "Ed25519PrivateKey" not in repr(ec_store.active())


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "k"
    KeyStore.create(folder, "Ed25519")
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("suffix", ["*.pem", "keys.json"])
def test_a_store_that_others_may_read_is_refused(tmp_path: Path, suffix: str) -> None:
    folder = tmp_path / "k"
    KeyStore.create(folder, "ES256")
    next(folder.glob(suffix)).chmod(0o640)
    with pytest.raises(KeyStoreError, match="0600"):
        KeyStore(folder)


def test_a_damaged_store_is_refused_by_the_name_of_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "k"
    store = KeyStore.create(folder, "ES256")
    pem = folder / f"{store.active().kid}.pem"
    good, meta = pem.read_bytes(), (folder / "keys.json").read_bytes()
    other = KeyStore.create(tmp_path / "other", "Ed25519").active()
    foreign = (tmp_path / "other" / f"{other.kid}.pem").read_bytes()
    for content in (b"", b"not a key", foreign):
        pem.write_bytes(content)
        with pytest.raises(KeyStoreError, match="pem"):
            KeyStore(folder)
    pem.write_bytes(good)
    for content in (b"", b"[]", b"{}", b'{"algorithm":"HS256","keys":["x"]}', meta[:-1]):
        (folder / "keys.json").write_bytes(content)
        with pytest.raises(KeyStoreError, match=r"keys\.json"):
            KeyStore(folder)
    (folder / "keys.json").write_bytes(meta)
    assert KeyStore(folder).active().kid == store.active().kid
    pem.unlink()
    with pytest.raises(KeyStoreError, match="cannot be read"):
        KeyStore(folder)


def test_a_store_is_never_made_twice(tmp_path: Path) -> None:
    KeyStore.create(tmp_path / "k", "ES256")
    with pytest.raises(KeyStoreError, match="already"):
        KeyStore.create(tmp_path / "k", "ES256")
    with pytest.raises(KeyStoreError, match="cannot be read"):
        KeyStore(tmp_path / "nowhere")
