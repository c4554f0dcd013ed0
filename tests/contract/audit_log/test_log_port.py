# SPDX-License-Identifier: Apache-2.0
"""What a `Log` transaction promises, on both: registration, intake, search, erasure, atomicity."""

import pytest

from audit_log.domain.errors import (
    LogMismatch,
    NothingToErase,
    NotPublished,
    ProducerExists,
    SizeNotPublished,
    SrcNotYours,
)
from audit_log.domain.search import Account, Filter
from audit_log.ports import Producer, StoredOffset
from audit_log.usecases.look import search
from audit_log.usecases.register import register
from audit_log.usecases.take_in import take_in
from shared.entries import parse_entry
from shared.errors import Forbidden, ValidationFailed
from shared.events import JSON, Actor, Subject
from shared.principal import Principal
from tests.contract.audit_log.test_publishing import Remembered, publisher
from tests.fakes.kernel import START
from tests.fakes.log_factories import ALONE, DATASET, ISSUER, OTTO, Speaker, fact, pairs
from tests.support.log_world import (
    COHORTS,
    PSEUDONYMS,
    SRC,
    Producing,
    World,
    drain,
    entries_of,
    erase_in,
    sequencer,
)

CLIENT = Principal(
    issuer=ISSUER,
    subject="clearinghouse",
    client_id="clearinghouse",
    scopes=frozenset({"entries.write"}),
    is_service=True,
)
PRODUCER = Producer(src=SRC, client_id="clearinghouse", vkey="", topic="audit.zz.v1")


def offset(partition: int, at: int, topic_id: str = "t") -> StoredOffset:
    return StoredOffset(
        topic="audit.zz.v1", partition=partition, next=at, cluster_id="c", topic_id=topic_id
    )


def add(world: World, producer: Producer, *offsets: StoredOffset) -> bool:
    return register(
        producer, offsets, transaction=world.transaction, clock=world.clock, backing=ALONE
    )


def test_a_producer_is_registered_once_and_said_once(world: World) -> None:
    assert add(world, PRODUCER, offset(0, 5))
    assert not add(world, PRODUCER, offset(0, 9), offset(1, 0))
    drain(sequencer(world))
    standing = world.store().load()
    assert standing.producers == (PRODUCER,)
    assert standing.offsets == (offset(0, 5), offset(1, 0))  # what is stored stays
    said = [parse_entry(raw) for raw in entries_of(world)]
    changes = [entry for entry in said if entry.type == "placet.admin.config.change.v1"]
    assert [entry.extra["src"] for entry in changes] == [SRC]


def test_a_source_and_a_client_belong_to_one_producer(world: World) -> None:
    add(world, PRODUCER)
    for other in (
        Producer(src=SRC, client_id="another", vkey="", topic=None),
        Producer(src="zz/another/1", client_id="clearinghouse", vkey="", topic=None),
    ):
        with pytest.raises(ProducerExists):
            add(world, other)
    add(world, PRODUCER, offset(0, 0))
    with pytest.raises(LogMismatch):
        add(world, PRODUCER, offset(0, 0, "another topic of that name"))


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"src": "No Source"}, "/src"),
        ({"client_id": ""}, "/client_id"),
        ({"client_id": "two words"}, "/client_id"),
        ({"vkey": "nonsense"}, "/vkey"),
    ],
)
def test_a_malformed_producer_is_refused(
    world: World, changes: dict[str, str], pointer: str
) -> None:
    values: dict[str, str] = {"src": SRC, "client_id": "c", "vkey": "", **changes}
    with pytest.raises(ValidationFailed) as refused:
        add(world, Producer(**values, topic=None))
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def send(world: World, *entries: tuple[bytes, bytes], principal: Principal = CLIENT) -> int:
    return take_in(entries, principal=principal, transaction=world.transaction, clock=world.clock)


def test_a_client_writes_as_its_one_source(world: World) -> None:
    good, foreign = Speaker().say(), Speaker("zz/permit_service/1").say()
    with pytest.raises(SrcNotYours):
        send(world, *pairs(good))
    add(world, PRODUCER)
    with pytest.raises(SrcNotYours):
        send(world, *pairs(good, foreign))
    assert send(world, *pairs(good), (b"unreadable", b"")) == 2
    with pytest.raises(Forbidden):
        send(world, *pairs(good), principal=OTTO)
    drain(sequencer(world))
    assert world.quarantined() == ["malformed_entry"]
    assert good.entry in entries_of(world)


def fail_at_the_end(world: World) -> None:
    with world.transaction() as log:
        log.add_producer(PRODUCER, (), START)
        log.take_in(SRC, pairs(Speaker().say()), START)
        log.record(fact(type_="placet.audit.search.v1"))
        raise RuntimeError("on purpose")


def test_a_transaction_that_fails_keeps_nothing(world: World) -> None:
    with pytest.raises(RuntimeError, match="on purpose"):
        fail_at_the_end(world)
    assert world.store().load().producers == ()
    assert world.store().pending(9) == []
    with world.transaction() as log:
        log.record(fact(type_="placet.audit.search.v1"))
    assert [parse_entry(one.raw).seq for one in world.store().pending(9)] == [1]


RITA = Actor(issuer=ISSUER, subject="rita", client_id="desk")
DORA = Actor(issuer=ISSUER, subject="dora", client_id="desk")


def visa(number: int) -> dict[str, JSON]:
    return {"permit_id": "permit-1", "jti": f"visa-{number}"}


def filled(world: World) -> None:
    speaker = Speaker()
    Producing(world).send(
        speaker.say(fact(actor=RITA, dataset="GDI-ZZ-DATASET-1", permit=visa(1))),
        speaker.say(fact(actor=DORA, dataset="GDI-ZZ-DATASET-2", decision="deny")),
        speaker.say(fact(actor=RITA, dataset="GDI-ZZ-DATASET-2", reason=None, permit=visa(2))),
        speaker.say(fact(actor=None, subjects=(), dataset=None, type_="placet.visa.issued.v1")),
    )
    drain(sequencer(world))
    publisher(world, Remembered()).step()


def found(world: World, wanted: Filter, *, limit: int = 50, after: int | None = None) -> list[int]:
    answer = search(
        wanted,
        after=after,
        limit=limit,
        as_of=None,
        principal=OTTO,
        transaction=world.transaction,
        pseudonyms=PSEUDONYMS,
        cohorts=COHORTS,
        clock=world.clock,
    )
    return [one.index for one in answer.page.entries]


def test_each_part_of_a_filter_narrows(world: World) -> None:
    filled(world)
    rita = Account(issuer=ISSUER, subject="rita")
    assert found(world, Filter(actor=rita)) == [2, 0]
    assert found(world, Filter(actor=rita, dataset="GDI-ZZ-DATASET-2")) == [2]
    assert found(world, Filter(actor=Account(issuer="other", subject="rita"))) == []
    assert found(world, Filter(dataset="GDI-ZZ-DATASET-2")) == [2, 1]
    assert found(world, Filter(dataset="GDI-ZZ-DATASET-7")) == []
    assert found(world, Filter(person=Subject(dataset=DATASET, ordinal=7))) == [2, 1, 0]
    assert found(world, Filter(person=Subject(dataset=DATASET, ordinal=8))) == []
    assert found(world, Filter(decision="deny")) == [1]
    assert found(world, Filter(type="placet.visa.issued.v1")) == [3]
    for wanted, indexes in (
        (Filter(permit="permit-1"), [2, 0]),
        (Filter(visa="visa-1"), [0]),
        (Filter(permit="permit-1", visa="visa-2"), [2]),
        (Filter(permit="permit-2"), []),
        (Filter(permit="permit-1", actor=rita, decision="deny"), []),
        (Filter(purpose="DUO:0000006", src=SRC), [3, 2, 1, 0]),
        (Filter(purpose="DUO:0000007"), []),
        (Filter(src="zz/nobody/1"), []),
    ):
        assert found(world, wanted) == indexes, wanted
    assert found(world, Filter(), limit=2) == [4, 3]
    assert found(world, Filter(), limit=2, after=3) == [2, 1]


def test_a_search_before_anything_is_published_is_refused_and_not_recorded(world: World) -> None:
    with pytest.raises(NotPublished):
        found(world, Filter())
    assert world.store().pending(9) == []


def test_a_search_rests_on_a_published_size(world: World) -> None:
    filled(world)
    with pytest.raises(SizeNotPublished):
        search(
            Filter(),
            after=None,
            limit=9,
            as_of=2,
            principal=OTTO,
            transaction=world.transaction,
            pseudonyms=PSEUDONYMS,
            cohorts=COHORTS,
            clock=world.clock,
        )


def forget(world: World, target: Account | Subject) -> int:
    erased = erase_in(world, target)
    return erased.parts


def test_an_erased_account_is_nowhere_any_more(world: World) -> None:
    filled(world)
    rita = Account(issuer=ISSUER, subject="rita")
    assert forget(world, rita) == 4
    assert found(world, Filter(actor=rita)) == []
    assert found(world, Filter(actor=Account(issuer=ISSUER, subject="dora"))) == [1]
    with pytest.raises(NothingToErase):
        forget(world, rita)


def test_an_erased_person_is_nowhere_any_more(world: World) -> None:
    filled(world)
    person = Subject(dataset=DATASET, ordinal=7)
    assert forget(world, person) == 3
    assert found(world, Filter(person=person)) == []
    assert found(world, Filter(actor=Account(issuer=ISSUER, subject="rita"))) == [2, 0]
    with pytest.raises(NothingToErase):
        forget(world, Subject(dataset="GDI-ZZ-DATASET-7", ordinal=7))


def test_producers_and_chains_are_shown_as_they_stand(world: World) -> None:
    filled(world)
    add(world, PRODUCER)
    with world.transaction() as log:
        assert log.reader.producer(SRC) == PRODUCER
        assert log.reader.producer("zz/nobody/1") is None
        assert log.reader.years() == range(START.year, START.year + 1)
        ((chain, duplicates),) = log.reader.chains(SRC)
    assert (chain.seq, chain.gaps, duplicates) == (4, (), 0)
