# SPDX-License-Identifier: Apache-2.0
"""`placet audit` and `placet log`: producers, officers' looks, the log's key, verification."""

import argparse
import sys
from collections.abc import Callable
from typing import Final

from audit_log.settings import AdminSettings
from services.audit_log import (
    admin,
    forks_cli,
    imports,
    log_copies,
    maps,
    officer_cli,
    recounts,
    recover_cli,
    topic_cli,
    witness_cli,
)
from services.audit_log.outcome import OK, USAGE, with_settings

_ADD_HELP: Final = """\
Register a producer: the only way in which a source, a client and a topic begin to count.

  placet audit producer add --src zz/htsget/1 --client-id htsget \\
      --topic audit.zz.htsget.v1 --offsets 0,0,0 --case CASE

--case names an open case of an officer, with the reason producers and the source as reference: two
people decide who is believed, and the entry of the log names the case. Only in development it may
be left out.

--offsets gives the first offset to read in each partition, from partition 0 on; they are stored
where PLACET_TRANSPORT is kafka, together with the identity of cluster and topic. An offset that is
stored already stays. Adding the same producer again begins with the partitions that were added to
its topic since (the finding partition_unknown), changes nothing else, and exits 0.

Give each producer a topic of its own, and the broker's right to write to it to that producer
alone: the log cannot see who wrote a record, so it takes from a topic every source registered on
it. A topic that has a producer of another source is refused, unless --shared-topic says that all
who may write to it are trusted to speak for each other.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the groups `audit` and `log` to the console command."""
    audit = subparsers.add_parser("audit", help="the log: search, hold, report; producers, witness")
    groups = audit.add_subparsers(title="groups", metavar="GROUP", required=True)
    producer = groups.add_parser("producer", help="who may write into the log")
    _add_producer(producer.add_subparsers(title="commands", metavar="COMMAND", required=True))
    imports.register(groups)
    witness_cli.register(groups, with_settings)
    officer_cli.register(groups)
    log = subparsers.add_parser("log", help="the transparency log: verify it, show its key")
    commands = log.add_subparsers(title="commands", metavar="COMMAND", required=True)
    log_copies.register(commands)
    recounts.register(commands)
    maps.register(commands)
    forks_cli.register(commands)
    _add(commands, "vkey", _vkey, "print the key that verifies the log's checkpoints")
    _add_keys(commands)
    recover_cli.register(commands, with_settings)
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
        "--shared-topic",
        action="store_true",
        help="let the topic have several sources: whoever writes to it can write as each of them",
    )
    add.add_argument(
        "--offsets",
        default="beginning",
        help="first offsets by partition, as in 0,0,0, or: beginning (default)",
    )
    topic_cli.add_case(add)
    add.set_defaults(run=_producer_add)
    topic_cli.register(commands)


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


def _producer_add(parsed: argparse.Namespace) -> int:
    def work(settings: AdminSettings) -> int:
        added = admin.add_producer(
            settings,
            src=parsed.src,
            client_id=parsed.client_id,
            vkey=parsed.vkey,
            topic=parsed.topic,
            offsets=_offsets(parsed.offsets),
            shared_topic=parsed.shared_topic,
            case=parsed.case,
        )
        print(f"{parsed.src}: {'registered' if added else 'was registered already'}")
        return OK

    return with_settings(work)


def _offsets(text: str) -> tuple[int, ...] | None:
    if text == "beginning":
        return None
    words = text.split(",")
    if not all(word.isascii() and word.isdigit() for word in words):
        print("--offsets: numbers separated by commas, or: beginning", file=sys.stderr)
        raise SystemExit(USAGE)
    return tuple(int(word) for word in words)


def _vkey(parsed: argparse.Namespace) -> int:
    def work(settings: AdminSettings) -> int:
        print(admin.vkey(settings))
        return OK

    return with_settings(work)


def _keys(parsed: argparse.Namespace) -> int:
    def work(settings: AdminSettings) -> int:
        admin.make_keys(settings, ml_dsa=parsed.ml_dsa_44)
        print("The log's keys are there.")
        return OK

    return with_settings(work)


def _adopt(parsed: argparse.Namespace) -> int:
    def work(settings: AdminSettings) -> int:
        adopted = admin.adopt_head(settings)
        print("The head file was written anew." if adopted else "There is a head file already.")
        return OK

    return with_settings(work)
