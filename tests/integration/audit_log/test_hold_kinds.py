# SPDX-License-Identifier: Apache-2.0
"""What a hold of each kind covers when months are dropped: all of it, and nothing else.

Entries of three months, some of which arrive after the hold; the first two months outlive their
term one after the other, and what is held goes with the first drop after the hold is lifted.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import psycopg
import pytest

from audit_log.domain.holds import HoldKind
from shared.entries import parse_entry
from shared.events import Fact, Subject
from tests.fakes.log_factories import DATASET
from tests.support.keeping_node import KeepingNode, about, keeping_node
from tests.support.log_world import entries_of

OTHER_DATASET: Final = "GDI-ZZ-DATASET-2"
SHE, HE = Subject(dataset=DATASET, ordinal=7), Subject(dataset=DATASET, ordinal=8)
SHE_ELSEWHERE = Subject(dataset=OTHER_DATASET, ordinal=7)
QUERY: Final = "placet.access.query.v1"

# What happens in each month; every line is another combination of what a hold may go by.
MONTH: Final = (
    about(SHE, permit="p1"),
    about(SHE, permit="p2"),
    about(HE, permit="p1"),
    about(HE, SHE, permit="p2", type_=QUERY),
    about(SHE_ELSEWHERE, permit="p1"),
    about(SHE_ELSEWHERE, permit="p2"),
)
Covered = Callable[[int, Fact], bool]
HOLDS: Final[Mapping[HoldKind, tuple[Mapping[str, object], Covered]]] = {
    HoldKind.DATASET: ({"dataset": DATASET}, lambda _, one: one.dataset == DATASET),
    HoldKind.PERSON: (
        {"dataset": SHE.dataset, "ordinal": SHE.ordinal},
        lambda _, one: SHE in one.subjects,
    ),
    HoldKind.PERMIT: (
        {"permit": "p1"},
        lambda _, one: one.permit is not None and one.permit["permit_id"] == "p1",
    ),
    HoldKind.CASE: (
        {"matter": "case_1", "entries": (1, 4, 11, 10_000)},
        lambda index, _: index in {1, 4, 11, 10_000},
    ),
}


@pytest.fixture
def node() -> Iterator[KeepingNode]:
    with keeping_node() as made:
        yield made


def say_month(node: KeepingNode, said: dict[int, Fact]) -> None:
    """Say a month's entries, and remember at which index each stands."""
    before = node.world.publisher.head()[0]
    node.say(*MONTH)
    entries = [parse_entry(raw) for raw in entries_of(node.world)]
    own = [n for n in range(before, len(entries)) if entries[n].type.startswith("placet.access")]
    said.update(zip(own, MONTH, strict=True))


def indexes(node: KeepingNode, table: str) -> set[int]:
    rows = node.rows(f"SELECT DISTINCT idx FROM {table}")  # noqa: S608  a name of this file
    return {int(str(index)) for (index,) in rows}


@pytest.mark.parametrize("kind", HOLDS)
def test_what_a_hold_covers_is_kept_and_nothing_else_whenever_it_came(
    node: KeepingNode, kind: HoldKind
) -> None:
    target, covered = HOLDS[kind]
    said: dict[int, Fact] = {}
    say_month(node, said)
    hold = node.hold(kind, **target)
    say_month(node, said)  # of the same month, after the hold
    node.pass_months(1)
    say_month(node, said)
    held = {index for index, one in said.items() if covered(index, one)}
    months = [set(sorted(said)[:12]), set(sorted(said)[12:])]
    node.pass_months(13)
    node.retain()
    assert indexes(node, "held_ev") == held & months[0]
    node.pass_months(1)
    node.retain()
    node.settle()
    assert indexes(node, "held_ev") == held
    assert indexes(node, "held_sealed") == held
    assert indexes(node, "ev_person") & said.keys() == held
    assert indexes(node, "ev WHERE retention = 1") == set()
    assert node.flaws() == []
    node.lift(hold)
    node.retain()
    node.settle()
    for table in ("held_ev", "held_sealed", "ev_person"):
        assert indexes(node, table) & said.keys() == set()
    assert node.flaws() == []


def test_of_two_holds_one_that_is_lifted_lets_go_only_of_its_own(node: KeepingNode) -> None:
    said: dict[int, Fact] = {}
    say_month(node, said)
    first = node.hold(HoldKind.DATASET, dataset=DATASET)
    node.hold(HoldKind.PERMIT, permit="p1")
    node.pass_months(14)
    node.retain()
    assert len(indexes(node, "held_ev")) == 5
    node.lift(first)
    node.retain()
    node.settle()
    by_permit = HOLDS[HoldKind.PERMIT][1]
    assert indexes(node, "held_ev") == {n for n, one in said.items() if by_permit(n, one)}
    assert node.flaws() == []


def test_a_dataset_nobody_has_named_yet_is_held_from_its_first_entry_on(node: KeepingNode) -> None:
    node.hold(HoldKind.DATASET, dataset=OTHER_DATASET)
    said: dict[int, Fact] = {}
    say_month(node, said)
    node.pass_months(14)
    node.retain()
    held = {n for n, one in said.items() if one.dataset == OTHER_DATASET}
    assert indexes(node, "held_ev") == held


@pytest.mark.parametrize("kind", HOLDS)
def test_a_drop_looks_for_held_rows_in_the_month_that_goes_alone(
    node: KeepingNode, kind: HoldKind
) -> None:
    node.say(*MONTH)
    node.hold(kind, **HOLDS[kind][0])
    with psycopg.connect(node.world.url) as connection:
        plan = connection.execute(
            "EXPLAIN SELECT idx FROM held_index WHERE retention = 1 AND month = 24322"
        ).fetchall()
    text = "\n".join(line for (line,) in plan)
    assert "ev_1_2026_11" in text
    for other in ("ev_1_2026_12", "ev_1_default", "ev_2_2026_11", "held_ev"):
        assert other not in text
