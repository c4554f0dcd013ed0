# SPDX-License-Identifier: Apache-2.0
"""`placet permit`: verify a permit offline, look at permits and applications, make key sets."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from permit_service.adapters.signers import create_keys
from permit_service.domain.register import PERMIT_TYPE
from services.command import (
    FAILED,
    OK,
    USAGE,
    Commands,
    add_command,
    add_group,
    add_json_option,
    add_service_options,
    print_json,
    service,
    service_url,
)
from shared.clock import SystemClock, from_rfc3339
from shared.http_client import JsonClient, Unavailable, UpstreamRefused
from shared.jose import BadSignature, read_object
from shared.keys import KeyStoreError, verify_jws

_VARIABLE: Final = "PLACET_PERMIT_URL"
_DEFAULT_URL: Final = "http://127.0.0.1:8082"
_KEYS_PATH: Final = "/api/permit-jwk"
_VERIFY_HELP: Final = """\
Check that a permit is genuine: signed with one of the issuer's permit keys, not a bit altered.

  placet permit verify permit.jws --jwks https://permits.example/api/permit-jwk
  placet permit verify permit.jws --jwks keys.json --json

Exits 0 when it is, 1 when it is not. A genuine permit may have ended or been revoked since:
whether it has ended is said; whether it was revoked only the issuer's feed knows.
"""


def register(subparsers: Commands) -> None:
    """Add the group `permit` to the console command."""
    commands = add_group(subparsers, "permit", "permits: verify, list, show, make keys")
    _add_verify(commands)
    listing = add_command(commands, "list", _list, "list applications, as JSON")
    _add_service(listing)
    showing = add_command(commands, "show", _show, "show one permit, as JSON")
    showing.add_argument("permit_id", metavar="PERMIT_ID")
    _add_service(showing)
    keys = add_command(commands, "keys", _keys, "make the key sets that are missing below a folder")
    keys.add_argument("folder", type=Path, metavar="FOLDER", help="the service's PLACET_KEYS_DIR")


def _add_verify(commands: Commands) -> None:
    verify = add_command(
        commands, "verify", _verify, "check that a permit is genuine", _VERIFY_HELP
    )
    verify.add_argument("file", type=Path, metavar="FILE", help="the permit's compact JWS")
    verify.add_argument(
        "--jwks",
        metavar="FILE|URL",
        default=service_url(_VARIABLE, _DEFAULT_URL) + _KEYS_PATH,
        help="the issuer's permit keys (default: %(default)s)",
    )
    add_json_option(verify)


def _add_service(parser: ArgumentParser) -> None:
    add_service_options(parser, service="permit_service", variable=_VARIABLE, default=_DEFAULT_URL)


def _verify(parsed: Namespace) -> int:
    try:
        token = parsed.file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return _say_refused(parsed, "the permit's file cannot be read", USAGE)
    try:
        keys = _key_set(parsed.jwks)
        body = read_object(verify_jws(token, keys, typ=PERMIT_TYPE, algorithms=("ES256",)))
        ended = SystemClock().now() >= from_rfc3339(str(body.get("expires_at")))
    except BadSignature as fault:
        return _say_refused(parsed, str(fault), FAILED)
    except (OSError, ValueError, Unavailable, UpstreamRefused):
        return _say_refused(parsed, "the keys or the permit's times cannot be read", FAILED)
    if parsed.json:
        print(json.dumps({"verified": True, "ended": ended, "permit": body}, indent=2))
    else:
        print(f"Genuine: permit {body.get('permit_id')} of {body.get('iss')}")
        print(f"It {'ended' if ended else 'ends'} on {body.get('expires_at')}.")
    return OK


def _say_refused(parsed: Namespace, reason: str, status: int) -> int:
    if parsed.json:
        print(json.dumps({"verified": False, "reason": reason}))
    print(f"NOT VERIFIED: {reason}", file=sys.stderr)
    return status


def _key_set(source: str) -> Mapping[str, Any]:
    if source.startswith(("http://", "https://")):
        return JsonClient(source).get("")
    return read_object(Path(source).read_bytes())


def _list(parsed: Namespace) -> int:
    print_json(service(parsed).get("/v1/applications"))
    return OK


def _show(parsed: Namespace) -> int:
    print_json(service(parsed).get(f"/v1/permits/{quote(parsed.permit_id, safe='')}"))
    return OK


def _keys(parsed: Namespace) -> int:
    try:
        made = create_keys(parsed.folder)
    except (KeyStoreError, OSError) as fault:
        print(f"No keys were made: {fault}", file=sys.stderr)
        return FAILED
    print(f"Made: {', '.join(made)}" if made else "Every key set is there already.")
    return OK
