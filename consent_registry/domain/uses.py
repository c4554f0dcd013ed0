# SPDX-License-Identifier: Apache-2.0
"""What the log says of the uses of one person's data: values, and nothing computed."""

from dataclasses import dataclass
from datetime import date, datetime

from shared.ids import DatasetId


@dataclass(frozen=True, slots=True, kw_only=True)
class DataUse:
    """What happened to her data on one day (UTC) in one way, `count` times.

    `kind` is the middle of the entry's type such as `access.read`, `node` the producer that said
    it, `decision` is `permit`, `deny`, `error` or None.
    """

    day: date
    dataset: DatasetId
    kind: str
    node: str
    decision: str | None
    purposes: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReporting:
    """A node whose word is missing: `places` of its chain never came, or it is silent."""

    node: str
    places: int
    silent: bool
    silent_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UseReport:
    """Every use that the log knows, newest first, and what that rests on.

    `size` is how many entries the published log had; `checked` below which of them the log has
    recomputed what it answers from, 0 when never; `differed` how many rows were wrong then.
    `unresolved` counts cohorts that entries name and of which nobody could say whether they hold
    her: what was done with those is not among the uses. `dropped` are the months, such as
    `2025-10`, of which entries outlived their term: of what was recorded then, only that is among
    the uses which something holds.
    """

    uses: tuple[DataUse, ...]
    size: int
    checked: int
    differed: int
    not_reporting: tuple[NotReporting, ...]
    unresolved: int = 0
    dropped: tuple[str, ...] = ()
