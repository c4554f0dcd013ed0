# SPDX-License-Identifier: Apache-2.0
"""The policy, the disease hierarchy, the FHIR mappings: the operator's files, or those shipped."""

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from consent_registry.domain.disease_files import read_release
from consent_registry.domain.diseases import Diseases
from consent_registry.domain.fhir.mapping import FhirMapping, MappingFaults, load_mapping
from consent_registry.domain.policy import Policy, PolicyFaults
from consent_registry.domain.policy_file import load_policy
from shared.keys import verify_jws

_SHIPPED: Final = files("consent_registry.adapters") / "data"
POLICY_TYP: Final = "placet-policy+jws"
MAPPING_TYP: Final = "placet-fhir-mapping+jws"
SIGNATURE_SUFFIX: Final = ".jws"


def read_policy(path: Path | None) -> Policy:
    """Read a policy file, or the shipped one. Raises OSError and PolicyFaults."""
    source = path if path is not None else _SHIPPED / "policy.toml"
    return load_policy(source.read_text(encoding="utf-8"))


def read_policies(path: Path | None, trusted: Path | None) -> tuple[Policy, ...]:
    """Read the policies of a node: a file, every `*.toml` of a folder, or the shipped one.

    With `trusted` (a JWK set of Ed25519 keys) each file must have a signature beside it. All are of
    one country, because one opt-out register serves them. Raises OSError and PolicyFaults, which
    names every fault of every file.
    """
    if path is None:
        return (read_policy(None),)
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    keys = read_key_set(trusted) if trusted is not None else None
    faults: list[str] = [] if files else ["the folder has no *.toml"]
    policies: list[Policy] = []
    for file in files:
        try:
            if keys is not None:
                check_signature(file, keys)
            policies.append(read_policy(file))
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


def read_fhir_mappings(
    path: Path | None, trusted: Path | None, diseases: Diseases
) -> tuple[FhirMapping, ...]:
    """Read how foreign FHIR consents are read: a file, or every `*.toml` of a folder.

    With `trusted` each needs a signature of its own type beside it, like a policy. Raises OSError
    and MappingFaults, which names every fault of every file.
    """
    if path is None:
        return ()
    found = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    faults: list[str] = [] if found else ["the folder has no *.toml"]
    mappings: list[FhirMapping] = []
    for file in found:
        try:
            if trusted is not None:
                check_signature(file, read_key_set(trusted), MAPPING_TYP)
            mappings.append(load_mapping(file.read_text(encoding="utf-8"), diseases))
        except (PolicyFaults, MappingFaults) as bad:
            faults += [f"{file.name}: {fault}" for fault in bad.faults]
    if len({one.name for one in mappings}) < len(mappings):
        faults.append("name: two files have the same")
    if faults:
        raise MappingFaults(tuple(faults))
    return tuple(mappings)


def read_key_set(path: Path) -> Mapping[str, Any]:
    """Read a JWK set from a file. Raises OSError, and PolicyFaults when it is none."""
    try:
        keys = json.loads(path.read_bytes())
    except ValueError:
        raise PolicyFaults(("the trusted keys are no JWK set",)) from None
    if not isinstance(keys, dict) or not isinstance(keys.get("keys"), list):
        raise PolicyFaults(("the trusted keys are no JWK set",))
    return keys


def read_diseases(path: Path | None) -> Diseases:
    """Read an OBO Graph file, gzipped or not, or the shipped extract.

    Raises OSError, and BadHierarchy when it is not a usable hierarchy.
    """
    source = path if path is not None else _SHIPPED / "mondo-extract.json"
    return read_release(source.read_bytes())
