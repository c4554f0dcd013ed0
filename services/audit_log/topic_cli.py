# SPDX-License-Identifier: Apache-2.0
"""`placet audit producer move` and `placet audit producer resume`: where entries are read from."""

import argparse
from collections.abc import Iterator, Sequence
from typing import Final

from audit_log.adapters.topic_desk import held
from audit_log.ports.topics import HeldTopic
from audit_log.settings import AdminSettings
from audit_log.usecases.topics import Aside, Lost, move_producer, resume_topic
from services.audit_log import admin
from services.audit_log.outcome import FAILED, OK, with_settings
from services.command import Commands
from shared.clock import SystemClock
from shared.errors import FieldFault, ValidationFailed
from shared.transport import TransportUnavailable

_MOVE_HELP: Final = """\
Read a producer's entries from a topic of its own from now on, losing none and doubling none.

  placet audit producer move --src zz/htsget/1 --topic audit.zz.htsget.v1 --case CASE

First create the topic, give the producer alone the right to write to it, and restart the producer
with PLACET_AUDIT_TOPIC set. Then run this: it sees the producer's first entry there, and moves it
once the old topic is sequenced to its end and that entry follows the last one sequenced. Until then
it is refused with what is still missing; run it again. It changes nothing when it is done already.

--accept-gap moves it although entries are lost, as after a topic was deleted and made anew. Which
offsets and which entries are set aside is printed, and the log says it. What is missing from the
chain is found (R1) as it is without this.
"""
_RESUME_HELP: Final = """\
Read a topic on behind what Kafka has deleted unread (the finding offset_gone).

  placet audit producer resume --topic audit.zz.htsget.v1
  placet audit producer resume --topic audit.zz.htsget.v1 --accept-gap --case CASE

Prints by partition the offsets that are lost and exits 1; with --accept-gap the log says them in an
entry, and the sequencer goes on by itself from the first record that there is.

The case is one about a producer on the topic, as `placet audit producer add --help` says.
"""


def register(commands: Commands) -> None:
    """Add both commands."""
    move = _add(commands, "move", "read a producer's entries from another topic", _MOVE_HELP)
    move.add_argument("--src", required=True, help="the source it writes as")
    move.add_argument("--topic", required=True, help="its own topic, to which it writes by now")
    move.set_defaults(run=_move)
    resume = _add(commands, "resume", "read on behind what Kafka has deleted", _RESUME_HELP)
    resume.add_argument("--topic", required=True, help="the topic that is read no more")
    resume.set_defaults(run=_resume)


def move(
    settings: AdminSettings,
    src: str,
    topic: str,
    *,
    accept_gap: bool = False,
    case: str | None = None,
) -> Sequence[Aside] | None:
    """Do what `move_producer` does, with what the broker holds: the new topic is looked at first.

    What the producer wrote to the old topic lies before its first entry on the new one.
    """
    clock = SystemClock()
    new = _held(settings, topic)
    with admin.topic_desk(settings) as desks:
        with desks() as desk:
            producer = desk.producer(src)
        before = None if producer is None else producer.topic
        return move_producer(
            src,
            new,
            None if before is None else held(settings.brokers, before, clock),
            desks=desks,
            at=clock.now(),
            backing=admin.backing(settings, case),
            accept_gap=accept_gap,
        )


def resume(
    settings: AdminSettings, topic: str, *, accept_gap: bool = False, case: str | None = None
) -> list[Lost]:
    """Do what `resume_topic` does, with what the broker holds."""
    now = _held(settings, topic)
    with admin.topic_desk(settings) as desks:
        backing = admin.backing(settings, case)
        at = SystemClock().now()
        return list(resume_topic(now, desks=desks, at=at, backing=backing, accept_gap=accept_gap))


def add_case(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the officer's case behind a change."""
    parser.add_argument("--case", metavar="ID", help="an officer's open case about the producer")


def _held(settings: AdminSettings, topic: str) -> HeldTopic:
    if settings.transport != "kafka":
        detail = "PLACET_TRANSPORT is not kafka: entries come from no topic here"
        raise ValidationFailed(faults=(FieldFault("/topic", detail),))
    found = held(settings.brokers, topic, SystemClock())
    if found is None:
        raise TransportUnavailable("unknown_topic")
    return found


def _add(commands: Commands, name: str, about: str, teaches: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=about,
        description=teaches,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_case(parser)
    parser.add_argument("--accept-gap", action="store_true", help="what is lost is lost: say it")
    return parser


def _move(parsed: argparse.Namespace) -> int:
    def work(settings: AdminSettings) -> int:
        aside = move(
            settings,
            parsed.src,
            parsed.topic,
            accept_gap=parsed.accept_gap,
            case=parsed.case,
        )
        done = "reads already from" if aside is None else "moved to"
        print(f"{parsed.src}: {done} {parsed.topic}")
        for line in _told(aside or ()):
            print(f"set aside: {line}")
        return OK

    return with_settings(work)


def _told(aside: Sequence[Aside]) -> Iterator[str]:
    for one in aside:
        yield one.words
        for partition, first, last in one.offsets:
            upto = "the end, which nobody knows" if last is None else str(last)
            yield f"  offsets of partition {partition}: {first} to {upto}"
        for epoch, first, last in one.entries:
            yield f"  entries of epoch {epoch}: {first} to {last}"


def _resume(parsed: argparse.Namespace) -> int:
    def work(settings: AdminSettings) -> int:
        lost = resume(settings, parsed.topic, accept_gap=parsed.accept_gap, case=parsed.case)
        for one in lost:
            print(f"{parsed.topic}/{one.partition}: {one.first} to {one.last} are lost")
        if not lost:
            print(f"{parsed.topic}: nothing is missing")
        elif parsed.accept_gap:
            print("Said in the log. Reading goes on.")
        return FAILED if lost and not parsed.accept_gap else OK

    return with_settings(work)
