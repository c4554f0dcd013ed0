# SPDX-License-Identifier: Apache-2.0
"""Who used my data: which permits have it, from the register, and every use, from the log.

The registry translates a person into places. No transaction is open while the log is asked. The
log writes down that it was asked, sealed under the person it is about.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from consent_registry.domain.projects import ProjectOf
from consent_registry.domain.uses import UseReport
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.cases import memberships
from consent_registry.usecases.containing import answers_by
from consent_registry.usecases.despite import DespiteOptOut, despite_opt_out
from consent_registry.usecases.projects import projects_of
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId
from shared.principal import Principal

DESK = "consents.read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """The log's report on one participant, with the titles of her datasets and their permits.

    `despite` are the permits that hold her in spite of an opt-out.
    """

    pseudonym: str
    titles: Mapping[DatasetId, str]
    projects: Sequence[ProjectOf]
    report: UseReport
    despite: tuple[DespiteOptOut, ...] = ()


def uses_of(pseudonym: str, *, tools: Tools, principal: Principal) -> Uses:
    """Say who used a participant's data, to a desk or to herself.

    Raises WhoUsedUnavailable when the log gives no answer.
    """
    with tools.reads() as uow:
        pid = access.participant(uow, principal, pseudonym, DESK)
        ask = _asking(uow, pid, pseudonym, tools)
    return ask()


def own_uses(*, tools: Tools, principal: Principal) -> Uses:
    """Say who used the data of the participant this login is linked to. Raises NotLinked."""
    with tools.reads() as uow:
        pid = access.oneself(uow, principal)
        ask = _asking(uow, pid, uow.people.pseudonym(pid), tools)
    return ask()


def _asking(uow: UnitOfWork, pid: str, pseudonym: str, tools: Tools) -> Callable[[], Uses]:
    """Read what is known here; what this gives asks the log, once the reading has ended."""
    places, titles = _places(uow, pid)
    projects = projects_of(uow, pid, tools)
    despite = despite_opt_out(uow, tools, pid)
    return lambda: Uses(
        pseudonym=pseudonym,
        titles=titles,
        projects=projects,
        report=tools.who_used.who_used(places, answers_by(tools)),
        despite=despite,
    )


def _places(uow: UnitOfWork, pid: str) -> tuple[list[tuple[DatasetId, int]], dict[DatasetId, str]]:
    """Give her places under every name confirmed to be hers."""
    members = memberships(uow, pid)
    found = {one.dataset: uow.datasets.get(one.dataset) for one in members}
    titles = {name: known.title for name, known in found.items() if known is not None}
    return [(one.dataset, one.ordinal) for one in members], titles
