# SPDX-License-Identifier: Apache-2.0
"""Pages of a search while entries come in, and questions as of sizes that are none."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from shared.events import Subject
from tests.fakes.log_factories import DATASET, ISSUER, Speaker, fact
from tests.support.log_node import LogNode

RITA = {"issuer": ISSUER, "subject": "rita"}
FILTERS: list[dict[str, Any]] = [
    {},
    {"dataset": DATASET},
    {"actor": RITA},
    {"person": {"dataset": DATASET, "ordinal": 3}},
    {"decision": "deny", "src": "zz/clearinghouse/1"},
    {"purpose": "DUO:0000006", "type": "placet.access.decision.v1"},
]


def some(speaker: Speaker, number: int) -> list[Any]:
    return [
        speaker.say(
            fact(
                decision="deny" if n % 3 else "permit",
                subjects=(Subject(dataset=DATASET, ordinal=n % 5),),
            )
        )
        for n in range(number)
    ]


@pytest.fixture(scope="module")
def speaker(node: LogNode) -> Speaker:
    made = Speaker()
    for _ in range(4):
        assert node.send(*some(made, 40)).status_code == 202
        node.settle()
    return made


@contextmanager
def growing(node: LogNode, speaker: Speaker) -> Iterator[None]:
    """Let entries come, be sequenced and published until the block ends."""
    stop = threading.Event()

    def grow() -> None:
        while not stop.is_set():
            assert node.send(*some(speaker, 15)).status_code == 202
            node.settle()

    growth = threading.Thread(target=grow)
    growth.start()
    try:
        yield
    finally:
        stop.set()
        growth.join()


def search(node: LogNode, **body: Any) -> dict[str, Any]:
    answer = node.post("/v1/search", body, node.otto())
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def pages(node: LogNode, wanted: dict[str, Any], size: int, limit: int) -> list[int]:
    """Read everything that matches as of a size, page by page."""
    found: list[int] = []
    after = None
    while True:
        page = search(node, **wanted, as_of=size, after=after, limit=limit)
        assert page["as_of"]["size"] == size
        found += [one["idx"] for one in page["entries"]]
        after = page["next"]
        if after is None:
            return found


@pytest.mark.parametrize("wanted", FILTERS, ids=lambda one: "-".join(one) or "everything")
def test_pages_as_of_a_size_are_the_same_however_the_log_grows(
    node: LogNode, speaker: Speaker, wanted: dict[str, Any]
) -> None:
    first = search(node, **wanted, limit=200)
    size, count = first["as_of"]["size"], first["count"]
    quiet = pages(node, wanted, size, 7)
    with growing(node, speaker):
        told = [pages(node, wanted, size, limit) for limit in (7, 11, 200)]
    assert all(one == quiet for one in told)
    assert quiet == sorted(set(quiet), reverse=True)
    assert len(quiet) == count
    assert all(index < size for index in quiet)
    assert search(node, **wanted)["as_of"]["size"] > size


def test_a_size_that_was_never_published_answers_nothing(node: LogNode, speaker: Speaker) -> None:
    size = search(node)["as_of"]["size"]
    for strange in (size + 1, size - 1, 1 << 40, 3):
        answer = node.post("/v1/search", {"as_of": strange}, node.otto())
        assert (answer.status_code, answer.json()["code"]) == (422, "size_not_published"), strange
    for nonsense in (-1, "5", 1.5, True, 1 << 70):
        answer = node.post("/v1/search", {"as_of": nonsense}, node.otto())
        assert answer.status_code == 422, nonsense
        assert answer.json()["errors"][0]["pointer"] == "/as_of"


def test_a_cursor_of_another_question_gives_no_other_s_entries(
    node: LogNode, speaker: Speaker
) -> None:
    """A cursor is an index: whatever is said there, only what matches is below it."""
    size = search(node)["as_of"]["size"]
    denied = pages(node, {"decision": "deny"}, size, 200)
    for after in (0, 1, size // 2, size, size + 500, 1 << 40):
        page = search(node, decision="deny", as_of=size, after=after, limit=200)
        below = [index for index in denied if index < after][:200]
        assert [one["idx"] for one in page["entries"]] == below
    for nonsense in (-1, "x", 1.5):
        answer = node.post("/v1/search", {"after": nonsense}, node.otto())
        assert answer.status_code == 422


def test_what_is_sequenced_and_not_published_is_on_no_page(node: LogNode, speaker: Speaker) -> None:
    before = search(node)["as_of"]["size"]
    assert node.send(*some(speaker, 9)).status_code == 202
    store = node.store()
    try:
        sequencer = node.sequencer(store)
        while sequencer.step():
            pass
    finally:
        store.close()
    page = search(node, limit=200)
    assert max(one["idx"] for one in page["entries"]) < before
    assert page["as_of"]["size"] == before
    assert node.settle() > before
