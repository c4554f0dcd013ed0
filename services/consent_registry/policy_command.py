# SPDX-License-Identifier: Apache-2.0
"""`placet consent policy check|sign|keys`: policy files, before a node reads them."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Final

from consent_registry.adapters.resources import read_policy
from services.command import OK, USAGE, CommandFailed, Commands, add_command, add_group, print_json
from shared.country_policy import PolicyFaults
from shared.keys import KeyStore, KeyStoreError, sign_jws
from shared.policy_files import POLICY_TYP, SIGNATURE_SUFFIX

_GROUP_HELP: Final = "A country's or an institution's policy files: check, sign, publish the keys."
_CHECK_HELP: Final = """\
Read a policy file and name everything that is wrong with it.

  placet consent policy check docs/policies/example-fi.toml
"""
_SIGN_HELP: Final = """\
Sign a policy file: writes FILE.jws beside it. The key folder is made when it is not there.

  placet consent policy sign policy.toml --keys /secure/policy-keys
"""
_KEYS_HELP: Final = """\
Print the JWK set of a key folder, for PLACET_POLICY_KEYS_FILE of the nodes that trust it.

  placet consent policy keys --keys /secure/policy-keys > policy-keys.json
"""


def add(commands: Commands) -> None:
    """Add the group `policy`."""
    group = add_group(commands, "policy", "policy files: check, sign, keys", _GROUP_HELP)
    check = add_command(group, "check", _check, "name every fault of a file", _CHECK_HELP)
    check.add_argument("file", type=Path, metavar="FILE")
    sign = add_command(group, "sign", _sign, "sign a file", _SIGN_HELP)
    sign.add_argument("file", type=Path, metavar="FILE")
    _add_keys(sign)
    _add_keys(add_command(group, "keys", _keys, "print the public keys", _KEYS_HELP))


def _add_keys(parser: ArgumentParser) -> None:
    parser.add_argument("--keys", type=Path, required=True, metavar="FOLDER")


def _check(parsed: Namespace) -> int:
    _readable(parsed.file)
    print("The policy is usable.")
    return OK


def _sign(parsed: Namespace) -> int:
    _readable(parsed.file)
    token = sign_jws(parsed.file.read_bytes(), key_store(parsed.keys).active(), typ=POLICY_TYP)
    beside: Path = parsed.file.with_name(f"{parsed.file.name}{SIGNATURE_SUFFIX}")
    beside.write_text(f"{token}\n", encoding="ascii")
    print(f"Signed: {beside}")
    return OK


def _keys(parsed: Namespace) -> int:
    print_json(key_store(parsed.keys).public_jwks())
    return OK


def _readable(file: Path) -> None:
    try:
        read_policy(file)
    except (OSError, UnicodeDecodeError):
        raise CommandFailed("The policy file cannot be read.", USAGE) from None
    except PolicyFaults as bad:
        lines = "\n".join(f"  {fault}" for fault in bad.faults)
        raise CommandFailed(f"The policy has faults:\n{lines}", USAGE) from None


def key_store(folder: Path) -> KeyStore:
    """Open the key folder of policies, forms and mappings, or make it. Raises CommandFailed."""
    try:
        store = KeyStore(folder) if folder.exists() else KeyStore.create(folder, "Ed25519")
    except KeyStoreError as fault:
        raise CommandFailed(f"The key folder is not usable: {fault}", USAGE) from None
    if store.algorithm != "Ed25519":
        raise CommandFailed("The key folder holds no Ed25519 keys.", USAGE)
    return store
