# SPDX-License-Identifier: Apache-2.0
"""A dataset's own codes on a real database: they follow every change and leave the unread out."""

from dataclasses import replace

from consent_registry.domain.duo import Duo
from consent_registry.domain.terms import Terms
from consent_registry.usecases.codes import dataset_codes
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from tests.fakes.consent_factories import terms
from tests.support.registry_world import DESK, DS, RegistryWorld, people


def codes(world: RegistryWorld) -> Terms:
    return dataset_codes(DS, tools=world.tools).terms


def test_the_codes_are_what_everybody_allows_and_a_withdrawal_leaves_them(
    world: RegistryWorld,
) -> None:
    world.load(
        *people(20, permission="GRU", modifiers="CC;TS=24"),
        {"participant": "P-x", "local_id": "x", "permission": "DS", "diseases": "MONDO:0004992"},
        {"participant": "P-y", "local_id": "y", "state": "refused"},
    )
    assert codes(world) == terms(Duo.DS, TS="24", diseases="MONDO:0004992")
    withdraw("P-x", WithdrawConsent(), tools=world.tools, principal=DESK)
    assert codes(world) == terms(Duo.GRU, Duo.CC, TS="24")


def test_people_with_nothing_in_common_have_no_codes(world: RegistryWorld) -> None:
    world.load(
        *people(20, permission="HMB"),
        {"participant": "P-x", "local_id": "x", "permission": "POA"},
    )
    assert codes(world) == ()


def test_codes_appear_and_go_at_a_number_that_nobody_knows(world: RegistryWorld) -> None:
    """At the bound itself, whoever sees them go would know that one less than the bound is left."""
    tools = replace(world.tools, salts=(4).to_bytes)
    world.load(*people(13, permission="GRU"))
    assert dataset_codes(DS, tools=tools).terms == ()
    world.load({"participant": "P-x", "local_id": "x", "permission": "GRU"})
    assert dataset_codes(DS, tools=tools).terms == terms(Duo.GRU)
    withdraw("P-x", WithdrawConsent(), tools=tools, principal=DESK)
    assert codes(world) == (), "drawn once, whoever asks"
    assert world.scalar("SELECT reach FROM stand_in WHERE size = 0") == 14


def test_fewer_people_than_a_small_cell_never_have_codes(world: RegistryWorld) -> None:
    tools = replace(world.tools, salts=bytes)
    world.load(*people(9, permission="GRU"))
    assert dataset_codes(DS, tools=tools).terms == ()
    world.load({"participant": "P-x", "local_id": "x", "permission": "GRU"})
    assert dataset_codes(DS, tools=tools).terms == terms(Duo.GRU)


def test_what_cannot_be_read_permits_nothing_and_narrows_no_code(world: RegistryWorld) -> None:
    world.load(
        *people(20, permission="GRU"),
        {"participant": "P-x", "local_id": "x", "permission": "HMB"},
    )
    with world.as_owner() as connection:
        connection.exec_driver_sql(
            "UPDATE consent_terms SET body = '[{}]' WHERE body->0->>'permission' = 'DUO:0000006'"
        )
    assert codes(world) == terms(Duo.GRU)
