# SPDX-License-Identifier: Apache-2.0
"""How what the rules remember is written down: JSON, times in RFC 3339."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson

from audit_log.domain.rules.acknowledged import Reader
from audit_log.domain.rules.decided import Trace
from audit_log.domain.rules.doubts import Doubt
from audit_log.domain.rules.epochs import Epochs
from audit_log.domain.rules.memory import Memory, Tally
from audit_log.domain.rules.pattern import Account
from audit_log.domain.rules.permits import NO_TERMS, PermitHistory, Terms, Told, Turn
from audit_log.domain.rules.reached import End, Register
from audit_log.domain.rules.seen import Use
from audit_log.domain.rules.silence import LastBeat
from audit_log.domain.rules.skew import Lags
from audit_log.domain.rules.volume import Habit

_SHORT_TURN: Final = 2
_TIMED_TURN: Final = 3


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
    """Read a permit; rows of earlier releases name terms for the whole of it."""
    return PermitHistory(
        before=_terms(value.get("before", value)),
        turns=tuple(_turn(one, _time(value.get("until"))) for one in value["turns"]),
    )


def _terms(value: Mapping[str, Any]) -> Terms:
    return Terms(
        dataset=value["dataset"],
        holder=value["holder"],
        cohort=value.get("cohort"),
        nodes=tuple(value.get("nodes", ())),
        countries=tuple(value.get("countries", ())),
        regions=tuple(value.get("regions", ())),
        most_bytes=value.get("most_bytes"),
    )


def _turn(value: Sequence[Any], of_all: datetime | None) -> Told:
    """Read a turn; rows of earlier releases name one end for all turns by which a permit opens."""
    turn = Turn(value[1])
    opening = of_all if turn is Turn.LIVE else None
    until = _time(value[2]) if len(value) > _SHORT_TURN else opening
    terms = _terms(value[3]) if len(value) > _TIMED_TURN else NO_TERMS
    return datetime.fromisoformat(value[0]), turn, until, terms


def _trace(value: Mapping[str, Any]) -> Trace:
    return Trace(
        decisions=tuple((datetime.fromisoformat(at), let) for at, let in value["decisions"]),
        until=_time(value["until"]),
        first=value.get("first", 0),
    )


def _tally(value: Mapping[str, Any]) -> Tally:
    return Tally(
        count=value["count"],
        until=datetime.fromisoformat(value["until"]),
        people=tuple(value["people"]),
        over=value.get("over", False),
    )


def _account(value: Mapping[str, Any]) -> Account:
    return Account(
        clients=tuple(value["clients"]),
        countries=tuple(value.get("countries", ())),
        last=_time(value["last"]),
        first=_time(value.get("first")),
        hours=value.get("hours", 0),
        days=value.get("days", 0),
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
    return Register(ends=tuple(_end(end) for end in value["ends"]))


def _end(value: Mapping[str, Any]) -> End:
    return End(
        revision=value["revision"],
        at=datetime.fromisoformat(value["at"]),
        index=value["index"],
    )


def _reader(value: Mapping[str, Any]) -> Reader:
    return Reader(
        register=value["register"],
        who=value["who"],
        src=value["src"],
        since=datetime.fromisoformat(value["since"]),
        at=datetime.fromisoformat(value["at"]),
        revision=value["revision"],
        before=value["before"],
        lacks=None if value["lacks"] is None else _end(value["lacks"]),
        raised=value["raised"],
    )


def _habit(value: Mapping[str, Any]) -> Habit:
    return Habit(
        since=datetime.fromisoformat(value["since"]),
        hour=datetime.fromisoformat(value["hour"]),
        average=value["average"],
        busy=tuple((datetime.fromisoformat(at), count) for at, count in value["busy"]),
    )


def _lags(value: Mapping[str, Any]) -> Lags:
    return Lags(newest=tuple(value["newest"]))


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
        country=value.get("country"),
        regions=tuple(value.get("regions", ())),
        whole=value.get("whole", False),
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
    "readers": _reader,
    "habits": _habit,
    "lags": _lags,
    "holes": datetime.fromisoformat,
    "raised": str,
}
