# SPDX-License-Identifier: Apache-2.0
"""What every unit of work promises, asked of the fake and of PostgreSQL alike."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from permit_service.adapters.tables import OUTBOX
from permit_service.adapters.unit_of_work import SqlUnits
from permit_service.domain.account import AccountKey
from permit_service.domain.application import ApplicationState, Verdict
from permit_service.domain.errors import IssuedMeanwhile
from permit_service.domain.facts import application_submitted
from permit_service.domain.grant import Grant
from permit_service.domain.permit import Permit, PermitState, Revocation
from permit_service.domain.register import Change, ChangeKind
from permit_service.domain.ruling import Matter, RulingStatement, Says
from permit_service.domain.silence import Overdue
from permit_service.ports import UnitOfWork, UnitsOfWork
from shared.country_policy import Silence
from shared.db import engine
from shared.entries import parse_entry
from shared.ids import ApplicationId, PermitId, Revision, Uuid7Source
from tests.fakes.permit_factories import (
    DORA,
    IDP,
    RITA,
    T0,
    a_granted_application,
    a_permit,
    a_signature,
    an_application,
)
from tests.fakes.permit_store import MemoryUnits
from tests.fakes.permit_world import RESEARCHER, HandClock
from tests.support.postgres import fresh_database

Opener = Callable[[], UnitsOfWork]


def memory(_: ExitStack) -> UnitsOfWork:
    return MemoryUnits()


def postgres(stack: ExitStack) -> UnitsOfWork:
    database = engine(fresh_database("permit_service"), pool_size=20)
    stack.callback(database.dispose)
    return SqlUnits(
        database,
        src="zz/permit_service/1",
        topic="audit.zz.v1",
        ids=Uuid7Source(),
        clock=HandClock(),
    )


@pytest.fixture(params=[memory, postgres], ids=["memory", "postgres"])
def units(request: pytest.FixtureRequest) -> Iterator[UnitsOfWork]:
    with ExitStack() as stack:
        yield request.param(stack)


def seed(units: UnitsOfWork, permit: Permit) -> Permit:
    """Keep a permit with the application it belongs to."""
    with units() as work:
        known = replace(a_granted_application(permit.application_id))
        work.applications.add(known)
        work.permits.add(permit)
        work.commit()
    return permit


def issued(units: UnitsOfWork, permit_id: str) -> Revision:
    seed(units, a_permit(permit_id, state=PermitState.ISSUING))
    with units() as work:
        permit = work.permits.locked(PermitId(permit_id))
        assert permit is not None
        revision = work.register.advance()
        work.permits.put(permit.go_live(revision, T0))
        work.register.append(
            Change(
                revision=revision,
                kind=ChangeKind.ISSUED,
                permit_id=permit.permit_id,
                jws=permit.jws,
            )
        )
        work.commit()
    return revision


def test_what_is_committed_reads_back_the_same(units: UnitsOfWork) -> None:
    application = an_application()
    with units() as work:
        work.applications.add(application)
        work.commit()
    with units() as work:
        assert work.applications.get(application.application_id) == application
        assert work.applications.get(ApplicationId("none")) is None
        assert work.applications.locked(ApplicationId("none")) is None


def break_off(units: UnitsOfWork) -> None:
    with units() as work:
        work.applications.add(an_application())
        raise LookupError("something broke")


def test_what_is_not_committed_did_not_happen(units: UnitsOfWork) -> None:
    with units() as work:
        work.applications.add(an_application())
        work.accounts.open(RITA, "own", T0)
        work.record(application_submitted(an_application(), RESEARCHER))
    with pytest.raises(LookupError):
        break_off(units)
    with units() as work:
        assert work.applications.listed() == []
        assert work.accounts.find(RITA) is None
        assert work.register.revision() == 0


def test_signatures_are_a_list_in_order(units: UnitsOfWork) -> None:
    first = replace(a_signature(valid_until=T0 + timedelta(days=9)), policy_sha256="ab" * 32)
    second = a_signature(Verdict.REFUSE, by=AccountKey(IDP, "david"))
    with units() as work:
        work.applications.add(an_application())
        work.commit()
    for signature in (first, second):
        with units() as work:
            found = work.applications.locked(ApplicationId("app-1"))
            assert found is not None
            work.applications.put(found.sign(signature, signers_required=3))
            work.commit()
    with units() as work:
        found = work.applications.get(ApplicationId("app-1"))
    assert found is not None
    assert found.signatures == (first, second)
    assert found.state is ApplicationState.REFUSED


@pytest.mark.parametrize("means", list(Silence))
def test_that_nobody_decided_in_time_is_kept_and_looked_for_once(
    units: UnitsOfWork, means: Silence
) -> None:
    silent, other, decided = (an_application(f"app-{number}") for number in range(3))
    overdue = Overdue(
        due_on=T0.date(), means=means, law="Act 1", policy_sha256="ab" * 32, noted_at=T0
    )
    with units() as work:
        for one in (silent, other, decided.sign(a_signature(Verdict.REFUSE), signers_required=1)):
            work.applications.add(one)
        work.commit()
    with units() as work:
        assert list(work.applications.unnoted()) == [silent, other]
        found = work.applications.locked(silent.application_id)
        assert found is not None
        work.applications.put(found.fall_silent(overdue))
        work.commit()
    with units() as work:
        assert list(work.applications.unnoted()) == [other]
        kept = work.applications.locked(silent.application_id)
        assert kept == silent.fall_silent(overdue)
        assert kept is not None
        if means is Silence.ESCALATION:
            work.applications.put(kept.sign(a_signature(), signers_required=1))
            work.commit()
    with units() as work:
        after = work.applications.get(silent.application_id)
        assert after is not None
        assert after.overdue == overdue


def test_the_queue_is_in_the_order_of_arrival(units: UnitsOfWork) -> None:
    late = replace(an_application("a"), submitted_at=T0 + timedelta(hours=1))
    early = replace(an_application("b"), applicant=DORA)
    with units() as work:
        work.applications.add(late)
        work.applications.add(early)
        work.commit()
    with units() as work:
        assert [one.application_id for one in work.applications.listed()] == ["b", "a"]
        assert [one.application_id for one in work.applications.listed(RITA)] == ["a"]


def test_grants_are_due_at_their_time(units: UnitsOfWork) -> None:
    grants = [
        Grant(application_id=ApplicationId(name), next_try_at=T0 + timedelta(seconds=wait))
        for name, wait in (("a", 3), ("b", 1), ("c", 9))
    ]
    with units() as work:
        for grant in grants:
            work.applications.add(a_granted_application(grant.application_id))
            work.grants.put(grant)
        work.commit()
    now = T0 + timedelta(seconds=3)
    with units() as work:
        assert work.grants.due(now, 10) == ["b", "a"]
        assert work.grants.due(now, 1) == ["b"]
        work.grants.put(grants[1].failed(now, "cohorts_unavailable"))
        work.grants.remove(ApplicationId("a"))
        work.commit()
    with units() as work:
        kept = work.grants.get(ApplicationId("b"))
        assert kept is not None
        assert kept.fault == "cohorts_unavailable"
        assert work.grants.get(ApplicationId("a")) is None
        assert work.grants.due(now, 10) == []


def test_an_account_is_opened_once(units: UnitsOfWork) -> None:
    def open_account(number: int) -> str:
        with units() as work:
            account = work.accounts.open(RITA, f"own-{number}", T0)
            work.commit()
            return account.own_subject

    with ThreadPoolExecutor(max_workers=8) as pool:
        subjects = set(pool.map(open_account, range(8)))
    assert len(subjects) == 1
    with units() as work:
        account = work.accounts.find(RITA)
        assert account is not None
        assert {account.own_subject} == subjects
        assert work.accounts.find(AccountKey("https://other.example", "rita")) is None


def test_a_permit_reads_back_the_same_in_every_state(units: UnitsOfWork) -> None:
    permit = seed(units, a_permit())
    ending = Revocation(by=DORA, reasons="The project has ended.", revoked_at=T0)
    with units() as work:
        assert work.permits.get(permit.permit_id) == permit
        assert work.permits.of_application(permit.application_id) == permit
        assert work.permits.of_holder(RITA) == [permit]
        assert work.permits.of_holder(DORA) == []
        work.permits.put(permit.revoke(ending, Revision(2)).narrow(600, Revision(9)))
        work.commit()
    with units() as work:
        found = work.permits.locked(permit.permit_id)
        assert found is not None
        assert found.revocation == ending
        assert (found.members_now, found.revision) == (600, 2)
        assert work.permits.get(PermitId("none")) is None


def test_an_application_has_one_permit_however_many_try(units: UnitsOfWork) -> None:
    with units() as work:
        work.applications.add(a_granted_application())
        work.commit()

    def try_once(number: int) -> bool:
        permit = replace(a_permit(f"p{number}"), application_id=ApplicationId("app-1"))
        with units() as work:
            try:
                work.permits.add(permit)
            except IssuedMeanwhile:
                return False
            work.commit()
            return True

    with ThreadPoolExecutor(max_workers=20) as pool:
        assert sum(pool.map(try_once, range(20))) == 1
    with units() as work:
        assert len(work.permits.of_holder(RITA)) == 1


def test_a_locked_application_waits_for_the_one_before(units: UnitsOfWork) -> None:
    with units() as work:
        work.applications.add(an_application())
        work.commit()

    def sign(number: int) -> None:
        with units() as work:
            found = work.applications.locked(ApplicationId("app-1"))
            assert found is not None
            one_more = a_signature(by=AccountKey(IDP, f"authority-{number}"))
            work.applications.put(replace(found, signatures=(*found.signatures, one_more)))
            work.commit()

    with ThreadPoolExecutor(max_workers=10) as pool:
        list(pool.map(sign, range(10)))
    with units() as work:
        found = work.applications.get(ApplicationId("app-1"))
    assert found is not None
    assert len(found.signatures) == 10


def test_revisions_have_no_gap_and_follow_the_commits(units: UnitsOfWork) -> None:
    with ThreadPoolExecutor(max_workers=10) as pool:
        revisions = sorted(pool.map(lambda n: issued(units, f"p{n}"), range(10)))
    assert revisions == list(range(1, 11))
    with units() as work:
        assert work.register.revision() == 10
        changes = work.register.after(4, 3)
        assert [one.revision for one in changes] == [5, 6, 7]
        assert changes[0].jws == "e30.e30.e30"
        assert work.register.after(10, 3) == []
        assert len(work.permits.registered()) == 10


def test_a_revision_taken_and_not_committed_is_given_again(units: UnitsOfWork) -> None:
    with units() as work:
        assert work.register.advance() == 1
    with units() as work:
        assert work.register.revision() == 0
    assert issued(units, "p1") == 1


def test_a_revoked_permit_is_in_the_register_without_its_bytes(units: UnitsOfWork) -> None:
    issued(units, "p1")
    seed(units, a_permit("never", state=PermitState.ISSUING))
    ending = Revocation(by=DORA, reasons="The project has ended.", revoked_at=T0)
    with units() as work:
        permit = work.permits.locked(PermitId("p1"))
        assert permit is not None
        revision = work.register.advance()
        work.permits.put(permit.revoke(ending, revision))
        work.register.append(
            Change(revision=revision, kind=ChangeKind.REVOKED, permit_id=permit.permit_id)
        )
        work.commit()
    with units() as work:
        assert [(one.kind, one.jws) for one in work.register.after(1, 9)] == [
            (ChangeKind.REVOKED, None)
        ]
        assert [one.permit_id for one in work.permits.registered()] == ["p1"]


def test_the_newest_heartbeat_replaces_the_one_before(units: UnitsOfWork) -> None:
    with units() as work:
        assert work.register.heartbeat() is None
        work.register.keep_heartbeat("one", T0)
        work.register.keep_heartbeat("two", T0)
        work.commit()
    with units() as work:
        assert work.register.heartbeat() == "two"


def test_state_and_its_entry_commit_together() -> None:
    with ExitStack() as stack:
        database = engine(fresh_database("permit_service"))
        stack.callback(database.dispose)
        units = SqlUnits(
            database,
            src="zz/permit_service/1",
            topic="audit.zz.v1",
            ids=Uuid7Source(),
            clock=HandClock(),
        )

        def keep(work: UnitOfWork, name: str) -> None:
            application = an_application(name)
            work.applications.add(application)
            work.record(application_submitted(application, RESEARCHER))

        with units() as work:
            keep(work, "a")
            work.commit()
        with units() as work:
            keep(work, "b")
        with database.connect() as connection:
            rows = connection.execute(OUTBOX.outbox.select()).all()
            head = connection.execute(OUTBOX.head.select()).one()
            count = connection.execute(text("SELECT count(*) FROM application")).scalar_one()
        assert (len(rows), head.seq, count) == (1, 1, 1)
        assert parse_entry(rows[0].value).type == "placet.application.submitted.v1"
        assert b"rita" not in rows[0].value
        assert b"Rare variants" not in rows[0].value


def a_statement(application_id: str, ruling_id: str, says: Says = Says.YES) -> RulingStatement:
    return RulingStatement(
        ruling_id=ruling_id,
        application_id=ApplicationId(application_id),
        dataset=an_application().dataset,
        purpose_sha256="ab" * 32,
        matter=Matter(clause="RS", question="research_type", value="rare hearts"),
        says=says,
        by=DORA,
        reasons="Read, and it covers the purpose.",
        salt=bytes(32),
        stated_at=T0,
        jws=f"{ruling_id}.{says.value}",
    )


def test_statements_on_rulings_are_told_once_and_kept_in_order(units: UnitsOfWork) -> None:
    said = [
        a_statement("app-1", "r-2"),
        a_statement("app-2", "r-3"),
        a_statement("app-1", "r-2", Says.WITHDRAWN),
        a_statement("app-1", "r-1", Says.NO),
    ]
    with units() as work:
        for name in ("app-1", "app-2"):
            work.applications.add(an_application(name))
        work.commit()
    for statement in said:
        with units() as work:
            work.rulings.add(statement)
            work.commit()
    of_first = [said[0], said[2], said[3]]
    with units() as work:
        assert list(work.rulings.of_application(ApplicationId("app-1"))) == of_first
        assert list(work.rulings.untold(ApplicationId("app-1"))) == of_first
        assert list(work.rulings.applications_untold(9)) == ["app-1", "app-2"]
        work.rulings.told(said[0])
        work.commit()
    with units() as work:
        assert list(work.rulings.untold(ApplicationId("app-1"))) == of_first[1:]
        assert list(work.rulings.applications_untold(9)) == ["app-2", "app-1"]
        assert list(work.rulings.applications_untold(1)) == ["app-2"]
        assert list(work.rulings.of_application(ApplicationId("app-1"))) == of_first
        work.rulings.told(said[2])  # not committed: as if it was not told
    with units() as work:
        assert list(work.rulings.untold(ApplicationId("app-1"))) == of_first[1:]


def test_applications_whose_statements_are_refused_wait_behind_the_others(
    units: UnitsOfWork,
) -> None:
    names = ("app-1", "app-1", "app-2", "app-3")
    said = [a_statement(name, f"r-{number}") for number, name in enumerate(names)]
    with units() as work:
        for name in dict.fromkeys(names):
            work.applications.add(an_application(name))
        work.commit()
    with units() as work:
        for statement in said:
            work.rulings.add(statement)
        work.rulings.refused(said[0], T0)
        work.commit()
    with units() as work:
        assert list(work.rulings.applications_untold(9)) == ["app-1", "app-2", "app-3"]
        work.rulings.refused(said[1], T0 + timedelta(hours=2))
        work.rulings.refused(said[2], T0 + timedelta(hours=3))
        work.commit()
    with units() as work:
        assert list(work.rulings.applications_untold(9)) == ["app-3", "app-1", "app-2"]
        assert list(work.rulings.untold(ApplicationId("app-1"))) == said[:2]
        work.rulings.told(said[0])
        work.rulings.refused(said[1], T0 + timedelta(hours=4))
        work.rulings.refused(said[0], T0 + timedelta(hours=4))  # told: it waits no more
        work.commit()
    with units() as work:
        assert list(work.rulings.applications_untold(9)) == ["app-3", "app-2", "app-1"]
        assert list(work.rulings.untold(ApplicationId("app-1"))) == said[1:2]


def test_a_permit_keeps_numbers_that_may_not_be_told_as_such(units: UnitsOfWork) -> None:
    permit = replace(a_permit(), members_now=None)
    seed(units, permit)
    with units() as work:
        found = work.permits.get(permit.permit_id)
    assert found is not None
    assert found.members_now is None
    assert found.cohort.counts == permit.cohort.counts
    assert found.cohort.counts.awaiting is None


def test_an_end_waits_until_it_was_told(units: UnitsOfWork) -> None:
    later = replace(a_permit("permit-2"), issued_at=T0 + timedelta(days=1))
    first, second = seed(units, a_permit("permit-1")), seed(units, later)
    with units() as work:
        assert work.permits.ends_untold(9) == []
        work.permits.tell_end(second.permit_id)
        work.permits.tell_end(first.permit_id)
        work.commit()
    with units() as work:
        waiting = [one.permit_id for one in work.permits.ends_untold(9)]
        assert waiting == [first.permit_id, second.permit_id]
        assert [one.permit_id for one in work.permits.ends_untold(1)] == [first.permit_id]
        work.permits.end_refused(first.permit_id, T0)
        work.commit()
    with units() as work:
        assert [one.permit_id for one in work.permits.ends_untold(1)] == [second.permit_id]
        work.permits.end_refused(second.permit_id, T0 + timedelta(hours=1))
        work.permits.end_refused(PermitId("no"), T0)
        work.commit()
    with units() as work:
        waiting = [one.permit_id for one in work.permits.ends_untold(9)]
        assert waiting == [first.permit_id, second.permit_id]
        work.permits.end_told(first.permit_id)
        work.commit()
    with units() as work:
        assert [one.permit_id for one in work.permits.ends_untold(9)] == [second.permit_id]
        assert [one.permit_id for one in work.permits.named([PermitId("no"), first.permit_id])] == [
            first.permit_id
        ]
