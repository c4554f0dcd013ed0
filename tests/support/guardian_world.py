# SPDX-License-Identifier: Apache-2.0
"""A child with guardians on the pages: Anna decides nothing alone, Bo and Carl decide for her."""

from datetime import date, timedelta

from consent_registry.domain.mandates import Mandate, MandateKind
from consent_registry.usecases.mandates import NewMandate, record_mandate
from shared.ids import DatasetId
from tests.support.registry_world import DESK, RegistryWorld

PAPER = "ef" * 32


def born(world: RegistryWorld, years: int) -> date:
    """Give a date of birth of somebody who has been so old for some months."""
    return (world.clock.now() - timedelta(days=int(365.25 * years) + 100)).date()


def guardian(
    world: RegistryWorld,
    issuer: str,
    login: str,
    *,
    who: str = "P-ANNA",
    years: int = 15,
    joint: bool = True,
    datasets: tuple[DatasetId, ...] | None = None,
) -> Mandate:
    """Record that somebody decides for a child of so many years."""
    wanted = NewMandate(
        pseudonym=who,
        kind=MandateKind.GUARDIAN,
        holder=f"my {login}",
        evidence=PAPER,
        issuer=issuer,
        subject=f"person-{login}",
        joint=joint,
        datasets=datasets,
        born_on=born(world, years),
    )
    return record_mandate(wanted, tools=world.tools, principal=DESK)
