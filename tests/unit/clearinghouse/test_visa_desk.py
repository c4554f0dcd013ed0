# SPDX-License-Identifier: Apache-2.0
"""Fetching, checking and keeping visas: whose, how long, and who is asked how often."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from permit_service.clearinghouse.domain.decision import CheckedVisa, VerifiedVisa, VisaFault
from permit_service.clearinghouse.domain.outcome import Reason, Stage
from permit_service.clearinghouse.domain.trust import Binding
from permit_service.clearinghouse.domain.visa import MAX_VISA_BYTES, MAX_VISAS
from permit_service.clearinghouse.usecases.visas import (
    NEGATIVE_SECONDS,
    RETRY_SECONDS,
    VisaDesk,
    check_visa,
)
from tests.fakes.clearinghouse import (
    DATASET,
    IDP,
    JKU,
    NOW,
    OTHER_DATASET,
    PERMIT,
    PREFIX,
    RITA,
    a_source,
    visa_body,
    visa_claims,
    visa_header,
)
from tests.fakes.clearinghouse_ports import MemorySources, OpenSignatures, unsigned
from tests.fakes.kernel import SteppingClock
from tests.support.waiting import wait_until

GOOD = unsigned(visa_header(), visa_claims(), signed_by=JKU)
FOREIGN = unsigned(
    visa_header(jku="https://evil.example/api/jwk"),
    visa_claims(iss="https://evil.example"),
    signed_by="https://evil.example/api/jwk",
)
SECOND = unsigned(
    visa_header(),
    {**visa_claims(jti="jti-2"), "urn:placet:permit": "permit-2"},
    signed_by=JKU,
)
FORGED = unsigned(visa_header(), visa_claims(), signed_by="https://evil.example/api/jwk")


class Desk:
    def __init__(self) -> None:
        self.clock = SteppingClock()
        self.sources = MemorySources()
        self.signatures = OpenSignatures()
        self.trusted = [a_source()]
        self.sources.visas["own", "rita"] = [GOOD]
        self.desk = self.renew()

    def renew(self) -> VisaDesk:
        self.desk = VisaDesk(
            self.trusted, sources=self.sources, signatures=self.signatures, clock=self.clock
        )
        return self.desk

    def ask(self, *, subject: str = "rita", revision: int = 5) -> tuple[CheckedVisa, ...]:
        person = replace(RITA, subject=subject)
        return self.desk.present(person, DATASET, permits_revision=revision).visas


def check(
    raw: str, *, subject: str = "rita", binding: Binding = Binding.BROKER_BOUND
) -> CheckedVisa:
    return check_visa(raw, a_source(binding=binding), subject, signatures=OpenSignatures(), now=NOW)


@pytest.mark.parametrize(
    ("raw", "stage", "reason"),
    [
        ("", Stage.SHAPE, Reason.VISA_INVALID),
        ("x" * (MAX_VISA_BYTES + 1), Stage.SHAPE, Reason.VISA_INVALID),
        (
            unsigned(visa_header(alg="none"), visa_claims(), signed_by=JKU),
            Stage.SHAPE,
            Reason.VISA_INVALID,
        ),
        (FOREIGN, Stage.TRUST, Reason.VISA_ISSUER_UNTRUSTED),
        (
            unsigned(visa_header(), visa_claims(iss="https://evil.example"), signed_by=JKU),
            Stage.TRUST,
            Reason.VISA_ISSUER_UNTRUSTED,
        ),
        (FORGED, Stage.SIGNATURE, Reason.VISA_INVALID),
        (
            unsigned(visa_header(), visa_claims(visa_body(by="self")), signed_by=JKU),
            Stage.SIGNATURE,
            Reason.VISA_INVALID,
        ),
        (
            unsigned(
                visa_header(), visa_claims(visa_body(source="https://x.example")), signed_by=JKU
            ),
            Stage.SIGNATURE,
            Reason.VISA_ISSUER_UNTRUSTED,
        ),
    ],
)
def test_a_bad_visa_fails_at_its_stage(raw: str, stage: Stage, reason: Reason) -> None:
    assert check(raw) == VisaFault(stage=stage, reason=reason)


def test_no_key_is_looked_up_for_an_untrusted_pair() -> None:
    signatures = OpenSignatures()
    signatures.down = {JKU}
    found = check_visa(FOREIGN, a_source(), "rita", signatures=signatures, now=NOW)
    assert isinstance(found, VisaFault)
    assert signatures.checked == 0


def test_an_expired_visa_is_verified_and_judged_later() -> None:
    raw = unsigned(visa_header(), visa_claims(iat=NOW - 900, exp=NOW - 1), signed_by=JKU)
    assert isinstance(check(raw), VerifiedVisa)


def test_strict_binding_is_checked_against_the_tokens_subject() -> None:
    assert isinstance(check(GOOD), VerifiedVisa)
    fault = check(GOOD, binding=Binding.STRICT_SUB)
    assert fault == VisaFault(stage=Stage.SIGNATURE, reason=Reason.VISA_INVALID)


def test_visas_are_kept_as_long_as_the_first_of_them_lives() -> None:
    world = Desk()
    short = unsigned(visa_header(), visa_claims(exp=NOW + 100), signed_by=JKU)
    world.sources.visas["own", "rita"] = [GOOD, short]
    world.ask()
    world.clock.pass_time(99)
    world.ask()
    assert len(world.sources.asked) == 1
    world.clock.pass_time(1)
    world.ask()
    assert len(world.sources.asked) == 2


def test_an_expired_visa_does_not_keep_the_answer_from_being_kept() -> None:
    world = Desk()
    expired = unsigned(visa_header(), visa_claims(iat=NOW - 900, exp=NOW - 1), signed_by=JKU)
    world.sources.visas["own", "rita"] = [expired]
    for _ in range(3):
        assert len(world.ask()) == 1
    assert len(world.sources.asked) == 1
    world.clock.pass_time(NEGATIVE_SECONDS)
    world.ask()
    assert len(world.sources.asked) == 2


def test_no_visas_are_remembered_for_a_minute_at_most() -> None:
    world = Desk()
    world.sources.visas.clear()
    world.ask()
    world.clock.pass_time(NEGATIVE_SECONDS - 1)
    assert world.ask() == ()
    assert len(world.sources.asked) == 1
    world.clock.pass_time(1)
    world.ask()
    assert len(world.sources.asked) == 2


def test_a_new_permit_ends_the_memory_of_having_none() -> None:
    world = Desk()
    world.sources.visas.clear()
    assert world.ask(revision=5) == ()
    world.sources.visas["own", "rita"] = [GOOD]
    assert world.ask(revision=5) == ()
    assert len(world.ask(revision=6)) == 1
    world.ask(revision=6)
    assert len(world.sources.asked) == 2, "a visa that opens the dataset is kept"


def permits(visas: Sequence[CheckedVisa]) -> list[str | None]:
    return [visa.visa.permit for visa in visas if isinstance(visa, VerifiedVisa)]


def test_a_new_permit_counts_at_once_beside_one_that_ended() -> None:
    world = Desk()
    assert permits(world.ask(revision=5)) == [PERMIT]
    world.sources.visas["own", "rita"] = [SECOND]
    assert permits(world.ask(revision=5)) == [PERMIT]
    assert permits(world.ask(revision=6)) == ["permit-2", PERMIT]
    assert permits(world.ask(revision=6)) == ["permit-2", PERMIT]
    assert len(world.sources.asked) == 2


def test_a_visa_that_the_source_left_out_is_held_until_it_expires() -> None:
    world = Desk()
    world.ask(revision=5)
    world.sources.visas["own", "rita"] = []
    assert permits(world.ask(revision=6)) == [PERMIT], "she is to be told that it was revoked"
    world.clock.pass_time(890)
    assert world.ask(revision=6) == ()


def test_visas_for_one_permit_do_not_pile_up() -> None:
    world = Desk()
    for revision in range(5, 40):
        visa = visa_claims(jti=f"jti-{revision}")
        world.sources.visas["own", "rita"] = [unsigned(visa_header(), visa, signed_by=JKU)]
        (checked,) = world.ask(revision=revision)
        assert isinstance(checked, VerifiedVisa)
        assert checked.visa.jti == f"jti-{revision}"


def test_a_silent_source_does_not_take_away_what_is_held() -> None:
    world = Desk()
    world.ask(revision=5)
    world.sources.down = {"own"}
    for _ in range(3):
        presented = world.desk.present(RITA, DATASET, permits_revision=6)
        assert (permits(presented.visas), presented.unreachable) == ([PERMIT], ())
    assert len(world.sources.asked) == 2
    world.sources.down.clear()
    world.sources.visas["own", "rita"] = [SECOND]
    world.clock.pass_time(RETRY_SECONDS)
    assert permits(world.ask(revision=6)) == ["permit-2", PERMIT]


def test_visas_for_another_dataset_count_as_none_for_this_one() -> None:
    world = Desk()
    other = visa_body(value=f"{PREFIX}{OTHER_DATASET}")
    raw = unsigned(visa_header(), visa_claims(other), signed_by=JKU)
    world.sources.visas["own", "rita"] = [raw]
    world.ask(revision=5)
    world.ask(revision=6)
    assert len(world.sources.asked) == 2


def test_answers_are_kept_per_person_and_source() -> None:
    world = Desk()
    world.trusted.append(a_source("second", issuer="https://second.example"))
    world.renew()
    assert len(world.ask()) == 1
    assert world.ask(subject="stranger") == ()
    assert world.sources.asked == [
        ("own", "rita"),
        ("second", "rita"),
        ("own", "stranger"),
        ("second", "stranger"),
    ]


def test_only_sources_that_know_the_tokens_issuer_are_asked() -> None:
    world = Desk()
    world.trusted = [a_source(subject_issuer="https://other-login.example")]
    world.renew()
    assert world.ask() == ()
    assert world.sources.asked == []
    assert IDP != "https://other-login.example"


def test_a_visa_of_one_source_served_by_another_is_not_trusted() -> None:
    world = Desk()
    world.trusted = [a_source("second", issuer="https://second.example")]
    world.renew()
    world.sources.visas["second", "rita"] = [GOOD]
    fault = VisaFault(stage=Stage.TRUST, reason=Reason.VISA_ISSUER_UNTRUSTED)
    assert world.ask() == (fault,)


def test_the_visas_past_the_two_hundredth_do_not_exist() -> None:
    world = Desk()
    world.sources.visas["own", "rita"] = [FORGED] * MAX_VISAS + [GOOD]
    assert not any(isinstance(visa, VerifiedVisa) for visa in world.ask())


@pytest.mark.parametrize("broken", ["source", "keys"])
def test_a_silent_source_is_named_and_not_asked_again_at_once(broken: str) -> None:
    world = Desk()
    if broken == "source":
        world.sources.down = {"own"}
    else:
        world.signatures.down = {JKU}
    for _ in range(3):
        presented = world.desk.present(RITA, DATASET, permits_revision=5)
        assert (presented.visas, presented.unreachable) == ((), ("own",))
    assert len(world.sources.asked) == 1
    world.sources.down.clear()
    world.signatures.down.clear()
    world.clock.pass_time(RETRY_SECONDS)
    assert len(world.ask()) == 1


def test_many_who_ask_for_one_person_share_one_fetch() -> None:
    world = Desk()
    world.sources.gate = threading.Event()
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(world.ask) for _ in range(8)]
        wait_until(lambda: world.sources.asked, "the first fetch")
        world.sources.gate.set()
        assert {len(answer.result(30)) for answer in answers} == {1}
    assert world.sources.asked == [("own", "rita")]


def test_a_failure_nobody_expected_reaches_everyone_who_waits() -> None:
    class Broken(MemorySources):
        def fetch(self, source: object, subject: str) -> list[str]:
            del source, subject
            raise RuntimeError("a bug")

    world = Desk()
    world.sources = Broken()
    world.renew()
    for _ in range(2):
        with pytest.raises(RuntimeError):
            world.ask()
        world.clock.pass_time(RETRY_SECONDS)
