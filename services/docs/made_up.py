# SPDX-License-Identifier: Apache-2.0
"""An environment in which a process can be built but does nothing: examples and throw-away files.

The values are the examples that each setting declares, so an example that does not load is found
here. Never used to serve anybody.
"""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from services.devidp.registry import demo_registry
from services.devidp.registry_file import create_secrets, write_registry
from shared.keys import KeyStore
from shared.settings import json_schema

_ROOT: Final = Path(__file__).resolve().parents[2]
_TRUST: Final = _ROOT / "services" / "clearinghouse" / "trusted-sources.example.json"
_PAGES: Final = ("consent_registry", "permit_service", "audit_log")


def environment(settings: type[object], folder: Path) -> dict[str, str]:
    """Give an environment that `settings` loads, with its files made below an existing folder.

    It holds what is required and every address. It is a development one, because only a
    development node makes keys that are missing.
    """
    schema = json_schema(settings)
    shown = {
        name: about["examples"][0]
        for name, about in schema["properties"].items()
        if name in schema["required"] or (about.get("format") == "uri" and "examples" in about)
    }
    found = {**shown, "PLACET_ENV": "development"}
    for name in found:
        if name.endswith("_FILE") and _is_secret(settings, name):
            found[name] = str(_secret_file(folder / name.lower()))
    for name in ("PLACET_KEYS_DIR", "PLACET_SPOOL_DIR", "PLACET_RUN_DIR", "PLACET_DATA_DIR"):
        if name in found:
            found[name] = str(folder / name.lower())
    if "PLACET_TRUSTED_SOURCES" in found:
        found["PLACET_TRUSTED_SOURCES"] = str(_TRUST)
    if "PLACET_REGISTRY_FILE" in found:
        found["PLACET_REGISTRY_FILE"] = str(_registry(folder))
        KeyStore.create(folder / "placet_keys_dir", "RS256")
    return found


def _is_secret(settings: type[object], name: str) -> bool:
    about: Mapping[str, object] = json_schema(settings)["properties"][name]
    return about.get("writeOnly") is True


def _secret_file(path: Path) -> Path:
    path.touch(mode=0o600)
    path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path


def _registry(folder: Path) -> Path:
    registry = demo_registry(
        node="ZZ",
        pages={name: f"https://{name.partition('_')[0]}.example" for name in _PAGES},
        secrets_folder=folder / "secrets",
    )
    create_secrets(registry)
    path = folder / "registry.json"
    write_registry(registry, path)
    return path


def describe(document: Mapping[str, object]) -> str:
    """Write a JSON document so that two runs give the same text."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
