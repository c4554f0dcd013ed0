# SPDX-License-Identifier: Apache-2.0
"""The pages of a form on a real database: nothing chosen, the outcome first, nothing else."""

import re
from collections.abc import Iterator

import pytest

from consent_registry.domain.history import State
from consent_registry.usecases.forms import register_form, retire_form
from consent_registry.usecases.reading import own_history
from tests.fakes.form_factories import choosing_document, example_document, small_document
from tests.fakes.form_factories import text as words
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
    text_of,
)
from tests.support.registry_world import DESK, LOGIN, registry_world

ASK = f"/answer/{HEART}"


@pytest.fixture
def site() -> Iterator[Site]:
    with registry_world() as world:
        fill(world, LOGIN)
        world.form(example_document(), demanded_by=HEART)
        sign_in = make_sign_in(world.clock, issuer=LOGIN)
        yield Site(world=world, app=pages_app(world, sign_in))


def send(anna: Browser, path: str, fields: dict[str, list[str]]) -> tuple[int, str, str]:
    """Send fields with the session's token; gives status, page as text, and page as it is."""
    shown = {"language": ["en"], **hidden(anna.get(ASK).text)}
    data = {**shown, **fields, "csrf_token": [anna.token(ASK)]}
    answer = anna.client.post(path, data=data, headers=PAGE)
    return answer.status_code, text_of(answer), answer.text


def fields(**answers: str) -> dict[str, list[str]]:
    """Name the fields of answers."""
    return {f"answer-{key}": [value] for key, value in answers.items()}


def hidden(page: str) -> dict[str, list[str]]:
    """Give the fields that the page sends on."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page):
        found.setdefault(name, []).append(value)
    return found


def events(site: Site) -> int:
    return site.world.count("consent_event")


def form_of(site: Site) -> str:
    (row,) = site.world.rows("consent_form")
    return bytes(row[0]).hex()


def test_nothing_is_chosen_before_and_nothing_after_she_has_answered(site: Site) -> None:
    anna = site.browser()
    for _ in range(2):
        page = anna.get(ASK).text
        assert page.count('type="radio"') == 16
        assert not re.search(r"<(input|option)[^>]*\s(checked|selected)", page)
        _, _, shown = send(anna, ASK, fields(health="yes", companies="yes"))
        send(anna, f"{ASK}/confirmation", hidden(shown))
    assert "Your answer until now: Yes" in anna.page(ASK)


def test_an_answer_to_another_version_is_no_answer_to_this_one(site: Site) -> None:
    """Under the same key the next version may ask something else."""
    anna = site.browser()
    _, _, shown = send(anna, ASK, fields(health="yes"))
    send(anna, f"{ASK}/confirmation", hidden(shown))
    read = hidden(anna.get(ASK).text)["form"]
    site.world.form({**example_document(), "version": "2.0"})
    # A page that she had open all the while asked something else: she is asked again.
    before = events(site)
    for path in (ASK, f"{ASK}/confirmation"):
        for form in (read, [""]):
            assert send(anna, path, {**fields(health="yes"), "form": form})[0] == 409
    assert events(site) == before
    assert "Your answer until now" not in anna.page(ASK)


def test_the_outcome_is_shown_first_and_recorded_only_when_confirmed(site: Site) -> None:
    anna, before = site.browser(), events(site)
    status, said, page = send(anna, ASK, fields(health="yes", companies="no"))
    assert status == 200
    assert "study health, illness and medicine" in said
    assert "Companies may not use it" in said
    assert "You left this open. It counts as no." in said
    assert events(site) == before
    status, _, _ = send(anna, f"{ASK}/confirmation", hidden(page))
    assert (status, events(site)) == (303, before + 1)
    step = own_history(tools=site.world.tools, principal=ANNA)[0]
    assert (step.record.channel.value, step.record.form_version) == ("page", form_of(site))
    assert "Your answers are recorded" in anna.page(f"{ASK}/recorded")
    assert form_of(site) in anna.page("/history")


def test_the_same_page_sent_twice_is_recorded_once(site: Site) -> None:
    anna, before = site.browser(), events(site)
    _, _, page = send(anna, ASK, fields(health="yes"))
    for _ in range(2):
        assert send(anna, f"{ASK}/confirmation", hidden(page))[0] == 303
    assert events(site) == before + 1
    _, _, other = send(anna, ASK, fields(health="no"))
    for shown in (other, page):
        assert send(anna, f"{ASK}/confirmation", hidden(shown))[0] == 303
    assert events(site) == before + 3


def test_the_form_that_was_answered_can_be_read_word_for_word_later(site: Site) -> None:
    anna = site.browser()
    _, _, page = send(anna, ASK, fields(health="yes"))
    send(anna, f"{ASK}/confirmation", hidden(page))
    answered = form_of(site)
    retire_form(answered, tools=site.world.tools, principal=DESK)
    assert f'href="/form/{answered}"' in anna.get("/history").text
    assert "Your genome and research" in anna.page(f"/form/{answered}")
    assert "O seu genoma" in anna.page(f"/form/{answered}?language=pt")
    draft = register_form(small_document(), tools=site.world.tools, principal=DESK).form.sha256
    for other in (draft, "00" * 32, "x"):
        assert anna.get(f"/form/{other}").status_code in {404, 409}


def test_an_empty_form_is_a_no_that_nobody_has_to_explain(site: Site) -> None:
    anna = site.browser()
    status, said, page = send(anna, ASK, {})
    assert status == 200
    assert "You say no to every use of your data." in said
    send(anna, f"{ASK}/confirmation", hidden(page))
    assert site.states()[HEART] is State.REFUSED


def test_illnesses_are_asked_for_and_sent_on(site: Site) -> None:
    anna = site.browser()
    status, said, page = send(anna, ASK, fields(illnesses="yes"))
    assert status == 422
    assert "Choose at least one illness, or answer no." in said
    assert 'href="#illnesses-illnesses"' in page
    two = {"illnesses-illnesses": ["MONDO:0004992", "MONDO:0005015"]}
    status, said, page = send(anna, ASK, {**fields(illnesses="yes"), **two})
    assert (status, hidden(page)["illnesses-illnesses"]) == (200, two["illnesses-illnesses"])
    assert "cancer" in said
    send(anna, f"{ASK}/confirmation", hidden(page))
    (given,) = own_history(tools=site.world.tools, principal=ANNA)[0].terms or ()
    assert list(given.diseases) == two["illnesses-illnesses"]


def test_values_are_asked_for_by_their_kind_and_what_was_chosen_is_granted(site: Site) -> None:
    site.world.form(choosing_document(), demanded_by=HEART)
    anna = site.browser()
    page = anna.get(ASK).text
    assert page.count('type="checkbox"') == 3
    assert page.count('type="radio"') == 3 * 2 + 3
    assert not re.search(r"<(input|option)[^>]*\s(checked|selected)", page)
    said_yes = fields(health="yes", places="yes", longer="yes")
    status, said, page = send(anna, ASK, said_yes)
    assert status == 422
    assert "Choose from the list, or answer no." in said
    assert 'href="#values-places"' in page
    assert 'href="#values-longer"' in page
    two_limits = {"values-places": ["EE"], "values-longer": ["12", "60"]}
    assert send(anna, ASK, {**said_yes, **two_limits})[0] == 422
    chosen = {"values-places": ["EE", "PT"], "values-longer": ["60"]}
    status, said, page = send(anna, ASK, {**said_yes, **chosen})
    assert (status, "Yes: Value EE and Value PT" in said) == (200, True)
    assert {name: hidden(page)[name] for name in chosen} == chosen
    send(anna, f"{ASK}/confirmation", hidden(page))
    (given,) = own_history(tools=site.world.tools, principal=ANNA)[0].terms or ()
    assert [one.values for one in given.modifiers] == [("EE", "LV", "PT"), ("60",)]
    # One more refusal: the values that were sent with it count for nothing.
    less = {**fields(health="yes", places="no"), "values-places": ["EE"]}
    _, _, page = send(anna, ASK, less)
    send(anna, f"{ASK}/confirmation", hidden(page))
    (given,) = own_history(tools=site.world.tools, principal=ANNA)[0].terms or ()
    assert [one.values for one in given.modifiers] == [("LV",), ("12",)]


def test_every_language_of_the_form_can_be_read_and_is_kept(site: Site) -> None:
    anna = site.browser()
    page = anna.get(f"{ASK}?language=pt").text
    assert "O seu genoma e a investigação" in page
    assert 'lang="fi"' in page
    assert "suomi" in page
    _, _, shown = send(anna, ASK, {**fields(health="yes"), "language": ["pt"]})
    assert "Podem estudar qualquer doença" in shown
    send(anna, f"{ASK}/confirmation", hidden(shown))
    personal = own_history(tools=site.world.tools, principal=ANNA)[0].record.personal
    assert b'"language":"pt"' in personal
    assert anna.get(f"{ASK}?language=xx").status_code == 200


def test_what_she_confirms_is_the_form_she_was_shown(site: Site) -> None:
    anna, before = site.browser(), events(site)
    _, _, page = send(anna, ASK, fields(health="yes"))
    site.world.form({**example_document(), "version": "1.1"})
    status, said, _ = send(anna, f"{ASK}/confirmation", hidden(page))
    assert (status, events(site)) == (409, before)
    assert "Nothing was recorded" in said


def test_a_retired_form_asks_nobody_and_stopping_still_works(site: Site) -> None:
    anna = site.browser()
    token = anna.token(ASK)
    retire_form(form_of(site), tools=site.world.tools, principal=DESK)
    answer = anna.get(ASK)
    assert (answer.status_code, "There is nothing to answer here now" in answer.text) == (409, True)
    answer = anna.client.post(f"/withdraw/{HEART}", data={"csrf_token": token}, headers=PAGE)
    assert answer.status_code == 303
    assert site.states()[HEART] is State.WITHDRAWN


@pytest.mark.parametrize("dataset", [LUNG, OTHER, "x", "%00"])
def test_there_is_nothing_to_answer_elsewhere(site: Site, dataset: str) -> None:
    answer = site.browser().get(f"/answer/{dataset}")
    assert (answer.status_code, "nothing to answer" in answer.text) == (409, True)


def test_made_up_fields_are_no_answers(site: Site) -> None:
    anna, before = site.browser(), events(site)
    elsewhere = {**fields(illnesses="yes"), "illnesses-illnesses": ["MONDO:0000001"]}
    for made_up in (fields(health="maybe"), elsewhere):
        assert send(anna, ASK, made_up)[0] == 422
        confirmed = {**made_up, "form": [form_of(site)]}
        assert send(anna, f"{ASK}/confirmation", confirmed)[0] == 409
    assert events(site) == before


def test_gics_issue_2_a_form_cannot_put_markup_on_a_page(site: Site) -> None:
    bad = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    texts = words("health", "companies")
    texts |= {"title": bad, "introduction": bad, "yes": bad, "no": bad}
    texts["elements"] = dict.fromkeys(texts["elements"], bad)
    for one in texts["questions"].values():
        one |= {"question": bad, "yes": bad, "no": bad, "more": bad}
    site.world.form(small_document(texts={"en": texts}), demanded_by=HEART)
    anna = site.browser()
    for page in (anna.get(ASK).text, send(anna, ASK, fields(health="yes"))[2]):
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page
