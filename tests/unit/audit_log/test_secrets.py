# SPDX-License-Identifier: Apache-2.0
"""Keys, sealed parts at rest, pseudonyms, key files and the head file."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_log.adapters.head_file import FileHead
from audit_log.adapters.key_files import (
    LogSigner,
    check_ed25519,
    create_missing_keys,
    read_keys,
    read_signer,
)
from audit_log.adapters.pseudonyms import HmacPseudonyms
from audit_log.adapters.vault import AesDataKey, FileVault
from audit_log.domain.errors import Unopenable
from audit_log.domain.note import VerifierKey
from audit_log.domain.parts import (
    binding,
    filled_up,
    framed,
    group_code,
    group_name,
    unpadded,
)
from shared.keys import KeyStore, KeyStoreError
from shared.sealing import SealedPart

ENTRY_ID = "01939a5c-0000-7000-8000-000000000000"


@given(st.binary(min_size=1, max_size=500))
def test_a_padded_part_reads_back_and_its_size_says_little(value: bytes) -> None:
    part = SealedPart(group="actor", salt=os.urandom(32), value=value)
    plain = filled_up(framed(part))
    assert len(plain) % 64 == 0
    assert len(plain) < 32 + 4 + len(value) + 64
    assert unpadded("actor", plain) == part


@pytest.mark.parametrize(
    "plain",
    [b"", b"x" * 35, b"x" * 65, b"s" * 32 + b"\0\0\0\xff" + bytes(28), bytes(36) + b"x" * 28],
)
def test_what_is_not_padded_so_is_refused(plain: bytes) -> None:
    with pytest.raises(ValueError, match="padded"):
        unpadded("actor", plain)


def test_groups_have_numbers_of_their_own() -> None:
    groups = ["actor", "net", "obo", "permit", *(f"subj/{n}" for n in range(64))]
    codes = [group_code(group) for group in groups]
    assert len(set(codes)) == len(groups)
    assert [group_name(code) for code in codes] == groups
    assert codes[:4] == [1, 2, 3, 4]
    assert codes[4] == 16


def test_a_sealed_part_opens_only_with_its_key_event_and_group() -> None:
    key, other = AesDataKey(b"k" * 32), AesDataKey(b"o" * 32)
    bound = binding(ENTRY_ID, "actor")
    sealed = key.seal(b"plain", bound)
    assert key.open(sealed, bound) == b"plain"
    assert key.seal(b"plain", bound) != sealed
    flipped = bytes([sealed[0] ^ 1]) + sealed[1:]
    wrong = binding(ENTRY_ID, "net")
    for one, data, ties in (
        (other, sealed, bound),
        (key, flipped, bound),
        (key, sealed, wrong),
        (key, b"", bound),
    ):
        with pytest.raises(Unopenable):
            one.open(data, ties)


def test_no_nonce_is_given_twice_and_a_part_is_sealed_under_the_one_it_was_handed() -> None:
    """A key that met a nonce twice would give away both of its parts."""
    vault = FileVault({"kek-0001": b"a" * 32})
    nonces = [*vault.nonces(5_000), *vault.nonces(5_000)]
    assert len(set(nonces)) == 10_000
    assert {len(nonce) for nonce in nonces} == {12}
    assert list(vault.nonces(0)) == []
    key, _ = vault.fresh(1)
    sealed = key.seal(b"plain", b"bound", nonces[0])
    assert sealed.startswith(nonces[0])
    assert key.open(sealed, b"bound") == b"plain"


def test_a_data_key_unwraps_only_under_its_number_and_kek() -> None:
    vault = FileVault({"kek-0001": b"a" * 32, "kek-0002": b"b" * 32})
    assert vault.kek == "kek-0002"
    key, wrapped = vault.fresh(7)
    sealed = key.seal(b"plain", b"")
    assert vault.unwrap(7, "kek-0002", wrapped).open(sealed, b"") == b"plain"
    for kid, kek, data in (
        (8, "kek-0002", wrapped),
        (7, "kek-0001", wrapped),
        (7, "kek-0003", wrapped),
        (7, "kek-0002", b""),
    ):
        with pytest.raises(Unopenable):
            vault.unwrap(kid, kek, data)


def test_pseudonyms_differ_by_name_kind_year_and_secret() -> None:
    one, other = HmacPseudonyms(b"1" * 32), HmacPseudonyms(b"2" * 32)
    numbers = {
        one.search(2026, "actor", "ab", "c"),
        one.search(2026, "actor", "a", "bc"),
        one.search(2027, "actor", "ab", "c"),
        one.search(2026, "permit", "ab", "c"),
        other.search(2026, "actor", "ab", "c"),
    }
    assert len(numbers) == 5
    assert all(-(1 << 63) <= number < 1 << 63 for number in numbers)
    assert one.search(2026, "actor", "ab", "c") in numbers
    assert len(one.holder(("actor", ("a", "b")))) == 16
    assert one.holder(("actor", ("a", "b"))) != one.holder(("person", ("a", "b")))


def test_missing_keys_are_made_once_and_nobody_else_may_read_them(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    create_missing_keys(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    create_missing_keys(folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    for path in before:
        if path.name != ".lock":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    keys = read_keys(folder)
    assert keys.vault.kek == "kek-0001"
    signer = LogSigner("log.example", keys.signing)
    assert signer.key == read_signer(folder, "log.example").key
    signature = signer.sign(b"message")
    assert check_ed25519(signer.key, b"message", signature)
    assert not check_ed25519(signer.key, b"another", signature)
    assert not check_ed25519(signer.key, b"message", b"short")
    other = VerifierKey(name="log.example", algorithm=6, key=signer.key.key)
    assert not check_ed25519(other, b"message", signature)


def test_a_key_folder_that_is_not_safe_or_whole_is_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    with pytest.raises(KeyStoreError, match="kek"):
        read_keys(folder)
    create_missing_keys(folder)
    secret = folder / "search.key"
    secret.chmod(0o644)
    with pytest.raises(KeyStoreError, match=r"search\.key: others"):
        read_keys(folder)
    secret.chmod(0o600)
    for content in (b"", b"???", b"c2hvcnQ="):
        secret.write_bytes(content)
        with pytest.raises(KeyStoreError, match=r"search\.key"):
            read_keys(folder)
    secret.unlink()
    with pytest.raises(KeyStoreError, match=r"search\.key: cannot be read"):
        read_keys(folder)


def test_the_log_signs_with_ed25519_alone(tmp_path: Path) -> None:
    store = KeyStore.create(tmp_path / "keys", "ES256")
    with pytest.raises(KeyStoreError, match="Ed25519"):
        LogSigner("log.example", store.active())


def test_the_head_file_holds_the_newest_note_only(tmp_path: Path) -> None:
    head = FileHead(tmp_path / "head.note")
    assert head.read() is None
    head.write(b"first")
    head.write(b"second")
    assert head.read() == b"second"
    assert [path.name for path in tmp_path.iterdir()] == ["head.note"]
