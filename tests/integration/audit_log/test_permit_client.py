# SPDX-License-Identifier: Apache-2.0
"""Asking permit_service about uses: the real one answers, and half an answer is none."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from audit_log.adapters.permit_client import SCOPES, HttpPermitDecisions
from audit_log.domain.errors import DecisionsUnavailable
from audit_log.domain.rules.permit_uses import PermitQuestion, PermitVerdict
from shared.clock import from_rfc3339
from shared.events import Actor
from shared.http_client import UpstreamRefused
from tests.fakes.kernel import START
from tests.support.permit_node import DATASET, PermitNode, permit_node
from tests.support.ports import free_port
from tests.support.scripted_server import Scripted, scripted_server

US = timedelta(microseconds=1)
ELSEWHERE = PermitVerdict(
    answer="not_covered", reasons=("node_not_in_permit", "country_not_in_permit")
)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PermitNode]:
    with permit_node(tmp_path_factory.mktemp("permits")) as made:
        yield made


def question(issuer: str = "https://idp.example", permit_id: str = "P-1") -> PermitQuestion:
    return PermitQuestion(
        index=4,
        src="zz/clearinghouse/1",
        at=START,
        permit_id=permit_id,
        actor=Actor(issuer=issuer, subject="person-rita", client_id="gateway"),
        dataset=DATASET,
        cohort_id=None,
        country="FI",
        purposes=("DUO:0000006",),
    )


def test_the_real_permit_service_answers_what_it_is_asked(node: PermitNode) -> None:
    permit_id = node.grant()
    assert node.revoke(permit_id).status_code == 201
    ended = from_rfc3339(node.permit(permit_id)["revoked_at"])
    token = node.service("audit_log", *SCOPES)
    decisions = HttpPermitDecisions(node.url, lambda: token)
    good = replace(question(node.idp.issuer, permit_id), at=ended - US)
    asked = [
        good,
        replace(good, at=ended),
        replace(good, src="se/clearinghouse/1", country="NO"),
        replace(good, permit_id="no such permit"),
        replace(good, actor=None),
    ]
    assert list(decisions.decide_uses(asked)) == [
        PermitVerdict(answer="covered"),
        PermitVerdict(answer="not_covered", reasons=("permit_ended",)),
        ELSEWHERE,
        PermitVerdict(answer="unknown"),
        PermitVerdict(answer="not_covered", reasons=("actor_not_named",)),
    ]


def test_no_entry_however_strange_keeps_the_real_one_from_answering(node: PermitNode) -> None:
    """A single question that is refused would keep every later use unasked for ever."""
    token = node.service("audit_log", *SCOPES)
    long, good = "x" * 5_000, question(node.idp.issuer)
    strange = [
        replace(good, actor=Actor(issuer=long, subject="", client_id="")),
        replace(good, dataset=long, cohort_id=long, country=long),
        replace(good, dataset="", cohort_id="", country=""),
        replace(good, country="\x00", permit_id="\x00 '; \u2603"),
        replace(good, src=f"{'n' * 40}/clearinghouse/1", purposes=(long,) * 64),
        replace(good, permit_id="p" * 128),
    ]
    answers = HttpPermitDecisions(node.url, lambda: token).decide_uses(strange)
    assert list(answers) == [PermitVerdict(answer="unknown")] * len(strange)


def test_however_much_the_questions_say_together_they_are_answered(node: PermitNode) -> None:
    """A request has its size: five hundred accounts with names that swell on the wire exceed it."""
    token = node.service("audit_log", *SCOPES)
    swelling = "\x01" * 255
    loud = question(swelling, "p" * 128)
    loud = replace(loud, actor=Actor(issuer=swelling, subject=swelling, client_id="gateway"))
    asked = [*([loud] * 499), question(node.idp.issuer, node.grant())]
    answers = HttpPermitDecisions(node.url, lambda: token).decide_uses(asked)
    assert [one.answer for one in answers[:-1]] == ["unknown"] * 499
    assert answers[-1].answer != "unknown"


def ask(script: Scripted) -> None:
    HttpPermitDecisions(script.url, lambda: "token").decide_uses([question()])


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"{}"),
        (200, b"nonsense"),
        (200, orjson.dumps({"answers": []})),
        (200, orjson.dumps({"answers": [1]})),
        (200, orjson.dumps({"answers": [{"answer": "covered"}]})),
        (200, orjson.dumps({"answers": [{"answer": "perhaps", "reasons": []}]})),
        (200, orjson.dumps({"answers": [{"answer": "not_covered", "reasons": []}]})),
        (200, orjson.dumps({"answers": [{"answer": "not_covered", "reasons": [3]}]})),
        (200, orjson.dumps({"answers": [{"answer": "not_covered", "reasons": ["No code"]}]})),
        (200, orjson.dumps({"answers": [{"answer": "covered", "reasons": ["permit_ended"]}]})),
        (200, orjson.dumps({"answers": [{"answer": "covered", "reasons": []}] * 2})),
        (401, b"{}"),
        (403, b"{}"),
        (422, b"{}"),
        (503, b"{}"),
    ],
)
def test_half_an_answer_is_none(status: int, body: bytes) -> None:
    with scripted_server() as script:
        script.status, script.body = status, body
        with pytest.raises(DecisionsUnavailable):
            ask(script)


def test_nobody_there_and_no_token_are_no_answer() -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(DecisionsUnavailable):
        HttpPermitDecisions(nowhere, lambda: "token").decide_uses([question()])

    def no_token() -> str:
        raise UpstreamRefused(401, "invalid_client")

    with pytest.raises(DecisionsUnavailable):
        HttpPermitDecisions(nowhere, no_token).decide_uses([question()])
