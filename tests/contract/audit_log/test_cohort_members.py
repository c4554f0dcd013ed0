# SPDX-License-Identifier: Apache-2.0
"""What whoever knows the people of cohorts promises: the fake, and the real registry over HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass

import orjson
import pytest

from audit_log.adapters.cohort_client import SCOPES, HttpCohorts
from audit_log.domain.cohorts import CohortKey
from audit_log.domain.errors import DecisionsUnavailable
from audit_log.ports import CohortMembers, NoRegistry
from shared.events import Subject
from tests.fakes.cohort_members import MemoryCohortMembers
from tests.fakes.consent_factories import purpose
from tests.fakes.log_factories import cohort_name
from tests.support.ports import free_port
from tests.support.registry_node import DATASET, NEW_DATASET, registry_node
from tests.support.registry_world import csv_of, people
from tests.support.scripted_server import scripted_server

STRANGE = CohortKey(cohort_name(9).cohort_id, cohort_name(9).digest)


@dataclass(frozen=True)
class Known:
    """Two cohorts of 70: one frozen, then bound; P-000003 left it; then the other was frozen."""

    who: CohortMembers
    first: CohortKey
    second: CohortKey
    left: int


def in_memory() -> Known:
    made = MemoryCohortMembers()
    first = made.freeze(cohort_name(1), DATASET, range(70))
    second = made.freeze(cohort_name(2), DATASET, [n for n in range(70) if n != 3])
    made.left[first, Subject(dataset=DATASET, ordinal=3)] = 72
    return Known(made, first, second, 72)


@pytest.fixture(scope="module")
def over_http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    with registry_node(tmp_path_factory.mktemp("registry")) as node:
        writing = node.service("consents.write")
        node.call("POST", "/v1/datasets", dict(NEW_DATASET), token=writing)
        node.take_in(csv_of(people(70)))
        node.work()
        freezing = node.service("cohorts.freeze")

        def freeze(number: int) -> CohortKey:
            asked = {"dataset": DATASET, "purpose": purpose().to_json(), "application_id": "A"}
            made = node.call("POST", "/v1/cohorts/freeze", asked, token=freezing).json()
            path = f"/v1/cohorts/{made['cohort_id']}/bind"
            bound = node.call("POST", path, {"permit_id": f"P-{number}"}, token=freezing)
            assert bound.status_code == 200, bound.text
            return CohortKey(made["cohort_id"], made["digest"])

        first = freeze(1)
        gone = node.call("POST", "/v1/participants/P-000003/withdrawals", {}, token=writing)
        assert gone.status_code == 201, gone.text
        (left,) = (one["revision"] for one in gone.json()["revisions"])
        token = node.service(*SCOPES, client="audit_log")
        yield Known(HttpCohorts(node.url, lambda: token), first, freeze(2), left)


@pytest.fixture(params=["memory", "http"])
def known(request: pytest.FixtureRequest) -> Known:
    if request.param == "memory":
        return in_memory()
    found: Known = request.getfixturevalue("over_http")
    return found


def asked(known: Known, ordinal: int, *cohorts: CohortKey) -> list[tuple[str, int | None]]:
    person = Subject(dataset=DATASET, ordinal=ordinal)
    answers = known.who.holding(person, cohorts)
    assert [one.key for one in answers] == list(cohorts)
    return [(one.membership.value, one.left) for one in answers]


def test_each_cohort_is_answered_in_order(known: Known) -> None:
    assert asked(known, 5, known.second, known.first) == [("in", None), ("in", None)]
    assert asked(known, 77, known.first, known.second) == [("out", None), ("out", None)]
    assert asked(known, 5) == []


def test_who_left_was_in_until_a_revision_and_in_none_that_was_frozen_after(known: Known) -> None:
    assert asked(known, 3, known.first, known.second) == [("in", known.left), ("out", None)]


def test_what_is_not_that_cohort_is_unknown(known: Known) -> None:
    mixed = CohortKey(known.first.cohort_id, known.second.digest)
    assert asked(known, 5, STRANGE, mixed) == [("unknown", None), ("unknown", None)]
    many = [CohortKey(cohort_name(n).cohort_id, STRANGE.digest) for n in range(450)]
    assert asked(known, 5, *many, known.first)[-1] == ("in", None)


WRONG = (
    (200, b"{}"),
    (200, b"nonsense"),
    (200, orjson.dumps({"answers": []})),
    (200, orjson.dumps({"answers": [1]})),
    (200, orjson.dumps({"answers": [{"answer": "in"}]})),
    (200, orjson.dumps({"answers": [{"answer": "maybe", "left_revision": None}]})),
    (200, orjson.dumps({"answers": [{"answer": "out", "left_revision": 3}]})),
    (200, orjson.dumps({"answers": [{"answer": "in", "left_revision": "3"}]})),
    (401, b"{}"),
    (422, b"{}"),
    (503, b"{}"),
)


@pytest.mark.parametrize(("status", "body"), WRONG)
def test_half_an_answer_is_none(status: int, body: bytes) -> None:
    with scripted_server() as server:
        server.status, server.body = status, body
        with pytest.raises(DecisionsUnavailable):
            HttpCohorts(server.url, lambda: "token").holding(
                Subject(dataset=DATASET, ordinal=1), [STRANGE]
            )


def test_nobody_who_answers_is_no_no() -> None:
    away = MemoryCohortMembers(away=True)
    nobody = HttpCohorts(f"http://127.0.0.1:{free_port()}", lambda: "token")
    for one in (away, nobody, NoRegistry()):
        with pytest.raises(DecisionsUnavailable):
            one.holding(Subject(dataset=DATASET, ordinal=1), [STRANGE])
