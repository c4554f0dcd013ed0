# SPDX-License-Identifier: Apache-2.0
"""What whoever tells who used a person's data promises: the fake, and the real log over HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from audit_log.usecases.who_used import MAX_PEOPLE
from consent_registry.adapters.who_used import SCOPES, HttpWhoUsed
from consent_registry.domain.errors import WhoUsedUnavailable
from consent_registry.domain.uses import DataUse, UseReport
from consent_registry.ports import NoLog, WhoUsed
from shared.events import Subject
from shared.ids import DatasetId
from tests.fakes.log_factories import NOON, Speaker, fact
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
    made.size = len(SAID)
    return made


@pytest.fixture(params=["memory", "http"])
def who(request: pytest.FixtureRequest) -> WhoUsed:
    if request.param == "memory":
        return told()
    node: LogNode = request.getfixturevalue("running")
    return HttpWhoUsed(node.url, lambda: node.service("consent_registry", *SCOPES))


def lines(report: UseReport) -> list[tuple[str, DatasetId, str | None, int]]:
    return [(use.kind, use.dataset, use.decision, use.count) for use in report.uses]


def test_it_tells_each_use_of_this_person_and_of_nobody_else(who: WhoUsed) -> None:
    report = who.who_used([(FIRST, 7), (SECOND, 3)])
    assert lines(report) == [
        ("access.read", SECOND, "permit", 1),
        ("access.decision", FIRST, "deny", 1),
        ("access.read", FIRST, "permit", 2),
    ]
    assert {use.purposes for use in report.uses} == {("DUO:0000006",)}
    assert report.uses[-1].day == NOON.date()
    assert report.size >= len(SAID)
    assert lines(who.who_used([(FIRST, 8)])) == [("access.read", FIRST, "permit", 1)]
    assert lines(who.who_used([(SECOND, 7)])) == []


def test_more_datasets_than_one_question_holds_make_one_report(who: WhoUsed) -> None:
    others = [(DatasetId(f"GDI-ZZ-DATASET-{number}"), 1) for number in range(3, 3 + MAX_PEOPLE)]
    report = who.who_used([(FIRST, 7), *others, (SECOND, 3)])
    assert lines(report)[0] == ("access.read", SECOND, "permit", 1)
    assert sum(use.count for use in report.uses) == 4


def test_without_a_place_nothing_is_asked(who: WhoUsed) -> None:
    assert who.who_used([]) == UseReport(uses=(), size=0, checked=0, differed=0, not_reporting=())


def test_what_the_log_does_not_hear_is_told(running: LogNode) -> None:
    who = HttpWhoUsed(running.url, lambda: running.service("consent_registry", *SCOPES))
    silent = {one.node: one.silent for one in who.who_used([(FIRST, 7)]).not_reporting}
    assert silent[SRC], "its entries are of 2026-11-22"


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
            HttpWhoUsed(server.url, lambda: "token").who_used([(FIRST, 7)])


def test_a_log_that_is_away_is_no_empty_list() -> None:
    away = MemoryWhoUsed()
    away.away = True
    nobody = HttpWhoUsed(f"http://127.0.0.1:{free_port()}", lambda: "token")
    for one in (away, nobody, NoLog()):
        with pytest.raises(WhoUsedUnavailable):
            one.who_used([(FIRST, 7)])


def test_nobody_else_may_ask_and_each_question_is_an_entry(running: LogNode) -> None:
    body = {"people": [{"dataset": FIRST, "ordinal": 7}]}
    refused = running.post("/v1/subjects/report", body, running.otto())
    assert refused.json()["code"] == "forbidden"
    token = running.service("consent_registry", *SCOPES)
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
