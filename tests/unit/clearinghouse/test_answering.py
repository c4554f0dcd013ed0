# SPDX-License-Identifier: Apache-2.0
"""The whole way of a request on fakes: the order of the checks, and what goes on record."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from permit_service.clearinghouse.domain.outcome import Decision, Reason
from permit_service.clearinghouse.usecases.board import Board
from permit_service.clearinghouse.usecases.decide import Gate, Request, answer
from permit_service.clearinghouse.usecases.follow import follow_datasets, follow_permits
from permit_service.clearinghouse.usecases.visas import VisaDesk
from shared.entries import parse_entry
from shared.errors import AuditUnavailable
from shared.events import Fact, check_commitments, open_sealed
from tests.fakes.clearinghouse import (
    DATASET,
    JKU,
    PERMIT,
    RITA,
    a_document,
    a_source,
    permit_body,
    visa_claims,
    visa_header,
)
from tests.fakes.clearinghouse_feeds import (
    REGISTER,
    cohort_body,
    dataset_body,
    listed,
    permits_body,
)
from tests.fakes.clearinghouse_ports import (
    MemoryFeed,
    MemorySources,
    MemorySpool,
    MemoryTokens,
    OpenPermits,
    OpenSignatures,
    unsigned,
)
from tests.fakes.kernel import SteppingClock

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
FILE = f"/data/{DATASET}/P0003/genome.vcf.gz"


class World:
    """A clearinghouse on fakes: Rita may read the first five of twenty people."""

    def __init__(self) -> None:
        self.clock = SteppingClock()
        self.spool = MemorySpool()
        self.board = Board(self.clock, stale_seconds=60)
        permit = json.dumps(permit_body(a_document()))
        self.consent = MemoryFeed(dataset_body(cohort_body(range(5))))
        self.permits = MemoryFeed(permits_body(listed(permit)))
        self.consent.beat(REGISTER, 12)
        self.permits.beat("permits", 5)
        self.sources = MemorySources()
        self.sources.visas["own", "rita"] = [unsigned(visa_header(), visa_claims(), signed_by=JKU)]
        self.tokens = MemoryTokens({"rita": RITA, "stranger": replace(RITA, subject="stranger")})
        self.open_permits = OpenPermits()
        self.gate = Gate(
            spool=self.spool,
            board=self.board,
            tokens=self.tokens,
            visas=VisaDesk(
                [a_source()],
                sources=self.sources,
                signatures=OpenSignatures(),
                clock=self.clock,
            ),
            permits=self.open_permits,
            clock=self.clock,
        )
        self.followers = (
            follow_datasets("consent", self.consent, self.board),
            follow_permits("permits", self.permits, self.board),
        )
        self.follow()
        self.follow()

    def follow(self) -> None:
        for follower in self.followers:
            follower.step()

    def ask(
        self, path: str = FILE, *, authorization: str = "Bearer rita", method: str = "GET"
    ) -> Decision:
        request = Request(
            authorization=authorization,
            method=method,
            path=path,
            remote="192.0.2.7",
            trace_id=TRACE,
        )
        return answer(request, gate=self.gate)


@pytest.fixture
def world() -> World:
    """A clearinghouse that has caught up."""
    return World()


def test_a_permitted_request_passes_and_is_on_record_first(world: World) -> None:
    assert world.ask().reason is Reason.PERMIT_VALID
    entry = parse_entry(world.spool.entries[0].entry)
    parts = open_sealed(world.spool.entries[0].sealed)
    check_commitments(entry, parts)
    values = {part.group: part.opened() for part in parts}
    assert (entry.type, entry.decision, entry.reason) == (
        "placet.access.decision.v1",
        "permit",
        "permit_valid",
    )
    assert (entry.dataset, entry.basis, entry.trace_id) == (DATASET, "consent_gdpr", TRACE)
    assert entry.extra == {"dataset_revision": 12, "permits_revision": 5}
    assert values["actor"] == {"client_id": "desk", "iss": RITA.issuer, "sub": "rita"}
    assert values["subj/0"] == {"ds": DATASET, "ord": 3}
    assert values["net"] == {"ip": "192.0.2.7"}
    assert values["permit"] == {
        "permit_id": PERMIT,
        "jti": "jti-1",
        "cohort": "cohort-1",
        "file": "genome.vcf.gz",
    }


def test_the_entry_itself_names_nobody(world: World) -> None:
    world.ask()
    world.ask(f"/data/{DATASET}/P0007/genome.vcf.gz")
    assert len(world.spool.entries) == 2
    for entry in world.spool.entries:
        for secret in (b"rita", b"P000", b"genome", b"192.0.2.7", b"jti", PERMIT.encode()):
            assert secret not in entry.entry


def spool_is_full(world: World) -> None:
    world.spool.room = 0


def picture_is_old(world: World) -> None:
    world.clock.pass_time(61)


def keys_are_away(world: World) -> None:
    world.tokens.down = True


def source_is_away(world: World) -> None:
    world.sources.down = {"own"}


def permit_keys_are_away(world: World) -> None:
    world.open_permits.down = True


def nothing(world: World) -> None:
    del world


WHOLE = f"/data/{DATASET}/"
ODD = f"/data/{DATASET}/../x/y"


@pytest.mark.parametrize(
    ("prepare", "path", "token", "reason"),
    [
        (spool_is_full, ODD, "", Reason.AUDIT_UNAVAILABLE),
        (picture_is_old, ODD, "", Reason.PATH_INVALID),
        (picture_is_old, WHOLE, "", Reason.FILTERING_REQUIRED),
        (picture_is_old, FILE, "", Reason.STALE_STATE),
        (nothing, WHOLE, "", Reason.FILTERING_REQUIRED),
        (nothing, FILE, "", Reason.BEARER_MISSING),
        (nothing, FILE, "Bearer old", Reason.BEARER_EXPIRED),
        (keys_are_away, FILE, "", Reason.BEARER_MISSING),
        (keys_are_away, FILE, "Bearer rita", Reason.STALE_STATE),
        (source_is_away, FILE, "Bearer rita", Reason.STALE_STATE),
        (permit_keys_are_away, FILE, "Bearer rita", Reason.STALE_STATE),
        (nothing, FILE, "Bearer stranger", Reason.VISA_NONE),
        (nothing, "/data/GDI-ZZ-DATASET-9/P0003/x", "Bearer rita", Reason.VISA_NONE),
        (nothing, f"/data/{DATASET}/P0007/x", "Bearer rita", Reason.PERSON_NOT_IN_COHORT),
        (nothing, f"/data/{DATASET}/P9999/x", "Bearer rita", Reason.PERSON_NOT_IN_COHORT),
    ],
)
def test_the_checks_stand_in_their_order(
    world: World, prepare: Callable[[World], None], path: str, token: str, reason: Reason
) -> None:
    prepare(world)
    decision = world.ask(path, authorization=token)
    assert not decision.allowed
    assert decision.reason is reason
    recorded = [fact.reason for fact in world.spool.facts]
    assert recorded == ([] if reason is Reason.AUDIT_UNAVAILABLE else [reason.value])


def test_only_reading_can_be_asked_for(world: World) -> None:
    assert world.ask(method="HEAD").allowed
    for method in ("PUT", "DELETE", "", "get"):
        assert world.ask(method=method).reason is Reason.PATH_INVALID


def test_an_unverified_token_names_no_actor(world: World) -> None:
    world.ask(authorization="Bearer old")
    assert world.spool.facts[0].actor is None
    assert world.spool.facts[0].subjects[0].ordinal == 3


def test_a_yes_that_cannot_be_recorded_is_a_no(world: World) -> None:
    class Failing(MemorySpool):
        def append(self, fact: Fact) -> None:
            del fact
            raise AuditUnavailable("the disk is gone")

    world.gate = replace(world.gate, spool=Failing())
    decision = world.ask()
    assert (decision.allowed, decision.status) == (False, 403)
    assert decision.reason is Reason.AUDIT_UNAVAILABLE


def test_a_withdrawal_counts_from_the_next_request_on(world: World) -> None:
    assert world.ask().allowed
    gone = {"ordinal": 3, "cause": "withdrawn"}
    world.consent.change(REGISTER, 13, "member.narrowed", gone)
    world.follow()
    decision = world.ask()
    assert decision.reason is Reason.PERSON_NOT_IN_COHORT
    sealed = {part.group: part.opened() for part in open_sealed(world.spool.entries[1].sealed)}
    assert sealed["permit"]["cause"] == "withdrawn"
    assert b"withdrawn" not in world.spool.entries[1].entry


def test_a_revocation_counts_from_the_next_request_on_although_visas_are_kept(
    world: World,
) -> None:
    assert world.ask().allowed
    world.permits.change("permits", 6, "permit.revoked", {"permit_id": PERMIT})
    world.follow()
    assert world.ask().reason is Reason.PERMIT_REVOKED


def test_a_revocation_counts_although_the_source_of_visas_is_away(world: World) -> None:
    assert world.ask().allowed
    world.sources.down = {"own"}
    assert world.ask().allowed
    world.permits.change("permits", 6, "permit.revoked", {"permit_id": PERMIT})
    world.follow()
    assert world.ask().reason is Reason.PERMIT_REVOKED


def test_what_is_learnt_while_visas_are_fetched_counts(world: World) -> None:
    class Slow(MemorySources):
        def fetch(self, source: object, subject: str) -> list[str]:
            del source
            gone = {"ordinal": 3, "cause": "withdrawn"}
            world.consent.change(REGISTER, 13, "member.narrowed", gone)
            world.follow()
            return world.sources.visas["own", subject]

    desk = VisaDesk([a_source()], sources=Slow(), signatures=OpenSignatures(), clock=world.clock)
    world.gate = replace(world.gate, visas=desk)
    assert world.ask().reason is Reason.PERSON_NOT_IN_COHORT


def test_a_picture_that_grows_old_while_visas_are_fetched_is_old(world: World) -> None:
    class Slow(MemorySources):
        def fetch(self, source: object, subject: str) -> list[str]:
            del source
            world.clock.pass_time(61)
            return world.sources.visas["own", subject]

    desk = VisaDesk([a_source()], sources=Slow(), signatures=OpenSignatures(), clock=world.clock)
    world.gate = replace(world.gate, visas=desk)
    assert world.ask().reason is Reason.STALE_STATE


def test_an_altered_permit_is_refused(world: World) -> None:
    altered = {"permit_id": PERMIT, "jws": "altered"}
    world.permits.change("permits", 6, "permit.issued", altered)
    world.follow()
    assert world.ask().reason is Reason.PERMIT_INVALID
