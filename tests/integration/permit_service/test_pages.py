# SPDX-License-Identifier: Apache-2.0
"""The pages as a browser without JavaScript uses them: sign in, read, fill in, submit."""

import html
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pytest
import requests

from shared.canonical import canonical
from shared.jose import parse_jws, read_object
from tests.fakes.cohort_source import DUTIES
from tests.support.permit_node import PermitNode
from tests.support.tokens import sign_in_at

_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Browser:
    """One person's browser at the permit service."""

    node: PermitNode
    session: requests.Session = field(default_factory=requests.Session)

    def sign_in(self, login: str) -> "Browser":
        begun = self.session.get(f"{self.node.url}/sign-in", allow_redirects=False, timeout=30)
        given = sign_in_at(self.node.idp.issuer, begun.headers["Location"], login)
        done = self.session.get(
            f"{self.node.url}/sign-in/callback", params=given, allow_redirects=False, timeout=30
        )
        assert done.status_code == 303, done.text
        return self

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.node.url + path, allow_redirects=False, timeout=30)

    def page(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return html.unescape(answer.text)

    def submit(self, form_page: str, action: str, fields: Mapping[str, Any]) -> requests.Response:
        token = _CSRF.search(self.get(form_page).text.partition("<main")[2])
        assert token is not None
        return self.session.post(
            self.node.url + action,
            data={"csrf_token": token[1], **fields},
            headers={"Origin": self.node.url, "Referer": self.node.url + form_page},
            allow_redirects=False,
            timeout=30,
        )


@pytest.fixture(scope="module")
def dora(running: PermitNode) -> Browser:
    return Browser(running).sign_in("dora")


@pytest.fixture(scope="module")
def rita(running: PermitNode) -> Browser:
    return Browser(running).sign_in("rita")


APPLICATION: Mapping[str, Any] = {
    "title": "Kidneys of the north",
    "organisation": "Institute of Examples",
    "dataset": "GDI-ZZ-DATASET-1",
    "purpose-category": "HMB",
    "purpose-commercial": "no",
    "purpose-organisation-not_for_profit": "yes",
    "purpose-partners": "https://ror.org/02catss52 for-profit\n\nhttps://ror.org/00bbbbb00",
    "purpose-countries": "fi, ee",
    "purpose-accepts": ["PUB", "COL", "MOR"],
    "purpose-no_publication_before": " 2027-06-01 ",
    "purpose-data_categories": ["images", "genome"],
    "months": "18",
}


def test_people_who_signed_in_begin_where_their_work_is(
    running: PermitNode, dora: Browser, rita: Browser
) -> None:
    for browser, first in ((dora, "/queue"), (rita, "/applications")):
        answer = browser.get("/")
        assert (answer.status_code, answer.headers["Location"]) == (303, first)
    assert "For researchers" in Browser(running).page("/")


def test_a_researcher_applies_and_sees_what_becomes_of_it(node: PermitNode, rita: Browser) -> None:
    answer = rita.submit("/applications/new", "/applications/new", APPLICATION)
    assert answer.status_code == 303, answer.text
    path = answer.headers["Location"]
    page = rita.page(path)
    assert "Kidneys of the north" in page
    assert "Health, medical or biomedical research" in page
    assert (
        "Work together with those who collected the data (COL); "
        "Publish nothing before the date the data holder sets (MOR); Publish the results (PUB)"
    ) in page
    assert "Publishes nothing before 2027-06-01" in page
    assert "In: EE, FI" in page
    partners = "https://ror.org/00bbbbb00; https://ror.org/02catss52 (for profit)"
    assert f"With partners: {partners}" in page
    assert "Only these data: Whole genomes; Images" in page
    assert "Waiting for a decision" in page
    application_id = path.rpartition("/")[2]
    kept = node.get(f"/v1/applications/{application_id}", node.rita()).json()
    assert kept["purpose"]["commercial"] is False
    assert kept["purpose"]["organisation"]["not_for_profit"] is True
    assert kept["purpose"]["ancestry"] is None
    assert kept["purpose"]["data_categories"] == ["genome", "images"]
    node.decide(application_id)
    page = rita.page(path)
    assert "Purpose and consents agree." in page
    assert "In force" in page
    assert "People in it now" not in page
    assert "Data access permit on the basis of the participants' consent" in page
    assert "Kidneys of the north" in rita.page("/applications")


def test_the_form_comes_back_with_its_faults_and_what_was_written(rita: Browser) -> None:
    fields = {"title": "Only a title", "dataset": "x", "months": "many", "purpose-category": "DS"}
    answer = rita.submit("/applications/new", "/applications/new", fields)
    assert answer.status_code == 422
    assert "Error:" in answer.text
    assert "Only a title" in answer.text
    for name in ("dataset", "months", "purpose-diseases"):
        assert f'href="#{name}"' in answer.text
    wrong = {**APPLICATION, "purpose-diseases": "MONDO:0004975 cancer"}
    answer = rita.submit("/applications/new", "/applications/new", wrong)
    assert 'href="#purpose-diseases"' in answer.text
    unasked = {**APPLICATION, "purpose-accepts": ["PUB"]}
    answer = rita.submit("/applications/new", "/applications/new", unasked)
    assert 'href="#purpose-no_publication_before"' in answer.text
    for line in (
        "Firm Ltd",
        "https://ror.org/02catss52 profit",
        "https://ror.org/02catss52 for-profit not-for-profit",
    ):
        unread = {**APPLICATION, "purpose-partners": line}
        answer = rita.submit("/applications/new", "/applications/new", unread)
        assert answer.status_code == 422
        assert 'href="#purpose-partners"' in answer.text
        assert "on each line a ROR identifier" in answer.text
    reserved = {**APPLICATION, "purpose-ehds_purpose": "53-1-b"}
    answer = rita.submit("/applications/new", "/applications/new", reserved)
    assert answer.status_code == 422
    assert "reserved to public bodies" in answer.text
    office = {
        **reserved,
        "purpose-organisation-public_body": "yes",
        "purpose-partners": "https://ror.org/00bbbbb00 public-body",
    }
    answer = rita.submit("/applications/new", "/applications/new", office)
    assert answer.status_code == 303, answer.text
    page = rita.page(answer.headers["Location"])
    assert "By a public body, or on behalf of one (EHDS Article 53(2))" in page


def test_nothing_is_selected_before_a_person_selects_it(
    node: PermitNode, rita: Browser, dora: Browser
) -> None:
    for page in (rita.page("/applications/new"), dora.page(f"/queue/{node.apply()}")):
        assert " checked" not in page
        assert " selected" not in page


def test_the_queue_shows_what_waits(node: PermitNode, dora: Browser) -> None:
    application_id = node.apply(title="Waiting in the queue")
    page = dora.page("/queue")
    assert "Waiting in the queue" in page
    assert "GDI-ZZ-DATASET-1" in page
    assert "less than 1 hour ago" in page
    waiting, _, settled = page.partition('<caption class="govuk-table__caption">Decided')
    assert f"/queue/{application_id}" in waiting
    node.decide(application_id, "refuse")
    waiting, _, settled = dora.page("/queue").partition('govuk-table__caption">Decided')
    assert f"/queue/{application_id}" not in waiting
    assert f"/queue/{application_id}" in settled


def test_the_authority_sees_counts_and_decides(node: PermitNode, dora: Browser) -> None:
    path = f"/queue/{node.apply()}"
    page = dora.page(path)
    for text in (
        "about 610",
        "fewer than 20",
        "about 380",
        "withdrew their consent",
        "Numbers of fewer than 20 people could point at one of them",
    ):
        assert text in page
    answer = dora.submit(path, f"{path}/decision", {"reasons": "Too short? No: long enough."})
    assert answer.status_code == 422
    assert 'href="#decision"' in answer.text
    assert "Too short? No: long enough." in answer.text
    answer = dora.submit(path, f"{path}/decision", {"decision": "grant", "reasons": ""})
    assert answer.status_code == 422
    assert 'href="#reasons"' in answer.text
    good = {"decision": "grant", "reasons": "The consents cover it.", "valid_until": "2027-01-31"}
    answer = dora.submit(path, f"{path}/decision", good)
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    page = dora.page(path)
    assert "Granted" in page
    assert "The consents cover it." in page
    assert "1 February 2027, 00:00:00" in page
    assert "People in it now" in page
    assert "Your decision" not in page


def test_what_is_owed_to_people_is_read_before_the_decision_and_in_the_permit(
    node: PermitNode, dora: Browser, rita: Browser
) -> None:
    node.registry.duties = DUTIES
    application_id = node.apply()
    named = "Biobank of the north; some may have named something else: ask the dataset's holder"
    page = dora.page(f"/queue/{application_id}")
    assert "Return results to where they say (RTN)" in page
    assert named in page
    assert "Publish the results (PUB)" in page
    assert named not in rita.page(f"/applications/{application_id}")
    node.decide(application_id)
    for page in (
        dora.page(f"/queue/{application_id}"),
        rita.page(f"/applications/{application_id}"),
    ):
        assert "Owed to those people who ask for it" in page
        assert named in page
    kept = node.get(f"/v1/applications/{application_id}", node.rita()).json()
    assert kept["annex"]["obligations"] == [one.to_json() for one in DUTIES]
    permit = node.permit(kept["permit_id"])
    assert permit["annex"] == kept["annex"]
    said = read_object(parse_jws(permit["jws"]).payload)["obligations"]
    salt, written = b64decode(permit["annex"]["salt"]), canonical(permit["annex"]["obligations"])
    digest = b64encode(sha256(salt + written).digest()).decode()
    assert said == {"codes": ["RTN", "PUB"], "digest": digest}
    assert "Biobank" not in str(read_object(parse_jws(permit["jws"]).payload))


def test_the_authority_refuses(node: PermitNode, dora: Browser) -> None:
    path = f"/queue/{node.apply()}"
    bad = {"decision": "grant", "reasons": "Long enough.", "valid_until": "soon"}
    assert dora.submit(path, f"{path}/decision", bad).status_code == 422
    fields = {"decision": "refuse", "reasons": "The purpose is too vague."}
    assert dora.submit(path, f"{path}/decision", fields).status_code == 303
    page = dora.page(path)
    assert "Refused" in page
    assert "The purpose is too vague." in page


def test_the_authority_revokes_with_reasons(node: PermitNode, dora: Browser) -> None:
    application_id = node.apply()
    path = f"/queue/{application_id}"
    node.decide(application_id)
    assert f"{path}/revocation" in dora.page(path)
    answer = dora.submit(f"{path}/revocation", f"{path}/revocation", {"reasons": "no"})
    assert answer.status_code == 422
    fields = {"reasons": "The holder broke the conditions."}
    answer = dora.submit(f"{path}/revocation", f"{path}/revocation", fields)
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    page = dora.page(path)
    assert "Revoked" in page
    assert f"{path}/revocation" not in page
    assert "There is no permit in force to revoke." in dora.page(f"{path}/revocation")


def test_a_grant_that_waits_says_why(node: PermitNode, dora: Browser) -> None:
    application_id = node.apply()
    node.registry.up = False
    page = dora.page(f"/queue/{application_id}")
    assert "The counts cannot be shown now" in page
    node.decide(application_id)
    page = dora.page(f"/queue/{application_id}")
    assert "the consent registry does not answer" in page
    assert "Granted, permit on its way" in page


def test_pages_are_for_those_who_may(node: PermitNode, rita: Browser) -> None:
    application_id = node.apply()
    stranger = Browser(node).sign_in("stranger")
    assert stranger.get(f"/applications/{application_id}").status_code == 404
    for path in ("/queue", f"/queue/{application_id}", f"/queue/{application_id}/revocation"):
        assert rita.get(path).status_code == 403
        assert Browser(node).get(path).status_code in {302, 303}
    answer = rita.submit(
        "/applications/new",
        f"/queue/{application_id}/decision",
        {"decision": "grant", "reasons": "I grant this to myself."},
    )
    assert answer.status_code == 403
    assert node.get(f"/v1/applications/{application_id}", node.rita()).json()["state"] == (
        "submitted"
    )


def test_a_form_from_elsewhere_is_refused(node: PermitNode, dora: Browser) -> None:
    path = f"/queue/{node.apply()}"
    answer = dora.session.post(
        f"{node.url}{path}/decision",
        data={"decision": "grant", "reasons": "Forged by another site."},
        allow_redirects=False,
        timeout=30,
    )
    assert answer.status_code == 400
    assert "Waiting for a decision" in dora.page(path)


def test_the_start_page_is_open_and_says_what_this_is(node: PermitNode) -> None:
    assert "Permits for genomic data" in Browser(node).page("/")


def test_the_authority_rules_and_withdraws(node: PermitNode, dora: Browser) -> None:
    application_id = node.apply()
    path = f"/queue/{application_id}/rulings"
    assert path in dora.page(f"/queue/{application_id}")
    page = dora.page(path)
    for text in (
        "is there an approval of an ethics committee?",
        "about 20",
        "\u201chearts\u201d",
        # What few people await, or nobody, can be ruled on all the same: the list tells nothing.
        "is there an agreement on collaboration?",
    ):
        assert text in page
    assert " checked" not in page
    answer = dora.submit(path, path, {"reasons": "Nothing chosen but reasons."})
    assert answer.status_code == 422
    assert 'href="#matter"' in answer.text
    matter = "RS research_type hearts"
    answer = dora.submit(path, path, {"matter": matter, "reasons": "Hearts are covered."})
    assert 'href="#answer"' in answer.text
    answer = dora.submit(path, path, {"matter": matter, "answer": "yes", "reasons": "short"})
    assert 'href="#reasons"' in answer.text
    good = {"matter": matter, "answer": "yes", "reasons": "Hearts are covered."}
    answer = dora.submit(path, path, good)
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    (given,) = node.get(f"/v1/applications/{application_id}/rulings", node.dora()).json()["rulings"]
    assert (given["clause"], given["value"], given["answer"]) == ("RS", "hearts", "yes")
    withdrawal = f"{path}/{given['ruling_id']}/withdrawal"
    page = dora.page(path)
    assert "Hearts are covered." in page
    assert withdrawal in page
    answer = dora.submit(withdrawal, withdrawal, {"reasons": "no"})
    assert answer.status_code == 422
    answer = dora.submit(withdrawal, withdrawal, {"reasons": "Read again: they are not."})
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    page = dora.page(path)
    assert "Read again: they are not." in page
    assert withdrawal not in page
