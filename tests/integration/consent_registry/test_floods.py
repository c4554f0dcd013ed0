# SPDX-License-Identifier: Apache-2.0
"""A served registry under a flood: whoever holds connections keeps nobody else out."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from consent_registry.bootstrap import FREE_THREADS, THREADS
from tests.support.floods import idle_posts
from tests.support.ports import free_port
from tests.support.registry_node import RegistryNode, registry_node
from tests.support.waiting import wait_until

STRANGERS = 20  # so many that the flood has certainly arrived


@pytest.fixture
def node(tmp_path: Path) -> Iterator[RegistryNode]:
    with registry_node(tmp_path) as running:
        yield running


@pytest.fixture
def served(node: RegistryNode) -> Iterator[str]:
    """The address of a real process beside the node's own web part."""
    bind = f"127.0.0.1:{free_port()}"
    with node.process("serve", PLACET_BIND=bind):
        wait_until(lambda: answers(bind), "the registry to answer")
        yield bind


def answers(bind: str) -> bool:
    try:
        return requests.get(f"http://{bind}/healthz", timeout=60).ok
    except requests.ConnectionError:
        return False


@pytest.mark.parametrize("path", ["/sign-out", "/v1/imports"])
def test_bodies_that_never_come_keep_nobody_out(served: str, path: str) -> None:
    with idle_posts(served, path, 3 * THREADS):
        assert all(answers(served) for _ in range(STRANGERS))


def test_pollers_that_wait_leave_threads_to_others_and_the_others_are_answered(
    node: RegistryNode, served: str
) -> None:
    token = node.service("feed.read")
    answered: list[int] = []

    def poll() -> None:
        answer = requests.get(
            f"http://{served}/v1/feed",
            params={"after": "0", "wait": "20"},  # nothing is registered: nothing will come
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )
        answered.append(answer.status_code)

    pollers = [threading.Thread(target=poll) for _ in range(3 * THREADS)]
    for poller in pollers:
        poller.start()
    at_once = len(pollers) - (THREADS - FREE_THREADS)
    wait_until(lambda: len(answered) >= at_once, "who finds no seat to be answered")
    assert all(answers(served) for _ in range(STRANGERS))
    assert len(answered) == at_once, "the others went on waiting meanwhile"
    for poller in pollers:
        poller.join()
    assert answered == [200] * len(pollers)
