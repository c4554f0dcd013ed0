# SPDX-License-Identifier: Apache-2.0
"""Every look by an officer is itself an entry (issue 5): each door is opened, and says so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import psycopg
import pytest
import requests

from audit_log.bootstrap import create_app, create_exporter
from audit_log.http.looking import looks
from shared.canonical import MalformedEntry
from shared.principal import Principal
from tests.fakes.log_factories import DATASET, Speaker, fact
from tests.integration.audit_log.test_case_pages import send
from tests.integration.audit_log.test_pages import Browser
from tests.support.doors import doors
from tests.support.log_node import OFFICER_SCOPES, LogNode

SRC = "zz/clearinghouse/1"
ABOUT = {"filter": {"dataset": DATASET}}
SCOPES = (*OFFICER_SCOPES, "findings.manage", "holds.manage")

NO_LOOK = {
    "POST /v1/intake": "producers write here, and are shown nothing",
    "POST /witness/add-checkpoint": "other logs' checkpoints, of sizes and roots",
    "GET /witness/<digest>/checkpoint": "other logs' checkpoints, of sizes and roots",
    # Whoever verifies the log reads all of it, again and again; an entry for each would never end.
    **dict.fromkeys(
        (
            *("GET /log/checkpoint", "GET /log/checkpoint/latest", "GET /log/tile/<path:rest>"),
            *("GET /v1/log", "GET /v1/entries/<int:idx>/proof", "GET /v1/proofs/consistency"),
            "GET /entries/<int:index>/proof",
        ),
        "what verifies the log, the same for everybody",
    ),
    "GET /": "an empty form",
    **dict.fromkeys(
        (
            *("GET /healthz", "GET /readyz", "GET /metrics", "GET /service-info"),
            *("GET /openapi.json", "GET /static/<filename>", "GET /sign-in"),
            *("GET /sign-in/callback", "POST /sign-out", "GET /signed-out"),
        ),
        "shows nothing of the log",
    ),
}


@dataclass
class Officer:
    """Otto with a token and a browser, and what there is to look at."""

    node: LogNode
    browser: Browser
    ids: Mapping[str, str]

    def get(self, path: str) -> requests.Response:
        return self.node.get(path.format(**self.ids), self.node.person("otto", *SCOPES))

    def post(self, path: str, body: object) -> requests.Response:
        return self.node.post(path.format(**self.ids), body, self.node.person("otto", *SCOPES))

    def page(self, path: str) -> requests.Response:
        return self.browser.get(path.format(**self.ids))


Look = Callable[[Officer], requests.Response]


LOOKS: Mapping[str, Look] = {
    "POST /v1/search": lambda o: o.post("/v1/search", {"dataset": DATASET}),
    "GET /v1/entries/<int:idx>": lambda o: o.get("/v1/entries/1"),
    "GET /v1/producers/<path:src>": lambda o: o.get(f"/v1/producers/{SRC}"),
    "GET /v1/findings": lambda o: o.get("/v1/findings"),
    "GET /v1/findings/<int:finding_id>": lambda o: o.get("/v1/findings/{finding}"),
    "GET /v1/rules": lambda o: o.get("/v1/rules"),
    "GET /v1/cases": lambda o: o.get("/v1/cases"),
    "GET /v1/cases/<case_id>": lambda o: o.get("/v1/cases/{case}"),
    "GET /v1/cases/<case_id>/reveals/<reveal_id>/openings": lambda o: o.get(
        "/v1/cases/{case}/reveals/{reveal}/openings"
    ),
    "GET /v1/queries": lambda o: o.get("/v1/queries"),
    "GET /v1/queries/<query_id>": lambda o: o.get("/v1/queries/{query}"),
    "GET /v1/holds": lambda o: o.get("/v1/holds"),
    "GET /v1/retention": lambda o: o.get("/v1/retention"),
    "GET /v1/exports/<export_id>": lambda o: o.get("/v1/exports/{export}"),
    "GET /v1/exports/<export_id>/pack": lambda o: o.get("/v1/exports/{export}/pack"),
    "POST /v1/reports/activity": lambda o: o.post("/v1/reports/activity", ABOUT),
    "POST /v1/reports/impact": lambda o: o.post("/v1/reports/impact", ABOUT),
    "POST /v1/subjects/report": lambda o: o.node.post(
        "/v1/subjects/report",
        {"people": [{"dataset": DATASET, "ordinal": 3}]},
        o.node.service("story", "subjects.report"),
    ),
    "POST /search": lambda o: o.browser.search({"dataset": DATASET}),
    "GET /entries/<int:index>": lambda o: o.page("/entries/1"),
    "GET /findings": lambda o: o.page("/findings"),
    "GET /findings/<int:finding_id>": lambda o: o.page("/findings/{finding}"),
    "GET /cases": lambda o: o.page("/cases"),
    "GET /cases/<case_id>": lambda o: o.page("/cases/{case}"),
    "GET /queries": lambda o: o.page("/queries"),
    "GET /keeping": lambda o: o.page("/keeping"),
    "POST /report": lambda o: send(o.browser, "/", "/report", {"dataset": DATASET}),
    "POST /cases/<case_id>/reveals/<reveal_id>/open": lambda o: send(
        *(o.browser, f"/cases/{o.ids['case']}"),
        *(f"/cases/{o.ids['case']}/reveals/{o.ids['reveal']}/open", {}),
    ),
}
OWN_DOINGS = {"GET /v1/erasures/<string:erasure_id>", "POST /v1/subjects/cohorts"}
"""What a service asks about its own doings; it leaves an entry when a person asks."""
CHANGES = {
    *("POST /v1/cases", "POST /v1/cases/<case_id>/close", "POST /v1/cases/<case_id>/reveals"),
    *("POST /v1/cases/<case_id>/reveals/<reveal_id>", "POST /v1/erasures", "POST /v1/exports"),
    *("POST /v1/findings/<int:finding_id>", "POST /v1/holds", "POST /v1/holds/<string:hold_id>"),
    *("POST /v1/queries", "DELETE /v1/queries/<query_id>", "POST /queries"),
    *("POST /queries/<query_id>/end", "POST /cases", "POST /cases/<case_id>/close"),
    *("POST /cases/<case_id>/reveals", "POST /cases/<case_id>/reveals/<reveal_id>/decide"),
    *("POST /findings/<int:finding_id>/take", "POST /findings/<int:finding_id>/close"),
    *("POST /keeping/holds", "POST /keeping/holds/<string:hold_id>/ask-lift"),
    "POST /keeping/holds/<string:hold_id>/lift",
}
"""What changes something, and is an entry for that: the tests of each say so."""


@pytest.fixture(scope="module")
def officer(node: LogNode) -> Officer:
    """Make one of everything there is to look at."""
    node.send(*(Speaker(epoch=77).say(fact(dataset=DATASET)) for _ in range(1)))
    node.settle()
    browser = Browser(node).sign_in("otto")
    otto, olga = node.person("otto", *SCOPES), node.person("olga", *SCOPES)
    case = node.post("/v1/cases", {"reason": "complaint"}, otto).json()["id"]
    body = {"indexes": [1], "groups": ["actor"]}
    reveal = node.post(f"/v1/cases/{case}/reveals", body, otto).json()["id"]
    node.post(f"/v1/cases/{case}/reveals/{reveal}", {"approved": True}, olga)
    query = node.post(
        "/v1/queries", {"name": "all", "filter": {"dataset": DATASET}, "hours": 24}, otto
    )
    export = node.post("/v1/exports", {"indexes": [1]}, otto)
    exporter = create_exporter(node.parts)
    for _ in range(3):
        while exporter.step():
            pass
        node.settle()
    with psycopg.connect(node.environment["PLACET_DATABASE_URL"]) as connection:
        row = connection.execute(
            "INSERT INTO finding (rule, code, detail, opened_at)"
            " VALUES ('R0', 'offset_gone', '{}', now()) RETURNING id"
        ).fetchone()
    assert row is not None
    ids = {"case": case, "reveal": reveal, "query": query.json()["id"], "finding": str(row[0])}
    return Officer(
        node=node,
        browser=browser,
        ids={**ids, "export": export.json()["id"]},
    )


def said(node: LogNode) -> int:
    """Give how many entries the log has said of its own, whether they are sequenced or not."""
    with psycopg.connect(node.environment["PLACET_DATABASE_URL"]) as connection:
        row = connection.execute("SELECT seq FROM own_head").fetchone()
    assert row is not None
    return int(row[0])


def test_every_door_is_a_look_a_change_or_named_as_neither(node: LogNode) -> None:
    there = {str(door) for door in doors(create_app(node.parts))}
    lists = (LOOKS.keys(), CHANGES, NO_LOOK.keys(), OWN_DOINGS)
    known = set().union(*lists)
    assert there == known
    assert len(known) == sum(map(len, lists)), "each in one list"


@pytest.mark.parametrize("door", LOOKS)
def test_a_look_is_an_entry(officer: Officer, door: str) -> None:
    before = said(officer.node)
    answer = LOOKS[door](officer)
    assert answer.status_code == 200, answer.text
    assert said(officer.node) > before


def test_what_is_not_there_is_no_look(officer: Officer) -> None:
    before = said(officer.node)
    assert officer.get("/v1/findings/999999").status_code == 404
    assert officer.page("/cases/none").status_code == 404
    assert said(officer.node) == before


def somebody(subject: str, *, is_service: bool) -> Principal:
    return Principal(
        issuer="https://login.example",
        subject=subject,
        client_id="desk",
        scopes=frozenset(),
        is_service=is_service,
    )


@pytest.mark.parametrize("is_service", [True, False])
def test_of_its_own_doings_a_service_is_told_without_an_entry(
    node: LogNode, is_service: bool
) -> None:
    asking = somebody("somebody", is_service=is_service)
    view = looks("erasure_viewed", lambda: asking, people_only=True)(lambda: "the answer")
    before = said(node)
    with create_app(node.parts).test_request_context("/"):
        assert view() == "the answer"
    assert said(node) - before == (0 if is_service else 1)


def test_without_a_record_there_is_no_answer(node: LogNode) -> None:
    asking = somebody("\ud800", is_service=False)  # no entry can name her
    view = looks("rules_viewed", lambda: asking)(lambda: "the answer")
    with create_app(node.parts).test_request_context("/"), pytest.raises(MalformedEntry):
        view()
