# SPDX-License-Identifier: Apache-2.0
"""What the console commands share: parsers, tokens, calls to a service, and how they fail.

A command either prints what it was asked for or raises CommandFailed; nothing is decided here. A
token is never printed.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

import orjson

from shared.canonical import JSON
from shared.http_exchange import Bearer, Http, Limits, Reply, Unavailable, UpstreamRefused, accept

OK, FAILED, USAGE = 0, 1, 2

# What add_subparsers gives, under the only name that the standard library has for it.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - see above
Run: TypeAlias = Callable[[argparse.Namespace], int]

# Deciding a cohort may first build an index of everybody.
_CALL: Final = Limits(read_seconds=300.0, total_seconds=600.0)
# The first limit also holds between two blocks that are sent: the reader may be slower than we.
_UPLOAD: Final = Limits(connect_seconds=60.0, read_seconds=600.0, total_seconds=86_400.0)


class CommandFailed(Exception):
    """A command ends here: the words for people, the exit code, and the facts for a script."""

    def __init__(
        self, message: str, status: int = FAILED, facts: Mapping[str, JSON] | None = None
    ) -> None:
        super().__init__(message)
        self.status: Final = status
        self.facts: Final = facts or {"detail": message}


def add_group(commands: Commands, name: str, about: str, teaches: str = "") -> Commands:
    """Add a group of commands and give what its commands are added to."""
    group = _parser(commands, name, about, teaches)
    return group.add_subparsers(title="commands", metavar="COMMAND", required=True)


def add_command(
    commands: Commands, name: str, run: Run, about: str, teaches: str = ""
) -> argparse.ArgumentParser:
    """Add a command: `about` is its line in the list, `teaches` what its own --help says."""
    parser = _parser(commands, name, about, teaches)
    parser.set_defaults(run=_ending(run))
    return parser


def _parser(commands: Commands, name: str, about: str, teaches: str) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=about,
        description=teaches or about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _ending(run: Run) -> Run:
    """Turn CommandFailed into words, an exit code and, with --json, an `error` object."""

    def ended(parsed: argparse.Namespace) -> int:
        try:
            return run(parsed)
        except CommandFailed as failed:
            if getattr(parsed, "json", False):
                print_json({"error": failed.facts})
            print(failed, file=sys.stderr)
            return failed.status
        except KeyboardInterrupt:
            print("Stopped.", file=sys.stderr)
            return FAILED

    return ended


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="print JSON for a script")


def add_service_options(
    parser: argparse.ArgumentParser, *, service: str, variable: str, default: str
) -> None:
    """Add where a service answers and the token it is asked with."""
    parser.add_argument(
        "--url",
        default=service_url(variable, default),
        help=f"where {service} answers ({variable}; default: %(default)s)",
    )
    parser.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="a file with an access token (default: the variable PLACET_ACCESS_TOKEN)",
    )


def service_url(variable: str, default: str) -> str:
    """Give a service's address from the environment."""
    return os.environ.get(variable, default).rstrip("/")


def print_json(value: Any) -> None:
    """Print one JSON value for a script."""
    print(json.dumps(value, indent=2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service as a command reaches it. The token is read anew for each call: it may be renewed.

    Every call raises CommandFailed: 2 without a token, 1 when the service refuses or is away.
    """

    url: str
    token_file: Path | None

    def get(self, path: str) -> Mapping[str, JSON]:
        """GET a JSON object."""
        return self._answer("GET", path, limits=_CALL)

    def post(self, path: str, body: Mapping[str, JSON]) -> Mapping[str, JSON]:
        """POST a JSON object."""
        return self._answer("POST", path, limits=_CALL, data=orjson.dumps(body))

    def put(self, path: str, body: Mapping[str, JSON]) -> Mapping[str, JSON]:
        """PUT a JSON object."""
        return self._answer("PUT", path, limits=_CALL, data=orjson.dumps(body))

    def upload(
        self, path: str, file: IO[bytes], *, media_type: str, params: Mapping[str, str]
    ) -> Mapping[str, JSON]:
        """POST a file of any size, block by block."""
        return self._answer(
            "POST", path, limits=_UPLOAD, data=file, media_type=media_type, params=params
        )

    def _answer(
        self,
        method: str,
        path: str,
        *,
        limits: Limits,
        data: bytes | IO[bytes] | None = None,
        media_type: str = "application/json",
        params: Mapping[str, str] | None = None,
    ) -> Mapping[str, JSON]:
        token = access_token(self.token_file)
        headers = {"Accept": "application/json"}
        if data is not None:
            headers["Content-Type"] = media_type
        try:
            reply = Http(limits=limits).send(
                method,
                self.url.rstrip("/") + path,
                auth=Bearer(token),
                params=params,
                data=data,
                headers=headers,
            )
            return _accepted(reply)
        except Unavailable:
            away = {"code": Unavailable.code}
            raise CommandFailed(f"{self.url} does not answer.", facts=away) from None


def service(parsed: argparse.Namespace) -> Service:
    """Give the service that `add_service_options` was told of."""
    return Service(url=parsed.url, token_file=parsed.token_file)


def access_token(file: Path | None) -> str:
    """Read the access token; raise CommandFailed when there is none."""
    try:
        text = (
            file.read_text(encoding="ascii")
            if file is not None
            else os.environ.get("PLACET_ACCESS_TOKEN", "")
        )
    except (OSError, UnicodeDecodeError):
        text = ""
    if not text.strip():
        needed = "An access token is needed: --token-file or PLACET_ACCESS_TOKEN."
        raise CommandFailed(needed, USAGE)
    return text.strip()


def _accepted(reply: Reply) -> Mapping[str, JSON]:
    try:
        return accept(reply).json()
    except UpstreamRefused as refusal:
        faults = _faults(reply)
        lines = [f"Refused: {refusal.status} {refusal.upstream_code}".rstrip()]
        lines += [f"  {fault['pointer']}: {fault['detail']}" for fault in faults]
        raise CommandFailed(
            "\n".join(lines),
            facts={
                "status": refusal.status,
                "code": refusal.upstream_code,
                "errors": [dict(fault) for fault in faults],
            },
        ) from None


def _faults(reply: Reply) -> list[dict[str, str]]:
    """Read the faults of a problem (RFC 9457 with `errors`), as far as it has any."""
    try:
        errors = reply.json().get("errors")
    except Unavailable:
        return []
    if not isinstance(errors, list):
        return []
    return [
        {name: str(error.get(name, "")) for name in ("pointer", "detail", "code")}
        for error in errors
        if isinstance(error, dict)
    ]
