# SPDX-License-Identifier: Apache-2.0
"""Our log and its witnesses: quorum, stragglers, the start, refusals with and without proof."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from audit_log.adapters.signatures import CosigningKey, check_signature
from audit_log.domain.errors import HeadMismatch, NotPublished
from audit_log.domain.note import open_note
from audit_log.domain.policy import Policy, parse_policy
from audit_log.ports import Answer, AnswerKind
from audit_log.usecases import read
from audit_log.usecases.be_witnessed import Witnesses
from audit_log.usecases.publish import Publisher
from audit_log.usecases.witness import Witness
from tests.contract.audit_log.test_publishing import (
    TRUST,
    Remembered,
    Signing,
    grown,
    signed,
)
from tests.fakes.log_factories import Speaker
from tests.fakes.witness_memory import MemoryPeers, MemoryWitnessStore
from tests.support.log_world import ORIGIN, World

NAMES = ("se", "fi", "ee")
KEYS = {
    name: CosigningKey(
        f"witness.example/{name}", Ed25519PrivateKey.from_private_bytes(name.encode() * 16)
    )
    for name in NAMES
}
LINES = "".join(f"witness {n} {KEYS[n].key} https://{n}.example\n" for n in NAMES)
TWO = parse_policy(f"{LINES}group foreign 2 se fi ee\nquorum foreign\n".encode())
NOBODY = parse_policy(b"quorum none\n")


@dataclass
class Node:
    """A log, its witnesses in memory, and everything that was reported."""

    world: World
    policy: Policy = TWO
    head: Remembered = field(default_factory=Remembered)
    speaker: Speaker = field(default_factory=Speaker)
    reported: list[tuple[str, Mapping[str, int | str]]] = field(default_factory=list)
    watching: dict[str, Witness] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in NAMES:
            store = MemoryWitnessStore()
            store.watch(Signing.key, self.world.clock.now())
            self.watching[name] = Witness(
                signers=(KEYS[name],), store=store, check=check_signature, clock=self.world.clock
            )
        self.peers = MemoryPeers(self.watching, ORIGIN)
        self.start()

    def start(self) -> None:
        """Start the process anew: what it had learnt is gone."""
        self.witnesses = Witnesses(
            store=self.world.publisher,
            policy=self.policy,
            peers=self.peers,
            trust=TRUST,
            check=check_signature,
            report=lambda code, detail: self.reported.append((code, detail)),
            clock=self.world.clock,
            seconds=0,
        )
        self.publisher = Publisher(
            store=self.world.publisher,
            signer=Signing(),
            trust=TRUST,
            head_file=self.head,
            clock=self.world.clock,
            may_sign=self.witnesses.may_sign,
        )

    def turn(self, entries: int = 0) -> None:
        """Let the log grow, ask, sign, and ask again."""
        if entries:
            grown(self.world, self.speaker, entries)
        self.witnesses.step()
        self.publisher.step()
        self.witnesses.step()

    def witnessed(self) -> int:
        with self.world.transaction() as log:
            return read.checkpoint(log.reader, witnessed=True).size

    def newest(self) -> int:
        with self.world.transaction() as log:
            return read.checkpoint(log.reader).size

    def signing(self) -> str:
        with self.world.transaction() as log:
            return log.reader.signing()


@pytest.fixture
def node(world: World) -> Node:
    return Node(world)


def test_a_checkpoint_comes_back_with_every_cosignature(node: Node) -> None:
    for entries in (3, 300):
        node.turn(entries)
        assert node.witnessed() == node.newest() == node.world.publisher.head()[0]
        with node.world.transaction() as log:
            note = read.checkpoint(log.reader, witnessed=True).note
        for key in (Signing.key, *(one.key for one in KEYS.values())):
            assert open_note(note, (key,), check_signature).signatures
    assert node.signing() == "signing"
    assert node.reported == []


def test_without_a_quorum_the_witnessed_checkpoint_stays_and_ingest_goes_on(node: Node) -> None:
    node.turn(3)
    before = node.witnessed()
    node.peers.away = {"se", "fi"}
    node.turn(10)
    assert node.witnessed() == before < node.newest()
    with node.world.transaction() as log:
        lag = read.standing(log.reader, node.world.clock.now()).lag
    assert lag is not None
    node.peers.away = {"se"}
    node.witnesses.step()
    assert node.witnessed() == node.newest()


def test_a_straggler_s_cosignature_is_added(node: Node) -> None:
    node.turn(3)
    node.peers.away = {"ee"}
    node.turn(3)
    node.peers.away = set()
    node.witnesses.step()
    with node.world.transaction() as log:
        note = read.checkpoint(log.reader, witnessed=True).note
    assert open_note(note, (KEYS["ee"].key,), check_signature).signatures
    asked = len(node.peers.asked)
    node.witnesses.step()
    assert len(node.peers.asked) == asked  # whoever has cosigned is not asked again


def test_a_log_that_waits_for_nobody_signs_and_serves_as_ever(world: World) -> None:
    node = Node(world, policy=NOBODY)
    node.turn(3)
    assert node.newest() == world.publisher.head()[0]
    assert node.peers.asked == []
    with world.transaction() as log, pytest.raises(NotPublished):
        read.checkpoint(log.reader, witnessed=True)


@pytest.mark.parametrize(("away", "signs"), [({"se"}, True), ({"se", "fi"}, False)])
def test_a_new_log_signs_when_enough_witnesses_know_of_no_other(
    node: Node, away: set[str], signs: bool
) -> None:
    node.peers.away = away
    grown(node.world, node.speaker, 3)
    node.witnesses.step()
    assert node.publisher.step() is signs
    assert node.signing() == ("signing" if signs else "waiting_for_witnesses")


def test_after_a_start_nothing_is_signed_until_enough_witnesses_confirm(node: Node) -> None:
    node.turn(3)
    before = node.newest()
    node.start()
    node.peers.away = {"se", "fi"}
    node.turn(5)
    assert node.newest() == before
    assert node.signing() == "waiting_for_witnesses"
    node.peers.away = {"se"}
    node.turn()
    assert node.newest() > before
    assert node.signing() == "signing"


def test_a_witness_that_missed_the_last_round_confirms_as_well(node: Node) -> None:
    node.turn(3)
    node.peers.away = {"ee"}
    node.turn(5)
    node.start()
    node.peers.away = {"se"}
    node.turn(5)
    assert node.witnessed() == node.newest() == node.world.publisher.head()[0]


def test_a_witness_ahead_with_our_signature_stops_the_signing(node: Node) -> None:
    """The database was restored to an older state: a witness holds what we signed since."""
    node.turn(3)
    size, _ = node.world.publisher.head()
    node.peers.lies["se"] = lambda _: Answer(kind=AnswerKind.CONFLICT, size=size + 50)
    node.peers.shows["se"] = signed(size + 50, b"x" * 32)
    grown(node.world, node.speaker, 5)
    node.publisher.step()
    node.witnesses.step()
    assert node.signing() == "stopped"
    assert node.reported == [("split_view", {"witness": "se", "size": size + 50})]
    assert list(node.world.publisher.evidence()) == [node.peers.shows["se"]]
    grown(node.world, node.speaker, 5)
    with pytest.raises(HeadMismatch):
        node.publisher.step()
    node.start()  # the evidence outlives the process
    node.peers.lies.clear()
    node.witnesses.step()
    assert node.signing() == "stopped"
    with pytest.raises(HeadMismatch):
        node.publisher.step()


@pytest.mark.parametrize("kind", [AnswerKind.REFUSED, AnswerKind.CONFLICT])
@pytest.mark.parametrize("shows", ["nothing", "garbage", "a stranger's", "our own"])
def test_a_lying_witness_cannot_halt_the_log(node: Node, kind: AnswerKind, shows: str) -> None:
    node.turn(3)
    with node.world.transaction() as log:
        own = read.checkpoint(log.reader).note
    node.peers.lies["se"] = lambda _: Answer(kind=kind, size=1 << 40)
    node.peers.shows |= {
        "nothing": {},
        "garbage": {"se": b"not a note"},
        "a stranger's": {"se": signed(999, b"x" * 32).replace(b"999", b"998")},
        "our own": {"se": own},
    }[shows]
    node.turn(5)
    assert node.witnessed() == node.newest() == node.world.publisher.head()[0]
    assert node.signing() == "signing"
    codes = {code for code, _ in node.reported}
    assert codes <= {"witness_refused"}
    assert bool(codes) is (shows in {"garbage", "a stranger's"})


def test_a_cosignature_that_does_not_verify_counts_for_nothing(node: Node) -> None:
    node.turn(3)
    before = node.witnessed()
    for name in ("se", "fi"):
        node.peers.lies[name] = lambda _: Answer(kind=AnswerKind.ACCEPTED, lines=b"nonsense\n")
    node.turn(5)
    assert node.witnessed() == before
    assert {code for code, _ in node.reported} == {"cosignature_invalid"}


def test_a_conflict_at_the_very_size_that_was_named_is_asked_no_further(node: Node) -> None:
    node.turn(3)
    size = node.newest()
    node.peers.lies["se"] = lambda _: Answer(kind=AnswerKind.CONFLICT, size=size)
    node.turn(5)
    assert node.witnessed() == node.newest()


def test_our_own_kept_signature_binds_the_checkpointer(node: Node) -> None:
    node.turn(3)
    size, root = node.world.publisher.head()
    store = node.world.publisher
    now = node.world.clock.now()
    assert store.keep_evidence("se", signed(size, root), now)
    assert not store.keep_evidence("se", signed(size, root), now)
    node.turn(5)  # what the tree contains binds nobody
    assert node.newest() > size


def test_a_second_signature_line_of_the_log_is_ml_dsa_and_travels_along(world: World) -> None:
    node = Node(world)
    second = CosigningKey(ORIGIN, MLDSA44PrivateKey.from_seed_bytes(b"m" * 32))
    node.publisher = Publisher(
        store=world.publisher,
        signer=Signing(),
        trust=TRUST,
        head_file=node.head,
        clock=world.clock,
        cosigners=(second,),
        may_sign=node.witnesses.may_sign,
    )
    node.turn(3)
    with world.transaction() as log:
        note = read.checkpoint(log.reader, witnessed=True).note
    keys = (Signing.key, second.key, *(one.key for one in KEYS.values()))
    assert len(open_note(note, keys, check_signature).signatures) == 5
