# SPDX-License-Identifier: Apache-2.0
"""The participant's pages on a real database: what they say is what the use cases did."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta

import pytest

from consent_registry.domain.history import State
from consent_registry.domain.terms import RawAlternative
from consent_registry.domain.uses import DataUse, NotReporting
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import freeze_cohort
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.reading import own_history
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.auth import AUTH_MARK
from shared.ids import ApplicationId, PermitId
from tests.fakes.consent_factories import purpose
from tests.fakes.who_used import MemoryWhoUsed
from tests.support.page_world import make_sign_in
from tests.support.participant_pages import (
    ANNA,
    HEART,
    LUNG,
    OTHER,
    PAGE,
    Browser,
    Site,
    fill,
    pages_app,
    somebody,
)
from tests.support.registry_world import DESK, LOGIN, registry_world

_KEY = re.compile(r'name="key" value="([^"]+)"')


@contextmanager
def running() -> Iterator[Site]:
    with registry_world() as world:
        fill(world, LOGIN)
        sign_in = make_sign_in(world.clock, issuer=LOGIN)
        yield Site(world=world, app=pages_app(world, sign_in))


@pytest.fixture(scope="module")
def quiet() -> Iterator[Site]:
    """Give a site that tests only read."""
    with running() as site:
        yield site


@pytest.fixture
def site() -> Iterator[Site]:
    """Give a site of the test's own."""
    with running() as site:
        yield site


def test_home_says_in_plain_words_what_is_allowed(quiet: Site) -> None:
    page = quiet.browser().page("/")
    for words in (
        "Right now, you allow the use of your data in 2 of the 2 datasets you are in.",
        "Hearts of the north",
        "You allow the use of your data since 15 January 2025. It has no end date.",
        "Researchers may use my data to study health, illness and medicine.",
        "Only not-for-profit groups may use my data. Companies may not use it.",
        "My data may be used only in these places: Estonia or Finland.",
        "They must not publish what they find before 31 March 2027.",
        "A yes to use my data lasts 2 years.",
        "Lungs & <air>",
        "Researchers may use my data only for research linked to this illness: cancer.",
    ):
        assert words in page
    assert "DUO:" not in page
    assert "Skin" not in page


def test_home_escapes_what_others_wrote(quiet: Site) -> None:
    assert "Lungs &amp; &lt;air&gt;" in quiet.browser().get("/").text


def test_nobody_is_shown_without_signing_in(quiet: Site) -> None:
    stranger = Browser(client=quiet.app.test_client())
    paths = ("/", "/withdraw", f"/withdraw/{HEART}", "/withdrawals/x", "/history")
    for path in paths:
        answer = stranger.get(path)
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/sign-in"), path
    assert stranger.client.post("/withdraw", headers=PAGE).status_code == 400
    scopeless = replace(somebody("anna", LOGIN), scopes=frozenset())
    for path in paths:
        assert quiet.browser(scopeless).get(path).status_code == 403, path


def test_a_login_linked_to_nobody_is_told_what_to_do(quiet: Site) -> None:
    for path in ("/", "/withdraw", f"/withdraw/{HEART}", "/withdrawals/x", "/history"):
        answer = quiet.browser("carl").get(path)
        assert answer.status_code == 403
        assert "Your login is not linked yet" in answer.text
        assert "person-carl" in answer.text
        assert "Hearts" not in answer.text
    assert quiet.browser("carl").send("/withdraw").status_code == 403


def test_a_participant_in_no_dataset_sees_an_empty_home(quiet: Site) -> None:
    browser = quiet.browser("bo")
    assert "You are in no dataset here." in browser.page("/")
    assert "Nothing is recorded of you here yet." in browser.page("/history")
    assert browser.get("/withdraw").status_code == 404
    assert "/withdraw" not in browser.get("/").text


def test_two_requests_stop_one_dataset_and_leave_the_other(site: Site) -> None:
    browser = site.browser()
    asked = browser.get(f"/withdraw/{HEART}")
    assert "Hearts of the north" in asked.text
    assert "Lungs" not in asked.text
    site.world.clock.pass_time(5)
    before = site.world.revision(HEART)
    done = browser.send(f"/withdraw/{HEART}")
    assert done.status_code == 303, done.text
    assert site.states() == {HEART: State.WITHDRAWN, LUNG: State.GIVEN}
    withdrawal_id = done.location.rpartition("/")[2]
    receipt = browser.page(done.location)
    for words in (
        "You have stopped the use of your data",
        withdrawal_id,
        "22 November 2026, 06:25:05 UTC",
        HEART,
        f"Revision {before + 1}",
        "Cannot be undone.",
        "You can ask A hospital to delete them.",
        "P-ANNA",
    ):
        assert words in receipt
    assert LUNG not in receipt
    home = browser.page("/")
    assert "You stopped the use of your data on 22 November 2026." in home
    assert "in 1 of the 2 datasets" in home
    assert f"/withdraw/{HEART}" not in browser.get("/").text
    assert "There is nothing to stop." in browser.page(f"/withdraw/{HEART}")


def test_two_requests_stop_everything(site: Site) -> None:
    browser = site.browser()
    asked = browser.page("/withdraw")
    assert "Hearts of the north" in asked
    assert "Lungs & <air>" in asked
    done = browser.send("/withdraw")
    assert site.states() == {HEART: State.WITHDRAWN, LUNG: State.WITHDRAWN}
    receipt = browser.page(done.location)
    assert HEART in receipt
    assert LUNG in receipt
    assert "Stop" not in browser.page("/").partition("All people and data")[2].replace(
        "Stopped", ""
    )


def test_a_page_sent_twice_stops_once(site: Site) -> None:
    browser = site.browser()
    found = _KEY.search(browser.get("/withdraw").text)
    assert found is not None
    first = browser.send("/withdraw", key=found[1])
    again = browser.send("/withdraw", key=found[1], form_at="/history")
    assert (first.status_code, first.location) == (again.status_code, again.location)
    steps = own_history(tools=site.world.tools, principal=ANNA)
    assert [step.record.kind.value for step in steps] == [
        "withdrawn",
        "withdrawn",
        "given",
        "given",
    ]


def test_the_question_favours_no_answer_and_wants_no_reason(quiet: Site) -> None:
    page = quiet.browser().get("/withdraw").text
    main = page.partition("<main")[2].partition("</main>")[0]
    assert main.count("<form") == 1
    assert re.findall(r'<input[^>]*type="(\w+)"', main) == ["hidden", "hidden"]
    for control in ("<textarea", "<select", " checked", " required", "autofocus"):
        assert control not in main
    buttons = re.findall(r'class="(govuk-button[^"]*)"', main)
    assert [" ".join(sorted(one.split())) for one in buttons] == [
        "govuk-button placet-button--equal"
    ] * 2


def test_a_form_from_elsewhere_stops_nothing(quiet: Site) -> None:
    browser = quiet.browser()
    browser.get("/withdraw")
    assert browser.client.post("/withdraw", headers=PAGE).status_code == 400
    elsewhere = browser.client.post(
        "/withdraw",
        data={"csrf_token": browser.token("/withdraw")},
        headers={**PAGE, "Origin": "https://elsewhere.example"},
    )
    assert elsewhere.status_code == 400
    assert State.WITHDRAWN not in quiet.states().values()


def test_no_address_reaches_another_participant(site: Site) -> None:
    anna = site.browser()
    done = withdraw("P-EVE", WithdrawConsent(), tools=site.world.tools, principal=DESK)
    for nothing in (done.withdrawal_id, "nothing", "%00", "%F0%9F%92%A9" * 200):
        answer = anna.get(f"/withdrawals/{nothing}")
        assert answer.status_code == 404
    assert anna.get(f"/withdraw/{OTHER}").status_code == 404
    for nonsense in ("nonsense", "%00"):
        assert anna.get(f"/withdraw/{nonsense}").status_code == 404
        assert anna.send(f"/withdraw/{nonsense}", form_at="/history").status_code == 404
    refused = anna.send(f"/withdraw/{OTHER}", form_at="/history")
    assert refused.status_code >= 400
    assert "Skin" not in anna.page(f"/history/{OTHER}")
    assert State.WITHDRAWN not in site.states().values()


def test_the_history_is_in_words_and_newest_first(site: Site) -> None:
    browser = site.browser()
    site.world.clock.pass_time(60)
    done = browser.send(f"/withdraw/{LUNG}")
    page = browser.page("/history")
    titles = ("You stopped the use of your data", "You said what your data may be used for")
    assert page.index(titles[0]) < page.index(titles[1])
    assert "You did this on these pages" in page
    assert "The data holder sent this in a file" in page
    assert "22 November 2026, 06:26:00 UTC" in page
    assert "Researchers may use my data only for research linked to this illness: cancer." in page
    assert done.location in browser.get("/history").text
    one = browser.page(f"/history/{HEART}")
    assert "History: Hearts of the north" in one
    assert titles[0] not in one


def test_what_begins_later_is_said_and_can_be_stopped(site: Site) -> None:
    browser = site.browser()
    browser.send(f"/withdraw/{HEART}")
    site.world.clock.pass_time(5)
    later = NewConsent(
        pseudonym="P-ANNA",
        dataset=HEART,
        alternatives=(RawAlternative(permission="GRU"), RawAlternative(permission="POA")),
        effective_from=site.world.clock.now() + timedelta(days=30),
    )
    record_consent(later, tools=site.world.tools, principal=ANNA)
    page = browser.page("/")
    assert "This changes on 22 December 2026. From then on, you allow this:" in page
    assert "Choice 2: any one of these choices is enough" in page
    assert "only to study where groups of people come from" in page
    assert browser.send(f"/withdraw/{HEART}").status_code == 303
    assert "22 December 2026" not in browser.page("/")
    site.world.clock.pass_time(31 * 24 * 3600)
    assert site.states()[HEART] is State.WITHDRAWN


def test_permits_that_include_her_are_counted_until_she_stops(site: Site) -> None:
    tools, browser = site.world.tools, site.browser()
    open_terms = NewConsent(
        pseudonym="P-ANNA", dataset=HEART, alternatives=(RawAlternative(permission="GRU"),)
    )
    record_consent(open_terms, tools=tools, principal=ANNA)
    for number in (1, 2):
        application = ApplicationId(f"application-{number}")
        frozen = freeze_cohort(HEART, purpose(), application, tools=tools, principal=DESK)
        permit = PermitId(f"permit-{number}")
        bind_cohort(frozen.cohort_id, permit, tools=tools, principal=DESK)
    assert "Permits that include your data 2 A permit that has ended" in browser.page("/")
    for path in ("/withdraw", f"/withdraw/{HEART}"):
        assert "Your data are in 2 permits now." in browser.page(path)
    assert "Your data are in" not in browser.page(f"/withdraw/{LUNG}")
    browser.send(f"/withdraw/{HEART}")
    assert "Permits that include your data 2" not in browser.page("/")


def test_an_end_is_said_before_and_after_it_came(site: Site) -> None:
    ends = NewConsent(
        pseudonym="P-ANNA",
        dataset=HEART,
        alternatives=(RawAlternative(permission="HMB"),),
        effective_to=site.world.clock.now() + timedelta(days=10),
    )
    record_consent(ends, tools=site.world.tools, principal=ANNA)
    assert "It ends on 2 December 2026." in site.browser().page("/")
    site.world.clock.pass_time(11 * 24 * 3600)
    page = site.browser().page("/")
    assert "Your consent ended on 2 December 2026. Your data are not used." in page
    assert site.browser().send(f"/withdraw/{HEART}").status_code == 303


def test_every_page_declares_who_may_see_it(quiet: Site) -> None:
    own = [rule for rule in quiet.app.url_map.iter_rules() if "participant." in rule.endpoint]
    assert own
    for rule in own:
        view = quiet.app.view_functions[rule.endpoint]
        assert getattr(view, AUTH_MARK) == ("consents.self",), rule.rule


def test_who_used_my_data_says_each_use_and_who_is_silent(site: Site) -> None:
    told = MemoryWhoUsed()
    place = (HEART, 0)
    use = DataUse(
        day=date(2026, 11, 22),
        dataset=HEART,
        kind="access.read",
        node="zz/clearinghouse/1",
        decision="permit",
        purposes=("DUO:0000006",),
        count=3,
    )
    told.uses = [(place, use), ((OTHER, 0), replace(use, dataset=OTHER, count=99))]
    told.not_reporting = (
        NotReporting(node="ee/clearinghouse/1", places=2, silent=True, silent_since=None),
    )
    told.size, told.dropped = 40, ("2025-09", "2025-10")
    app = pages_app(site.world, make_sign_in(site.world.clock, issuer=LOGIN), who_used=told)
    seen = replace(site, app=app)
    page = seen.browser().get("/who-used")
    assert page.status_code == 200
    for words in (
        *("Your data was read", "3 times", "22 November 2026", "allowed", "DUO:0000006"),
        *("ee/clearinghouse/1: 2 of its reports have not arrived", "it has never reported"),
        "Most of what was recorded before 1 November 2025 is kept no more, and not listed.",
        *("with 40 entries", "The log knows of no use of your data here."),
    ):
        assert words in page.text, words
    assert "99 times" not in page.text
    assert {dataset for dataset, _ in told.asked[0]} == {HEART, LUNG}
    assert "in no dataset" in seen.browser("bo").get("/who-used").text
    assert seen.browser("carl").get("/who-used").status_code == 403
    told.away = True
    away = seen.browser().get("/who-used")
    assert away.status_code == 503
    assert "cannot be asked right now" in away.text
