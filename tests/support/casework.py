# SPDX-License-Identifier: Apache-2.0
"""A log that officers work on: who they are, what it holds, and the steps of a case."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from audit_log.domain.cases import Case, Reveal
from audit_log.usecases import cases
from audit_log.usecases.cases import Openings
from shared.entries import Entry, parse_entry
from shared.events import Actor, Subject
from shared.ids import Uuid7Source
from shared.principal import Principal
from tests.contract.audit_log.test_publishing import Remembered, publisher
from tests.fakes.log_factories import DATASET, ISSUER, NOON, OTTO, Speaker, fact
from tests.support.log_world import VAULT, Producing, World, drain, entries_of, sequencer

IDS = Uuid7Source()
UMA = replace(OTTO, subject="uma")
EVE = replace(OTTO, subject="eve")
OTHER = "GDI-ZZ-DATASET-2"
RITA = Actor(issuer=ISSUER, subject="rita", client_id="desk")
ANNA = Subject(dataset=DATASET, ordinal=7)


def publish(world: World, head: Remembered) -> None:
    drain(sequencer(world))
    publisher(world, head).step()


def fill(world: World, head: Remembered) -> World:
    """Make it a log of twelve reads by Rita under two permits, and of a refusal a month later."""
    speaker = Speaker()
    said = [
        speaker.say(
            fact(
                type_="placet.access.read.v1",
                actor=RITA,
                dataset=DATASET if number < 8 else OTHER,
                permit={"permit_id": f"permit-{number % 2}", "jti": f"visa-{number}"},
                subjects=(ANNA._replace(dataset=DATASET if number < 8 else OTHER),),
            )
        )
        for number in range(12)
    ]
    said.append(speaker.say(fact(decision="deny", at=NOON + timedelta(days=30))))
    Producing(world).send(*said)
    publish(world, head)
    return world


def said(world: World, type_: str) -> list[Entry]:
    drain(sequencer(world))
    return [one for raw in entries_of(world) if (one := parse_entry(raw)).type == type_]


def opened(world: World) -> Case:
    return cases.open_case(
        "complaint",
        "dpo/2026/17",
        principal=OTTO,
        transaction=world.transaction,
        ids=IDS,
        clock=world.clock,
    )


def asked(world: World, case: Case, indexes: Sequence[int] = (0, 1)) -> Reveal:
    return cases.ask_reveal(
        case.id,
        tuple(indexes),
        ("actor", "subj"),
        principal=OTTO,
        transaction=world.transaction,
        ids=IDS,
        clock=world.clock,
    )


def decided(world: World, reveal: Reveal, who: Principal, *, approved: bool = True) -> Reveal:
    return cases.decide_reveal(
        reveal.case,
        reveal.id,
        approved=approved,
        principal=who,
        transaction=world.transaction,
        clock=world.clock,
    )


def shown(world: World, reveal: Reveal, who: Principal = OTTO) -> Openings:
    return cases.openings(
        reveal.case,
        reveal.id,
        principal=who,
        transaction=world.transaction,
        vault=VAULT,
        clock=world.clock,
    )
