# SPDX-License-Identifier: Apache-2.0
"""What a sequencer promises, on both stores: each entry once, in order, and nothing lost."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256

import pytest

from audit_log.domain.errors import Fenced
from audit_log.domain.merkle import leaf_hash, root_of
from audit_log.domain.parts import person_holder
from audit_log.domain.received import KafkaPlace, Received
from audit_log.domain.search import Filter, Marks
from audit_log.ports import Producer, StoredOffset
from audit_log.usecases.announce import started
from shared.entries import parse_entry
from shared.events import Subject
from tests.fakes.kernel import START
from tests.fakes.log_factories import DATASET, Speaker, fact, received
from tests.support.log_world import (
    OWN,
    PSEUDONYMS,
    SRC,
    BeforeCommit,
    Producing,
    World,
    drain,
    entries_of,
    erase_in,
    sequencer,
)


def of_source(world: World, src: str = SRC) -> list[bytes]:
    return [raw for raw in entries_of(world) if parse_entry(raw).src == src]


def test_entries_become_leaves_in_their_order(world: World) -> None:
    speaker = Speaker()
    said = speaker.say_many(700)
    Producing(world).send(*said)
    drain(sequencer(world, batch=300))
    assert of_source(world) == [one.entry for one in said]
    size, root = world.publisher.head()
    assert size == 701  # and the log's own word that a sequencer leads
    assert root == root_of([leaf_hash(raw) for raw in entries_of(world)])


def test_every_part_of_a_log_has_a_nonce_of_its_own(world: World) -> None:
    """Whatever batch it came in: all that one account did lies under one key."""
    Producing(world).send(*Speaker().say_many(400))
    drain(sequencer(world, batch=150))
    size, _ = world.publisher.head()
    with world.transaction() as log:
        stored = log.exports.parts(list(range(size)))
    sealed = [data for parts in stored.values() for _, data in parts.values()]
    assert len(sealed) >= 400
    assert len({data[:12] for data in sealed}) == len(sealed)


def test_the_same_entries_sent_again_are_dropped_and_counted(world: World) -> None:
    speaker = Speaker()
    said = speaker.say_many(5)
    one = sequencer(world)
    for _ in range(2):
        Producing(world).send(*said)
        drain(one)
    Producing(world).send(said[4], speaker.say(), said[0])
    drain(one)
    assert [parse_entry(raw).seq for raw in of_source(world)] == [1, 2, 3, 4, 5, 6]
    with world.transaction() as log:
        ((chain, duplicates),) = log.reader.chains(SRC)
    assert (chain.seq, chain.head, duplicates) == (6, leaf_hash(of_source(world)[5]), 7)
    assert world.quarantined() == []
    assert world.findings() == []


def test_another_entry_at_a_taken_place_is_kept_apart_and_found(world: World) -> None:
    one = sequencer(world)
    Producing(world).send(*Speaker().say_many(3))
    drain(one)
    Producing(world).send(*Speaker().say_many(2))
    drain(one)
    assert world.quarantined() == ["equivocation", "equivocation"]
    assert world.findings() == [("equivocation", False), ("equivocation", False)]
    assert [parse_entry(raw).type for raw in of_source(world, OWN)[1:]] == [
        "placet.finding.opened.v1",
        "placet.finding.opened.v1",
        "placet.sys.quarantined.v1",
        "placet.sys.quarantined.v1",
    ]


def test_the_same_lie_told_again_is_no_news(world: World) -> None:
    """Or one entry, sent a million times, would fill the quarantine, the findings and the log."""
    one = sequencer(world)
    Producing(world).send(*Speaker().say_many(3))
    drain(one)
    lies = Speaker().say_many(3)
    other = Speaker().say()
    for few in (lies, lies * 2, [other, other], lies, [other]):
        Producing(world).send(*few)
        drain(one)
    one = sequencer(world)  # nor to a process that did not see the first
    drain(one)
    size = len(entries_of(world))
    Producing(world).send(*lies, other)
    drain(one)
    assert world.quarantined() == ["equivocation"] * 4
    assert world.findings() == [("equivocation", False)] * 4
    assert len(entries_of(world)) == size
    with world.transaction() as log:
        ((_, duplicates),) = [(chain, n) for chain, n in log.reader.chains(SRC)]
    assert duplicates == 6 + 1 + 3 + 1 + 4


def test_a_gap_is_recorded_and_closes_when_late_entries_fill_it(world: World) -> None:
    speaker = Speaker()
    first, second, third, fourth, fifth = speaker.say_many(5)
    one = sequencer(world)
    Producing(world).send(first, fifth)
    drain(one)
    with world.transaction() as log:
        assert log.reader.chains(SRC)[0][0].gaps == ((2, 4),)
    assert world.findings() == [("gap", False)]
    Producing(world).send(third)
    drain(one)
    with world.transaction() as log:
        assert log.reader.chains(SRC)[0][0].gaps == ((2, 2), (4, 4))
    Producing(world).send(fourth, second)
    drain(one)
    with world.transaction() as log:
        assert log.reader.chains(SRC)[0][0].gaps == ()
    assert world.findings() == [("gap", True)]


def test_a_gap_opened_and_filled_in_one_batch_is_a_closed_finding(world: World) -> None:
    first, second, third = Speaker().say_many(3)
    Producing(world).send(first, third, second)
    drain(sequencer(world))
    assert world.findings() == [("gap", True)]


def test_a_filler_that_does_not_fit_its_neighbours_is_found(world: World) -> None:
    first, _, third = Speaker().say_many(3)
    stranger = Speaker()
    stranger.say()
    second = stranger.say()
    one = sequencer(world)
    Producing(world).send(first, third)
    drain(one)
    Producing(world).send(second)
    drain(one)
    assert world.findings() == [
        ("gap", True),
        ("chain_broken", False),
        ("chain_broken", False),
    ]


def test_an_entry_that_names_another_predecessor_is_logged_and_found(world: World) -> None:
    one = sequencer(world)
    Producing(world).send(Speaker().say())
    drain(one)
    other = Speaker()
    other.say()
    Producing(world).send(other.say())
    drain(one)
    assert world.findings() == [("chain_broken", False)]
    assert len(of_source(world)) == 2


def test_poison_is_quarantined_its_hash_logged_and_blocks_nothing(world: World) -> None:
    speaker = Speaker()
    first = speaker.say()
    poison = [(b"not an entry", b""), (b"", b""), (b"\xff\x00", b"\xff")]
    Producing(world).send_raw((first.entry, first.sealed), *poison)
    drain(sequencer(world))
    assert world.quarantined() == ["malformed_entry"] * 3
    ours = [parse_entry(raw) for raw in of_source(world, OWN)[1:]]
    assert [entry.reason for entry in ours] == ["malformed_entry"] * 3
    assert [entry.extra["sha256"] for entry in ours] == [
        b64encode(sha256(raw).digest()).decode() for raw, _ in poison
    ]
    assert of_source(world) == [first.entry]


def test_unreadable_input_holds_its_place_so_that_the_next_opens_no_gap(world: World) -> None:
    first, second, third = Speaker().say_many(3)
    Producing(world).send_raw(
        (first.entry, first.sealed), (second.entry, b""), (third.entry, third.sealed)
    )
    one = sequencer(world)
    drain(one)
    assert world.quarantined() == ["commitment_mismatch"]
    assert world.findings() == []
    Producing(world).send_raw((second.entry, b""))
    drain(one)
    assert world.quarantined() == ["commitment_mismatch"]  # the same again is a duplicate


def test_an_entry_of_another_source_is_never_taken_for_its_own(world: World) -> None:
    Producing(world).send(Speaker("zz/consent_registry/1").say())
    drain(sequencer(world))
    assert world.quarantined() == ["source_not_allowed"]
    with world.transaction() as log:
        assert log.reader.chains("zz/consent_registry/1") == []


def test_a_new_epoch_is_a_new_chain(world: World) -> None:
    Producing(world).send(*Speaker().say_many(2), *Speaker(epoch=2).say_many(3))
    drain(sequencer(world))
    with world.transaction() as log:
        chains = [(chain.key.epoch, chain.seq) for chain, _ in log.reader.chains(SRC)]
    assert chains == [(2, 3), (1, 2)]
    assert world.findings() == []


def test_a_fresh_sequencer_goes_on_where_the_last_one_stopped(world: World) -> None:
    speaker = Speaker()
    for number in (200, 100, 300):
        Producing(world).send(*speaker.say_many(number))
        drain(sequencer(world))
    leaves = [leaf_hash(raw) for raw in entries_of(world)]
    assert world.publisher.head() == (len(leaves), root_of(leaves))
    assert len(leaves) == 603
    assert world.findings() == []


def test_one_sequencer_leads_until_its_lease_has_run_out(world: World) -> None:
    first, second = world.store(), world.store()
    epoch = first.lead("first", 60, lambda n: started(n, START))
    assert epoch is not None
    assert second.lead("second", 60, lambda n: started(n, START)) is None
    first.renew(epoch, 60)
    assert first.lead("first", 60, lambda n: started(n, START)) == epoch + 1
    with pytest.raises(Fenced):
        second.renew(epoch, 60)
    first.release(epoch)  # not its lease any more
    assert second.lead("second", 60, lambda n: started(n, START)) is None
    first.release(epoch + 1)
    assert second.lead("second", 60, lambda n: started(n, START)) == epoch + 2


def test_a_batch_of_a_former_leader_is_refused_whole(world: World) -> None:
    store = BeforeCommit(world.store(), lambda: drain(sequencer(world, holder="other")))
    late = sequencer(world, holder="late", store=store, lease_seconds=-1)
    Producing(world).send(*Speaker().say_many(3))
    with pytest.raises(Fenced):
        late.step()
    assert len(of_source(world)) == 3
    assert late.step() is False  # another leads: it stands by
    assert not late.leads
    leaves = [leaf_hash(raw) for raw in entries_of(world)]
    assert world.publisher.head() == (len(leaves), root_of(leaves))


class Lost(Exception):
    """The answer to a commit did not arrive."""


def lose() -> None:
    raise Lost


@pytest.mark.parametrize("persisted", [False, True], ids=["before", "after"])
def test_a_commit_that_failed_is_made_good_whether_or_not_it_was_kept(
    world: World, persisted: bool
) -> None:
    speaker = Speaker()
    store = BeforeCommit(world.store(), lambda: None)
    one = sequencer(world, store=store)
    drain(one)
    for number in (3, 300, 5):
        Producing(world).send(*speaker.say_many(number))
        if persisted:
            store.after = lose
        else:
            store.happen_next(lose)
        with pytest.raises(Lost):
            drain(one)
        drain(one)
    assert [parse_entry(raw).seq for raw in of_source(world)] == list(range(1, 309))
    leaves = [leaf_hash(raw) for raw in entries_of(world)]
    assert world.publisher.head() == (len(leaves), root_of(leaves))
    assert world.findings() == []


def test_a_batch_sealed_with_a_key_that_was_erased_meanwhile_is_prepared_anew(
    world: World,
) -> None:
    speaker = Speaker()
    person = Subject(dataset=DATASET, ordinal=7)
    Producing(world).send(speaker.say(fact(subjects=(person,))))
    drain(sequencer(world))

    def forget() -> None:
        erase_in(world, person)

    store = BeforeCommit(world.store(), forget)
    again = sequencer(world, store=store)
    Producing(world).send(speaker.say(fact(subjects=(person,))))
    drain(again)
    with world.transaction() as log:
        found = log.reader.search(Filter(person=person), marks=Marks(), below=99, limit=9)
    assert len(found) == 1  # the first is forgotten, the second lies under a new key
    holder = PSEUDONYMS.holder(person_holder(person.dataset, person.ordinal))
    assert holder in store.keys([holder])
    assert world.findings() == []


class NeverIdle:
    """A topic that always has another entry; remembers which topics it was told to follow."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.speaker = Speaker()
        self.offset = 0
        self.followed: set[str] = set()

    def follow(
        self, offsets: Sequence[StoredOffset], sources: Mapping[str, frozenset[str]]
    ) -> None:
        self.followed = set(sources)
        self.offset = next(one.next for one in offsets if one.topic == self.topic)

    def poll(self, limit: int, wait_ms: int) -> Sequence[Received]:
        place = KafkaPlace(self.topic, 0, self.offset)
        self.offset += 1
        return [received(self.speaker.say())._replace(place=place)]


def test_a_sequencer_that_is_never_idle_sees_what_is_registered(world: World) -> None:
    busy, added = "audit.busy.v1", "audit.added.v1"

    def add(src: str, topic: str) -> None:
        first = StoredOffset(topic=topic, partition=0, next=0, cluster_id="c", topic_id=topic)
        with world.transaction() as log:
            producer = Producer(src=src, client_id=src, vkey="", topic=topic)
            log.add_producer(producer, [first], world.clock.now())

    add(SRC, busy)
    source = NeverIdle(busy)
    one = sequencer(world, source=source)
    assert one.step()
    add("zz/late/1", added)
    steps = 0
    while added not in source.followed:
        assert one.step(), "there is always something"
        world.clock.pass_time(1)
        steps += 1
        assert steps < 100, "it has looked by now"
    assert one.step()
    assert world.findings() == []
