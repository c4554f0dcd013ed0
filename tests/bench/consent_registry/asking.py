# SPDX-License-Identifier: Apache-2.0
"""Asking a whole registry for cohorts: the first question, and questions never asked before."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Final

import orjson

from consent_registry.domain.bitmaps import canonical_bytes
from consent_registry.domain.cohort import evaluate
from consent_registry.domain.diseases import Diseases
from consent_registry.http.api import present
from consent_registry.usecases.cohorts import evaluate_cohort
from consent_registry.usecases.tools import Tools
from shared.clock import SystemClock
from tests.bench.consent_registry.bare import plan
from tests.bench.consent_registry.population import purpose
from tests.bench.figure import Figure
from tests.bench.memory import resident
from tests.support.registry_world import DESK, DS, registry_world

QUESTIONS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """Seconds of a question, of its decision alone, and of its bare set operations."""

    whole: float
    decision: float
    bare: float


def asked(url: str, diseases: Diseases, random: Random) -> Figure:
    """Ask a registry whose index is not loaded yet, then go on asking other purposes."""
    with registry_world(SystemClock(), url) as world, registry_world(SystemClock(), url) as other:
        tools = replace(world.tools, hierarchy=lambda _: diseases)
        before = resident()
        began = time.perf_counter()
        members = _answer(tools, random)
        cold = time.perf_counter() - began
        grown = resident() - before
        taken = list(_questions(tools, random))
        _same(tools, replace(other.tools, hierarchy=lambda _: diseases), random)
    whole, decision, bare = (
        sum(getattr(one, part) for one in taken) / len(taken)
        for part in ("whole", "decision", "bare")
    )
    return Figure(
        name=f"questions answered about {members:,} members",
        per_second=1 / whole,
        limit="bare set operations on the same bitmaps",
        limit_per_second=1 / bare,
        note=f"{1000 * whole:.1f} ms warm with record, signature and JSON, "
        f"{1000 * decision:.1f} ms of them the decision, {1000 * bare:.1f} ms bare; "
        f"{cold:.2f} s cold from the database; the process grew by {grown / 1e6:.0f} MB",
    )


def _answer(tools: Tools, random: Random) -> int:
    """Ask through the use case and write the answer; gives how many members there are."""
    found = evaluate_cohort(DS, purpose(tools.diseases, random), tools=tools, principal=DESK)
    orjson.dumps(present.evaluation(found, tools.policy.small_cell))
    return found.cohort.members


def _questions(tools: Tools, random: Random) -> Iterator[_Taken]:
    for _ in range(QUESTIONS):
        began = time.perf_counter()
        _answer(tools, random)
        whole = time.perf_counter() - began
        at = SystemClock().now()
        inquiry = tools.matching(purpose(tools.diseases, random), at)
        with tools.reads() as uow, uow.events.index(DS, at) as index:
            began = time.perf_counter()
            cohort = evaluate(index, inquiry)
            cohort.reasons()
            decision = time.perf_counter() - began
            ready = plan(index, inquiry)
            began = time.perf_counter()
            ready.decide().reasons()
            bare = time.perf_counter() - began
        yield _Taken(whole=whole, decision=decision, bare=bare)


def _same(kept: Tools, fresh: Tools, random: Random) -> None:
    """Hold the loaded index against one made anew: every byte of a decision is the same."""
    at = SystemClock().now()
    inquiry = kept.matching(purpose(kept.diseases, random), at)
    made = []
    for tools in (kept, fresh):
        with tools.reads() as uow, uow.events.index(DS, at) as index:
            cohort = evaluate(index, inquiry)
        made.append([canonical_bytes(s) for s in (cohort.within, *cohort.out.values())])
    if made[0] != made[1]:
        raise ArithmeticError("the index kept up to date differs from one made anew")
