# SPDX-License-Identifier: Apache-2.0
"""What whoever tells who used a person's data promises: the fake, and the real log over HTTP."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from audit_log.usecases.who_used import MAX_PEOPLE
from consent_registry.adapters.who_used import SCOPES, HttpWhoUsed
from consent_registry.domain.containing import CohortAnswer, CohortQuestion, Membership
from consent_registry.domain.errors import WhoUsedUnavailable
from consent_registry.domain.uses import DataUse, UseReport
from consent_registry.ports import NoLog, WhoUsed
from consent_registry.ports.who_used import AnswerCohorts
from shared.events import Subject
from shared.ids import DatasetId
from tests.fakes.log_factories import NOON, Speaker, cohort_name, fact
from tests.fakes.who_used import MemoryWhoUsed
from tests.support.log_node import LogNode, log_node
from tests.support.ports import free_port
from tests.support.scripted_server import scripted_server

FIRST, SECOND = DatasetId("GDI-ZZ-DATASET-1"), DatasetId("GDI-ZZ-DATASET-2")
SRC = "zz/clearinghouse/1"
SAID = (  # type, dataset, ordinal, days after noon, decision
    ("access.read", FIRST, 7, 0, "permit"),
    ("access.read", FIRST, 7, 0, "permit"),
    ("access.decision", FIRST, 7, 1, "deny"),
    ("access.read", SECOND, 3, 2, "permit"),
    ("access.read", FIRST, 8, 2, "permit"),
    ("consent.given", FIRST, 7, 3, None),
)

OF_MANY = (1, 1, 2)  # the cohorts that reads of many people in FIRST name
NOTHING = UseReport(uses=(), size=0, checked=0, differed=0, not_reporting=())


def question(number: int) -> CohortQuestion:
    named = cohort_name(number)
    return CohortQuestion(cohort_id=named.cohort_id, digest=named.digest)


def said(*memberships: Membership) -> AnswerCohorts:
    """Give what answers so about the first, the second cohort."""
    known = {question(number): one for number, one in enumerate(memberships, start=1)}

    def answer(
        dataset: DatasetId, ordinal: int, cohorts: Sequence[CohortQuestion]
    ) -> list[CohortAnswer]:
        return [CohortAnswer(membership=known.get(one, Membership.UNKNOWN)) for one in cohorts]

    return answer


nobody_in = said(Membership.OUT, Membership.OUT)


@dataclass
class Asked:
    """What is asked, under test."""

    who: WhoUsed


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LogNode]:
    """A real log in which these things were said."""
    with log_node(tmp_path_factory.mktemp("log")) as node:
        node.add()
        speaker = Speaker(SRC)
        entries = [
            speaker.say(
                fact(
                    type_=f"placet.{kind}.v1",
                    at=NOON + timedelta(days=days),
                    dataset=dataset,
                    subjects=(Subject(dataset=dataset, ordinal=ordinal),),
                    decision=decision,
                )
            )
            for kind, dataset, ordinal, days, decision in SAID
        ]
        entries += [
            speaker.say(fact(type_="placet.access.read.v1", at=NOON, cohort=cohort_name(number)))
            for number in OF_MANY
        ]
        assert node.send(*entries).status_code == 202
        node.settle()
        yield node


def told() -> MemoryWhoUsed:
    """Give a fake that knows the same."""
    made = MemoryWhoUsed()
    counts: dict[tuple[str, DatasetId, int, int, str | None], int] = {}
    for line in SAID:
        counts[line] = counts.get(line, 0) + 1
    for (kind, dataset, ordinal, days, decision), count in counts.items():
        if kind.startswith("access."):
            use = DataUse(
                day=(NOON + timedelta(days=days)).date(),
                dataset=dataset,
                kind=kind,
                node=SRC,
                decision=decision,
                purposes=("DUO:0000006",),
                count=count,
            )
            made.uses.append(((dataset, ordinal), use))
    for number, count in ((1, 2), (2, 1)):
        read = DataUse(
            day=NOON.date(),
            dataset=FIRST,
            kind="access.read",
            node=SRC,
            decision="permit",
            purposes=("DUO:0000006",),
            count=count,
        )
        made.of_many.append((FIRST, question(number), read))
    made.size = len(SAID)
    return made


def test_reads_of_many_people_are_hers_where_their_cohort_holds_her(who: WhoUsed) -> None:
    """They were nobody's: found by no person, and shown to none."""
    yes, no = Membership.IN, Membership.OUT
    assert count(who.who_used([(FIRST, 8)], said(no, no))) == (1, 0)
    assert count(who.who_used([(FIRST, 8)], said(yes, no))) == (3, 0)
    assert count(who.who_used([(FIRST, 8)], said(no, yes))) == (2, 0)
    assert count(who.who_used([(FIRST, 8)], said(yes, yes))) == (4, 0)
    # Another dataset's cohorts are other people.
    assert count(who.who_used([(SECOND, 3)], said(yes, yes))) == (1, 0)


def test_what_nobody_can_say_is_told_and_never_left_out_in_silence(who: WhoUsed) -> None:
    unknown, erased = Membership.UNKNOWN, Membership.ERASED
    assert count(who.who_used([(FIRST, 8)], said(Membership.IN, unknown))) == (3, 1)
    assert count(who.who_used([(FIRST, 8)], said(erased, erased))) == (1, 2)


def count(report: UseReport) -> tuple[int, int]:
    return sum(use.count for use in report.uses), report.unresolved


@pytest.fixture(params=["memory", "http"])
def who(request: pytest.FixtureRequest) -> WhoUsed:
    if request.param == "memory":
        return told()
    node: LogNode = request.getfixturevalue("running")
    return HttpWhoUsed(node.url, lambda: node.service("consent_registry", *SCOPES))


def lines(report: UseReport) -> list[tuple[str, DatasetId, str | None, int]]:
    return [(use.kind, use.dataset, use.decision, use.count) for use in report.uses]


def test_it_tells_each_use_of_this_person_and_of_nobody_else(who: WhoUsed) -> None:
    report = who.who_used([(FIRST, 7), (SECOND, 3)], nobody_in)
    assert lines(report) == [
        ("access.read", SECOND, "permit", 1),
        ("access.decision", FIRST, "deny", 1),
        ("access.read", FIRST, "permit", 2),
    ]
    assert {use.purposes for use in report.uses} == {("DUO:0000006",)}
    assert report.uses[-1].day == NOON.date()
    assert report.size >= len(SAID)
    assert lines(who.who_used([(FIRST, 8)], nobody_in)) == [("access.read", FIRST, "permit", 1)]
    assert lines(who.who_used([(SECOND, 7)], nobody_in)) == []


def test_more_datasets_than_one_question_holds_make_one_report(who: WhoUsed) -> None:
    others = [(DatasetId(f"GDI-ZZ-DATASET-{number}"), 1) for number in range(3, 3 + MAX_PEOPLE)]
    report = who.who_used([(FIRST, 7), *others, (SECOND, 3)], nobody_in)
    assert lines(report)[0] == ("access.read", SECOND, "permit", 1)
    assert sum(use.count for use in report.uses) == 4


def test_without_a_place_nothing_is_asked(who: WhoUsed) -> None:
    assert who.who_used([], nobody_in) == NOTHING


def test_what_the_log_does_not_hear_is_told(running: LogNode) -> None:
    who = HttpWhoUsed(running.url, lambda: running.service("consent_registry", *SCOPES))
    silent = {one.node: one.silent for one in who.who_used([(FIRST, 7)], nobody_in).not_reporting}
    assert silent[SRC], "its entries are of 2026-11-22"


def test_what_outlived_its_term_is_told_by_its_month() -> None:
    months = ("2025-10", "2025-09", "2025-10")
    answers = (
        {"as_of": 5, "datasets": [{"dataset": FIRST, "cohorts": []}]},
        {
            "uses": [],
            "as_of": {"size": 5},
            "integrity": None,
            "missing": [],
            "dropped": [{"month": month, "rows": 1} for month in months],
            "cohorts_unresolved": 0,
        },
    )
    with scripted_server() as server:
        each = iter([json.dumps(one).encode() for one in answers])
        server.pieces = lambda: iter([next(each)])
        found = HttpWhoUsed(server.url, lambda: "token").who_used([(FIRST, 7)], nobody_in)
    assert found.dropped == ("2025-09", "2025-10")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, b"{}"),
        (403, b"{}"),
        (200, b"{}"),
        (200, b'{"uses": [{}], "as_of": {"size": 1}, "integrity": null, "missing": []}'),
        (200, b'{"uses": [], "as_of": {"size": "1"}, "integrity": null, "missing": []}'),
        (200, b"not JSON"),
    ],
)
def test_half_an_answer_is_none(status: int, body: bytes) -> None:
    with scripted_server() as server:
        server.status, server.body = status, body
        with pytest.raises(WhoUsedUnavailable):
            HttpWhoUsed(server.url, lambda: "token").who_used([(FIRST, 7)], nobody_in)


def test_a_log_that_is_away_is_no_empty_list() -> None:
    away = MemoryWhoUsed()
    away.away = True
    nobody = HttpWhoUsed(f"http://127.0.0.1:{free_port()}", lambda: "token")
    for one in (away, nobody, NoLog()):
        with pytest.raises(WhoUsedUnavailable):
            one.who_used([(FIRST, 7)], nobody_in)


def test_nobody_else_may_ask_and_each_question_is_an_entry(running: LogNode) -> None:
    body = {"people": [{"dataset": FIRST, "ordinal": 7}]}
    refused = running.post("/v1/subjects/report", body, running.otto())
    assert refused.json()["code"] == "forbidden"
    token = running.service("consent_registry", *SCOPES)
    named = {"datasets": [FIRST]}
    assert running.post("/v1/subjects/cohorts", named, running.otto()).status_code == 403
    for datasets in ([], ["x"], [FIRST] * (MAX_PEOPLE + 1)):
        answer = running.post("/v1/subjects/cohorts", {"datasets": datasets}, token)
        assert answer.status_code == 422
    for people in ([], [body["people"][0]] * 2, [{"dataset": "x", "ordinal": 0}]):
        answer = running.post("/v1/subjects/report", {"people": people}, token)
        assert answer.status_code == 422
    assert running.post("/v1/subjects/report", body, token).status_code == 200
    running.settle()
    asked = {"type": "placet.audit.search.v1", "limit": 1}
    seen = running.post("/v1/search", asked, running.otto()).json()["entries"][0]["entry"]
    assert (seen["ty"], seen["r"]) == ("placet.audit.search.v1", "subject_report")
    assert set(seen["c"]) == {"actor", "subj"}
    assert str(FIRST) not in str(seen)
