# SPDX-License-Identifier: Apache-2.0
"""The participant's pages with a real registry and a real sign-in, for a real browser."""

from collections.abc import Iterator

import pytest

from consent_registry.http import pages
from shared.clock import SystemClock
from tests.support.browser import Open, browser
from tests.support.devidp import devidp_files, devidp_on_thread, served
from tests.support.page_world import make_sign_in
from tests.support.participant_pages import Running, fill, pages_app
from tests.support.ports import free_port
from tests.support.registry_world import registry_world


@pytest.fixture(scope="module")
def opened() -> Iterator[Open]:
    with browser() as window:
        yield window


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    port, clock = free_port(), SystemClock()
    url = f"http://127.0.0.1:{port}"
    files = devidp_files(tmp_path_factory.mktemp("devidp"), pages={"consent_registry": url})
    sign_in = make_sign_in(
        clock,
        issuer=files.issuer,
        public_url=url,
        secret=files.secret("consent_registry-pages"),
        scopes=pages.SCOPES,
    )
    with registry_world(clock) as world:
        fill(world, files.issuer)
        app = pages_app(world, sign_in, url)
        with devidp_on_thread(files, clock), served(app, port):
            yield Running(url=url, issuer=files.issuer, world=world)
