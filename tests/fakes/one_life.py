# SPDX-License-Identifier: Apache-2.0
"""One person's life under one law, step by step, decided twice at every question.

Once from her timeline and once from bitmaps; the two must agree. A permit is frozen at its step and
narrowed by every later one, as the use cases do it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pyroaring import BitMap

from consent_registry.domain.cohort import evaluate, holding
from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.history import ConsentEvent, Kind, Standing, standing_at
from consent_registry.domain.matching import Inquiry
from consent_registry.domain.narrowing import permits
from consent_registry.domain.optout import About, OptOutEvent, OptOutKind, opted_out
from consent_registry.domain.records import Channel
from consent_registry.domain.regimes import Moment, Rules
from shared.ids import Ordinal, Revision
from tests.fakes.consent_factories import NOON, event, inquiry

HOLDER = "A hospital"
TICK = timedelta(seconds=1)
KINDS = {
    "give": Kind.GIVEN,
    "refuse": Kind.REFUSED,
    "withdraw": Kind.WITHDRAWN,
    "lapse": Kind.AUTHORITY_LAPSED,
}


@dataclass(slots=True)
class Life:
    """What happened so far. `permits` has for each permit whether she is in it now."""

    rules: Rules
    now: datetime = NOON
    consents: list[ConsentEvent] = field(default_factory=list)
    opt_outs: list[OptOutEvent] = field(default_factory=list)
    objecting: bool = False
    permits: list[bool] = field(default_factory=list)

    def live(self, steps: Sequence[str]) -> "Life":
        """Take steps, each a second after the one before; `=step` at the same instant."""
        for step in steps:
            self.now += timedelta(0) if step.startswith("=") else TICK
            self._take(step.removeprefix("="))
        return self

    def _take(self, step: str) -> None:
        if step == "permit":
            self.permits.append(self.asked(Moment.NEW))
            return
        if step in KINDS:
            revision = Revision(len(self.consents) + 1)
            self.consents.append(event(KINDS[step], self.now, revision=revision))
        elif step in {"opt_out", "reverse"}:
            self._opt(OptOutKind.REGISTERED if step == "opt_out" else OptOutKind.REVERSED)
        elif step == "object":
            self.objecting = True
        # "amend" changes persons or duration of a permit: nothing here is asked anew.
        stays = self.asked(Moment.RUNNING)
        self.permits = [held and stays for held in self.permits]

    def _opt(self, kind: OptOutKind) -> None:
        number = Revision(len(self.opt_outs) + 1)
        self.opt_outs.append(
            OptOutEvent(
                number=number,
                optout_id=f"o-{number}",
                pid="p",
                ordinal=Ordinal(0),
                kind=kind,
                about=About(),
                recorded_at=self.now,
                channel=Channel.PAGE,
                salt=bytes(32),
            )
        )

    def asked(self, moment: Moment, *, despite_opt_out: bool = False) -> bool:
        """Ask both evaluations; they agree."""
        asked = inquiry(rules=self.rules)
        standing = standing_at(self.consents, self.now, self.now)
        out = opted_out(self.opt_outs, HOLDER, self.now) and not despite_opt_out
        alone = permits(standing, asked, moment, opted_out=out, objecting=self.objecting)
        within = self._in_bitmap(standing, asked, moment, out=out)
        assert within is alone, (moment, standing, out)
        return alone

    def _in_bitmap(self, standing: Standing, asked: Inquiry, moment: Moment, *, out: bool) -> bool:
        index = CohortIndex(members=1)
        if self.consents:
            index.put(BitMap([0]), standing._replace())
        index.opted_out = BitMap([0] if out else [])
        index.objecting = BitMap([0] if self.objecting else [])
        within = 0 in evaluate(index, asked, moment=moment).within
        assert moment is Moment.NEW or 0 in holding(index, asked) or not within
        return within
