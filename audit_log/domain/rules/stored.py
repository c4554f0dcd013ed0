# SPDX-License-Identifier: Apache-2.0
"""How what the rules remember is written down: JSON, times in RFC 3339."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson

from audit_log.domain.rules.decided import Trace
from audit_log.domain.rules.doubts import Doubt
from audit_log.domain.rules.epochs import Epochs
from audit_log.domain.rules.memory import Memory, Tally
from audit_log.domain.rules.pattern import Account
from audit_log.domain.rules.permits import PermitHistory, Told, Turn
from audit_log.domain.rules.reached import End, Register
from audit_log.domain.rules.seen import Use
from audit_log.domain.rules.silence import LastBeat

_SHORT_TURN: Final = 2


def written(value: object) -> bytes:
    """Write a remembered value."""
    return orjson.dumps(value)


def remembered(rows: Sequence[tuple[str, str, bytes]]) -> Memory:
    """Read (kind, key, value) rows back; raise LookupError for a kind that nobody knows."""
    memory = Memory()
    shelves = memory.shelves()
    for kind, key, value in rows:
        shelves[kind].items[key] = _READERS[kind](orjson.loads(value))
    return memory


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _permit(value: Mapping[str, Any]) -> PermitHistory:
    return PermitHistory(
        dataset=value["dataset"],
        holder=value["holder"],
        cohort=value.get("cohort"),
        turns=tuple(_turn(one, _time(value.get("until"))) for one in value["turns"]),
    )


def _turn(value: Sequence[Any], of_all: datetime | None) -> Told:
    """Read a turn; rows of earlier releases name one end for all turns by which a permit opens."""
    turn = Turn(value[1])
    opening = of_all if turn is Turn.LIVE else None
    until = _time(value[2]) if len(value) > _SHORT_TURN else opening
    return datetime.fromisoformat(value[0]), turn, until


def _trace(value: Mapping[str, Any]) -> Trace:
    return Trace(
        decisions=tuple((datetime.fromisoformat(at), let) for at, let in value["decisions"]),
        until=_time(value["until"]),
    )


def _tally(value: Mapping[str, Any]) -> Tally:
    return Tally(
        count=value["count"],
        until=datetime.fromisoformat(value["until"]),
        people=tuple(value["people"]),
    )


def _account(value: Mapping[str, Any]) -> Account:
    return Account(
        clients=tuple(value["clients"]),
        countries=tuple(value.get("countries", ())),
        last=_time(value["last"]),
    )


def _beat(value: Mapping[str, Any]) -> LastBeat:
    return LastBeat(
        src=value["src"],
        index=value["index"],
        epoch=value["epoch"],
        seq=value["seq"],
        at=datetime.fromisoformat(value["at"]),
        arrived=datetime.fromisoformat(value["arrived"]),
    )


def _epochs(value: Mapping[str, Any]) -> Epochs:
    return Epochs(
        known=tuple(value["known"]),
        started=tuple(value["started"]),
        signed=tuple(value["signed"]),
    )


def _register(value: Mapping[str, Any]) -> Register:
    return Register(
        ends=tuple(
            End(
                revision=end["revision"],
                at=datetime.fromisoformat(end["at"]),
                index=end["index"],
            )
            for end in value["ends"]
        )
    )


def _doubt(value: Mapping[str, Any]) -> Doubt:
    return Doubt(
        rule=value["rule"],
        cause=value["cause"],
        about=value["about"],
        index=value["index"],
        src=value["src"],
        due=datetime.fromisoformat(value["due"]),
        raised=value["raised"],
        use=None if value["use"] is None else _use(value["use"]),
    )


def _use(value: Mapping[str, Any]) -> Use:
    return Use(
        index=value["index"],
        at=datetime.fromisoformat(value["at"]),
        src=value["src"],
        trace=value["trace"],
        dataset=value["dataset"],
        actor=value["actor"],
        permit=value["permit"],
        cohort=value.get("cohort"),
    )


_READERS: Final[Mapping[str, Callable[[Any], object]]] = {
    "permits": _permit,
    "traces": _trace,
    "tallies": _tally,
    "accounts": _account,
    "beats": _beat,
    "epochs": _epochs,
    "registers": _register,
    "doubts": _doubt,
    "holes": datetime.fromisoformat,
    "raised": str,
}
