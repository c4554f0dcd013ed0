# SPDX-License-Identifier: Apache-2.0
"""The policies that ship as examples, from a person's no to her file next to the data.

One whole node for each country: rita reads under a permit that runs when people say no, `stranger`
under one that was granted afterwards. What is expected is read out of the policy file by this test
itself. Where the policy names the law, EHDS Article 71(4) is played to the gate as well (ADR 0035).
"""

import secrets
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.demo.country import FILE_NAME, file_content
from services.story.access_chapters import wait_for_revision
from services.story.client import Answer
from services.story.stage import PURPOSE, Stage, open_stage
from tests.support.registry_world import csv_of
from tests.support.suite import ROOT, running_suite

EXAMPLES = ROOT / "docs" / "policies"
COUNTRIES = ("ee", "fi", "pt")
NOES = ("refusal", "objection", "opt_out", "withdrawal")
PEOPLE = ("nobody", *NOES)
CONSENT, PERMIT, GATE = "consent_registry", "permit_service", "clearinghouse"
REASONS = "Health research in the public interest; safeguards of the environment suffice."
CLAIM = {
    "public_body": True,
    "important_public_interest": False,
    "not_obtainable_otherwise": True,
    "justification": "No other register has every case.",
}


@dataclass(frozen=True, slots=True)
class Country:
    """A running node under an example policy, and the text of that policy."""

    stage: Stage
    policy: Mapping[str, Any]

    def ask(self, method: str, path: str, body: Mapping[str, Any], *scopes: str) -> Answer:
        """Have the registry's own desk do something; every answer must be a yes."""
        token, url = self.stage.operator(CONSENT, *scopes), self.stage.url(CONSENT, path)
        send = self.stage.client.put if method == "PUT" else self.stage.client.post
        answer = send(url, body, token=token, kind="desk")
        assert answer.status in {200, 201}, answer.text
        return answer

    def open(self, number: int, regime: str, role: str) -> "Dataset":
        """Register a dataset of five people, each of whom said yes and has a file."""
        name = f"GDI-ZZ-DATASET-{number}"
        facts = {
            "dataset": name,
            "title": "Genomes",
            "controller": "A hospital",
            "country": self.policy["country"],
            "legal_regime": regime,
            "consent_role": role,
        }
        self.ask("POST", "/v1/datasets", facts, "consents.write")
        made = Dataset(self, name, f"P{secrets.token_hex(4)}")
        made.fill()
        return made


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset of the node: who is in it, who may read it, and what they get at the gate."""

    country: Country
    name: str
    tag: str

    @property
    def stage(self) -> Stage:
        return self.country.stage

    def pseudonym(self, who: str) -> str:
        return f"{self.tag}-{who}"

    def fill(self) -> None:
        rows = [
            {"participant": self.pseudonym(who), "dataset": self.name, "local_id": self.local(who)}
            for who in PEOPLE
        ]
        for who in PEOPLE:
            folder = Path(self.stage.suite.data) / self.name / self.local(who)
            folder.mkdir(parents=True)
            (folder / FILE_NAME).write_text(file_content(self.name, self.local(who)))
        token = self.stage.operator(CONSENT, "consents.import")
        url = self.stage.url(CONSENT, "/v1/imports?mode=all_or_nothing&dry_run=false")
        text = csv_of(rows)
        sent = self.stage.client.post_text(url, text, media="text/csv", token=token, kind="import")
        where = self.stage.url(CONSENT, f"/v1/imports/{sent.body['import_id']}")

        def state() -> object:
            return self.stage.client.get(where, token=token).body.get("state")

        assert self.stage.wait(lambda: state() in {"finished", "refused", "failed"})
        assert state() == "finished"

    @staticmethod
    def local(who: str) -> str:
        return f"S-{PEOPLE.index(who):06}"

    def apply(self, login: str, **changes: Any) -> str:
        """Have a researcher apply; give the application's id."""
        body = {
            "title": f"Heart disease in {self.name}",
            "organisation": "University of Nowhere",
            "dataset": self.name,
            "purpose": {**PURPOSE, **changes},
            "months": 12,
        }
        token = self.stage.person(login, PERMIT, "applications.submit")
        url = self.stage.url(PERMIT, "/v1/applications")
        answer = self.stage.client.post(url, body, token=token, kind="apply")
        assert answer.status == 201, answer.text
        return str(answer.body["application_id"])

    def authority(self, application: str, path: str, body: Mapping[str, Any]) -> Answer:
        """Have dora act on an application."""
        token = self.stage.person("dora", PERMIT, "applications.decide", "applications.read")
        url = self.stage.url(PERMIT, f"/v1/applications/{application}/{path}")
        answer = self.stage.client.post(url, body, token=token, kind="decide")
        assert answer.status == 201, answer.text
        return answer

    def grant(self, login: str, application: str) -> None:
        """Have dora grant, and wait until somebody's file comes under the new permit."""
        self.authority(application, "decisions", {"decision": "grant", "reasons": REASONS})
        assert self.stage.wait(lambda: "nobody" in self.read(login, "nobody")), "no file ever came"

    def read(self, login: str, *who: str) -> set[str]:
        """Ask nginx for people's files; give those whose own file came, all others refused."""
        paths = {f"/data/{self.name}/{self.local(one)}/{FILE_NAME}": one for one in who or PEOPLE}
        token = self.stage.person(login, GATE)
        came = set()
        for path, one in paths.items():
            outcome = self.stage.reader.read(path, token)
            if outcome.status == 200:
                assert outcome.content == file_content(self.name, self.local(one))
                came.add(one)
            else:
                assert outcome.status == 403, outcome
        return came

    def say(self, no: str) -> None:
        """Have the person of that name say her no."""
        at = f"/v1/participants/{self.pseudonym(no)}"
        if no == "refusal":
            body: dict[str, Any] = {"alternatives": []}
            self.country.ask("PUT", f"{at}/consents/{self.name}", body, "consents.write")
        elif no == "objection":
            body = {"right": "objection", "words": "My own reasons."}
            self.country.ask("POST", f"{at}/rights-requests", body, "rights.manage")
        elif no == "opt_out":
            self.country.ask("POST", f"{at}/opt-out", {"about": "all"}, "consents.write")
        else:
            self.country.ask("POST", f"{at}/withdrawals", {}, "consents.write")

    def arrived(self) -> None:
        """Wait until the clearinghouse knows everything that the registry has recorded."""
        token = self.stage.operator(CONSENT, "consents.read")
        url = self.stage.url(CONSENT, f"/v1/datasets/{self.name}")
        revision = int(self.stage.client.get(url, token=token).body["revision"])
        wait_for_revision(self.stage, f"dataset:{self.name}", revision)
        assert self.stage.narrator.differences == []


@pytest.fixture(scope="module", params=COUNTRIES)
def country(request: pytest.FixtureRequest) -> Iterator[Country]:
    file = EXAMPLES / f"example-{request.param}.toml"
    with running_suite(policy=file) as node:
        stage = open_stage(node.suite, lambda _: None)
        yield Country(stage, tomllib.loads(file.read_text(encoding="utf-8")))
        stage.close()


def excludes(policy: Mapping[str, Any], regime: str, role: str) -> dict[str, tuple[bool, bool]]:
    """Read which no ends what runs, and which keeps a person out of what is new."""
    table = policy["regime"][regime]
    if regime == "national_act":
        words = {no: table["no"][no] for no in NOES}
        return {no: (word != "new", word != "running") for no, word in words.items()}
    consent = table[role]["consent"] == "binds"
    registered = table[role]["opt_out"] == "binds"
    return {
        "refusal": (consent, consent),
        "withdrawal": (consent, consent),
        "objection": (True, True),  # GDPR 21, under any regime
        "opt_out": (False, registered),  # Article 71(3): what runs goes on
    }


@pytest.mark.parametrize(
    ("number", "regime", "role"),
    [
        (11, "national_act", "legal_basis"),
        (12, "ehds_ch4", "none"),
        (13, "ehds_ch4", "legal_basis"),
        (14, "consent_gdpr", "legal_basis"),
    ],
)
def test_each_no_reaches_the_gate_exactly_as_the_policy_says(
    country: Country, number: int, regime: str, role: str
) -> None:
    dataset = country.open(number, regime, role)
    dataset.grant("rita", dataset.apply("rita"))
    assert dataset.read("rita") == set(PEOPLE)
    assert dataset.read("stranger") == set(), "no permit, no file"
    for no in NOES:
        dataset.say(no)
    dataset.arrived()
    expected = excludes(country.policy, regime, role)
    running = {who for who in PEOPLE if who == "nobody" or not expected[who][0]}
    new = {who for who in PEOPLE if who == "nobody" or not expected[who][1]}
    assert dataset.read("rita") == running
    dataset.grant("stranger", dataset.apply("stranger"))
    assert dataset.read("stranger") == new
    assert dataset.read("rita") == running, "a new permit gives the old one nobody back"


def test_the_exception_of_article_71_4_opens_her_file_only_where_law_and_ruling_stand(
    country: Country,
) -> None:
    dataset = country.open(21, "ehds_ch4", "none")
    dataset.say("opt_out")
    others = set(PEOPLE) - {"opt_out"}
    dataset.grant("stranger", dataset.apply("stranger"))
    assert dataset.read("stranger") == others, "no claim"
    claimed = {
        "ehds_purpose": "53-1-a",
        "organisation": {"not_for_profit": True, "public_body": True},
        "exception_71_4": CLAIM,
    }
    unruled = dataset.apply("edda", **claimed)
    case = dataset.apply("rita", **claimed)
    body = {
        "clause": "OPT_OUT",
        "question": "exception_71_4",
        "value": "",
        "answer": "yes",
        "reasons": "The committee weighed it.",
    }
    if "exception_71_4" not in country.policy:
        with pytest.raises(AssertionError) as refused:
            dataset.authority(case, "rulings", body)
        assert "exception_lacking" in str(refused.value)
        dataset.grant("rita", case)
        assert dataset.read("rita") == others, "no law"
        return
    ruling = dataset.authority(case, "rulings", body).body["ruling_id"]
    dataset.grant("rita", case)
    dataset.grant("edda", unruled)
    assert dataset.read("edda") == others, "a claim that nobody ruled on"
    assert dataset.read("rita") == set(PEOPLE), "claim, law and ruling"
    assert dataset.read("stranger") == others, "the yes is rita's alone"
    ended = {"reasons": "The committee has changed its mind."}
    dataset.authority(case, f"rulings/{ruling}/withdrawal", ended)
    dataset.arrived()
    assert dataset.read("rita") == others, "at the next request"
    assert dataset.read("stranger") == others
