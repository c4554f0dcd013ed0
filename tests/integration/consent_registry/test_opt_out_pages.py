# SPDX-License-Identifier: Apache-2.0
"""The opt-out's page: one step each way; what the withdrawal page says where it ends nothing."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from consent_registry.usecases.datasets import NewDataset, register_dataset
from shared.ids import DatasetId
from tests.support.page_world import make_sign_in
from tests.support.participant_pages import Site, fill, pages_app
from tests.support.registry_world import DESK, LOGIN, registry_world

BY_LAW = DatasetId("GDI-ZZ-DATASET-8")
GOES_ON = "The law lets some use of these data go on"


@pytest.fixture
def site() -> Iterator[Site]:
    with registry_world() as world:
        fill(world, LOGIN)
        wanted = NewDataset(
            dataset=BY_LAW,
            title="Registers of the south",
            controller="A hospital",
            country="ZZ",
            legal_regime="ehds_ch4",
            consent_role="none",
        )
        register_dataset(wanted, tools=world.tools, principal=DESK)
        row = {"participant": "P-ANNA", "dataset": BY_LAW, "local_id": "R-1"}
        assert world.load(row).batch.applied == 1
        sign_in = make_sign_in(world.clock, issuer=LOGIN)
        yield Site(world=world, app=pages_app(world, sign_in))


def test_one_step_opts_out_and_one_step_undoes_it(site: Site) -> None:
    browser = site.browser()
    assert "Not opted out" in browser.page("/opt-out")
    for path, shown in (("/opt-out", "You opted out on"), ("/opt-out/reverse", "Not opted out")):
        answer = browser.send(path, form_at="/opt-out")
        assert (answer.status_code, answer.location) == (303, "/opt-out")
        assert shown in browser.page("/opt-out")
    assert site.world.count("opt_out_event") == 2


def test_sending_the_page_twice_opts_out_once(site: Site) -> None:
    browser = site.browser()
    for _ in range(2):
        assert browser.send("/opt-out", form_at="/opt-out").status_code == 303
    assert site.world.count("opt_out_event") == 1


def test_the_withdrawal_page_says_where_it_ends_nothing(site: Site) -> None:
    browser = site.browser()
    page = browser.page(f"/withdraw/{BY_LAW}")
    assert GOES_ON in page
    assert "By law, new permits may still include your data. To end that, opt out." in page
    assert "No new permit can include your data." not in page
    assert GOES_ON not in browser.page("/withdraw/GDI-ZZ-DATASET-1")
    everywhere = browser.page("/withdraw")
    assert GOES_ON in everywhere
    assert "No new permit can include your data." in everywhere


def test_home_does_not_say_that_data_are_not_used_when_the_law_lets_them_be(site: Site) -> None:
    browser = site.browser()
    done = browser.send(f"/withdraw/{BY_LAW}")
    assert GOES_ON in browser.page(done.location)
    assert "these data may still be used" in browser.page("/")


def test_a_login_nobody_can_identify_is_told_what_to_do(site: Site) -> None:
    browser = site.browser("carl")
    assert browser.get("/opt-out").status_code == 403
    assert browser.send("/opt-out", form_at="/opt-out").status_code == 403
    assert site.world.count("opt_out_event") == 0


def test_nobody_opts_out_without_signing_in(site: Site) -> None:
    stranger = replace(site.browser(), client=site.app.test_client())
    assert stranger.get("/opt-out").status_code == 303
