# SPDX-License-Identifier: Apache-2.0
"""On a real database: what was signed out acts no more, whoever holds its cookie."""

import re

from tests.support.page_world import make_sign_in
from tests.support.participant_pages import PAGE, Site, fill, pages_app
from tests.support.registry_world import LOGIN, registry_world


def test_a_copied_cookie_withdraws_nothing_after_the_sign_out() -> None:
    with registry_world() as world:
        fill(world, LOGIN)
        sign_in = make_sign_in(world.clock, issuer=LOGIN)
        leave_and_try(Site(world=world, app=pages_app(world, sign_in)))


def leave_and_try(site: Site) -> None:
    anna = site.browser()
    cookie = anna.client.get_cookie("placet_consent_registry")
    assert cookie is not None
    thief = site.app.test_client()
    thief.set_cookie("placet_consent_registry", cookie.value)
    assert thief.get("/", headers=PAGE).status_code == 200
    token = re.search(r'name="csrf_token" value="([^"]+)"', anna.get("/").text)
    assert token
    anna.client.post("/sign-out", data={"csrf_token": token[1]}, headers=PAGE)
    assert thief.get("/", headers=PAGE).status_code == 303
    before = site.states()
    thief.post("/withdraw", data={"csrf_token": token[1]}, headers=PAGE)
    assert site.states() == before
