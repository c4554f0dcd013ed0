# SPDX-License-Identifier: Apache-2.0
"""Keys and policy of witnessing, from their files: what is refused before a process starts."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit_log.adapters.cosigner_keys import (
    create_ml_dsa_keys,
    read_log_cosigners,
    read_witness_keys,
)
from audit_log.adapters.key_files import create_missing_keys, read_signer
from audit_log.adapters.policy_file import read_policy
from audit_log.adapters.signatures import CosigningKey, check_signature
from audit_log.domain.checkpoint import Checkpoint
from audit_log.domain.cosignature import cosign
from audit_log.domain.merkle import EMPTY_ROOT
from audit_log.domain.note import Algorithm, ed25519_key
from audit_log.domain.policy import NO_WITNESSES
from shared.keys import KeyStoreError
from shared.settings import SettingsError

LOG = ed25519_key("log.example/zz", b"l" * 32)
OWN = CosigningKey("witness.example/zz", Ed25519PrivateKey.from_private_bytes(b"o" * 32))
FOREIGN = CosigningKey("witness.example/se", Ed25519PrivateKey.from_private_bytes(b"f" * 32))
OWN_LINE = f"witness own {OWN.key} https://own.example\n"
SE_LINE = f"witness se {FOREIGN.key} https://se.example\n"


def policy(folder: Path, text: str) -> Path:
    path = folder / "witnesses.policy"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_policy_nobody_is_waited_for() -> None:
    assert read_policy(None, log=LOG, own=()) is NO_WITNESSES


def test_our_own_witness_may_be_listed_and_is_not_counted(tmp_path: Path) -> None:
    path = policy(tmp_path, f"log {LOG}\n{OWN_LINE}{SE_LINE}quorum se\n")
    found = read_policy(path, log=LOG, own=(OWN,))
    assert found.counted() == {"se"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{OWN_LINE}{SE_LINE}group g 2 own se\nquorum g\n", "own witness"),
        (f"{SE_LINE.replace(' https://se.example', '')}quorum se\n", "no URL"),
        (f"log {ed25519_key('log.example/xx', b'x' * 32)}\n{SE_LINE}quorum se\n", "other logs"),
        (SE_LINE, "no quorum"),
    ],
)
def test_a_policy_that_could_not_be_kept_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        read_policy(policy(tmp_path, text), log=LOG, own=(OWN,))


def test_a_policy_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read_policy(tmp_path / "none", log=LOG, own=())


def test_a_witness_has_keys_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    assert read_witness_keys(folder, "w") == ()
    create_missing_keys(folder)
    (witness,) = read_witness_keys(folder, "w")
    assert witness.key.key != read_signer(folder, "log.example/zz").key.key
    assert read_log_cosigners(folder, "log.example/zz") == ()


def test_ml_dsa_keys_are_a_second_line_of_log_and_witness(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    create_missing_keys(folder)
    create_ml_dsa_keys(folder)
    create_ml_dsa_keys(folder)  # and not a second time
    (line,) = read_log_cosigners(folder, "log.example/zz")
    ed25519, ml_dsa = read_witness_keys(folder, "w")
    types = [one.key.algorithm for one in (line, ed25519, ml_dsa)]
    assert types == [
        *(Algorithm.COSIGNATURE_ML_DSA_44, Algorithm.COSIGNATURE_ED25519),
        Algorithm.COSIGNATURE_ML_DSA_44,
    ]
    text = Checkpoint(origin="log.example/zz", size=0, root=EMPTY_ROOT).text()
    for one in (line, ed25519, ml_dsa):
        signed = cosign(one.key, one.sign, text, 1)
        assert check_signature(one.key, text.encode(), signed.blob)
    (folder / "log-ml-dsa-44.key").chmod(0o644)
    with pytest.raises(KeyStoreError, match="0600"):
        read_log_cosigners(folder, "log.example/zz")
