# SPDX-License-Identifier: Apache-2.0
"""The registry as a JSON file, and the secret files beside it.

A file is read whole and refused with every fault named; nothing unknown in it is ignored. No
message shows a secret.
"""

import json
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeGuard

from services.devidp.registry import Access, Client, GrantType, Registry, User

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", re.ASCII)
_USER_KEYS: Final = {"login", "subject", "name", "role", "access"}
_CLIENT_KEYS: Final = {"client_id", "title", "grant_types", "access"}
_CLIENT_OPTIONS: Final = {"secret_file", "redirect_uris", "post_logout_redirect_uris"}
_OWNER_ONLY: Final = 0o600


class RegistryError(Exception):
    """The registry file cannot be used; `faults` has one line per fault."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults: Final[tuple[str, ...]] = tuple(faults)
        super().__init__("the registry file is not usable: " + "; ".join(self.faults))


def read_registry(path: Path) -> Registry:
    """Read a registry; raises RegistryError with every fault."""
    try:
        document = json.loads(path.read_bytes())
    except OSError:
        raise RegistryError([f"{path.name} cannot be read"]) from None
    except ValueError:
        raise RegistryError([f"{path.name} is not JSON"]) from None
    faults = list(_faults(document))
    if faults:
        raise RegistryError(faults)
    return Registry(
        resources=_read_access(document["resources"]),
        users=tuple(_read_user(user) for user in document["users"]),
        clients=tuple(_read_client(client) for client in document["clients"]),
    )


def write_registry(registry: Registry, path: Path) -> None:
    """Write a registry that `read_registry` gives back equal; the file is its owner's alone."""
    document = {
        "resources": _write_access(registry.resources),
        "users": [
            {
                "login": user.login,
                "subject": user.subject,
                "name": user.name,
                "role": user.role,
                "access": _write_access(user.access),
            }
            for user in registry.users
        ],
        "clients": [_write_client(client) for client in registry.clients],
    }
    _write_private(path, json.dumps(document, indent=2) + "\n")


def create_secrets(registry: Registry) -> None:
    """Write a random secret, mode 0600, for every confidential client that has none yet."""
    for client in registry.clients:
        if client.secret_file is not None and not client.secret_file.exists():
            client.secret_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_private(client.secret_file, secrets.token_urlsafe(32) + "\n")


def read_secrets(registry: Registry) -> Mapping[str, str]:
    """Read the secret of each confidential client; raises RegistryError with every fault."""
    found: dict[str, str] = {}
    faults: list[str] = []
    for client in registry.clients:
        if client.secret_file is None:
            continue
        try:
            found[client.client_id] = _read_private(client.secret_file)
        except ValueError as fault:
            faults.append(f"the secret of {client.client_id} {fault}")
    if faults:
        raise RegistryError(faults)
    return MappingProxyType(found)


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _read_private(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError("cannot be read") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ValueError("is in a file that others may use; make its mode 0600")
    if not text:
        raise ValueError("is empty")
    return text


def _read_access(held: Mapping[str, Any]) -> Access:
    return MappingProxyType({resource: frozenset(scopes) for resource, scopes in held.items()})


def _write_access(access: Access) -> dict[str, list[str]]:
    return {resource: sorted(scopes) for resource, scopes in access.items()}


def _read_user(held: Mapping[str, Any]) -> User:
    return User(
        login=held["login"],
        subject=held["subject"],
        name=held["name"],
        role=held["role"],
        access=_read_access(held["access"]),
    )


def _read_client(held: Mapping[str, Any]) -> Client:
    secret_file = held.get("secret_file")
    return Client(
        client_id=held["client_id"],
        title=held["title"],
        grant_types=frozenset(GrantType(name) for name in held["grant_types"]),
        access=_read_access(held["access"]),
        secret_file=Path(secret_file) if secret_file else None,
        redirect_uris=tuple(held.get("redirect_uris", ())),
        post_logout_redirect_uris=tuple(held.get("post_logout_redirect_uris", ())),
    )


def _write_client(client: Client) -> dict[str, Any]:
    written: dict[str, Any] = {
        "client_id": client.client_id,
        "title": client.title,
        "grant_types": sorted(grant.value for grant in client.grant_types),
        "access": _write_access(client.access),
        "redirect_uris": list(client.redirect_uris),
        "post_logout_redirect_uris": list(client.post_logout_redirect_uris),
    }
    if client.secret_file is not None:
        written["secret_file"] = str(client.secret_file)
    return written


def _faults(document: object) -> Iterator[str]:
    if not isinstance(document, dict) or set(document) != {"resources", "users", "clients"}:
        yield "it must be an object with resources, users and clients"
        return
    resources = document["resources"]
    if not _is_access(resources):
        yield "resources must map resource ids to lists of scopes"
        return
    for kind, key, required, optional in (
        ("users", "login", _USER_KEYS, set[str]()),
        ("clients", "client_id", _CLIENT_KEYS, _CLIENT_OPTIONS),
    ):
        entries = document[kind]
        if not isinstance(entries, list):
            yield f"{kind} must be a list"
            continue
        for at, entry in enumerate(entries):
            yield from _entry_faults(f"{kind}[{at}]", entry, required, optional, resources)
        names = [entry.get(key) for entry in entries if isinstance(entry, dict)]
        if len(names) != len(set(map(str, names))):
            yield f"{kind} has the same {key} twice"


def _entry_faults(
    where: str, entry: object, required: set[str], optional: set[str], resources: dict[str, Any]
) -> Iterator[str]:
    if not isinstance(entry, dict) or not required <= set(entry) <= required | optional:
        yield f"{where} must have exactly {', '.join(sorted(required))}"
        return
    for key in sorted(set(entry) & {"login", "client_id"}):
        if not isinstance(entry[key], str) or not _NAME.fullmatch(entry[key]):
            yield f"{where}.{key} must be a short name of letters, digits, _ . -"
    for key in sorted(set(entry) & {"subject", "name", "role", "title", "secret_file"}):
        if not isinstance(entry[key], str) or not entry[key].strip():
            yield f"{where}.{key} must be text"
    for key in sorted(set(entry) & {"redirect_uris", "post_logout_redirect_uris"}):
        if not _is_texts(entry[key]):
            yield f"{where}.{key} must be a list of text"
    yield from _access_faults(where, entry["access"], resources)
    if "grant_types" in entry:
        yield from _grant_faults(where, entry)


def _access_faults(where: str, access: object, resources: dict[str, Any]) -> Iterator[str]:
    if not _is_access(access):
        yield f"{where}.access must map resource ids to lists of scopes"
        return
    for resource, scopes in access.items():
        if resource not in resources:
            yield f"{where}.access names an unknown resource"
        elif not set(scopes) <= set(resources[resource]):
            yield f"{where}.access names a scope that {resource} does not have"


def _grant_faults(where: str, entry: dict[str, Any]) -> Iterator[str]:
    known = {grant.value for grant in GrantType}
    grants = entry["grant_types"]
    if not _is_texts(grants) or not grants or not set(grants) <= known:
        yield f"{where}.grant_types must be from {', '.join(sorted(known))}"
        return
    if "secret_file" not in entry and GrantType.CLIENT_CREDENTIALS.value in grants:
        yield f"{where} needs a secret_file for client_credentials"
    if GrantType.CODE.value in grants and not entry.get("redirect_uris"):
        yield f"{where} needs redirect_uris for authorization_code"


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_access(value: object) -> TypeGuard[dict[str, list[str]]]:
    return isinstance(value, dict) and all(_is_texts(scopes) for scopes in value.values())
