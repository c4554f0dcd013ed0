# SPDX-License-Identifier: Apache-2.0
"""Each kind of no under the policies that ship as examples: on running permits, and on new ones.

What is expected is read out of the file by this test itself, never by the code under test (T17 of
law.md section 1.9; under EHDS T2 and T16, and the measure under Article 51(4) where one is named).
"""

import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from consent_registry.adapters.resources import read_policy
from consent_registry.domain.optout import About, OptOutKind
from consent_registry.domain.register import FrozenCohort
from consent_registry.domain.rights import Right
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import freeze_cohort
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.datasets import NewDataset, register_dataset
from consent_registry.usecases.opt_out import set_opt_out
from consent_registry.usecases.people import link_login
from consent_registry.usecases.requests import NewRequest, make_own_request
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.ids import ApplicationId, PermitId
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import DESK, DS, RegistryWorld, people, person, registry_world

EXAMPLES = Path(__file__).parents[3] / "docs" / "policies"
COUNTRIES = ("ee", "fi", "pt")
SHE, ALL = "P-000001", {0, 1, 2}
ME = person("she")


def refuse(world: RegistryWorld) -> None:
    wanted = NewConsent(pseudonym=SHE, dataset=DS, alternatives=())
    record_consent(wanted, tools=world.tools, principal=DESK)


def leave(world: RegistryWorld) -> None:
    withdraw(SHE, WithdrawConsent(), tools=world.tools, principal=DESK)


def object_(world: RegistryWorld) -> None:
    link_login(SHE, ME.issuer, ME.subject, tools=world.tools, principal=DESK)
    wanted = NewRequest(right=Right.OBJECTION, words="My own reasons.")
    make_own_request(wanted, tools=world.tools, principal=ME)


def opt_out(world: RegistryWorld) -> None:
    set_opt_out(SHE, About(), OptOutKind.REGISTERED, tools=world.tools, principal=DESK)


NOES: dict[str, Callable[[RegistryWorld], None]] = {
    "refusal": refuse,
    "withdrawal": leave,
    "objection": object_,
    "opt_out": opt_out,
}


def said(country: str) -> dict[str, Any]:
    """Read the example as the text that it is."""
    return tomllib.loads((EXAMPLES / f"example-{country}.toml").read_text(encoding="utf-8"))


@contextmanager
def node(country: str, regime: str, role: str) -> Iterator[RegistryWorld]:
    """Open a registry under an example, with a dataset of three people who said yes."""
    with registry_world() as opened:
        policy = read_policy(EXAMPLES / f"example-{country}.toml")
        world = replace(opened, tools=replace(opened.tools, policy=policy))
        wanted = NewDataset(
            dataset=DS,
            title="Genomes",
            controller="A hospital",
            country=country.upper(),
            legal_regime=regime,
            consent_role=role,
        )
        register_dataset(wanted, tools=world.tools, principal=DESK)
        assert world.load(*people(3)).batch.applied == 3
        yield world


def freeze(world: RegistryWorld) -> FrozenCohort:
    return freeze_cohort(DS, purpose(), ApplicationId("A-1"), tools=world.tools, principal=DESK)


def after(world: RegistryWorld, no: str) -> tuple[bool, bool]:
    """Say whether a no takes her out of the permit that runs, and out of a new one."""
    running = freeze(world)
    assert set(running.bitmap) == ALL
    bind_cohort(running.cohort_id, PermitId("PERMIT-1"), tools=world.tools, principal=DESK)
    world.clock.pass_time(60)
    NOES[no](world)
    with world.tools.reads() as uow:
        (live,) = [set(one.members) for one in uow.cohorts.live(DS)]
    new = set(freeze(world).bitmap)
    for members in (live, new):
        assert members | {1} == ALL, "nobody else is touched"
    return 1 not in live, 1 not in new


@pytest.mark.parametrize("no", NOES)
@pytest.mark.parametrize("country", COUNTRIES)
def test_under_the_national_act_each_no_acts_as_the_file_says(country: str, no: str) -> None:
    word = said(country)["regime"]["national_act"]["no"][no]
    with node(country, "national_act", "legal_basis") as world:
        assert after(world, no) == (word in {"running", "both"}, word in {"new", "both"})


@pytest.mark.parametrize("no", NOES)
@pytest.mark.parametrize("country", COUNTRIES)
def test_under_ehds_a_consent_counts_only_where_a_measure_is_named(country: str, no: str) -> None:
    """An objection is not the EHDS's own (GDPR 21) and excludes; the opt-out leaves what runs."""
    policy = said(country)
    binds = policy["regime"]["ehds_ch4"]["none"]["consent"] == "binds"
    measure = "measure_51_4" in policy
    assert measure or not binds, "a file may not bind consent under EHDS without a measure"
    expected = {
        "refusal": (binds, binds),
        "withdrawal": (binds, binds),
        "objection": (True, True),
        "opt_out": (False, True),
    }
    with node(country, "ehds_ch4", "none") as world:
        assert after(world, no) == expected[no]


@pytest.mark.parametrize("no", ["refusal", "withdrawal"])
def test_where_the_portuguese_measure_keeps_consent_a_withdrawal_excludes_under_ehds(
    no: str,
) -> None:
    policy = said("pt")
    assert policy["regime"]["ehds_ch4"]["legal_basis"]["consent"] == "binds"
    with node("pt", "ehds_ch4", "legal_basis") as world:
        assert after(world, no) == (True, True)
