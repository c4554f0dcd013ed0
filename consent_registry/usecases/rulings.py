# SPDX-License-Identifier: Apache-2.0
"""Take an authority's rulings in.

A ruling that is recorded changes nothing that exists: the next evaluation and the next freeze of
its case are decided with it. One that is withdrawn takes out, in the same transaction, those whom
only it let in, up to 500 of each cohort; the sweep goes on with the rest.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from consent_registry.domain.errors import DatasetUnknown, RulingClash
from consent_registry.domain.register import Dataset
from consent_registry.domain.rulings import (
    RulingStatement,
    Says,
    read_statement,
    standing_rulings,
)
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cohorts import warm
from consent_registry.usecases.facts import fact
from consent_registry.usecases.rechecking import look_through
from consent_registry.usecases.tools import Tools
from shared.principal import Principal

SCOPE: Final = "cohorts.freeze"
RULED: Final = "placet.cohort.ruled.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingTaken:
    """A statement as it is recorded; `repeated` when it was before."""

    statement: RulingStatement
    repeated: bool


def take_ruling(jws: str, *, tools: Tools, principal: Principal) -> RulingTaken:
    """Record a signed statement. The same one again changes nothing.

    Raises RulingUnreadable, RulingsNotTaken, DatasetUnknown, and RulingClash when the ruling's id
    stands for something else, or another ruling on the same matter stands.
    """
    principal.require(SCOPE)
    statement = read_statement(tools.read_ruling(jws), jws, tools.clock.now())
    if statement.says is Says.WITHDRAWN:
        warm(statement.dataset, tools)
    with tools.units() as uow:
        held = uow.datasets.hold([statement.dataset])
        if statement.dataset not in held:
            raise DatasetUnknown
        before = uow.rulings.of_ruling(statement.ruling_id)
        for one in before:
            if one.jws == jws:
                return RulingTaken(statement=one, repeated=True)
        _check(uow, statement, before)
        uow.rulings.add(statement)
        if statement.says is Says.WITHDRAWN:
            uow.cohorts.uncheck(statement.dataset, statement.ruling_id)
            _narrow(uow, tools, held[statement.dataset], statement)
        uow.record(
            fact(
                RULED,
                statement.recorded_at,
                actor=principal,
                dataset=statement.dataset,
                reason=statement.says.value,
                extra={
                    "application": statement.application_id,
                    "ruling": statement.ruling_id,
                    "sha256": statement.sha256,
                    "clause": statement.matter.clause,
                    "question": statement.matter.question.value,
                    "purpose": statement.purpose_sha256,
                },
            )
        )
        uow.commit()
    return RulingTaken(statement=statement, repeated=False)


def _check(uow: UnitOfWork, statement: RulingStatement, before: Iterable[RulingStatement]) -> None:
    """Raise RulingClash unless a statement goes with what is recorded."""
    context = {"ruling_id": statement.ruling_id}
    withdraws = statement.says is Says.WITHDRAWN
    for one in before:
        if _case(one) != _case(statement) or (one.says is Says.WITHDRAWN) == withdraws:
            raise RulingClash(context=context)
    if withdraws:
        return
    known = uow.rulings.of_case(statement.application_id)
    for one in standing_rulings(known, statement.dataset, statement.purpose_sha256):
        if one.matter == statement.matter:
            raise RulingClash(context=context)


def _case(one: RulingStatement) -> tuple[object, ...]:
    return one.application_id, one.dataset, one.purpose_sha256, one.matter


def _narrow(uow: UnitOfWork, tools: Tools, dataset: Dataset, statement: RulingStatement) -> None:
    """Look through every live cohort that names the ruling."""
    for live in uow.cohorts.live(dataset.dataset):
        if statement.ruling_id in live.frozen.rulings:
            dataset = look_through(uow, tools, dataset, live)
