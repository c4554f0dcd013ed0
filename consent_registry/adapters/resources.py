# SPDX-License-Identifier: Apache-2.0
"""The policy, the disease hierarchy, the FHIR mappings: the operator's files, or those shipped."""

from importlib.resources import files
from pathlib import Path
from typing import Final

from consent_registry.domain.disease_files import read_release
from consent_registry.domain.diseases import Diseases
from consent_registry.domain.fhir.mapping import FhirMapping, MappingFaults, load_mapping
from consent_registry.domain.policy import Policy
from consent_registry.domain.policy_file import load_policy
from shared.country_policy import PolicyFaults
from shared.policy_files import check_signature, policy_text, read_key_set, read_policy_files

_SHIPPED: Final = files("consent_registry.adapters") / "data"
MAPPING_TYP: Final = "placet-fhir-mapping+jws"


def read_policy(path: Path | None) -> Policy:
    """Read a policy file, or the shipped one. Raises OSError and PolicyFaults."""
    return load_policy(policy_text(path))


def read_policies(path: Path | None, trusted: Path | None) -> tuple[Policy, ...]:
    """Read the policies of a node: see `shared.policy_files`. Raises OSError and PolicyFaults."""
    return read_policy_files(path, trusted, load_policy)


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


def read_diseases(path: Path | None) -> Diseases:
    """Read an OBO Graph file, gzipped or not, or the shipped extract.

    Raises OSError, and BadHierarchy when it is not a usable hierarchy.
    """
    source = path if path is not None else _SHIPPED / "mondo-extract.json"
    return read_release(source.read_bytes())
