# SPDX-License-Identifier: Apache-2.0
"""Nobody reaches through the API what is somebody else's: every address, every kind of caller.

Anna is the person whose things are reached for; Kim is a child of fifteen with a sign-in of her
own, for whom Gina and Lena decide together. Bo is another participant, Carl decides for somebody
else, Nell was Anna's proxy once. All others hold the scopes of their office and no more.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from consent_registry.bootstrap import create_app
from tests.support.registry_things import (
    LINKED,
    OFFICES,
    PAPER,
    PERSONS,
    SERVICES,
    Place,
    registry_with_things,
)
from tests.support.whose import Row, guarded, nobody_else_passes, those_named_pass

HMB = [{"permission": "HMB"}]
EVERYBODY = (*PERSONS, *OFFICES, *SERVICES)
READING, WRITING, RIGHTS = ("stella", "sven", "sara"), ("stella", "sven"), ("greta", "hugo")
LOOKING = (*READING, "permits")


def of(who: str, **more: str) -> Mapping[str, str]:
    return {"pseudonym": who, **more}


def row(door: str, through: tuple[str, ...], **more: Any) -> Row:
    return Row(door=door, through=through, **more)


P = "/v1/participants/<pseudonym>"
HERS = [
    *(
        row(f"GET {P}/{what}", ("anna", *READING), thing=of("anna"))
        for what in ("consents", "fhir")
    ),
    *(
        row(f"GET {P}/{what}", ("anna", *READING), thing=of("anna"))
        for what in ("history", "life", "mandates", "opt-out", "studies")
    ),
    row(f"GET {P}/uses", ("anna", *READING), thing=of("anna"), says=503),  # no log behind it here
    row(f"GET {P}/assent", ("kim", *READING), thing=of("kim")),
    row(f"GET {P}/guardian-decisions", ("gina", "lena", "kim", *READING), thing=of("kim")),
    row(
        f"GET {P}/permits/<permit_id>",
        ("anna", *READING),
        thing=of("anna", permit_id="permit"),
    ),
    row(f"GET {P}/preferences", ("anna", "asker"), thing=of("anna")),
    row(f"GET {P}/receipts/<event_id>", ("anna", *READING), thing=of("anna", event_id="event")),
    row(f"GET {P}/own-data", ("anna", *RIGHTS), thing=of("anna")),
    row(f"GET {P}/merges", READING, thing=of("anna")),
    row(f"GET {P}/contact", RIGHTS, thing=of("anna"), says=404),  # contacts are not offered here
    row(f"PUT {P}/wish", ("anna", *WRITING), thing=of("anna"), body={"wish": "stop"}, says=204),
    row(
        f"PUT {P}/preferences",
        ("anna", *WRITING),
        thing=of("anna"),
        body={"no_contact": True, "topics": [], "findings": []},
        says=204,
    ),
    row(
        f"PUT {P}/studies/<study>",
        ("anna", *WRITING),
        thing=of("anna", study="study"),
        body={"alternatives": HMB},
    ),
    row(
        f"PUT {P}/answers/<dataset>",
        ("anna", *WRITING),
        thing=of("anna", dataset="dataset"),
        body={
            "form": "$form",
            "language": "en",
            "answers": [{"question": "health", "answer": "yes"}],
        },
    ),
    row(
        f"PUT {P}/consents/<dataset>",
        ("anna", *WRITING),
        thing=of("anna", dataset="dataset"),
        body={"alternatives": HMB},
    ),
    row(
        f"POST {P}/consents/<dataset>/stopped-data",
        ("anna", *WRITING),
        thing=of("anna", dataset="dataset"),
        body={"data_categories": ["images"]},
    ),
    row(
        f"POST {P}/consents/<dataset>/stopped-activities",
        ("anna", *WRITING),
        thing=of("anna", dataset="dataset"),
        body={"activities": ["edic_secondary_use"]},
    ),
    row(
        f"POST {P}/approvals",
        WRITING,
        thing=of("anna"),
        body={
            "dataset": "$dataset",
            "dated": "2026-01-01T00:00:00Z",
            "evidence": PAPER,
            "widening": "backdated",
        },
        says=201,
    ),
    row(
        f"POST {P}/evidence",
        WRITING,
        thing=of("anna"),
        body={"event_id": "$event", "quality": "verified", "sha256": PAPER},
        says=201,
    ),
    row(
        f"POST {P}/consents/<dataset>/corrections",
        WRITING,
        thing=of("corrected", dataset="dataset"),
        body={"event_id": "$wrong", "alternatives": [], "why": "A slip.", "evidence": PAPER},
        says=201,
    ),
    row(
        f"POST {P}/assent",
        ("kim", *WRITING),
        thing=of("kim"),
        body={"will": "dissent", "datasets": ["$dataset"]},
        says=204,
    ),
    row(
        f"POST {P}/guardian-decisions/<decision_id>/signatures",
        ("lena", "gina", *WRITING),
        thing=of("kim", decision_id="decision"),
        knowing=("kim",),
    ),
    row(
        f"POST {P}/guardian-decisions/<decision_id>/refusal",
        ("lena", "gina", *WRITING),
        thing=of("kim", decision_id="decision_2"),
        says=204,
        knowing=("kim",),
    ),
    row(
        f"POST {P}/guardian-decisions",
        ("gina", "lena", *WRITING),
        thing=of("kim"),
        body={"dataset": "$dataset", "alternatives": HMB},
        knowing=("kim",),
    ),
    row(f"PUT {P}/ages", WRITING, thing=of("kim"), body={"born_on": "$fifteen"}, says=204),
    row(
        f"POST {P}/mandates",
        WRITING,
        thing=of("anna"),
        body={"kind": "proxy", "holder": "a friend", "evidence": PAPER, "joint": False},
        says=201,
    ),
    row(
        f"POST {P}/mandates/<mandate_id>/end",
        WRITING,
        thing=of("ward", mandate_id="mandate"),
    ),
    row(f"POST {P}/opt-out", ("anna", *WRITING), thing=of("anna"), body={"about": "all"}),
    row(f"POST {P}/opt-out/reversal", ("anna", *WRITING), thing=of("anna"), body={"about": "all"}),
    row(f"POST {P}/withdrawals", ("anna", *WRITING), thing=of("anna"), says=201),
    row(f"POST {P}/withdrawals", ("gina", "lena", "kim", *WRITING), thing=of("kim"), says=201),
    row(
        f"POST {P}/rights-requests",
        ("anna", *RIGHTS),
        thing=of("anna"),
        body={"right": "access"},
        says=201,
    ),
    row("GET /v1/rights-requests/<request_id>", (*RIGHTS, "anna"), thing={"request_id": "request"}),
    row(
        "POST /v1/rights-requests/<request_id>/steps",
        ("anna", *RIGHTS),
        thing={"request_id": "request"},
        body={"step": "taken_back"},
    ),
    row(
        "POST /v1/rights-requests/<request_id>/erasure",
        RIGHTS,
        thing={"request_id": "erasure_request"},
        body={"ground": "gdpr_17_1_b"},
    ),
    row("POST /v1/withdrawal-tasks/<task_id>/owner", RIGHTS, thing={"task_id": "task"}),
    row(
        "POST /v1/withdrawal-tasks/<task_id>/proof",
        RIGHTS,
        thing={"task_id": "task"},
        body={"proof": "done"},
    ),
    row(
        f"PUT {P}/contact",
        RIGHTS,
        thing=of("anna"),
        body={"email": "a@b.test", "language": "en", "paper": PAPER},
        says=404,
    ),
    row(f"POST {P}/contact/code", RIGHTS, thing=of("anna"), body={"code": "12345678"}, says=404),
    row(f"POST {P}/contact/letter", RIGHTS, thing=of("anna"), body={"letter": PAPER}, says=404),
    row(f"DELETE {P}/contact", RIGHTS, thing=of("anna"), says=404),
    row(
        f"PUT {P}/link",
        WRITING,
        thing=of("unlinked"),
        body={"issuer": "$issuer", "subject": "person-nobody"},
        says=204,
    ),
    row("POST /v1/merges/<merge_id>/confirmation", ("sven", "stella"), thing={"merge_id": "merge"}),
    row("POST /v1/merges/<merge_id>/undoing", ("sven", "stella"), thing={"merge_id": "merge"}),
    row(
        f"POST {P}/legal-holds",
        RIGHTS,
        thing=of("unlinked"),
        body={"ground": "gdpr_17_3_e", "until": "2099-01-01T00:00:00Z"},
        says=201,
    ),
    row("POST /v1/legal-holds/<hold_id>/lifting", RIGHTS, thing={"hold_id": "hold"}),
    row(
        f"POST {P}/erasures", RIGHTS, thing=of("erased_2"), body={"ground": "gdpr_17_1_b"}, says=201
    ),
    row("GET /v1/erasures/<erasure_id>", RIGHTS, thing={"erasure_id": "erasure"}),
    row(
        "POST /v1/erasures/<erasure_id>/confirmation",
        ("hugo",),
        thing={"erasure_id": "erasure"},
        knowing=("greta",),
    ),
    row(
        f"POST {P}/death",
        WRITING,
        thing=of("dead"),
        body={"died_at": "2026-01-01T00:00:00Z", "source": PAPER},
        says=204,
    ),
    row(
        f"POST {P}/death/correction",
        ("sven",),
        thing=of("dead"),
        body={"source": PAPER},
        says=204,
        knowing=("stella",),
    ),
]
ASKED = "permits"
OFFICE = [
    row("GET /v1/rights-requests", (*RIGHTS, *LINKED)),
    row("GET /v1/withdrawal-tasks", (*RIGHTS, *LINKED)),
    *(row(f"GET /v1/{what}", WRITING) for what in ("merges", "mandates", "deaths")),
    row("POST /v1/merges", WRITING),
    *(row(f"GET /v1/{what}", LOOKING) for what in ("datasets", "datasets/<dataset>", "studies")),
    row("GET /v1/studies/<study>", LOOKING),
    row("GET /v1/datasets/<dataset>/codes", ("sara", *WRITING, ASKED)),
    row("POST /v1/check", ("sara", *WRITING, ASKED)),
    row("GET /v1/mondo/releases", ("sara", *WRITING, ASKED)),
    row("POST /v1/mondo/releases", WRITING),
    row("POST /v1/datasets", WRITING),
    row("PUT /v1/datasets/<dataset>/form", WRITING),
    row("PUT /v1/datasets/<dataset>/form/asking-again", WRITING),
    row("PUT /v1/datasets/<dataset>/study", WRITING),
    row("PUT /v1/studies/<study>", WRITING),
    row("POST /v1/datasets/<dataset>/members", ("sara",)),
    row("POST /v1/imports", ("sara",)),
    row("GET /v1/imports/<import_id>", ("sara",)),
    row("POST /v1/imports/<import_id>/cancel", ("sara",)),
    row("POST /v1/forms", WRITING),
    row("POST /v1/forms/check", READING),
    row("PUT /v1/forms/<digest>/publication", WRITING),
    row("PUT /v1/forms/<digest>/retirement", WRITING),
    *(
        row(f"GET /v1/forms{which}", (*READING, *PERSONS))
        for which in ("", "/<digest>", "/<name>/versions/<version>")
    ),
    row("POST /v1/cohorts/evaluate", (ASKED,)),
    row("POST /v1/cohorts/blocking", ("sara", ASKED)),
    row("POST /v1/cohorts/freeze", (ASKED,)),
    row("POST /v1/cohorts/<cohort_id>/bind", (ASKED,)),
    row("POST /v1/cohorts/<cohort_id>/end", (ASKED,)),
    row("POST /v1/rulings", (ASKED,)),
    row("POST /v1/exception-claims", (ASKED,)),
    row("GET /v1/cohorts/<cohort_id>/manifest", ("node",)),
    row("GET /v1/feed", ("node",)),
    row("GET /v1/feed/snapshot", ("node",)),
    row("POST /v1/feed/acknowledgements", ("node",)),
    row("GET /v1/feed/acknowledgements", READING),
    row("POST /v1/feed/nodes/<node>/retirement", WRITING),
    row("POST /v1/feed/nodes/<node>/retirement/end", WRITING),
    *(
        row(f"POST /v1/{what}", ("log",))
        for what in ("cohorts/containing", "decisions", "decisions/cohorts")
    ),
]
ROWS = (*HERS, *OFFICE)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with registry_with_things(tmp_path_factory.mktemp("whose")) as made:
        yield made


def test_every_address_is_in_a_row(place: Place) -> None:
    app = create_app(place.node.parts)
    assert set(guarded(app)) == {one.door for one in ROWS}


@pytest.mark.parametrize("one", ROWS, ids=lambda one: one.door)
def test_nobody_else_gets_through_and_those_named_do(place: Place, one: Row) -> None:
    nobody_else_passes(one, EVERYBODY, place.named, place.ask)
    those_named_pass(one, place.named, place.ask)
