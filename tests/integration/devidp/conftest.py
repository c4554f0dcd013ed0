# SPDX-License-Identifier: Apache-2.0
"""One provider on a thread for all tests here, with a clock that moves when told to."""

from collections.abc import Iterator

import pytest

from tests.support.devidp import DevidpFiles, devidp_files, devidp_on_thread
from tests.support.page_world import HandClock
from tests.support.ports import free_port


@pytest.fixture(scope="session")
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(scope="session")
def service_port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def service_url(service_port: int) -> str:
    return f"http://127.0.0.1:{service_port}"


@pytest.fixture(scope="session")
def devidp(
    tmp_path_factory: pytest.TempPathFactory, clock: HandClock, service_url: str
) -> Iterator[DevidpFiles]:
    folder = tmp_path_factory.mktemp("devidp")
    files = devidp_files(folder, pages={"consent_registry": service_url})
    with devidp_on_thread(files, clock):
        yield files
