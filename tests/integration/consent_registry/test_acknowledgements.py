# SPDX-License-Identifier: Apache-2.0
"""Who has left is told first, nodes say what they enforce, and what they lack has an age."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from consent_registry.adapters.tables import OUTBOX
from consent_registry.domain.acknowledgements import NodeStanding
from consent_registry.domain.register import ChangeKind
from consent_registry.usecases.acknowledging import acknowledge, nodes_standing, note_reader
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import freeze_cohort
from consent_registry.usecases.feed import news
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.errors import ValidationFailed
from shared.feed import Changes, read_changes
from shared.ids import ApplicationId, DatasetId, PermitId
from shared.outbox import Relay
from shared.principal import Principal
from shared.transport import RowKind
from tests.fakes.consent_factories import purpose
from tests.fakes.transport import InMemoryTransport
from tests.support.registry_world import DESK, DS, ISSUER, RegistryWorld, people

OTHER = DatasetId("GDI-ZZ-DATASET-7")
NODE = Principal(
    issuer=DESK.issuer,
    subject="clearinghouse",
    client_id="clearinghouse",
    scopes=frozenset({"feed.read"}),
    is_service=True,
)


def others(count: int, first: int = 100) -> list[dict[str, str]]:
    return [
        {"participant": f"Q-{number}", "local_id": f"T-{number}"}
        for number in range(first, first + count)
    ]


def batch(world: RegistryWorld, after: int) -> Changes:
    found = news(after, 0.0, tools=world.tools, pause=world.clock.pass_time)
    keys = world.tools.signer.public_jwks()
    return read_changes(found.batch, keys, issuer=ISSUER, after=after)


def leave(world: RegistryWorld, pseudonym: str) -> None:
    withdraw(pseudonym, WithdrawConsent(), tools=world.tools, principal=DESK)


def says(world: RegistryWorld, revision: int, node: Principal = NODE) -> None:
    acknowledge({DS: revision}, tools=world.tools, principal=node)


def stands(world: RegistryWorld) -> NodeStanding:
    (found,) = nodes_standing(tools=world.tools)
    return found


def propagated(world: RegistryWorld) -> list[int]:
    entries = [json.loads(value) for value in world.column("SELECT value FROM outbox ORDER BY id")]
    return [
        entry["x"]["revision"]
        for entry in entries
        if entry.get("ty") == "placet.consent.propagated.v1"
    ]


def test_a_backlog_of_newcomers_delays_no_leaver(world: RegistryWorld) -> None:
    world.load(*people(3))
    cohort = freeze_cohort(DS, purpose(), ApplicationId("A"), tools=world.tools, principal=DESK)
    bind_cohort(cohort.cohort_id, PermitId("permit-1"), tools=world.tools, principal=DESK)
    reader = batch(world, 0).upto
    world.load(*others(3_000))
    leave(world, "P-000001")
    world.load(*others(10, 5_000))
    behind = batch(world, reader)
    # The reader is too far behind for one batch, and learns of the leaver all the same.
    assert len(behind.changes) < 6_000  # of 6,000, with whole recordings in a batch
    assert ChangeKind.MEMBER_NARROWED.value not in {change.kind for change in behind.changes}
    (urgent,) = behind.urgent
    assert urgent.kind == ChangeKind.MEMBER_NARROWED.value
    assert urgent.content["ordinal"] == 1
    assert urgent.position > behind.upto
    # It comes again at its turn, and then no more.
    following = batch(world, behind.upto)
    assert urgent in following.changes
    assert following.urgent == ()


def test_who_left_is_in_the_next_sending_while_an_import_waits(world: RegistryWorld) -> None:
    world.load(*people(3))
    cohort = freeze_cohort(DS, purpose(), ApplicationId("A"), tools=world.tools, principal=DESK)
    bind_cohort(cohort.cohort_id, PermitId("permit-1"), tools=world.tools, principal=DESK)
    transport = InMemoryTransport()
    relay = Relay(world.engine, OUTBOX, transport, batch_rows=2)
    while relay.step():
        pass
    world.load(*others(2_000))
    leave(world, "P-000001")
    (waited,) = world.column("SELECT count(*) FROM outbox")
    before = len(transport.received)
    assert relay.step()
    first, *rest = transport.received[before:]
    assert first.kind is RowKind.MESSAGE
    assert json.loads(first.value)["revision"] == world.revision()
    assert {row.kind for row in rest} == {RowKind.ENTRY}
    (left,) = world.column("SELECT count(*) FROM outbox")
    assert 0 < left == waited - 3, "one message, two entries; the import still waits"


def test_a_reader_that_is_up_to_date_is_told_nothing_twice(world: RegistryWorld) -> None:
    world.load(*people(2))
    leave(world, "P-000000")
    found = batch(world, 0)
    assert [change.kind for change in found.changes][-1] == ChangeKind.MEMBER_NARROWED.value
    assert found.urgent == ()
    assert "urgent" not in found.body()


def test_what_a_node_lacks_has_the_age_of_the_first_change_it_lacks(world: RegistryWorld) -> None:
    assert nodes_standing(tools=world.tools) == ()
    world.load(*people(3))
    says(world, world.revision())
    assert (stands(world).word.lacks_since, stands(world).overdue) == (None, False)
    world.clock.pass_time(60)
    left_at = world.clock.now()
    leave(world, "P-000000")
    world.clock.pass_time(600)
    leave(world, "P-000001")
    world.clock.pass_time(600)
    lacking = stands(world)
    assert lacking.word.lacks_since is not None
    assert abs(lacking.word.lacks_since - left_at) < timedelta(seconds=1)
    assert timedelta(minutes=20) <= lacking.age < timedelta(minutes=21)
    assert lacking.overdue
    # It has caught up with one of the two; the other is younger.
    says(world, world.revision() - 1)
    assert timedelta(minutes=10) <= stands(world).age < timedelta(minutes=11)
    assert not stands(world).overdue
    says(world, world.revision())
    assert stands(world).age == timedelta()


def test_whoever_has_read_and_never_acknowledged_is_there_with_the_age(
    world: RegistryWorld,
) -> None:
    world.load(*people(3))
    world.clock.pass_time(86_400)
    note_reader(tools=world.tools, principal=NODE)
    world.clock.pass_time(1_200)
    silent = stands(world)
    assert (silent.word.node, silent.word.revision) == ("clearinghouse", 0)
    assert silent.word.acknowledged_at is None
    assert silent.word.seen_at is not None
    assert silent.newest == world.revision()
    # A day old is the change, not what this node has owed: it came 20 minutes ago.
    assert timedelta(minutes=20) <= silent.age < timedelta(minutes=21)
    assert silent.overdue
    # It reads on, and owes no less for it; disappeared, it stands here for ever.
    note_reader(tools=world.tools, principal=NODE)
    assert stands(world).word.seen_at != silent.word.seen_at
    world.clock.pass_time(86_400)
    assert stands(world).age > timedelta(days=1)
    says(world, world.revision())
    assert stands(world).age == timedelta()


def test_a_node_that_is_expected_is_there_before_it_is_seen(world: RegistryWorld) -> None:
    world.load(*people(1))
    tools = replace(world.tools, data_nodes=("biobank", "clearinghouse"))
    says(world, world.revision())
    world.clock.pass_time(1_200)
    unseen, in_step = nodes_standing(tools=tools)
    assert (unseen.word.node, unseen.word.revision, unseen.word.seen_at) == ("biobank", 0, None)
    assert unseen.overdue
    assert (in_step.word.node, in_step.overdue) == ("clearinghouse", False)


def test_a_new_dataset_is_one_that_every_node_lacks(world: RegistryWorld) -> None:
    world.load(*people(1))
    says(world, world.revision())
    world.clock.pass_time(600)
    world.dataset(OTHER)
    world.load({"participant": "P-9", "local_id": "S-9", "dataset": OTHER})
    world.clock.pass_time(1_200)
    lacking, in_step = nodes_standing(tools=world.tools)
    assert (lacking.word.dataset, lacking.word.revision) == (OTHER, 0)
    assert timedelta(minutes=20) <= lacking.age < timedelta(minutes=21)
    assert (in_step.word.dataset, in_step.age) == (DS, timedelta())


def test_reading_is_written_down_once_a_minute_at_most(world: RegistryWorld) -> None:
    for _ in range(50):
        note_reader(tools=world.tools, principal=NODE)
        world.clock.pass_time(1)
    (versions,) = world.column("SELECT last_seen_at - first_seen_at FROM feed_reader")
    assert versions == timedelta()


def test_the_longest_behind_is_named_first(world: RegistryWorld) -> None:
    other = Principal(
        issuer=DESK.issuer,
        subject="other",
        client_id="another",
        scopes=NODE.scopes,
        is_service=True,
    )
    world.load(*people(1))
    says(world, world.revision(), other)
    says(world, 1)
    world.clock.pass_time(5)
    assert [one.word.node for one in nodes_standing(tools=world.tools)] == [
        "clearinghouse",
        "another",
    ]


def test_reaching_a_node_is_on_record_once_for_each_leaving(world: RegistryWorld) -> None:
    world.load(*people(3))
    says(world, world.revision())
    assert propagated(world) == []  # nobody has left
    leave(world, "P-000000")
    left = world.revision()
    world.load(*others(3))
    says(world, left - 1)
    assert propagated(world) == []
    says(world, world.revision())
    assert propagated(world) == [world.revision()]
    says(world, world.revision())
    assert propagated(world) == [world.revision()]
    # A node that was set back says so, and is told on again.
    says(world, left - 1)
    assert stands(world).word.lacks_since is not None
    says(world, left)
    assert propagated(world) == [world.revision(), left]


@pytest.mark.parametrize("wrong", [{DS: 99}, {DS: 1, "GDI-ZZ-DATASET-9": 1}])
def test_a_revision_that_is_not_there_is_no_acknowledgement(
    world: RegistryWorld, wrong: dict[str, int]
) -> None:
    with pytest.raises(ValidationFailed):
        acknowledge(wrong, tools=world.tools, principal=NODE)
    assert nodes_standing(tools=world.tools) == ()


def narrowing(world: RegistryWorld) -> list[bool]:
    """Say of each withdrawal's entry whether it says that somebody left a permit's cohort."""
    entries = [json.loads(value) for value in world.column("SELECT value FROM outbox ORDER BY id")]
    return [
        entry["x"].get("narrows", False)
        for entry in entries
        if entry.get("ty") == "placet.consent.withdrawn.v1"
    ]


def test_an_entry_says_whether_its_withdrawal_is_to_reach_the_nodes(world: RegistryWorld) -> None:
    """The log waits for the nodes' word on exactly those; of the others none would come."""
    world.load(*people(3))
    leave(world, "P-000000")
    permit = PermitId("P-1")
    frozen = freeze_cohort(DS, purpose(), ApplicationId("A-1"), tools=world.tools, principal=DESK)
    bind_cohort(frozen.cohort_id, permit, tools=world.tools, principal=DESK)
    says(world, world.revision())
    leave(world, "P-000001")
    world.load({"participant": "N-1", "local_id": "n", "state": "withdrawn"})
    first, second, *later = narrowing(world)
    assert (first, second) == (False, True)
    assert True not in later
    before = propagated(world)
    says(world, world.revision())
    assert len(propagated(world)) == len(before) + 1
