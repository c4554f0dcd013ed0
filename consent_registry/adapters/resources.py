# SPDX-License-Identifier: Apache-2.0
"""The policy and the disease hierarchy: the operator's files, or the ones shipped here."""

from importlib.resources import files
from pathlib import Path
from typing import Final

from consent_registry.domain.disease_files import read_release
from consent_registry.domain.diseases import Diseases
from consent_registry.domain.policy import Policy, load_policy

_SHIPPED: Final = files("consent_registry.adapters") / "data"


def read_policy(path: Path | None) -> Policy:
    """Read a policy file, or the shipped one. Raises OSError and PolicyFaults."""
    source = path if path is not None else _SHIPPED / "policy.toml"
    return load_policy(source.read_text(encoding="utf-8"))


def read_diseases(path: Path | None) -> Diseases:
    """Read an OBO Graph file, gzipped or not, or the shipped extract.

    Raises OSError, and BadHierarchy when it is not a usable hierarchy.
    """
    source = path if path is not None else _SHIPPED / "mondo-extract.json"
    return read_release(source.read_bytes())
