# SPDX-License-Identifier: Apache-2.0
"""The steward's pages: progress that can be told to stand still, one step to cancel, nodes."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from consent_registry.domain.batches import ImportState
from consent_registry.usecases.acknowledging import acknowledge, note_reader
from consent_registry.usecases.import_applying import apply_next
from consent_registry.usecases.import_staging import stage_next
from shared.pages.person import Person
from tests.support.page_world import make_sign_in
from tests.support.participant_pages import HEART, Browser, Site, fill, pages_app, somebody
from tests.support.registry_world import DESK, LOGIN, csv_of, people, registry_world

STEWARD = replace(somebody("sara", LOGIN), scopes=frozenset({"consents.import", "consents.read"}))


@pytest.fixture
def site() -> Iterator[Site]:
    with registry_world() as world:
        fill(world, LOGIN)
        sign_in = make_sign_in(world.clock, issuer=LOGIN)
        yield Site(world=world, app=pages_app(world, sign_in))


@pytest.fixture
def browser(site: Site) -> Browser:
    return site.browser(STEWARD)


def test_an_import_is_followed_and_cancelled_in_one_step(site: Site, browser: Browser) -> None:
    batch = site.world.receive(csv_of(people(2_400)))
    path = f"/imports/{batch.import_id}"
    assert "Being checked" in browser.page(path)
    stage_next(tools=site.world.tools)
    apply_next(tools=site.world.tools)
    page = browser.page(path)
    for said in ("Being recorded", "Rows read 2,400", "Rows checked 2,400", "Rows recorded 2,000"):
        assert said in page
    answer = browser.send(f"{path}/cancel", form_at=path)
    assert (answer.status_code, answer.location) == (303, path)
    page = browser.page(path)
    assert "2,000 rows were recorded before it was cancelled, and stay." in page
    assert "Cancel the import" not in page
    assert site.world.report(batch.import_id).batch.state is ImportState.CANCELLED
    assert batch.import_id in browser.page("/imports")


def test_a_page_under_way_is_fetched_anew_unless_told_to_stay(site: Site, browser: Browser) -> None:
    batch = site.world.receive(csv_of(people(1)))
    path = f"/imports/{batch.import_id}"
    assert browser.get(path).headers["Refresh"] == "5"
    assert "Refresh" not in browser.get(f"{path}?still=1").headers
    site.world.work()
    assert "Refresh" not in browser.get(path).headers
    assert "Finished" in browser.page(path)


def test_a_form_sent_after_the_end_shows_the_end(site: Site, browser: Browser) -> None:
    batch = site.world.receive(csv_of(people(1)))
    path = f"/imports/{batch.import_id}"
    token = browser.token(path)
    site.world.work()
    answer = browser.client.post(f"{path}/cancel", data={"csrf_token": token})
    assert (answer.status_code, answer.location) == (303, path)
    assert "Finished" in browser.page(path)


def test_faults_are_shown_by_kind_and_no_value_with_them(site: Site, browser: Browser) -> None:
    rows = [{"participant": f"P-{n}", "local_id": f"{n}", "permission": "XYZ"} for n in range(3)]
    report = site.world.load(*rows)
    page = browser.page(f"/imports/{report.batch.import_id}")
    assert "E-DUO-01 not a DUO code 3 2" in page
    assert "XYZ" not in page


def test_the_nodes_are_shown_with_what_they_lack(site: Site, browser: Browser) -> None:
    assert "No node is expected, and none has read the feed yet." in browser.page("/nodes")
    acknowledge({HEART: 1}, tools=site.world.tools, principal=DESK)
    assert "Behind" in browser.page("/nodes")
    site.world.clock.pass_time(1_200)
    page = browser.page("/nodes")
    assert "Overdue For 20 minutes 22 November" in page
    acknowledge({HEART: site.world.revision(HEART)}, tools=site.world.tools, principal=DESK)
    assert "In step Nothing 22 November" in browser.page("/nodes")


def test_a_node_that_only_reads_is_shown_as_one_that_lacks_everything(
    site: Site, browser: Browser
) -> None:
    note_reader(tools=site.world.tools, principal=DESK)
    site.world.clock.pass_time(1_200)
    assert "Overdue For 20 minutes Never" in browser.page("/nodes")


@pytest.mark.parametrize("path", ["/imports", "/imports/x", "/nodes"])
def test_the_pages_are_the_stewards_alone(site: Site, path: str) -> None:
    assert site.browser("anna").get(path).status_code == 403
    stranger = replace(site.browser(), client=site.app.test_client())
    assert stranger.get(path).status_code == 303


def test_an_import_nobody_knows_has_no_page(browser: Browser) -> None:
    assert browser.get("/imports/x").status_code == 404
    assert isinstance(STEWARD, Person)
