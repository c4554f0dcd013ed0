# SPDX-License-Identifier: Apache-2.0
"""Who may sign in and which clients exist: typed models, and the registry of the demo.

The models hold no secret: a client's secret stands in a file of its own. `registry_file` reads and
writes them as JSON.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Final

Access = Mapping[str, frozenset[str]]
"""Resource id (RFC 8707) to the scopes that an account may have there."""

CALLBACK: Final = "/sign-in/callback"
SIGNED_OUT: Final = "/signed-out"
LOOPBACK: Final = "http://127.0.0.1/callback"

_SCOPES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "consent_registry": (
            "cohorts.count",
            "cohorts.evaluate",
            "cohorts.freeze",
            "consents.import",
            "consents.read",
            "consents.self",
            "consents.write",
            "decisions.read",
            "feed.read",
            "messages.write",
            "preferences.read",
            "rights.manage",
        ),
        "permit_service": (
            "applications.decide",
            "applications.read",
            "applications.submit",
            "decisions.read",
            "feed.read",
            "messages.write",
            "permits.read",
            "permits.revoke",
            "visas.read",
        ),
        "audit_log": (
            "entries.write",
            "findings.manage",
            "holds.manage",
            "log.read",
            "log.reveal",
            "log.search",
            "subjects.erase",
            "subjects.report",
        ),
        "clearinghouse": (),
    }
)


class GrantType(Enum):
    """The two ways to a token that this provider knows."""

    CODE = "authorization_code"
    CLIENT_CREDENTIALS = "client_credentials"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person who may sign in. The password is the login name: development only."""

    login: str
    subject: str
    name: str
    role: str
    access: Access


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A registered client; without a secret file it is public and signs in people only.

    A redirect address on `http://127.0.0.1` without a port stands for every port (RFC 8252
    section 7.3); any other must match to the last character.
    """

    client_id: str
    title: str
    grant_types: frozenset[GrantType]
    access: Access
    secret_file: Path | None = None
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Everything the provider knows: resources with their scopes, people, clients."""

    resources: Access
    users: tuple[User, ...]
    clients: tuple[Client, ...]

    def user(self, login: str) -> User | None:
        """Find a person by login name."""
        return next((user for user in self.users if user.login == login), None)

    def client(self, client_id: str) -> Client | None:
        """Find a client by id."""
        return next((client for client in self.clients if client.client_id == client_id), None)


def demo_registry(
    *,
    node: str,
    pages: Mapping[str, str],
    secrets_folder: Path,
    participants: Sequence[str] = ("anna", "bo", "carl"),
) -> Registry:
    """Build the demo's registry for a node (two letters).

    `pages` gives the public URL of each service with pages: consent_registry, permit_service,
    audit_log. Each confidential client's secret file is `secrets_folder/<client id>`;
    `registry_file.create_secrets` makes those that are missing.
    """
    resources = {resource_id(node, name): frozenset(_SCOPES[name]) for name in _SCOPES}
    return Registry(
        resources=MappingProxyType(resources),
        users=tuple(_demo_users(node, participants)),
        clients=(
            *_service_clients(node, secrets_folder),
            *(_pages_client(node, name, url, secrets_folder) for name, url in pages.items()),
            Client(
                client_id="story",
                title="The story's operator and driver",
                grant_types=frozenset({GrantType.CLIENT_CREDENTIALS}),
                access=MappingProxyType(resources),
                secret_file=secrets_folder / "story",
            ),
            Client(
                client_id="desk",
                title="A program on your own computer",
                grant_types=frozenset({GrantType.CODE}),
                access=MappingProxyType(resources),
                redirect_uris=(LOOPBACK,),
            ),
        ),
    )


def resource_id(node: str, service: str) -> str:
    """Give the resource id (audience) of a service at a node."""
    return f"urn:placet:{node.lower()}:{service}"


def _demo_users(node: str, participants: Sequence[str]) -> Iterator[User]:
    for login in participants:
        yield _user(login, "participant", _access(node, {"consent_registry": ("consents.self",)}))
    steward = ("cohorts.count", "consents.import", "consents.read")
    yield _user("sara", "data steward", _access(node, {"consent_registry": steward}))
    research = _access(
        node, {"permit_service": ("applications.submit", "visas.read"), "clearinghouse": ()}
    )
    yield _user("rita", "researcher", research)
    yield _user("stranger", "researcher without a permit", research)
    authority = ("applications.decide", "applications.read", "permits.read", "permits.revoke")
    yield _user("dora", "data permit authority", _access(node, {"permit_service": authority}))
    desk = ("consents.read", "consents.write")
    for login in ("stella", "sven"):
        yield _user(login, "consent steward", _access(node, {"consent_registry": desk}))
    rights = _access(node, {"consent_registry": ("rights.manage",)})
    yield _user("greta", "rights desk", rights)
    yield _user("hugo", "rights desk, second person", rights)
    officer = ("findings.manage", "holds.manage", "log.read", "log.reveal", "log.search")
    yield _user("otto", "compliance officer", _access(node, {"audit_log": officer}))
    yield _user("olga", "another compliance officer", _access(node, {"audit_log": officer}))


def _user(login: str, role: str, access: Access) -> User:
    return User(
        login=login,
        subject=f"person-{login}",
        name=f"{login.capitalize()} Example",
        role=role,
        access=access,
    )


def _service_clients(node: str, secrets_folder: Path) -> Iterator[Client]:
    needs: Mapping[str, Mapping[str, Sequence[str]]] = {
        "consent_registry": {
            "audit_log": ("entries.write", "log.read", "subjects.erase", "subjects.report"),
            "permit_service": ("messages.write",),
        },
        "permit_service": {
            "audit_log": ("entries.write",),
            "consent_registry": ("cohorts.evaluate", "cohorts.freeze"),
        },
        "clearinghouse": {
            "audit_log": ("entries.write",),
            "consent_registry": ("feed.read",),
            "permit_service": ("feed.read", "visas.read"),
        },
        "audit_log": {
            "audit_log": ("entries.write",),
            "consent_registry": ("decisions.read",),
            "permit_service": ("decisions.read",),
        },
    }
    for name, held in needs.items():
        yield Client(
            client_id=name,
            title=f"The service {name}",
            grant_types=frozenset({GrantType.CLIENT_CREDENTIALS}),
            access=_access(node, held),
            secret_file=secrets_folder / name,
        )


def _pages_client(node: str, service: str, url: str, secrets_folder: Path) -> Client:
    return Client(
        client_id=f"{service}-pages",
        title=service.replace("_", " ").capitalize(),
        grant_types=frozenset({GrantType.CODE}),
        access=_access(node, {service: _SCOPES[service]}),
        secret_file=secrets_folder / f"{service}-pages",
        redirect_uris=(url + CALLBACK,),
        post_logout_redirect_uris=(url + SIGNED_OUT,),
    )


def _access(node: str, scopes: Mapping[str, Sequence[str]]) -> Access:
    """Write scopes by service as scopes by resource id."""
    return MappingProxyType(
        {resource_id(node, service): frozenset(held) for service, held in scopes.items()}
    )
