# SPDX-License-Identifier: Apache-2.0
"""Signed policy files: a file, every `*.toml` of a folder, or the one that ships."""

import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from shared.country_policy import Dated, PolicyFaults
from shared.keys import verify_jws

POLICY_TYP: Final = "placet-policy+jws"
SIGNATURE_SUFFIX: Final = ".jws"
_SHIPPED: Final = files("shared") / "data" / "policy.toml"


class OfCountry(Dated, Protocol):
    """A policy that says whose it is."""

    @property
    def country(self) -> str:
        """The country's code (ISO 3166-1 alpha-2)."""
        ...


AnyPolicy = TypeVar("AnyPolicy", bound=OfCountry)


def policy_text(path: Path | None) -> str:
    """Give the text of a policy file, or of the shipped one. Raises OSError, UnicodeDecodeError."""
    return (path if path is not None else _SHIPPED).read_text(encoding="utf-8")


def read_policy_files(
    path: Path | None, trusted: Path | None, load: Callable[[str], AnyPolicy]
) -> tuple[AnyPolicy, ...]:
    """Read the policies of a node with `load`: a file, every `*.toml` of a folder, or the shipped.

    With `trusted` (a JWK set of Ed25519 keys) each file must have a signature beside it. All are of
    one country, because one opt-out register serves them. Raises OSError and PolicyFaults, which
    names every fault of every file.
    """
    if path is None:
        return (load(policy_text(None)),)
    found = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    keys = read_key_set(trusted) if trusted is not None else None
    faults: list[str] = [] if found else ["the folder has no *.toml"]
    policies: list[AnyPolicy] = []
    for file in found:
        try:
            if keys is not None:
                check_signature(file, keys)
            policies.append(load(policy_text(file)))
        except PolicyFaults as bad:
            faults += [f"{file.name}: {fault}" for fault in bad.faults]
    if len({policy.country for policy in policies}) > 1:
        faults.append("country: the files are of several countries")
    if faults:
        raise PolicyFaults(tuple(faults))
    return tuple(policies)


def check_signature(policy: Path, keys: Mapping[str, Any], typ: str = POLICY_TYP) -> None:
    """Check that a trusted key signed exactly the bytes of a policy file, or of one like it.

    The signature is a compact JWS over those bytes in `<file>.jws`. Raises PolicyFaults.
    """
    try:
        token = policy.with_name(f"{policy.name}{SIGNATURE_SUFFIX}").read_text(encoding="ascii")
        signed = verify_jws(token.strip(), keys, typ=typ, algorithms=("Ed25519",))
    except (OSError, ValueError):
        raise PolicyFaults(("no signature of a trusted key",)) from None
    if signed != policy.read_bytes():
        raise PolicyFaults(("the signature is over another text",))


def read_key_set(path: Path) -> Mapping[str, Any]:
    """Read a JWK set from a file. Raises OSError, and PolicyFaults when it is none."""
    try:
        keys = json.loads(path.read_bytes())
    except ValueError:
        raise PolicyFaults(("the trusted keys are no JWK set",)) from None
    if not isinstance(keys, dict) or not isinstance(keys.get("keys"), list):
        raise PolicyFaults(("the trusted keys are no JWK set",))
    return keys
