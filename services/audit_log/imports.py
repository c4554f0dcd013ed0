# SPDX-License-Identifier: Apache-2.0
"""`placet audit import-lines`: another service's audit lines into the log."""

import argparse
import os
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from audit_log.adapters.chain_file import ChainFile, ChainFileInvalid, chain_file
from audit_log.domain.foreign import LineMapping, read_mapping
from audit_log.usecases.import_lines import ChainState, Prepared, prepare, send_pending
from services.audit_log.outcome import FAILED, OK, USAGE, access_token, print_faults
from shared.errors import ValidationFailed
from shared.http_io import HttpTransport, Peer
from shared.ids import Uuid7Source
from shared.transport import TransportError

_SHOWN: Final = 50
_HELP: Final = """\
Import the audit lines of a service that is not ours, so that it can be audited too.

  placet audit producer add --src zz/htsget/1 --client-id htsget --case CASE
  placet audit import-lines audit.jsonl --mapping htsget.toml --check
  placet audit import-lines audit.jsonl --mapping htsget.toml \\
      --state /var/lib/placet/htsget --url https://audit.example

A line is a JSON object; the mapping says where type, time, decision, dataset and the sealed parts
are in it:

  src = "zz/htsget/1"
  time_form = "rfc3339"                      # or epoch_s, epoch_ms
  time = { field = "time" }
  type = { field = "op", values = { GET = "placet.access.read.v1" } }
  decision = { field = "status", values = { "200" = "permit", "403" = "deny" } }
  dataset = { value = "GDI-ZZ-DATASET-1" }
  skip = [{ field = "path", values = { "/health" = "skip" } }]
  [actor]
  issuer = { value = "https://login.example" }
  subject = { field = "user.sub" }
  client_id = { value = "htsget" }
  [counts]
  bytes = { field = "bytes", optional = true }

Also: reason, basis, purposes (separated by spaces), trace, [person] dataset and ordinal, [cohort]
cohort_id, digest and revision for a read of more than 64 people, [permit] permit_id and jti,
[net] ip. A file with one bad line is refused whole; each bad line is named with
its number and a code. --state keeps the chain: never delete it, never run two of it. A file that
is in the chain already adds nothing, and one that has grown adds the lines behind what was there;
lines that come again in another file are imported again. Only what a data server does can be said:
no permits, consents or looks of officers. Exits 0 when the log has everything, 1 otherwise.
"""


class _Given:
    """A `TokenSource` of the one token that the caller has."""

    def __init__(self, token: str) -> None:
        self._token = token

    def token(self, audience: str, scopes: Sequence[str]) -> str:
        """Give the token, whatever it is asked for."""
        return self._token


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `import-lines` to the group `audit`."""
    made = groups.add_parser(
        "import-lines",
        help="import another service's audit lines",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("lines", type=Path, help="the file of JSON lines")
    made.add_argument("--mapping", type=Path, metavar="FILE", required=True, help="the mapping")
    made.add_argument("--state", type=Path, metavar="DIR", help="the folder of the chain's state")
    made.add_argument("--epoch", type=int, default=1, help="the chain's epoch when it begins here")
    made.add_argument("--url", help="the audit log")
    made.add_argument("--check", action="store_true", help="read the lines and send nothing")
    made.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="a file with an access token (default: the variable PLACET_ACCESS_TOKEN)",
    )
    made.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    if not parsed.check and (parsed.url is None or parsed.state is None):
        print("Give --url and --state, or --check.", file=sys.stderr)
        return USAGE
    try:
        mapping = read_mapping(tomllib.loads(parsed.mapping.read_text(encoding="utf-8")))
        data = parsed.lines.read_bytes()
        if parsed.check:
            return _checked(_prepared(data, mapping, ChainState(src=mapping.src, epoch=1)))
        with chain_file(parsed.state) as keeper:
            return _import(data, mapping, keeper, parsed)
    except ValidationFailed as refused:
        print_faults(refused, of="mapping ")
        return USAGE
    except (OSError, ValueError) as fault:
        print(f"Not usable: {fault}", file=sys.stderr)
        return USAGE


def _import(
    data: bytes, mapping: LineMapping, keeper: ChainFile, parsed: argparse.Namespace
) -> int:
    state = keeper.read() or ChainState(src=mapping.src, epoch=parsed.epoch)
    if state.src != mapping.src:
        raise ChainFileInvalid(f"the state is of another source: {state.src}")
    prepared = _prepared(data, mapping, state)
    if prepared.faults:
        return _checked(prepared)
    if prepared.state is not state:
        keeper.write(prepared.state)
    intake = Peer(url=f"{parsed.url.rstrip('/')}/v1/intake", audience="", scopes=())
    transport = HttpTransport(
        intake=intake, subscribers={}, tokens=_Given(access_token(parsed.token_file))
    )
    try:
        sent = send_pending(keeper, transport)
    except TransportError as away:
        print(f"Kept, not yet sent: {away.cause}. Run it again.", file=sys.stderr)
        return FAILED
    print(f"{prepared.entries} entries, {prepared.skipped} lines skipped, {sent} sent")
    return OK


def _prepared(data: bytes, mapping: LineMapping, state: ChainState) -> Prepared:
    return prepare(data, mapping, state, ids=Uuid7Source(), salts=os.urandom)


def _checked(prepared: Prepared) -> int:
    for fault in prepared.faults[:_SHOWN]:
        about = f" ({fault.part})" if fault.part else ""
        print(f"line {fault.line}: {fault.code}{about}", file=sys.stderr)
    if prepared.faults:
        print(f"{len(prepared.faults)} bad lines; nothing was imported", file=sys.stderr)
        return FAILED
    print(f"{prepared.entries} entries, {prepared.skipped} lines skipped")
    return OK
