# SPDX-License-Identifier: Apache-2.0
"""The policy and the disease hierarchy: the operator's files, or the ones shipped here."""

import gzip
import json
from importlib.resources import files
from pathlib import Path
from typing import Final

from consent_registry.domain.diseases import BadHierarchy, Diseases, from_obo_graph
from consent_registry.domain.policy import Policy, load_policy

_SHIPPED: Final = files("consent_registry.adapters") / "data"
_GZIP: Final = b"\x1f\x8b"


def read_policy(path: Path | None) -> Policy:
    """Read a policy file, or the shipped one. Raises OSError and PolicyFaults."""
    source = path if path is not None else _SHIPPED / "policy.toml"
    return load_policy(source.read_text(encoding="utf-8"))


def read_diseases(path: Path | None) -> Diseases:
    """Read an OBO Graph file, gzipped or not, or the shipped extract.

    Raises OSError, and BadHierarchy when it is not a usable hierarchy.
    """
    source = path if path is not None else _SHIPPED / "mondo-extract.json"
    raw = source.read_bytes()
    try:
        document = json.loads(gzip.decompress(raw) if raw.startswith(_GZIP) else raw)
    except (ValueError, EOFError, gzip.BadGzipFile) as broken:
        raise BadHierarchy("not JSON") from broken
    return from_obo_graph(document)
