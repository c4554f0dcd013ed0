# SPDX-License-Identifier: Apache-2.0
"""A stricter policy takes effect: whom it lets in no more leaves the permits that run.

In steps that may stop anywhere, with a change in the feed and an entry for each; nobody comes in.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from consent_registry.adapters.resources import read_policy
from consent_registry.domain.errors import FreezeOvertaken
from consent_registry.domain.optout import About, OptOutKind
from consent_registry.domain.policy import OnRestricted, Policy
from consent_registry.domain.purpose import Category, Purpose
from consent_registry.domain.regimes import EVERYTHING, ConsentRole, No, Regime
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import freeze_cohort
from consent_registry.usecases.datasets import NewDataset, register_dataset
from consent_registry.usecases.opt_out import set_opt_out
from consent_registry.usecases.rechecking import recheck
from consent_registry.usecases.tools import Tools
from shared.ids import ApplicationId, DatasetId, PermitId
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import DESK, DS, RegistryWorld, people

METHODS = purpose(Category.MDS, methods=True)
BY_LAW = DatasetId("GDI-ZZ-DATASET-8")


def restricted(word: OnRestricted) -> Mapping[str, OnRestricted]:
    return dict.fromkeys(("HMB", "DS", "POA"), word)


def stricter(tools: Tools, *, days: int = 0) -> Tools:
    """Give the tools of a node whose next policy denies methods alone."""
    deny = replace(
        tools.policy,
        version="next",
        digest="de" * 32,
        effective_from=tools.clock.now().date() + timedelta(days=days),
        methods_on_restricted=restricted(OnRestricted.DENY),
    )
    return replace(tools, other_policies=(deny,))


def approving(tools: Tools) -> Tools:
    policy: Policy = replace(
        read_policy(None),
        effective_from=date(2026, 1, 1),
        methods_on_restricted=restricted(OnRestricted.APPROVE),
    )
    return replace(tools, policy=policy)


def grant(tools: Tools, asked: Purpose, permit: str, dataset: DatasetId = DS) -> None:
    frozen = freeze_cohort(dataset, asked, ApplicationId(permit), tools=tools, principal=DESK)
    bind_cohort(frozen.cohort_id, PermitId(permit), tools=tools, principal=DESK)


def live(tools: Tools, dataset: DatasetId = DS) -> list[set[int]]:
    with tools.reads() as uow:
        return [set(one.members) for one in uow.cohorts.live(dataset)]


def entries(world: RegistryWorld) -> list[dict[str, Any]]:
    kept = world.column("SELECT value FROM outbox WHERE kind = 'entry' ORDER BY id")
    found = [json.loads(bytes(value)) for value in kept]
    return [entry for entry in found if entry["ty"] == "placet.cohort.narrowed.v1"]


def mixed(world: RegistryWorld) -> Tools:
    """Load people of whom five allow health research alone; two permits run."""
    gru = [{**row, "participant": f"G{n}", "local_id": f"G{n}"} for n, row in enumerate(people(3))]
    world.load(*people(5), *({**row, "permission": "GRU"} for row in gru))
    tools = approving(world.tools)
    grant(tools, METHODS, "METHODS")
    grant(tools, purpose(), "HEALTH")
    assert live(tools) == [set(range(8)), set(range(8))]
    return tools


def test_whom_the_next_policy_lets_in_no_more_leaves_on_its_day(world: RegistryWorld) -> None:
    tools = stricter(mixed(world), days=1)
    assert not recheck(tools=tools)
    assert live(tools) == [set(range(8)), set(range(8))]
    before = world.revision()
    world.clock.pass_time(timedelta(days=1).total_seconds())
    while recheck(tools=tools):
        pass
    # Those of health research alone; the permit for health research keeps everybody.
    assert live(tools) == [{5, 6, 7}, set(range(8))]
    assert world.revision() == before + 1
    (items,) = world.column("SELECT items FROM feed_change ORDER BY last_position DESC LIMIT 1")
    methods = world.column("SELECT cohort_id FROM cohort WHERE permit_id = 'METHODS'")
    assert items == [
        {"ordinal": n, "cause": "policy_changed", "cohorts": [str(methods[0])]} for n in range(5)
    ]
    (entry,) = entries(world)
    assert (entry["r"], entry["n"]) == ("policy_changed", {"people": 5})
    assert len(entry["c"]["subj"]) == 5
    assert entry["x"]["policy_sha256"] == "de" * 32
    # Said once; and the policy before it brings nobody back.
    assert not recheck(tools=tools)
    while recheck(tools=approving(world.tools)):
        pass
    assert live(tools) == [{5, 6, 7}, set(range(8))]


def test_it_goes_on_where_it_was_stopped(world: RegistryWorld) -> None:
    tools = stricter(mixed(world))
    sizes = []
    while recheck(tools=tools, limit=2):
        sizes.append([len(one) for one in live(tools)])
    # Two, two and one of the first leave, then the second is looked through and keeps everybody.
    assert sizes == [[6, 8], [4, 8], [3, 8], [3, 8]]
    assert [entry["n"]["people"] for entry in entries(world)] == [2, 2, 1]
    assert not recheck(tools=tools)


def test_a_policy_that_takes_effect_overtakes_an_open_freeze(world: RegistryWorld) -> None:
    world.load(*people(5))
    tools = approving(world.tools)
    frozen = freeze_cohort(DS, METHODS, ApplicationId("A"), tools=tools, principal=DESK)
    with pytest.raises(FreezeOvertaken):
        bind_cohort(frozen.cohort_id, PermitId("P"), tools=stricter(tools), principal=DESK)
    assert live(tools) == []


def test_later_extractions_leave_out_who_opted_out_before(world: RegistryWorld) -> None:
    wanted = NewDataset(
        dataset=BY_LAW,
        title="Registers",
        controller="A hospital",
        country="ZZ",
        legal_regime="ehds_ch4",
        consent_role="none",
    )
    register_dataset(wanted, tools=world.tools, principal=DESK)
    world.load(*(({**row, "dataset": BY_LAW}) for row in people(4)))
    tools = world.tools
    grant(tools, purpose(), "BY-LAW", BY_LAW)
    set_opt_out("P-000002", About(), OptOutKind.REGISTERED, tools=tools, principal=DESK)
    assert live(tools, BY_LAW) == [{0, 1, 2, 3}]  # the permit that runs is untouched (71(3))
    cell = (Regime.EHDS_CH4, ConsentRole.NONE)
    rules = tools.policy.table[cell]
    excluded = replace(rules, acts={**rules.acts, No.OPT_OUT: EVERYTHING})
    next_policy = replace(
        tools.policy, digest="ex" * 32, table={**tools.policy.table, cell: excluded}
    )
    while recheck(tools=replace(tools, policy=next_policy)):
        pass
    assert live(tools, BY_LAW) == [{0, 1, 3}]
