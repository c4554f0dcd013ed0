# SPDX-License-Identifier: Apache-2.0
"""Asking consent_registry about people: the real one answers, and half an answer is none."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from audit_log.adapters.decision_client import SCOPES, HttpDecisions
from audit_log.domain.errors import DecisionsUnavailable
from audit_log.domain.rules.cohort_uses import CohortQuestion, CohortVerdict
from audit_log.domain.rules.people import PersonAnswer, PersonQuestion
from shared.clock import SystemClock, from_rfc3339
from shared.events import NamedCohort
from shared.http_client import UpstreamRefused
from shared.web import MAX_BODY_BYTES
from tests.fakes.consent_factories import purpose
from tests.fakes.kernel import START
from tests.fakes.log_factories import cohort_name
from tests.support.ports import free_port
from tests.support.registry_node import DATASET, NEW_DATASET, registry_node
from tests.support.registry_world import csv_of, people
from tests.support.scripted_server import Scripted, scripted_server


def question(ordinal: int = 0) -> PersonQuestion:
    return PersonQuestion(
        index=4,
        src="zz/clearinghouse/1",
        dataset=DATASET,
        ordinal=ordinal,
        at=START,
        permit_id=None,
        purposes=("DUO:0000006",),
    )


def test_the_real_registry_answers_what_it_is_asked(tmp_path: Path) -> None:
    with registry_node(tmp_path) as registry:
        writing = registry.service("consents.write")
        registry.call("POST", "/v1/datasets", dict(NEW_DATASET), token=writing)
        registry.take_in(csv_of([*people(2), {"local_id": "w", "participant": "w"}]))
        registry.work()
        gone = registry.call("POST", "/v1/participants/w/withdrawals", {}, token=writing).json()
        token = registry.service(*SCOPES, client="audit_log")
        decisions = HttpDecisions(registry.url, lambda: token)
        at = from_rfc3339(gone["recorded_at"])
        asked = [replace(question(number), at=at) for number in (0, 2, 77)]
        assert list(decisions.decide(asked)) == [
            PersonAnswer(answer="in", reason=None),
            PersonAnswer(answer="out", reason="withdrawn"),
            PersonAnswer(answer="out", reason="never_asked"),
        ]


def test_however_much_the_questions_say_together_each_request_has_its_size() -> None:
    """One entry with many purposes about many people exceeds what the registry takes at once."""
    long = replace(question(), purposes=("x" * 4_096,) * 64)
    with scripted_server() as script:
        script.body = orjson.dumps({"answers": [{"answer": "in", "reason": None}]})
        answers = HttpDecisions(script.url, lambda: "token").decide([long] * 5)
        assert list(answers) == [PersonAnswer(answer="in", reason=None)] * 5
        assert all(len(call.body) < MAX_BODY_BYTES for call in script.calls)


def ask(script: Scripted) -> None:
    HttpDecisions(script.url, lambda: "token").decide([question()])


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"{}"),
        (200, b"nonsense"),
        (200, orjson.dumps({"answers": []})),
        (200, orjson.dumps({"answers": [1]})),
        (200, orjson.dumps({"answers": [{"answer": None}]})),
        (200, orjson.dumps({"answers": [{"answer": "in", "reason": 3}]})),
        (200, orjson.dumps({"answers": [{"answer": "in"}, {"answer": "in"}]})),
        (401, b"{}"),
        (422, b"{}"),
        (503, b"{}"),
    ],
)
def test_half_an_answer_is_none(status: int, body: bytes) -> None:
    with scripted_server() as script:
        script.status, script.body = status, body
        with pytest.raises(DecisionsUnavailable):
            ask(script)
        assert orjson.loads(script.calls[0].body)["questions"] == [
            {
                "dataset": DATASET,
                "ordinal": 0,
                "effective_at": "2026-11-22T06:25:00.123456Z",
                "known_at": "2026-11-22T06:25:00.123456Z",
                "permit_id": None,
                "purposes": ["DUO:0000006"],
            }
        ]


USE = CohortQuestion(
    index=4,
    src="zz/clearinghouse/1",
    dataset=DATASET,
    cohort=cohort_name(1),
    revision=3,
    at=START,
    permit_id="P-1",
    purposes=("DUO:0000006",),
)


def test_the_real_registry_answers_about_a_cohort(tmp_path: Path) -> None:
    with registry_node(tmp_path) as registry:
        writing = registry.service("consents.write")
        registry.call("POST", "/v1/datasets", dict(NEW_DATASET), token=writing)
        registry.take_in(csv_of(people(3)))
        registry.work()
        wanted = {"dataset": DATASET, "purpose": purpose().to_json(), "application_id": "A-1"}
        freezing = registry.service("cohorts.freeze")
        made = registry.call("POST", "/v1/cohorts/freeze", wanted, token=freezing).json()
        path = f"/v1/cohorts/{made['cohort_id']}/bind"
        registry.call("POST", path, {"permit_id": "P-1"}, token=freezing)
        cohort = NamedCohort(cohort_id=made["cohort_id"], digest=made["digest"])
        gone = registry.call("POST", "/v1/participants/P-000001/withdrawals", {}, token=writing)
        at = from_rfc3339(gone.json()["recorded_at"])
        asked = replace(USE, cohort=cohort, revision=made["revision"], at=at)
        token = registry.service(*SCOPES, client="audit_log")
        decisions = HttpDecisions(registry.url, lambda: token)
        before = replace(asked, at=at - timedelta(seconds=5))
        found = list(decisions.decide_cohorts([before, asked, USE, replace(asked, cohort=None)]))
        assert found[0] == CohortVerdict(answer="in")
        assert (found[1].answer, found[1].causes) == ("out", ("withdrawn",))
        assert found[1].who is not None
        assert found[2] == CohortVerdict(answer="unknown", reason="cohort_unknown")
        assert found[3] == found[1]


STRANGE = ("\x00", "\x00 '; \u2603", "p" * 128, "\u202e")


def test_no_entry_however_strange_keeps_the_real_one_from_answering(tmp_path: Path) -> None:
    """A question that is refused would keep every later use of anybody unasked for ever."""
    far = from_rfc3339("9999-12-31T23:59:59Z")
    with registry_node(tmp_path) as registry:
        writing = registry.service("consents.write")
        registry.call("POST", "/v1/datasets", dict(NEW_DATASET), token=writing)
        registry.take_in(csv_of(people(2)))
        registry.work()
        token = registry.service(*SCOPES, client="audit_log")
        decisions = HttpDecisions(registry.url, lambda: token)
        now = SystemClock().now()
        about = [replace(question(), at=now, permit_id=one, purposes=(one,)) for one in STRANGE]
        about += [
            replace(question(), dataset="GDI-XX-STRANGE-99", at=far),
            question(ordinal=(1 << 53) - 1),
        ]
        answers = list(decisions.decide([*about, replace(question(), at=now)]))
        assert {one.reason for one in answers[: len(STRANGE)]} == {"permit_unknown"}
        assert answers[-1] == PersonAnswer(answer="in", reason=None)
        used = [replace(USE, cohort=None, permit_id=one, purposes=(one,)) for one in STRANGE]
        used.append(replace(USE, dataset="GDI-XX-STRANGE-99", at=far, revision=(1 << 53) - 1))
        assert {one.answer for one in decisions.decide_cohorts(used)} == {"unknown"}


@pytest.mark.parametrize(
    "answer",
    [
        1,
        {},
        {"answer": "in"},
        {"answer": "In!", "reason": None, "causes": [], "who": None},
        {"answer": "out", "reason": "She withdrew", "causes": [], "who": None},
        {"answer": "out", "reason": None, "causes": ["withdrawn", 3], "who": "x"},
        {"answer": "out", "reason": None, "causes": ["withdrawn"], "who": None},
        {"answer": "in", "reason": None, "causes": [], "who": "x"},
        {"answer": "out", "reason": None, "causes": "withdrawn", "who": "x"},
    ],
)
def test_half_an_answer_about_a_cohort_is_none(answer: object) -> None:
    with scripted_server() as script:
        script.status, script.body = 200, orjson.dumps({"answers": [answer]})
        with pytest.raises(DecisionsUnavailable):
            HttpDecisions(script.url, lambda: "token").decide_cohorts([USE])


def test_nobody_there_is_no_answer() -> None:
    with pytest.raises(DecisionsUnavailable):
        ask(Scripted(url=f"http://127.0.0.1:{free_port()}"))


def test_an_issuer_that_gives_no_token_is_no_answer_either() -> None:
    def refused() -> str:
        raise UpstreamRefused(401, "invalid_client")

    with pytest.raises(DecisionsUnavailable):
        HttpDecisions("http://127.0.0.1:9", refused).decide([question()])
