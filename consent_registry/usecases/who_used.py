# SPDX-License-Identifier: Apache-2.0
"""Who used my data: the registry translates a person into places, and asks the log.

No transaction is open while the log is asked. The log writes down that it was asked, sealed under
the person it is about.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from consent_registry.domain.uses import UseReport
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.cases import memberships
from consent_registry.usecases.containing import answers_by
from consent_registry.usecases.despite import DespiteOptOut, despite_opt_out
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId
from shared.principal import Principal

DESK = "consents.read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """The log's report on one participant, with the titles of her datasets.

    `despite` are the permits that hold her in spite of an opt-out.
    """

    pseudonym: str
    titles: Mapping[DatasetId, str]
    report: UseReport
    despite: tuple[DespiteOptOut, ...] = ()


def uses_of(pseudonym: str, *, tools: Tools, principal: Principal) -> Uses:
    """Say who used a participant's data, to a desk or to herself.

    Raises WhoUsedUnavailable when the log gives no answer.
    """
    with tools.reads() as uow:
        pid = access.participant(uow, principal, pseudonym, DESK)
        places, titles = _places(uow, pid)
        despite = despite_opt_out(uow, tools, pid)
    report = _report(tools, places)
    return Uses(pseudonym=pseudonym, titles=titles, report=report, despite=despite)


def own_uses(*, tools: Tools, principal: Principal) -> Uses:
    """Say who used the data of the participant this login is linked to. Raises NotLinked."""
    with tools.reads() as uow:
        pid = access.oneself(uow, principal)
        pseudonym = uow.people.pseudonym(pid)
        places, titles = _places(uow, pid)
        despite = despite_opt_out(uow, tools, pid)
    report = _report(tools, places)
    return Uses(pseudonym=pseudonym, titles=titles, report=report, despite=despite)


def _report(tools: Tools, places: list[tuple[DatasetId, int]]) -> UseReport:
    return tools.who_used.who_used(places, answers_by(tools))


def _places(uow: UnitOfWork, pid: str) -> tuple[list[tuple[DatasetId, int]], dict[DatasetId, str]]:
    """Give her places under every name confirmed to be hers."""
    members = memberships(uow, pid)
    found = {one.dataset: uow.datasets.get(one.dataset) for one in members}
    titles = {name: known.title for name, known in found.items() if known is not None}
    return [(one.dataset, one.ordinal) for one in members], titles
