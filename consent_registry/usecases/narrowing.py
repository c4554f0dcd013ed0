# SPDX-License-Identifier: Apache-2.0
"""Take people out of live cohorts and say so: in the feed, and to permit_service."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from pyroaring import BitMap

from consent_registry.domain.bars import NO_BARS, Bars
from consent_registry.domain.history import Standing, State
from consent_registry.domain.narrowing import OPTED_OUT, cause, permits
from consent_registry.domain.regimes import Moment, Rules
from consent_registry.domain.register import (
    ChangeKind,
    LiveCohort,
    Narrowed,
    RegisterChange,
)
from consent_registry.domain.shown import Showing
from consent_registry.domain.stops import StopKind, acts
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.disclosing import set_figure
from consent_registry.usecases.ruled import inquiry_of
from consent_registry.usecases.showing import keep, showing
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.writing import Writing
from shared.canonical import JSON
from shared.ids import Ordinal, PermitId
from shared.messages import DomainMessage
from shared.tracing import current_trace_id

TOPIC: Final = "consent.changes.v1"
NARROWED_TYPE: Final = "placet.consent.narrowed.v1"


NOT_BARRED: Final[Mapping[Ordinal, Bars]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Also:
    """Who is opted out or stopped through a merge, which is in no projection."""

    opted_out: Set[Ordinal] = frozenset()
    stopped: Mapping[StopKind, Set[Ordinal]] = field(default_factory=dict)

    def stop(self, ordinal: Ordinal, rules: Rules) -> StopKind | None:
        """Give what stops a member in running permits."""
        kinds = (kind for kind in StopKind if ordinal in self.stopped.get(kind, ()))
        return next((kind for kind in kinds if acts(kind, rules, Moment.RUNNING)), None)


NOBODY_ALSO: Final = Also()


def narrow(
    uow: UnitOfWork,
    tools: Tools,
    writing: Writing,
    standings: Mapping[Ordinal, Standing],
    bars: Mapping[Ordinal, Bars] = NOT_BARRED,
    *,
    also: Also = NOBODY_ALSO,
    cohorts: Sequence[LiveCohort] | None = None,
) -> Sequence[Narrowed]:
    """Take those out of live cohorts whom standing or bars no longer let be in one.

    `also` are those of them whom a merge has newly opted out or stopped, `cohorts` the dataset's
    live ones where the caller has asked for them since it holds the dataset.
    """
    gone: list[Narrowed] = []
    now_in: dict[PermitId, BitMap] = {}
    if cohorts is None:
        cohorts = uow.cohorts.live(writing.dataset.dataset)
    for cohort in cohorts:
        left = _leaving(uow, tools, writing, cohort, (standings, bars, also))
        if left:
            gone += left
            now_in[cohort.permit_id] = cohort.members - BitMap(one.ordinal for one in left)
    publish(uow, tools, writing, gone, now_in)
    return gone


def publish_narrowed(
    uow: UnitOfWork, tools: Tools, writing: Writing, gone: Sequence[Narrowed]
) -> None:
    """Take people out of live cohorts and tell permit_service their new sizes."""
    left: dict[str, BitMap] = {}
    for one in gone:
        left.setdefault(one.cohort_id, BitMap()).add(one.ordinal)
    now_in = {
        live.permit_id: live.members - left[live.frozen.cohort_id]
        for live in uow.cohorts.live(writing.dataset.dataset)
        if live.frozen.cohort_id in left
    }
    publish(uow, tools, writing, gone, now_in)


def publish(
    uow: UnitOfWork,
    tools: Tools,
    writing: Writing,
    gone: Sequence[Narrowed],
    now_in: Mapping[PermitId, BitMap],
) -> None:
    """Note who left, and tell permit_service who is left of each permit's cohort, in numbers.

    The numbers are such as may be shown: a message before and one after a withdrawal must not
    differ by one, nor do two permits with few people between them give way apart.
    """
    if not gone:
        return
    uow.cohorts.narrow(gone)
    after = replace(
        writing.dataset,
        revision=writing.revision,
        recorded_at=writing.recorded_at,
        members=writing.dataset.members + len(writing.added),
    )
    state = showing(uow, tools, after, writing.recorded_at)
    keep(uow, state)
    told: list[dict[str, JSON]] = [
        {"permit_id": permit_id, "members_now": _members_shown(uow, tools, state, permit_id, one)}
        for permit_id, one in now_in.items()
    ]
    uow.publish(_message(tools, writing, told))


def _members_shown(
    uow: UnitOfWork, tools: Tools, state: Showing, permit: PermitId, now: BitMap
) -> int | None:
    """Count who was left in the state of shown numbers.

    By a new policy or release people leave who do not stand differently: once those are as many as
    its reach, count who is left now.
    """
    frozen, people = uow.cohorts.under(permit), now
    if frozen is not None:
        upto = max(frozen.revision, state.state.revision)
        then = frozen.bitmap - uow.cohorts.gone(frozen.cohort_id, upto)
        otherwise = (then - now) - state.changed
        if len(otherwise) < max(state.state.reach, tools.small_cell):
            people = then
    return set_figure(uow, tools, state.dataset, people, state.state.members)


def _leaving(
    uow: UnitOfWork,
    tools: Tools,
    writing: Writing,
    cohort: LiveCohort,
    held: tuple[Mapping[Ordinal, Standing], Mapping[Ordinal, Bars], Also],
) -> list[Narrowed]:
    standings, bars, also = held
    touched = cohort.members & BitMap(standings)
    if not touched:
        return []
    plain = tools.inquiry(cohort.frozen.purpose, writing.now, writing.dataset)
    inquiry = inquiry_of(uow, cohort.frozen, plain)
    found: list[Narrowed] = []
    for ordinal in (Ordinal(one) for one in touched):
        standing, barred = standings[ordinal], bars.get(ordinal, NO_BARS)
        stop, out = also.stop(ordinal, inquiry.rules), ordinal in also.opted_out
        alone = permits(standing, inquiry, bars=barred)
        if alone and stop is None and permits(standing, inquiry, bars=barred, opted_out=out):
            continue
        why = (OPTED_OUT if stop is None else stop.cause) if alone else cause(standing, barred)
        found.append(
            Narrowed(
                cohort_id=cohort.frozen.cohort_id,
                ordinal=ordinal,
                revision=writing.revision,
                left_at=writing.recorded_at,
                cause=why,
            )
        )
    return found


def announce_standings(
    uow: UnitOfWork,
    tools: Tools,
    writing: Writing,
    standings: Mapping[Ordinal, Standing],
    gone: Sequence[Narrowed],
    *,
    bars: Mapping[Ordinal, Bars] = NOT_BARRED,
) -> None:
    """Put into the feed whom the dataset has now, who is out, and who is given.

    A no that leaves running permits alone under the dataset's law moves the revision and names
    nobody. Whoever has bars may have lost one: who of them is not out is named again.
    """
    rules = tools.rules(writing.dataset, writing.now)
    new = {member.ordinal for member in writing.added}
    known = {ordinal: standing for ordinal, standing in standings.items() if ordinal not in new}
    narrowed = _narrowed_items(known, gone, rules, bars)
    out = {item["ordinal"] for item in narrowed}
    by_kind: dict[ChangeKind, tuple[Mapping[str, JSON], ...]] = {
        ChangeKind.MEMBER_NARROWED: narrowed,
        ChangeKind.MEMBER_ADDED: tuple(
            {"ordinal": member.ordinal, "local_id": member.local_id} for member in writing.added
        ),
        ChangeKind.MEMBER_GIVEN: tuple(
            {"ordinal": ordinal}
            for ordinal, standing in standings.items()
            if (standing.state is State.GIVEN or ordinal in bars) and ordinal not in out
        ),
    }
    if not any(by_kind.values()):
        by_kind[ChangeKind.DATASET_MOVED] = ({},)
    for kind, items in by_kind.items():
        if items:
            uow.announce(
                RegisterChange(
                    dataset=writing.dataset.dataset,
                    revision=writing.revision,
                    kind=kind,
                    items=items,
                )
            )


def _narrowed_items(
    standings: Mapping[Ordinal, Standing],
    gone: Iterable[Narrowed],
    rules: Rules,
    bars: Mapping[Ordinal, Bars],
) -> tuple[Mapping[str, JSON], ...]:
    """Give the feed items of everybody who is out or left a cohort; `cohorts` names which.

    A reader that does not look at `cohorts` takes the person out of all of them, which is narrower.
    """
    left: dict[Ordinal, list[str]] = {}
    for one in gone:
        left.setdefault(one.ordinal, []).append(one.cohort_id)
    return tuple(
        {
            "ordinal": ordinal,
            "cause": cause(standing, bars.get(ordinal, NO_BARS)),
            "cohorts": left.get(ordinal, []),
        }
        for ordinal, standing in standings.items()
        if rules.excludes(standing.state, Moment.RUNNING)
        or any(rules.barred(bar, Moment.RUNNING) for bar in bars.get(ordinal, NO_BARS))
        or ordinal in left
    )


def _message(tools: Tools, writing: Writing, cohorts: list[dict[str, JSON]]) -> DomainMessage:
    return DomainMessage(
        id=tools.ids.new(),
        type=NARROWED_TYPE,
        key=writing.dataset.dataset,
        topic=TOPIC,
        occurred_at=writing.recorded_at,
        payload={
            "dataset": writing.dataset.dataset,
            "revision": writing.revision,
            "cohorts": cohorts,
        },
        trace_id=current_trace_id(),
    )
