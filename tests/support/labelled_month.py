# SPDX-License-Identifier: Apache-2.0
"""A labelled month of a node's entries, made without a word of audit_log.

Lines come in the order in which they arrive. Ordinary traffic that no rule may name, and planted
cases, each beside a near-miss twin that must not fire; which line is which stands on the line.
"""

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

START: Final = datetime(2026, 10, 1, tzinfo=UTC)
BEAT: Final = timedelta(seconds=30)
NODES: Final = ("zz/clearinghouse/1", "se/clearinghouse/1", "fi/clearinghouse/1")
PERMITS: Final = "zz/permit_service/1"
CONSENTS: Final = "zz/consent_registry/1"
OWN: Final = "zz/audit_log/1"
BEATING: Final = (*NODES, PERMITS, CONSENTS)
DECISION: Final = "placet.access.decision.v1"
READ: Final = "placet.access.read.v1"
HEARTBEAT: Final = "placet.sys.heartbeat.v1"
ISSUED: Final = "placet.permit.issued.v1"
REVOKED: Final = "placet.permit.revoked.v1"
FAR: Final = "2030-01-01T00:00:00.000000Z"
PER_SECOND: Final = 3.86
"""Ten million entries in thirty days."""
ACCOUNTS: Final = 500
POOL: Final = 40


@dataclass(frozen=True, slots=True)
class Label:
    """What a line was planted for: which rule must name it, or must not."""

    rule: str
    fires: bool
    case: str


@dataclass(slots=True, kw_only=True)
class Line:
    """One entry as it arrives; `seq` 0 means the next of its chain.

    `leaf` tells two entries at one place apart; `follows` is what it names as its predecessor when
    that is not the one before it. `skip` leaves places of the chain empty before it.
    """

    type: str
    src: str
    at: datetime
    arrived: datetime
    epoch: int = 1
    seq: int = 0
    skip: int = 0
    leaf: str = ""
    follows: str = ""
    trace: str = ""
    dataset: str | None = None
    decision: str | None = None
    purposes: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    extra: dict[str, str | int | bool | list[str]] = field(default_factory=dict)
    actor: str | None = None
    client: str | None = None
    country: str | None = None
    countries: tuple[str, ...] = ()
    holder: str | None = None
    permit: str | None = None
    people: tuple[tuple[str, int], ...] = ()
    signed: bool | None = None
    labels: tuple[Label, ...] = ()


@dataclass(slots=True)
class Month:
    """The month while it is made, and what the services around the log know of it.

    `left` is when and at which revision somebody left a cohort; `newest` is the registry's newest.
    `turns` are the entries of each permit, as the permit service knows them, arrived or not.
    `watched` says from when until when a planted producer must send heartbeats.
    """

    seed: int
    lines: list[tuple[datetime, int, Line]] = field(default_factory=list)
    left: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    newest: int = 1_000_000
    withdrawn: dict[tuple[str, int], datetime] = field(default_factory=dict)
    purposes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    turns: dict[str, list[Line]] = field(default_factory=dict)
    watched: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    heads: dict[tuple[str, int], int] = field(default_factory=dict)
    count: Iterator[int] = field(default_factory=itertools.count)
    names: Iterator[int] = field(default_factory=itertools.count)
    chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)  # noqa: S311 - a repeatable world, no secret

    def put(self, line: Line) -> Line:
        """Let a line arrive at its time."""
        if line.permit is not None and line.type.startswith("placet.permit."):
            self.turns.setdefault(line.permit, []).append(line)
        heapq.heappush(self.lines, (line.arrived, next(self.count), line))
        return line

    def postpone(self, line: Line, arrived: datetime) -> None:
        """Let a line that has not arrived yet arrive at another time."""
        self.lines = [one for one in self.lines if one[2] is not line]
        heapq.heapify(self.lines)
        line.arrived = arrived
        heapq.heappush(self.lines, (line.arrived, next(self.count), line))

    def lose(self, line: Line) -> None:
        """Let a line never arrive; what it says is true all the same."""
        self.lines = [one for one in self.lines if one[2] is not line]
        heapq.heapify(self.lines)

    def name(self, what: str) -> str:
        """Give a name that nobody else has."""
        return f"{what}-{next(self.names)}"

    def permit(self, at: datetime, holder: str, dataset: str, *, late: float = 0.5) -> str:
        """Issue a permit for a purpose of its own; its entry arrives `late` seconds after."""
        permit = self.name("permit")
        self.purposes[permit] = ("DUO:0000006",)
        self.put(
            Line(
                type=ISSUED,
                src=PERMITS,
                at=at,
                arrived=at + timedelta(seconds=late),
                dataset=dataset,
                holder=holder,
                permit=permit,
                purposes=self.purposes[permit],
                extra={
                    "cohort": self.cohort_of(permit),
                    "expires_at": FAR,
                    "nodes": ["zz", "se", "fi"],
                    "revision": 1,
                },
            )
        )
        return permit

    def cohort_of(self, permit: str) -> str:
        """Name the cohort that a permit was given for."""
        return f"cohort-of-{permit}"

    def use(self, at: datetime, actor: str, dataset: str, permit: str | None) -> Line:
        """Let a node decide that data may go; change the line before it arrives."""
        return self.put(
            Line(
                type=DECISION,
                src=NODES[0],
                at=at,
                arrived=at + timedelta(seconds=0.4),
                trace=self.name("trace"),
                dataset=dataset,
                decision="permit",
                actor=actor,
                client="gateway",
                permit=permit,
                people=((dataset, 100_000 + next(self.names)),),
                extra={"dataset_revision": 1_000_000, "permits_revision": 1_000_000},
            )
        )

    def until(self, horizon: datetime) -> Iterator[Line]:
        """Give the lines that arrive before `horizon`, each with its place in its chain."""
        while self.lines and self.lines[0][0] < horizon:
            line = heapq.heappop(self.lines)[2]
            chain = (line.src, line.epoch)
            if line.seq == 0:
                line.seq = self.heads.get(chain, 0) + 1 + line.skip
            self.heads[chain] = max(line.seq, self.heads.get(chain, 0))
            yield line


def ordinary(month: Month, entries: int) -> Iterator[Line]:
    """Give about `entries` lines: accounts that use what they may, and heartbeats."""
    chance = month.chance
    held: list[tuple[str, str, str]] = []
    for number in range(ACCOUNTS):
        for dataset in chance.sample(range(1, 30), chance.randint(1, 3)):
            actor, name = f"account-{number}", f"GDI-ZZ-DATASET-{dataset}"
            held.append((actor, name, month.permit(START, actor, name)))
    now, made = START + timedelta(seconds=5), 0
    beat = START + timedelta(seconds=1)
    while made < entries:
        now += timedelta(seconds=chance.expovariate(PER_SECOND / 1.36))
        while beat <= now:
            _beats(month, beat)
            beat += BEAT
        _request(month, now, *chance.choice(held))
        for line in month.until(now):
            made += 1
            yield line
    yield from month.until(now + timedelta(days=400))


def _request(month: Month, at: datetime, actor: str, dataset: str, permit: str) -> None:
    chance = month.chance
    line = month.use(at, actor, dataset, permit)
    line.src = chance.choice(NODES)
    line.people = ((dataset, chance.randrange(POOL)),)
    if chance.random() < 0.3:
        month.put(
            Line(
                type=READ,
                src=line.src,
                at=at + timedelta(milliseconds=50),
                arrived=line.arrived + timedelta(milliseconds=50),
                trace=line.trace,
                dataset=dataset,
                actor=actor,
                client="gateway",
                permit=permit,
                people=line.people,
            )
        )


def _beats(month: Month, at: datetime) -> None:
    for src in BEATING:
        month.put(
            Line(
                type=HEARTBEAT,
                src=src,
                at=at,
                arrived=at + timedelta(milliseconds=200),
                signed=True,
            )
        )
