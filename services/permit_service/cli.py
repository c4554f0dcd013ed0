# SPDX-License-Identifier: Apache-2.0
"""`placet permit`: verify a permit offline, look at permits and applications, make key sets."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from permit_service.adapters.signers import create_keys
from permit_service.domain.register import PERMIT_TYPE
from shared.clock import SystemClock, from_rfc3339
from shared.http_client import JsonClient, Unavailable, UpstreamRefused
from shared.jose import BadSignature, read_object
from shared.keys import KeyStoreError, verify_jws

_OK, _FAILED, _USAGE = 0, 1, 2
_DEFAULT_URL: Final = "http://127.0.0.1:8082"
_KEYS_PATH: Final = "/api/permit-jwk"
_VERIFY_HELP: Final = """\
Check that a permit is genuine: signed with one of the issuer's permit keys, not a bit altered.

  placet permit verify permit.jws --jwks https://permits.example/api/permit-jwk
  placet permit verify permit.jws --jwks keys.json --json

Exits 0 when it is, 1 when it is not. A genuine permit may have ended or been revoked since:
whether it has ended is said; whether it was revoked only the issuer's feed knows.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group `permit` to the console command."""
    group = subparsers.add_parser("permit", help="permits: verify, list, show, make keys")
    commands = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_verify(commands)
    listing = _add(commands, "list", _list, "list applications, as JSON")
    _add_service_options(listing)
    showing = _add(commands, "show", _show, "show one permit, as JSON")
    showing.add_argument("permit_id", metavar="PERMIT_ID")
    _add_service_options(showing)
    keys = _add(commands, "keys", _keys, "make the key sets that are missing below a folder")
    keys.add_argument("folder", type=Path, metavar="FOLDER", help="the service's PLACET_KEYS_DIR")


def _add_verify(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verify = commands.add_parser(
        "verify",
        help="check that a permit is genuine",
        description=_VERIFY_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verify.add_argument("file", type=Path, metavar="FILE", help="the permit's compact JWS")
    verify.add_argument(
        "--jwks",
        metavar="FILE|URL",
        default=_service_url() + _KEYS_PATH,
        help="the issuer's permit keys (default: %(default)s)",
    )
    verify.add_argument("--json", action="store_true", help="print JSON for a script")
    verify.set_defaults(run=_verify)


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    about: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=about, description=about)
    parser.set_defaults(run=run)
    return parser


def _add_service_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--url",
        default=_service_url(),
        help="where permit_service answers (PLACET_PERMIT_URL; default: %(default)s)",
    )
    parser.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="a file with an access token (default: the variable PLACET_ACCESS_TOKEN)",
    )


def _service_url() -> str:
    return os.environ.get("PLACET_PERMIT_URL", _DEFAULT_URL).rstrip("/")


def _verify(parsed: argparse.Namespace) -> int:
    try:
        token = parsed.file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return _say_refused(parsed, "the permit's file cannot be read", _USAGE)
    try:
        keys = _key_set(parsed.jwks)
        body = read_object(verify_jws(token, keys, typ=PERMIT_TYPE, algorithms=("ES256",)))
        ended = SystemClock().now() >= from_rfc3339(str(body.get("expires_at")))
    except BadSignature as fault:
        return _say_refused(parsed, str(fault), _FAILED)
    except (OSError, ValueError, Unavailable, UpstreamRefused):
        return _say_refused(parsed, "the keys or the permit's times cannot be read", _FAILED)
    if parsed.json:
        print(json.dumps({"verified": True, "ended": ended, "permit": body}, indent=2))
    else:
        print(f"Genuine: permit {body.get('permit_id')} of {body.get('iss')}")
        print(f"It {'ended' if ended else 'ends'} on {body.get('expires_at')}.")
    return _OK


def _say_refused(parsed: argparse.Namespace, reason: str, status: int) -> int:
    if parsed.json:
        print(json.dumps({"verified": False, "reason": reason}))
    print(f"NOT VERIFIED: {reason}", file=sys.stderr)
    return status


def _key_set(source: str) -> Mapping[str, Any]:
    if source.startswith(("http://", "https://")):
        return JsonClient(source).get("")
    return read_object(Path(source).read_bytes())


def _list(parsed: argparse.Namespace) -> int:
    return _print_answer(parsed, "/v1/applications")


def _show(parsed: argparse.Namespace) -> int:
    return _print_answer(parsed, f"/v1/permits/{parsed.permit_id}")


def _print_answer(parsed: argparse.Namespace, path: str) -> int:
    token = _token(parsed.token_file)
    if not token:
        print("An access token is needed: --token-file or PLACET_ACCESS_TOKEN.", file=sys.stderr)
        return _USAGE
    try:
        answer = JsonClient(parsed.url, bearer=lambda: token).get(path)
    except Unavailable:
        print(f"{parsed.url} does not answer.", file=sys.stderr)
        return _FAILED
    except UpstreamRefused as refusal:
        print(f"Refused: {refusal.status} {refusal.upstream_code}", file=sys.stderr)
        return _FAILED
    print(json.dumps(answer, indent=2))
    return _OK


def _token(file: Path | None) -> str:
    if file is None:
        return os.environ.get("PLACET_ACCESS_TOKEN", "").strip()
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _keys(parsed: argparse.Namespace) -> int:
    try:
        made = create_keys(parsed.folder)
    except (KeyStoreError, OSError) as fault:
        print(f"No keys were made: {fault}", file=sys.stderr)
        return _FAILED
    print(f"Made: {', '.join(made)}" if made else "Every key set is there already.")
    return _OK
