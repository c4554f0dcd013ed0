# SPDX-License-Identifier: Apache-2.0
"""A registry in which everybody has something that others could reach for, and all their tokens."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import requests

from consent_registry.bootstrap import create_app
from shared.clock import SystemClock
from tests.fakes.audit_erasure import ForgettingLog
from tests.fakes.consent_factories import purpose
from tests.fakes.form_factories import small_document
from tests.support.devidp import served
from tests.support.ports import free_port
from tests.support.registry_node import (
    AUDIENCE,
    DATASET,
    NEW_DATASET,
    RegistryNode,
    registry_node,
)
from tests.support.registry_world import csv_of
from tests.support.tokens import person_token, service_token

PAPER = "ab" * 32
STUDY = "GDI-ZZ-STUDY-1"
PERSONS = ("anna", "bo", "carl", "gina", "kim", "lena", "nell")
OFFICES: Mapping[str, tuple[str, ...]] = {
    "sara": ("cohorts.count", "consents.import", "consents.read"),
    "stella": ("consents.read", "consents.write"),
    "sven": ("consents.read", "consents.write"),
    "greta": ("rights.manage",),
    "hugo": ("rights.manage",),
}
SERVICES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "permits": ("permit_service", ("cohorts.evaluate", "cohorts.freeze")),
    "node": ("clearinghouse", ("feed.read",)),
    "log": ("audit_log", ("decisions.read",)),
    "asker": ("story", ("preferences.read",)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A registry with people and their things in it, and everybody's tokens."""

    node: RegistryNode
    named: dict[str, str]
    tokens: Mapping[str, str]

    def ask(self, method: str, path: str, body: object, who: str) -> requests.Response:
        return self.node.call(method, path, body, token=self.tokens[who])

    def made(self, who: str, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Make one of the things that will be reached for."""
        answer = self.ask(method, path.format(**self.named), body, who)
        assert answer.status_code < 300, answer.text
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found


def tokens_of(node: RegistryNode) -> Mapping[str, str]:
    issuer = node.idp.issuer
    persons = dict.fromkeys(PERSONS, ("consents.self",))
    return {
        **{
            login: person_token(issuer, login, AUDIENCE, scopes).access_token
            for login, scopes in {**persons, **OFFICES}.items()
        },
        **{
            name: service_token(issuer, client, node.idp.secret(client), AUDIENCE, scopes)
            for name, (client, scopes) in SERVICES.items()
        },
    }


def years_ago(years: int) -> str:
    return date(SystemClock().now().year - years, 1, 1).isoformat()


LINKED = {"anna": "anna-p", "bo": "bo-p", "kim": "kim-p"}
OTHERS = {name: f"{name}-p" for name in ("ward", "unlinked", "corrected", "dead", "twin")}
ERASED = {"erased": "erased-p", "erased_2": "erased-2-p", "erased_3": "erased-3-p"}


@contextmanager
def registry_with_things(folder: Path) -> Iterator[Place]:
    """Run a registry in which each person and each office has something."""
    with registry_node(folder, participants=PERSONS) as node:
        tools = replace(node.parts.tools, audit=ForgettingLog())
        parts, port = replace(node.parts, tools=tools), free_port()
        with served(create_app(parts), port):
            there = replace(node, url=f"http://127.0.0.1:{port}", parts=parts)
            named = {"dataset": DATASET, "study": STUDY, "issuer": node.idp.issuer}
            named |= {**LINKED, **OTHERS, **ERASED, "fifteen": years_ago(15)}
            made = Place(node=there, named=named, tokens=tokens_of(there))
            fill(made)
            yield made


def fill(place: Place) -> None:
    """Make a thing of each kind that somebody could reach for."""
    named = place.named
    told = {"title": "A study", "controller": "A hospital", "purpose": "To learn."}
    study = {**told, "starts_on": "2024-01-01", "later_datasets": True}
    place.made("stella", "PUT", "/v1/studies/{study}", study)
    place.made("stella", "POST", "/v1/datasets", dict(NEW_DATASET))
    place.made("stella", "PUT", "/v1/datasets/{dataset}/study", {"study": STUDY})
    everybody = [*LINKED.values(), *OTHERS.values(), *ERASED.values()]
    place.node.take_in(csv_of([{"participant": one, "local_id": one} for one in everybody]))
    place.node.work()
    for login, who in LINKED.items():
        link = {"issuer": named["issuer"], "subject": f"person-{login}"}
        place.made("stella", "PUT", f"/v1/participants/{who}/link", link)
    form = place.made("stella", "POST", "/v1/forms", {"document": small_document()})
    place.made("stella", "PUT", f"/v1/forms/{form['sha256']}/publication", {"signature": ""})
    named["form"] = form["sha256"]
    for name, who in (("event", "anna"), ("wrong", "corrected")):
        history = place.made("stella", "GET", f"/v1/participants/{named[who]}/history")
        named[name] = history["events"][0]["event_id"]
    freeze_and_guard(place)
    tell_the_desk(place)


def freeze_and_guard(place: Place) -> None:
    named = place.named
    asked = {"dataset": DATASET, "purpose": purpose().to_json(), "application_id": "A-1"}
    cohort = place.made("permits", "POST", "/v1/cohorts/freeze", asked)["cohort_id"]
    place.made("permits", "POST", f"/v1/cohorts/{cohort}/bind", {"permit_id": "PERMIT-1"})
    named["permit"] = "PERMIT-1"
    for login, who in (("gina", "kim"), ("lena", "kim"), ("nell", "anna"), ("carl", "ward")):
        guardian = {"kind": "guardian", "born_on": years_ago(15)}
        mandate = {
            "holder": login,
            "evidence": PAPER,
            "issuer": named["issuer"],
            "subject": f"person-{login}",
            "joint": who == "kim",
            **({"kind": "proxy"} if login == "nell" else guardian),
        }
        at = f"/v1/participants/{named[who]}/mandates"
        named["mandate"] = place.made("stella", "POST", at, mandate)["mandate_id"]
        if login == "nell":
            place.made("stella", "POST", f"{at}/{named['mandate']}/end")
    kims = f"/v1/participants/{named['kim']}/guardian-decisions"
    for name, what in (("decision", "HMB"), ("decision_2", "GRU")):
        body = {"dataset": DATASET, "alternatives": [{"permission": what}]}
        named[name] = place.made("gina", "POST", kims, body)["decision_id"]


def tell_the_desk(place: Place) -> None:
    named = place.named
    requests_at = f"/v1/participants/{named['anna']}/rights-requests"
    named["request"] = place.made("anna", "POST", requests_at, {"right": "access"})["request_id"]
    at = f"/v1/participants/{named['erased_3']}/rights-requests"
    asked = place.made("greta", "POST", at, {"right": "erasure"})
    named["erasure_request"] = asked["request_id"]
    at = f"/v1/participants/{named['erased']}"
    made = place.made("greta", "POST", f"{at}/erasures", {"ground": "gdpr_17_1_b"})
    named["erasure"] = made["erasure_id"]
    hold = {"ground": "gdpr_17_3_e", "until": "2099-01-01T00:00:00Z"}
    at = f"/v1/participants/{named['twin']}"
    named["hold"] = place.made("greta", "POST", f"{at}/legal-holds", hold)["hold_id"]
    place.made("stella", "POST", f"{at}/withdrawals", {"level": "destroy_linkage"})
    tasks = place.made("greta", "GET", "/v1/withdrawal-tasks")["tasks"]
    named["task"] = tasks[0]["task_id"]
    pair = {"one": named["twin"], "other": named["unlinked"], "why": "same birthday"}
    named["merge"] = place.made("stella", "POST", "/v1/merges", pair)["merge_id"]
