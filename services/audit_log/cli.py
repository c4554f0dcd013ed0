# SPDX-License-Identifier: Apache-2.0
"""`placet audit` and `placet log`: register producers, show the log's key, verify the whole log."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from audit_log.domain.errors import HeadMismatch, LogMismatch, ProducerExists
from audit_log.domain.note import NoteInvalid
from audit_log.settings import AdminSettings
from services.audit_log import admin, recover_cli, witness_cli
from shared.errors import AppError, ValidationFailed
from shared.keys import KeyStoreError
from shared.settings import SettingsError, load
from shared.transport import TransportError

_OK, _FAILED, _USAGE = 0, 1, 2

_ADD_HELP: Final = """\
Register a producer: the only way in which a source, a client and a topic begin to count.

  placet audit producer add --src zz/htsget/1 --client-id htsget \\
      --topic audit.zz.v1 --offsets 0,0,0

--offsets gives the first offset to read in each partition, from partition 0 on; they are stored
where PLACET_TRANSPORT is kafka, together with the identity of cluster and topic. An offset that is
stored already stays. Adding the same producer again changes nothing and exits 0.
"""
_VERIFY_HELP: Final = """\
Verify a whole log.

  placet log verify                               everything stored, from the database
  placet log verify --url https://audit.example --vkey 'origin+id+key'
                                                  everything served, with a key you hold

From the database it rebuilds the tree from the bundles and holds tiles, checkpoints, search rows,
sealed parts and chains against it; what does not fit is named by table and row. Exits 0 when
everything fits, 1 when something does not.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the groups `audit` and `log` to the console command."""
    audit = subparsers.add_parser("audit", help="the log's administration: producers, witness")
    groups = audit.add_subparsers(title="groups", metavar="GROUP", required=True)
    producer = groups.add_parser("producer", help="who may write into the log")
    _add_producer(producer.add_subparsers(title="commands", metavar="COMMAND", required=True))
    witness_cli.register(groups, _with_settings)
    log = subparsers.add_parser("log", help="the transparency log: verify it, show its key")
    commands = log.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_verify(commands)
    _add(commands, "vkey", _vkey, "print the key that verifies the log's checkpoints")
    _add_keys(commands)
    recover_cli.register(commands, _with_settings)
    _add(commands, "adopt-head", _adopt, "write a lost head file anew from the database")


def _add_producer(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    add = commands.add_parser(
        "add",
        help="register a producer",
        description=_ADD_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add.add_argument("--src", required=True, help="the source it writes as")
    add.add_argument("--client-id", required=True, help="the client whose token may write it")
    add.add_argument("--vkey", default="", help="the C2SP vkey of its heartbeats")
    add.add_argument("--topic", help="the Kafka topic it writes to")
    add.add_argument(
        "--offsets",
        default="beginning",
        help="first offsets by partition, as in 0,0,0, or: beginning (default)",
    )
    add.set_defaults(run=_producer_add)


def _add_verify(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verify = commands.add_parser(
        "verify",
        help="verify a whole log",
        description=_VERIFY_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verify.add_argument("--url", help="verify what is served there instead of the database")
    verify.add_argument("--vkey", help="the log's vkey; needed with --url")
    verify.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="a file with an access token (default: the variable PLACET_ACCESS_TOKEN)",
    )
    verify.add_argument("--json", action="store_true", help="print JSON for a script")
    verify.set_defaults(run=_verify)


def _add_keys(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    about = "make the keys of log and witness that are missing in PLACET_KEYS_DIR"
    keys = commands.add_parser("keys", help=about, description=about)
    keys.add_argument(
        "--ml-dsa-44",
        action="store_true",
        help="also make the keys of a second signature line, 3.3 KB in each note",
    )
    keys.set_defaults(run=_keys)


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    about: str,
) -> None:
    commands.add_parser(name, help=about, description=about).set_defaults(run=run)


def _with_settings(work: Callable[[AdminSettings], int]) -> int:
    """Run a command that needs the log's environment; 2 when it is not usable, 1 when refused."""
    try:
        return work(load(AdminSettings, os.environ))
    except (SettingsError, KeyStoreError) as fault:
        print(fault, file=sys.stderr)
        return _USAGE
    except ValidationFailed as refused:
        for one in refused.faults:
            print(f"{one.pointer.lstrip('/')}: {one.detail}", file=sys.stderr)
        return _USAGE
    except (ProducerExists, LogMismatch, HeadMismatch) as refused:
        print(f"Refused: {refused}", file=sys.stderr)
        return _FAILED
    except TransportError as away:
        print(f"Kafka does not answer: {away.cause}", file=sys.stderr)
        return _FAILED


def _producer_add(parsed: argparse.Namespace) -> int:
    def work(settings: AdminSettings) -> int:
        added = admin.add_producer(
            settings,
            src=parsed.src,
            client_id=parsed.client_id,
            vkey=parsed.vkey,
            topic=parsed.topic,
            offsets=_offsets(parsed.offsets),
        )
        print(f"{parsed.src}: {'registered' if added else 'was registered already'}")
        return _OK

    return _with_settings(work)


def _offsets(text: str) -> tuple[int, ...] | None:
    if text == "beginning":
        return None
    words = text.split(",")
    if not all(word.isascii() and word.isdigit() for word in words):
        print("--offsets: numbers separated by commas, or: beginning", file=sys.stderr)
        raise SystemExit(_USAGE)
    return tuple(int(word) for word in words)


def _vkey(parsed: argparse.Namespace) -> int:
    def work(settings: AdminSettings) -> int:
        print(admin.vkey(settings))
        return _OK

    return _with_settings(work)


def _keys(parsed: argparse.Namespace) -> int:
    def work(settings: AdminSettings) -> int:
        admin.make_keys(settings, ml_dsa=parsed.ml_dsa_44)
        print("The log's keys are there.")
        return _OK

    return _with_settings(work)


def _adopt(parsed: argparse.Namespace) -> int:
    def work(settings: AdminSettings) -> int:
        adopted = admin.adopt_head(settings)
        print("The head file was written anew." if adopted else "There is a head file already.")
        return _OK

    return _with_settings(work)


def _verify(parsed: argparse.Namespace) -> int:
    if parsed.url is None:
        return _with_settings(lambda settings: _report(parsed, admin.verify_stored(settings)))
    if parsed.vkey is None:
        print("--url needs --vkey: a key that you hold beforehand.", file=sys.stderr)
        return _USAGE
    try:
        report = admin.verify_url(parsed.url, parsed.vkey, _token(parsed.token_file))
    except ValueError as fault:
        kind = "not to be trusted" if isinstance(fault, NoteInvalid) else "not usable"
        print(f"NOT VERIFIED: checkpoint or key {kind}: {fault}", file=sys.stderr)
        return _FAILED
    except (AppError, LookupError) as fault:
        print(f"NOT VERIFIED: {fault}", file=sys.stderr)
        return _FAILED
    return _report(parsed, report)


def _report(parsed: argparse.Namespace, report: admin.Report) -> int:
    if parsed.json:
        print(json.dumps(report.as_json(), indent=2))
    else:
        for flaw in report.flaws:
            print(flaw)
        verdict = "NOT VERIFIED" if report.flaws else "Verified"
        print(f"{verdict}: {report.size} entries, root {report.root.hex()}")
    return _FAILED if report.flaws else _OK


def _token(file: Path | None) -> str:
    if file is None:
        return os.environ.get("PLACET_ACCESS_TOKEN", "").strip()
    return file.read_text(encoding="ascii").strip()
