# SPDX-License-Identifier: Apache-2.0
"""Legal holds beat terms: placed by one, lifted by two, and what is held is guarded."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import psycopg
import pytest

from audit_log.domain.errors import HoldLifted, HoldNeedsAnother, HoldUnknown
from audit_log.domain.holds import HoldKind, HoldState
from audit_log.usecases.hold import ask_lift, lift
from shared.errors import Forbidden, ValidationFailed
from tests.fakes.log_factories import DATASET
from tests.support.keeping_node import (
    OLGA,
    OTHER,
    OTTO,
    PERSON,
    KeepingNode,
    about,
    dropped,
    keeping_node,
)
from tests.support.postgres import owner_of


@pytest.fixture
def node() -> Iterator[KeepingNode]:
    with keeping_node() as made:
        yield made


HOLDS: Final[Mapping[HoldKind, Mapping[str, object]]] = {
    HoldKind.PERSON: {"dataset": PERSON.dataset, "ordinal": PERSON.ordinal},
    HoldKind.DATASET: {"dataset": PERSON.dataset},
    HoldKind.PERMIT: {"permit": "p1"},
    HoldKind.CASE: {"matter": "case_1", "entries": (0,)},
}


@pytest.mark.parametrize("kind", HOLDS)
def test_a_hold_keeps_its_own_rows_and_nobody_elses(node: KeepingNode, kind: HoldKind) -> None:
    node.say(about(PERSON), about(OTHER, permit="p2"))
    hold = node.hold(kind, **HOLDS[kind])
    node.pass_months(15)
    node.retain()
    node.settle()
    assert node.found(PERSON) == [0]
    assert node.found(OTHER) == []
    assert node.rows("SELECT idx FROM held_ev") == [(0,)]
    assert node.flaws() == []
    node.lift(hold)
    node.retain()
    node.settle()
    assert node.found(PERSON) == []
    assert [what["held"] for what in dropped(node)] == [1, 0]
    assert node.flaws() == []


def test_a_hold_is_lifted_by_two(node: KeepingNode) -> None:
    steps = {"transaction": node.keeping, "clock": node.world.clock}
    hold = node.hold(HoldKind.DATASET, dataset=DATASET)
    with pytest.raises(HoldNeedsAnother):
        lift(hold.id, principal=OLGA, **steps)  # type: ignore[arg-type]
    assert ask_lift(hold.id, principal=OTTO, **steps).state is HoldState.LIFT_ASKED  # type: ignore[arg-type]
    with pytest.raises(HoldNeedsAnother):
        lift(hold.id, principal=OTTO, **steps)  # type: ignore[arg-type]
    assert lift(hold.id, principal=OLGA, **steps).state is HoldState.LIFTED  # type: ignore[arg-type]
    with pytest.raises(HoldLifted):
        ask_lift(hold.id, principal=OTTO, **steps)  # type: ignore[arg-type]
    with pytest.raises(HoldUnknown):
        ask_lift("none", principal=OTTO, **steps)  # type: ignore[arg-type]


def test_a_service_neither_asks_for_a_lift_nor_lifts(node: KeepingNode) -> None:
    """Or whoever holds its secret would be the second person herself."""
    steps = {"transaction": node.keeping, "clock": node.world.clock}
    service = replace(OLGA, subject="desk", client_id="desk", is_service=True)
    hold = node.hold(HoldKind.DATASET, dataset=DATASET)
    with pytest.raises(Forbidden):
        ask_lift(hold.id, principal=service, **steps)  # type: ignore[arg-type]
    ask_lift(hold.id, principal=OTTO, **steps)  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        lift(hold.id, principal=service, **steps)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (HoldKind.PERSON, {"dataset": DATASET}),
        (HoldKind.PERSON, {"dataset": "no dataset", "ordinal": 1}),
        (HoldKind.PERMIT, {"permit": "p", "dataset": DATASET}),
        (HoldKind.CASE, {"matter": "case_1"}),
        (HoldKind.CASE, {"matter": "A Case", "entries": (0,)}),
        (HoldKind.DATASET, {}),
    ],
)
def test_a_hold_that_names_nothing_is_refused(
    node: KeepingNode, kind: HoldKind, target: dict[str, object]
) -> None:
    with pytest.raises(ValidationFailed):
        node.hold(kind, **target)
    assert node.rows("SELECT id FROM hold") == []


def test_a_held_row_taken_away_is_noticed(node: KeepingNode) -> None:
    node.say(about(PERSON), about(PERSON))
    node.hold(HoldKind.DATASET, dataset=DATASET)
    node.pass_months(15)
    node.retain()
    node.settle()
    with psycopg.connect(owner_of(node.world.url)) as connection:
        for table in ("held_ev", "held_sealed", "ev_person"):
            name = psycopg.sql.Identifier(table)
            for change in ("DISABLE TRIGGER USER", "ENABLE TRIGGER USER"):
                connection.execute(
                    psycopg.sql.SQL("ALTER TABLE {} {}").format(name, psycopg.sql.SQL(change))
                )
                if change.startswith("DIS"):
                    connection.execute(psycopg.sql.SQL("DELETE FROM {} WHERE idx = 1").format(name))
    assert node.flaws() == [
        "held_ev (class=1 month=2026-11): has not as many rows as the last drop left"
    ]
