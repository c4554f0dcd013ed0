# SPDX-License-Identifier: Apache-2.0
"""Whom the stand-alone verifier believes: keys, policies, witnesses; and that it stands alone."""

import ast
import os
import subprocess
import sys
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit_log.adapters.pack import VERIFIER, companions, verify
from audit_log.domain import pack
from audit_log.domain.checkpoint import Checkpoint
from audit_log.domain.note import Algorithm, Signature, SignedNote, VerifierKey, ed25519_key
from tests.contract.audit_log.test_publishing import Signing
from tests.support.log_world import ORIGIN
from tests.support.packs import POLICY, VKEY, Files, Trusted, together, with_manifest

MALLORY = Ed25519PrivateKey.from_private_bytes(b"m" * 32)
WITNESS = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)


def cosigner(name: str, private: Ed25519PrivateKey) -> VerifierKey:
    key = private.public_key().public_bytes_raw()
    return VerifierKey(name=name, algorithm=Algorithm.COSIGNATURE_ED25519, key=key)


def cosigned(files: Files, *witnesses: tuple[str, Ed25519PrivateKey], stamp: int = 7) -> Files:
    """Let witnesses cosign the pack's checkpoint; everything that names it follows."""
    old = files[pack.CHECKPOINT]
    note, added = old, b""
    text = old.decode().partition("\n\n")[0] + "\n"
    for name, private in witnesses:
        message = f"cosignature/v1\ntime {stamp}\n{text}".encode()
        blob = stamp.to_bytes(8, "big") + private.sign(message)
        added += f"{Signature(name=name, key_id=cosigner(name, private).id, blob=blob)}\n".encode()
    note += added
    changed = {name: data.replace(old, note) for name, data in files.items()}
    return with_manifest({**changed, pack.AS_OF: files[pack.AS_OF]})


# Each witness is a member once: whoever stood in two groups would count twice.
GROUPS = {
    "one": "group one any se fi\n",
    "both": "group both all se fi\n",
    "two": "group others any fi\ngroup two 2 others se\n",
}


def policy(quorum: str) -> str:
    se, fi = cosigner("se.example/w", WITNESS), cosigner("fi.example/w", OTHER)
    return (
        f"log {VKEY} # ours\n\nwitness se {se} https://se.example/w\nwitness fi {fi}\n"
        f"{GROUPS.get(quorum, '')}quorum {quorum}\n"
    )


BY_SE = ("se.example/w", WITNESS)
BY_FI = ("fi.example/w", OTHER)


@pytest.mark.parametrize(
    ("quorum", "signers", "code"),
    [
        ("none", (), 0),
        ("one", (), 1),
        ("one", (BY_SE,), 0),
        ("both", (BY_SE,), 1),
        ("both", (BY_SE, BY_FI), 0),
        ("two", (BY_SE,), 1),
        ("two", (BY_FI,), 1),
        ("two", (BY_SE, BY_FI), 0),
        ("se", (BY_FI,), 1),
        ("se", (("se.example/w", MALLORY),), 1),
        ("nobody", (BY_SE,), 1),
    ],
)
def test_the_policy_s_quorum_decides(
    good: Files,
    trusted: Trusted,
    quorum: str,
    signers: tuple[tuple[str, Ed25519PrivateKey], ...],
    code: int,
) -> None:
    assert trusted.code(cosigned(good, *signers), policy=policy(quorum)) == code


def test_a_cosignature_of_no_time_or_with_a_flipped_bit_is_refused(
    good: Files, trusted: Trusted
) -> None:
    assert trusted.code(cosigned(good, BY_SE, stamp=0), policy=policy("se")) == verify.REFUSED
    signed = cosigned(good, BY_SE)
    line = signed[pack.CHECKPOINT].splitlines()[-1].decode()
    blob = bytearray(b64decode(line.split(" ")[2]))
    blob[-1] ^= 1
    bad = line.rpartition(" ")[0] + " " + b64encode(blob).decode()
    spoilt = {name: data.replace(line.encode(), bad.encode()) for name, data in signed.items()}
    assert trusted.code(with_manifest(spoilt), policy=policy("se")) == verify.REFUSED


def resigned(files: Files, private: Ed25519PrivateKey) -> Files:
    """Let somebody else sign both checkpoints, and put that key into the pack."""
    key = ed25519_key(ORIGIN, private.public_key().public_bytes_raw())
    changed = dict(files)
    for name in (pack.AS_OF, pack.CHECKPOINT):
        old = files[name]
        text = old.decode().partition("\n\n")[0] + "\n"
        signature = Signature(name=ORIGIN, key_id=key.id, blob=private.sign(text.encode()))
        note = bytes(SignedNote(text=text, signatures=(signature,)))
        changed = {one: data.replace(old, note) for one, data in changed.items()}
    changed[pack.VKEY] = f"{key}\n".encode()
    changed[pack.POLICY] = f"log {key}\nquorum none\n".encode()
    return with_manifest(changed)


def test_a_whole_false_pack_is_consistent_and_not_authenticated(
    good: Files, trusted: Trusted
) -> None:
    false = resigned(good, MALLORY)
    assert trusted.alone(false) == verify.NOT_AUTHENTICATED
    assert trusted.code(false) == verify.REFUSED
    key = false[pack.VKEY].decode().strip()
    assert trusted.code(false, vkey=key) == verify.REFUSED  # the trusted policy names another
    assert trusted.code(good, policy=false[pack.POLICY].decode()) == verify.REFUSED


def test_checkpoints_of_two_histories_are_refused(good: Files, trusted: Trusted) -> None:
    text = Checkpoint(origin=ORIGIN, size=5, root=b"\x05" * 32).text()
    key = Signing.key
    signature = Signature(name=key.name, key_id=key.id, blob=Signing().sign(text.encode()))
    other = bytes(SignedNote(text=text, signatures=(signature,)))
    spoilt = with_manifest({**good, pack.AS_OF: other})
    assert trusted.code(spoilt) == verify.REFUSED


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the verifier out of a pack, with nothing of ours to be found."""
    return subprocess.run(
        [sys.executable, "-I", str(folder / VERIFIER), *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_verifier_out_of_the_pack_runs_alone(good: Files, tmp_path: Path) -> None:
    together(good, tmp_path / "pack.zip")
    (tmp_path / VERIFIER).write_bytes(good[VERIFIER])
    (tmp_path / "policy.txt").write_text(POLICY, encoding="utf-8")
    (tmp_path / "trusted.vkey").write_text(VKEY + "\n", encoding="utf-8")
    outside = ("--vkey-file", "trusted.vkey", "--policy", "policy.txt")
    done = run(tmp_path, "pack.zip", *outside)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "VERIFIED"
    assert run(tmp_path, "pack.zip").returncode == 3
    assert run(tmp_path, "pack.zip", "--vkey", VKEY).returncode == 2
    assert run(tmp_path, "pack.zip", "--policy", "policy.txt").returncode == 2
    assert (
        run(tmp_path, "pack.zip", "--vkey-file", "none", "--policy", "policy.txt").returncode == 2
    )
    assert run(tmp_path, "policy.txt", *outside).returncode == 1
    assert run(tmp_path, "nowhere.zip", *outside).returncode == 1


def test_the_verifier_shares_no_code_and_runs_on_python_3_9() -> None:
    text = companions()[VERIFIER].decode()
    tree = ast.parse(text, feature_version=(3, 9))
    named = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [one.name for one in node.names]
        )
    }
    assert named - set(sys.stdlib_module_names) == {"cryptography"}
    younger = ("strict=", "slots=", "kw_only=", "tomllib", "StrEnum", "TypeAlias")
    assert [word for word in younger if word in text] == []
