# SPDX-License-Identifier: Apache-2.0
"""Putting each entry before the rules that it concerns, and settling what waits, in index order.

Keeps its memory and two lists, and touches nothing else: what it was given in the same order gives
the same findings. Rules are in `audit_log.domain.rules`; here is only which memory goes to which.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from audit_log.domain.chain import ChainKey
from audit_log.domain.rules import (
    acknowledged,
    decided,
    epochs,
    insider,
    pattern,
    permits,
    reached,
    scope,
    silence,
    skew,
    spoken,
    volume,
)
from audit_log.domain.rules.doubts import Doubt, about_chain, about_permit, about_trace
from audit_log.domain.rules.memory import ACCOUNT_LIFE, TALLY_LIFE, Memory, Tally
from audit_log.domain.rules.raised import Healed, Raised
from audit_log.domain.rules.seen import DECISION, Seen, Use, use_of
from audit_log.domain.rules.thresholds import Thresholds
from audit_log.usecases.doubting import CLEARED, PERMIT_RULES, UNANNOUNCED, UNSIGNED, Doubting

_FORGET_EVERY: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """Uses that were found good and must be judged again: a word about them came late.

    Those of a permit at and after `since`, those of a trace, or those that rest on a register. None
    of them is an entry before `first`: however far back a time is that a node states, no more is
    looked through.
    """

    since: datetime
    dataset: str | None
    first: int = 0
    permit: str | None = None
    trace: str | None = None
    register: str | None = None

    def concerns(self, seen: Seen) -> bool:
        """Tell whether a use is one of those."""
        if seen.at < self.since or seen.index < self.first or not seen.is_use:
            return False
        if self.register is not None:
            return any(name == self.register for name, _ in reached.rests_on(seen))
        return seen.permit == self.permit if self.permit is not None else seen.trace == self.trace


class Examiner:
    """The rules with their memory; read `raised`, `healed` and `rechecks`, then `clear` them."""

    def __init__(self, memory: Memory, thresholds: Thresholds) -> None:
        self.memory = memory
        self.raised: list[Raised] = []
        self.healed: list[Healed] = []
        self.rechecks: list[Recheck] = []
        self._limits = thresholds
        self._doubts = Doubting(memory)
        self._forgot: datetime | None = None

    def clear(self) -> None:
        """Forget what was said; the memory stays."""
        self.raised, self.healed, self.rechecks = [], [], []

    def take(self, seen: Seen) -> None:
        """Examine the next entry."""
        self._say(skew.judge(seen, self._limits))
        self._take_chain(seen)
        if (usurped := spoken.judge(seen)) is not None:
            self._say(usurped)
            return  # nothing that it says is believed
        if seen.type in permits.TURNS:
            self._take_permit(seen)
        if (name := reached.register_of(seen)) is not None:
            self._take_end(name, seen)
        if (name := acknowledged.left_in(seen)) is not None:
            self._take_end(name, seen)
        if (word := acknowledged.word_of(seen)) is not None:
            self._take_word(word, seen)
        if seen.type == DECISION:
            self._take_decision(seen)
        if seen.is_use:
            self._take_use(seen)
        if (look := insider.tally_key(seen)) is not None:
            self._say(insider.judge(seen, look, self._count(look, seen), self._limits))
        self._say(insider.without_case(seen))

    def recheck(self, seen: Seen) -> None:
        """Judge a use again that was found good before."""
        self._judge_use(seen, late=True)
        self._judge_reached(seen)

    def pass_time(self, now: datetime) -> None:
        """Let time pass until the next entry's arrival.

        So many entries examined at once are judged as they would have been one by one.
        """
        self.raised += self._doubts.due(now)
        self._remind(now)

    def settle(
        self,
        now: datetime,
        *,
        producers: Sequence[silence.LastBeat],
        missing: Mapping[ChainKey, int],
    ) -> None:
        """Let time pass: doubts whose grace is over become findings, silent producers are named.

        `producers` are those that must send heartbeats, each with its registration as the beat
        before the first; `missing` gives the first place that nothing fills in a chain.
        """
        self.pass_time(now)
        self._watch(now, producers, missing)
        if self._forgot is None or now - self._forgot >= _FORGET_EVERY:
            self._forgot = now
            self.memory.forget(now)
            self._doubts.forget()

    # Permits, traces and uses

    def _take_permit(self, seen: Seen) -> None:
        if seen.permit is None:
            return
        shelf, about = self.memory.permits, about_permit(seen.permit)
        before, doubted = shelf.get(seen.permit), self._doubts.uses(about)
        shelf.put(seen.permit, permits.told(before, seen))
        self.healed += self._doubts.changed(about)
        for use in doubted:  # what one rule doubted for want of this entry, another may object to
            due = seen.arrived + self._limits.span("grace")
            self._doubt(use, tuple(PERMIT_RULES), due, again=True)
        first = before is None and permits.TURNS[seen.type] is permits.Turn.LIVE
        if not first:  # of a first word all that it concerns is in doubt
            self.rechecks.append(Recheck(since=seen.at, dataset=seen.dataset, permit=seen.permit))

    def _take_end(self, name: str, seen: Seen) -> None:
        end, shelf = reached.end_of(seen), self.memory.registers
        if end is None:
            return
        shelf.put(name, reached.ended(shelf.get(name), end))
        self._expect_word(name, end)
        if name != reached.register_of(seen):
            return  # no decision names that register
        since = seen.at + self._limits.span("propagation")
        self.rechecks.append(Recheck(since=since, dataset=seen.dataset, register=name))

    def _expect_word(self, name: str, end: reached.End) -> None:
        """Let everybody who follows a register lack what ended there, until he says otherwise."""
        shelf = self.memory.readers
        for reader in [one for one in shelf.items.values() if one.register == name]:
            after, raised = acknowledged.ended(reader, end, self._limits)
            shelf.put(reader.key, after if after != reader else reader)
            self._say(raised)

    def _take_word(self, word: acknowledged.Word, seen: Seen) -> None:
        shelf, register = self.memory.readers, self.memory.registers.get(word.register)
        before = shelf.get(acknowledged.key_of(word.register, word.who))
        ends = () if register is None else register.ends
        after, raised, healed = acknowledged.heard(before, word, seen, ends, self._limits)
        shelf.put(after.key, after)
        self._say(raised)
        if healed is not None:
            self.healed.append(healed)

    def _remind(self, now: datetime) -> None:
        shelf = self.memory.readers
        for reader in list(shelf.items.values()):
            if (raised := acknowledged.due(reader, now, self._limits)) is not None:
                shelf.put(reader.key, replace(reader, raised=True))
                self.raised.append(raised)

    def _take_decision(self, seen: Seen) -> None:
        shelf = self.memory.traces
        until = seen.arrived + self._limits.span("trace_window")
        known, about = shelf.get(seen.trace), about_trace(seen.trace)
        shelf.put(seen.trace, decided.decided(known, seen, until, self._doubts.uses(about)))
        self.healed += self._doubts.changed(about)
        if seen.decision != "permit" and known is not None:
            first, of = known.first, seen.dataset
            self.rechecks.append(Recheck(since=seen.at, dataset=of, first=first, trace=seen.trace))

    def _take_use(self, seen: Seen) -> None:
        self._judge_use(seen, late=False)
        self._judge_reached(seen)
        self._take_volume(seen)
        self._take_amount(seen)
        self._take_account(seen)

    def _take_volume(self, seen: Seen) -> None:
        name = volume.habit_key(seen)
        if name is None:
            return
        shelf, hour = self.memory.habits, volume.began(seen.at)
        habit = shelf.get(name)
        if habit is None:
            habit = volume.Habit(since=hour, hour=hour)
        elif hour > habit.hour:
            past = self.memory.tallies.get(volume.counted(name, habit.hour))
            habit = volume.learned(habit, past.count if past else 0, hour, self._limits)
        shelf.put(name, habit)
        key = volume.counted(name, seen.at)
        most = volume.limit(habit, self._limits)
        self._say(volume.judge(seen, key, self._count(key, seen), most))

    def _take_amount(self, seen: Seen) -> None:
        key, read = scope.amount_key(seen), seen.counts.get("bytes", 0)
        if key is None or not read:
            return
        shelf = self.memory.tallies
        before = shelf.get(key)
        total = read + (before.count if before else 0)
        history = self.memory.permits.get(seen.permit or "")
        raised = None
        if before is None or not before.over:
            raised = scope.beyond(seen, key, total, history)
        over = raised is not None or (before is not None and before.over)
        shelf.put(key, Tally(count=total, until=seen.at + ACCOUNT_LIFE, over=over))
        self._say(raised)

    def _judge_use(self, seen: Seen, *, late: bool) -> None:
        """Doubt a use that is not good as far as is known; a late word is the last one."""
        rules = (*PERMIT_RULES, decided.RULE) if seen.is_read else tuple(PERMIT_RULES)
        due = seen.arrived if late else seen.arrived + self._limits.span("grace")
        self._doubt(use_of(seen), rules, due, again=late)

    def _doubt(self, use: Use, rules: Sequence[str], due: datetime, *, again: bool) -> None:
        for rule in rules:
            if self._doubts.judge(rule, use) is None or self._doubts.holds(rule, use.index):
                continue
            cause = f"{rule}/{use.index}"
            if again:  # one that was found before and closed: a cause opens one finding only
                cause = f"{cause}/{self._doubts.known(rule, use)}"
            of_trace = rule == decided.RULE
            self._doubts.open(
                Doubt(
                    rule=rule,
                    cause=cause,
                    about=about_trace(use.trace) if of_trace else about_permit(use.permit or ""),
                    index=use.index,
                    src=use.src,
                    due=due,
                    use=use,
                )
            )

    def _judge_reached(self, seen: Seen) -> None:
        for name, revision in reached.rests_on(seen):
            register = self.memory.registers.get(name)
            self._say(reached.judge(seen, name, revision, register, self._limits))

    def _take_account(self, seen: Seen) -> None:
        if seen.actor is None:
            return
        shelf = self.memory.accounts
        account = shelf.get(seen.actor)
        for raised in pattern.judge(seen, account, self._limits):
            self._say(raised)
        shelf.put(seen.actor, pattern.known(account, seen))
        key = pattern.people_key(seen)
        if key is not None and seen.people:
            self._count_people(key, seen)

    def _count_people(self, key: str, seen: Seen) -> None:
        limit = self._limits.people_per_hour
        shelf = self.memory.tallies
        before = shelf.get(key) or Tally(count=0, until=seen.at + TALLY_LIFE)
        fresh = [one for one in dict.fromkeys(seen.people) if one not in before.people]
        if before.count > limit or not fresh:
            return
        count = before.count + len(fresh)
        people = () if count > limit else (*before.people, *fresh)
        shelf.put(key, Tally(count=count, until=before.until, people=people))
        self._say(pattern.many_people(seen, key, before.count, count, limit))

    def _count(self, key: str, seen: Seen) -> int:
        shelf = self.memory.tallies
        before = shelf.get(key) or Tally(count=0, until=seen.at + TALLY_LIFE)
        shelf.put(key, Tally(count=before.count + 1, until=before.until))
        return before.count + 1

    # Chains and heartbeats

    def _take_chain(self, seen: Seen) -> None:
        self._say(silence.flaw(seen))
        shelf = self.memory.epochs
        before = shelf.get(seen.src)
        after = epochs.taken(before, seen)
        new = epochs.is_new(before, seen.epoch)
        if after is not before:
            shelf.put(seen.src, after)
            self.healed += self._doubts.changed(about_chain(seen.src, seen.epoch))
        if new and before is not None:
            self._begin_chain(before, seen)
        if seen.beat is not None:
            self._take_lag(seen)
            self._take_beat(seen)

    def _take_beat(self, seen: Seen) -> None:
        before = self.memory.beats.get(seen.src)
        last = silence.newest(before, seen)
        if last is None:
            return
        self.memory.beats.put(seen.src, last)
        if before is not None and last is not before:
            # A silence that nobody watched: it is over, and was one.
            self._open(silence.silent(before, seen.arrived, self._limits))

    def _take_lag(self, seen: Seen) -> None:
        if seen.beat is None or not seen.beat.verified:
            return
        shelf = self.memory.lags
        lags = skew.lagging(shelf.get(seen.src), seen)
        shelf.put(seen.src, lags)
        self._say(skew.drifting(lags, seen, self._limits))

    def _begin_chain(self, before: epochs.Epochs, seen: Seen) -> None:
        place = f"{seen.src}/{seen.epoch}"
        if epochs.reused(before, seen.epoch):
            self._say(
                Raised(
                    rule=epochs.RULE,
                    code="epoch_reused",
                    cause=f"{epochs.RULE}/reused/{place}",
                    evidence=(seen.index,),
                    src=seen.src,
                )
            )
            return
        about = about_chain(seen.src, seen.epoch)
        for rule, name in ((UNANNOUNCED, "grace"), (UNSIGNED, "heartbeat_silence")):
            self._doubts.open(
                Doubt(
                    rule=rule,
                    cause=f"{rule}/{place}",
                    about=about,
                    index=seen.index,
                    src=seen.src,
                    due=seen.arrived + self._limits.span(name),
                )
            )

    def _watch(
        self,
        now: datetime,
        producers: Sequence[silence.LastBeat],
        missing: Mapping[ChainKey, int],
    ) -> None:
        still: dict[str, Raised] = {}
        holes: set[str] = set()
        for registered in producers:
            last = self.memory.beats.get(registered.src) or registered
            found = [silence.silent(last, now, self._limits)]
            if missing:
                hole = silence.spoken_for(last, missing.get(ChainKey(last.src, last.epoch)))
                if hole is not None:
                    holes.add(hole)
                    since = self.memory.holes.get(hole) or last.arrived
                    self.memory.holes.put(hole, since)
                    found.append(silence.ahead(last, hole, since, now, self._limits))
            for raised in found:
                if raised is not None:
                    still[raised.cause] = raised
        for gone in self.memory.holes.items.keys() - holes:
            self.memory.holes.drop(gone)
        kept = self.memory.raised
        for cause in [cause for cause in kept.items if cause not in still]:
            kept.drop(cause)
            self.healed.append(Healed(cause=cause, reason=CLEARED))
        for raised in still.values():
            self._open(raised)

    def _open(self, raised: Raised | None) -> None:
        """Say what heals by the passing of time, once until it has."""
        if raised is not None and self.memory.raised.get(raised.cause) is None:
            self.memory.raised.put(raised.cause, raised.rule)
            self.raised.append(raised)

    def _say(self, raised: Raised | None) -> None:
        if raised is not None:
            self.raised.append(raised)
