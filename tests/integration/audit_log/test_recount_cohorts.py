# SPDX-License-Identifier: Apache-2.0
"""A person's search repeated from a copy alone, reads that name a cohort included."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audit_log.domain import pack
from audit_log.usecases.resolving import CohortDesk
from shared.events import Subject
from tests.fakes.cohort_members import MemoryCohortMembers
from tests.fakes.kernel import CountingSalts
from tests.fakes.log_factories import DATASET, Speaker, cohort_name, fact
from tests.integration.audit_log.test_recount import Done, placet
from tests.support.log_node import LogNode, log_node_knowing
from tests.support.packs import apart

BO = {"person": {"dataset": DATASET, "ordinal": 8}}
CARL = {"person": {"dataset": DATASET, "ordinal": 99}}


class Copied:
    """A log with reads of many, what was answered about BO, and a copy made after."""

    def __init__(self, node: LogNode, members: MemoryCohortMembers, folder: Path) -> None:
        self.node, self.members, self.folder = node, members, folder
        self.answer = self.searched(BO)
        body = {"filter": BO, "open": ["subj"], "reason": "complaint"}
        pack_files = apart(node.export({**body, "case": node.agreed("subj")}))
        self.keep("statement.json", pack_files[pack.STATEMENT])
        everyone = {"filter": {}, "open": ["subj"], "reason": "complaint"}
        opened = apart(node.export({**everyone, "case": node.agreed("subj")}))
        self.keep("openings.jsonl", opened[pack.OPENINGS])
        self.vkey = node.get("/v1/log", node.otto()).json()["vkey"]
        self.keep("token", node.otto().encode())
        told = ("--url", node.url, "--vkey", self.vkey, "--token-file", str(folder / "token"))
        assert placet("export", "--to", str(folder / "log"), *told).code == 0

    def keep(self, name: str, data: bytes) -> str:
        (self.folder / name).write_bytes(data)
        return str(self.folder / name)

    def searched(self, wanted: dict[str, Any]) -> dict[str, Any]:
        answer = self.node.post("/v1/search", {**wanted, "limit": 200}, self.node.otto())
        assert answer.status_code == 200, answer.text
        self.node.settle()
        found: dict[str, Any] = answer.json()
        return found

    def recounted(self, wanted: dict[str, Any], answer: dict[str, Any], *words: str) -> Done:
        against = self.keep("answer.json", json.dumps(answer).encode())
        told = ("--export", str(self.folder / "log"), "--vkey", self.vkey)
        size = ("--as-of", str(answer["as_of"]["size"]))
        opened = ("--openings", str(self.folder / "openings.jsonl"), "--against", against)
        return placet("recount", *told, *size, "--filter", json.dumps(wanted), *opened, *words)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copied]:
    folder = tmp_path_factory.mktemp("copied")
    members = MemoryCohortMembers()
    members.freeze(cohort_name(1), DATASET, range(70))
    members.freeze(cohort_name(2), DATASET, range(100, 200))
    desk = CohortDesk(members=members, random=CountingSalts())
    with log_node_knowing(folder, desk) as node:
        node.add()
        speaker = Speaker()
        said = [
            fact(cohort=cohort_name(number % 3)) if number % 4 else fact(subjects=(person(number),))
            for number in range(1, 60)
            if number % 3 or number % 4 == 0
        ]
        assert node.send(*[speaker.say(one) for one in said]).status_code == 202
        node.settle()
        yield Copied(node, members, folder)


def of_many(found: dict[str, Any]) -> bool:
    return "cohort_id" in found["entry"].get("x", {})


def person(number: int) -> Subject:
    return Subject(dataset=DATASET, ordinal=number % 13)


def test_the_answer_agrees_and_the_log_itself_names_what_it_rests_on(copied: Copied) -> None:
    answer = copied.answer
    assert answer["count"] > 15
    assert answer["count_is_exact"]
    done = copied.recounted(BO, answer, "--cohorts", str(copied.folder / "answer.json"))
    assert (done.code, done.err) == (0, "")
    assert "the answer agrees" in done.out
    assert "the answers about cohorts are those that entry" in done.out


def test_without_the_answers_what_cannot_be_told_is_said(copied: Copied) -> None:
    done = copied.recounted(BO, copied.answer, "--json")
    told = json.loads(done.out)
    assert done.code == 1
    many = [one["idx"] for one in copied.answer["entries"] if of_many(one)]
    assert many
    assert set(many) <= set(told["unknown"])


def test_a_packs_statement_serves_as_well(copied: Copied) -> None:
    statement = str(copied.folder / "statement.json")
    done = copied.recounted(BO, copied.answer, "--cohorts", statement, "--json")
    assert done.code == 0
    assert json.loads(done.out)["cohorts_said_at"] is not None


def test_an_answer_that_hides_a_read_of_many_is_found_out(copied: Copied) -> None:
    hidden = next(one for one in copied.answer["entries"] if of_many(one))
    less = [one for one in copied.answer["entries"] if one is not hidden]
    answer = {**copied.answer, "entries": less}
    done = copied.recounted(BO, answer, "--cohorts", str(copied.folder / "answer.json"), "--json")
    assert (done.code, json.loads(done.out)["missing"]) == (1, [hidden["idx"]])


def test_altered_or_another_persons_answers_are_not_taken(copied: Copied) -> None:
    cohorts = copied.answer["cohorts"]
    altered = {**cohorts, "answers": [{**one, "answer": "out"} for one in cohorts["answers"]]}
    name = copied.keep("altered.json", json.dumps({"cohorts": altered}).encode())
    done = copied.recounted(BO, copied.answer, "--cohorts", name)
    assert done.code == 2
    assert "digest" in done.err
    mine = copied.keep("mine.json", json.dumps(copied.answer).encode())
    other = copied.recounted(CARL, copied.searched(CARL), "--cohorts", mine)
    assert other.code == 1
    assert "another person" in other.err
    empty = copied.keep("empty.json", b"{}")
    assert copied.recounted(BO, copied.answer, "--cohorts", empty).code == 2


def test_a_page_says_that_not_all_was_found(copied: Copied) -> None:
    copied.members.away = True
    try:
        answer = copied.searched(BO)
    finally:
        copied.members.away = False
    assert (answer["cohorts"]["reached"], answer["cohorts"]["unresolved"]) == (False, 2)
    assert not answer["count_is_exact"]
    assert answer["count"] < copied.answer["count"]
