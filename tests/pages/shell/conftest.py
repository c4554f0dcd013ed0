# SPDX-License-Identifier: Apache-2.0
"""The small service and the real identity provider, on real HTTP, for a real browser."""

from collections.abc import Iterator

import pytest

from shared.clock import SystemClock
from tests.support.browser import Open, browser
from tests.support.devidp import devidp_files, devidp_on_thread, served
from tests.support.page_world import make_service, make_sign_in
from tests.support.ports import free_port


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    files = devidp_files(tmp_path_factory.mktemp("devidp"), pages={"consent_registry": url})
    clock = SystemClock()
    sign_in = make_sign_in(
        clock,
        issuer=files.issuer,
        public_url=url,
        secret=files.secret("consent_registry-pages"),
    )
    service = make_service(clock, sign_in=sign_in, public_url=url)
    with devidp_on_thread(files, clock), served(service, port):
        yield url


@pytest.fixture(scope="module")
def opened() -> Iterator[Open]:
    with browser() as window:
        yield window
