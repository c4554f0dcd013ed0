# SPDX-License-Identifier: Apache-2.0
"""`placet demo token`: an access token of the running development node, on standard output.

People sign in through the provider's real form, clients with the secret in their file. It writes
the token nowhere else, and works with no provider but the node's own.
"""

import argparse
import sys
from pathlib import Path
from typing import Final

import requests

from services.story.suite import Suite, is_running
from services.story.tokens import SignInFailed, Tokens

_SECONDS: Final = 10.0
_PATIENCE: Final = 3.0
_HELP: Final = """\
Prints an access token (RFC 9068) for a person or a client of the running node: one token for
one audience, valid for ten minutes, with every scope the two may have there.

  placet demo token rita                        to fetch files at the gateway
  placet demo token anna --for consent_registry to see and withdraw her consents
  placet demo token dora --for permit_service   to decide and to revoke
  placet demo token otto --for audit_log        to search the log
  placet demo token story --for permit_service  the story's own client: every scope

Use it as a bearer:

  curl -H "Authorization: Bearer $(placet demo token dora --for permit_service)" \\
    http://127.0.0.1:8082/v1/applications

People: anna, bo, carl (participants), rita, stranger (researchers), dora (authority), sara (data
steward), stella, sven (consent stewards), greta, hugo (rights desk), otto, olga (officers).
Clients: story and the services. Exit code 1 when the node gives no token.
"""
_AUDIENCES: Final = ("clearinghouse", "consent_registry", "permit_service", "audit_log")


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the group."""
    parser = verbs.add_parser(
        "token",
        help="print an access token of a person or a client",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("who", metavar="PERSON|CLIENT", help="a login name, or a client id")
    parser.add_argument(
        "--for",
        dest="audience",
        choices=_AUDIENCES,
        default="clearinghouse",
        help="who shall accept it (clearinghouse: what reads files through the gateway)",
    )
    parser.add_argument("--state", type=Path, default=Path("var"), help="the node's folder (var)")
    parser.set_defaults(run=_run)


def _run(asked: argparse.Namespace) -> int:
    file: Path = asked.state / "run" / "suite.json"
    if not is_running(file):
        print("no node runs here; start one with `make run`", file=sys.stderr)
        return 1
    try:
        print(token_of(Suite.read(file), asked.who, asked.audience))
    except (requests.RequestException, SignInFailed) as fault:
        print(f"no token for {asked.who}: {fault}", file=sys.stderr)
        return 1
    return 0


def token_of(suite: Suite, who: str, service: str) -> str:
    """Get a token for a service, for the client of that name or else the person.

    Raises SignInFailed when the provider gives none, requests' errors when it does not answer.
    """
    issuer, secrets = suite.urls["devidp"], Path(suite.secret_file).parent
    is_client = who in {path.name for path in secrets.iterdir()}
    tokens = Tokens(
        issuer=issuer,
        client_id=who if is_client else "story",
        secret_file=secrets / who if is_client else Path(suite.secret_file),
        patience=_PATIENCE,
    )
    scopes = [scope for scope in _scopes(issuer) if scope != "openid"]
    audience = suite.audiences[service]
    if is_client:
        return tokens.service(audience, scopes)
    return tokens.person(who, audience, scopes)


def _scopes(issuer: str) -> list[str]:
    """Name every scope there is; the provider grants those that apply."""
    answer = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=_SECONDS)
    answer.raise_for_status()
    return list(answer.json()["scopes_supported"])
