# SPDX-License-Identifier: Apache-2.0
"""EHDS Article 71(4) on a real database: from the claim to the person's page, and back (T10)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from consent_registry.domain.ehds import EhdsPurpose
from consent_registry.domain.optout import About, OptOutKind
from consent_registry.domain.purpose import ExceptionClaim, Organisation, Purpose
from consent_registry.domain.register import FrozenCohort
from consent_registry.domain.verdict import DESPITE_OPT_OUT
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import evaluate_cohort, freeze_cohort
from consent_registry.usecases.opt_out import opt_out_of, set_opt_out
from consent_registry.usecases.rechecking import recheck
from consent_registry.usecases.rulings import take_ruling
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.who_used import uses_of
from shared.ids import ApplicationId, DatasetId, PermitId
from tests.fakes.consent_factories import purpose
from tests.fakes.who_used import MemoryWhoUsed
from tests.support.registry_world import DESK, RegistryWorld, people, registry_world
from tests.support.rulings import Authority, a_statement

from .test_rulings import body_of, entries

EHDS = DatasetId("GDI-ZZ-DATASET-2")
LAW = "The Act on Registers, section 12"
CASE = ApplicationId("A")
AUTHORITY = Authority()
CLAIM = ExceptionClaim(
    public_body=True,
    important_public_interest=False,
    not_obtainable_otherwise=True,
    justification="No other register has every case.",
)
OUT = "P-000000"


def asked(claim: ExceptionClaim | None = CLAIM) -> Purpose:
    office = Organisation(not_for_profit=True, public_body=True)
    return purpose(exception=claim, ehds_purpose=EhdsPurpose("53-1-a"), organisation=office)


@dataclass(frozen=True, slots=True)
class Case:
    """A registry under a policy, and what is asked there."""

    world: RegistryWorld
    tools: Tools

    def under(self, law: str) -> "Case":
        """Give the same registry under a policy with another law."""
        policy = replace(self.tools.policy, exception_law=law, digest=f"{len(law):02x}" * 32)
        tools = replace(self.tools, policy=policy)
        return Case(replace(self.world, tools=tools), tools)

    def rule(self, answer: str = "yes", wanted: Purpose | None = None, **changes: str) -> str:
        body = a_statement(
            wanted or asked(),
            dataset=EHDS,
            clause=DESPITE_OPT_OUT.clause,
            question=DESPITE_OPT_OUT.question.value,
            answer=answer,
            **changes,
        )
        take_ruling(AUTHORITY.sign(body), tools=self.tools, principal=DESK)
        return body["ruling_id"]

    def within(self, wanted: Purpose | None = None, case: str = CASE) -> set[int]:
        found = evaluate_cohort(
            EHDS,
            wanted or asked(),
            application_id=ApplicationId(case),
            tools=self.tools,
            principal=DESK,
        )
        return set(found.cohort.within)

    def permit(self, name: str = "PERMIT-1") -> FrozenCohort:
        frozen = freeze_cohort(EHDS, asked(), CASE, tools=self.tools, principal=DESK)
        bind_cohort(frozen.cohort_id, PermitId(name), tools=self.tools, principal=DESK)
        return frozen

    def opt_out(self, who: str, kind: OptOutKind = OptOutKind.REGISTERED) -> None:
        set_opt_out(who, About(), kind, tools=self.tools, principal=DESK)

    def live(self) -> list[set[int]]:
        with self.tools.reads() as uow:
            return [set(one.members) for one in uow.cohorts.live(EHDS)]


@pytest.fixture
def case() -> Iterator[Case]:
    """Three people under chapter IV, one of whom opted out; the law makes the exception."""
    with registry_world() as opened:
        opened.ehds_dataset(EHDS)
        opened.load(*people(3, dataset=EHDS))
        tools = replace(opened.tools, read_ruling=AUTHORITY.reader, who_used=MemoryWhoUsed())
        made = Case(opened, tools).under(LAW)
        made.opt_out(OUT)
        opened.clock.pass_time(60)
        yield made


def test_claim_law_and_ruling_together_take_her_in_and_the_manifest_says_so(case: Case) -> None:
    assert case.within() == {1, 2}
    ruling = case.rule()
    assert case.within() == {0, 1, 2}
    frozen = case.permit()
    assert set(frozen.bitmap) == {0, 1, 2}
    body = body_of(case.tools, frozen.manifest)
    assert body["exception_71_4"] == {"law": LAW}
    assert [one["ruling_id"] for one in body["rulings"]] == [ruling]
    assert body["purpose"]["exception_71_4"]["justification"] == CLAIM.justification
    (entry,) = [one for one in entries(case.world, "frozen") if one["r"] == "frozen"]
    assert (entry["x"]["exception_applied"], entry["x"]["exception_lacking"]) == (True, [])
    assert CLAIM.justification not in repr(entries(case.world, "frozen"))


def test_every_other_way_stays_closed(case: Case) -> None:
    without_law = case.under("")
    case.rule()
    assert without_law.within() == {1, 2}
    evaluated = entries(case.world, "evaluated")[-1]
    assert evaluated["x"]["exception_lacking"] == ["no_exception_law"]
    assert body_of(case.tools, without_law.permit().manifest)["exception_71_4"] is None
    assert case.within(case="B") == {1, 2}, "another application's ruling"
    assert case.within(asked(None)) == {1, 2}, "no claim"
    other = replace(CLAIM, justification="Because.")
    assert case.within(asked(other)) == {1, 2}, "a ruling on other reasons"
    private = replace(CLAIM, public_body=False)
    case.rule(wanted=asked(private), application_id="C")
    assert case.within(asked(private), case="C") == {1, 2}, "a ruling cannot heal what lacks"


def test_a_no_of_the_authority_keeps_her_out(case: Case) -> None:
    case.rule("no")
    assert case.within() == {1, 2}


def test_she_reads_it_on_her_pages_and_leaves_when_the_ruling_is_withdrawn(case: Case) -> None:
    ruling = case.rule()
    frozen = case.permit()
    case.world.clock.pass_time(60)
    case.opt_out("P-000001")  # after the permit: leaves it alone (71(3))
    for despite in (
        opt_out_of(OUT, None, tools=case.tools, principal=DESK).despite,
        uses_of(OUT, tools=case.tools, principal=DESK).despite,
    ):
        (one,) = despite
        assert (one.permit_id, one.law, one.left_at) == ("PERMIT-1", LAW, None)
        assert (one.justification, one.since) == (CLAIM.justification, frozen.frozen_at)
    for who in ("P-000001", "P-000002"):
        assert uses_of(who, tools=case.tools, principal=DESK).despite == ()
    case.rule("withdrawn", ruling_id=ruling)
    assert case.live() == [{1, 2}]
    (one,) = uses_of(OUT, tools=case.tools, principal=DESK).despite
    assert one.left_at is not None
    assert case.within() == {2}, "the next permit takes neither"


def test_a_law_that_is_gone_takes_her_out_of_the_permit_that_runs(case: Case) -> None:
    case.rule()
    case.permit()
    assert case.live() == [{0, 1, 2}]
    later = case.under("")
    while recheck(tools=later.tools):
        pass
    assert later.live() == [{1, 2}]
    while recheck(tools=case.tools):
        pass
    assert case.live() == [{1, 2}], "nobody is brought back"


def test_taking_her_opt_out_back_after_the_freeze_changes_nothing_there(case: Case) -> None:
    ruling = case.rule()
    case.permit()
    case.world.clock.pass_time(60)
    case.opt_out(OUT, OptOutKind.REVERSED)
    assert case.live() == [{0, 1, 2}]
    case.rule("withdrawn", ruling_id=ruling)
    assert case.live() == [{1, 2}], "only the exception had let her in"
    assert case.within(asked(None)) == {0, 1, 2}
