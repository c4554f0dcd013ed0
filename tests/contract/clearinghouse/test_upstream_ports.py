# SPDX-License-Identifier: Apache-2.0
"""One conformance suite for what is asked of others: visas and feeds, over HTTP and in memory."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from permit_service.clearinghouse.adapters.feeds import HttpFeed
from permit_service.clearinghouse.adapters.permissions import PermissionsClient
from permit_service.clearinghouse.domain.errors import FeedFault, SourceUnreachable
from permit_service.clearinghouse.domain.trust import TrustedSource
from permit_service.clearinghouse.domain.visa import MAX_VISAS
from permit_service.clearinghouse.ports import Feed, VisaSources
from shared.clock import SystemClock
from shared.http_client import Http, JsonClient, RemoteKeySet, ServiceTokens
from shared.ids import DatasetId
from shared.settings import Secret
from tests.fakes.clearinghouse import a_source
from tests.fakes.clearinghouse_feeds import REGISTER, cohort_body, dataset_body, permits_body
from tests.fakes.clearinghouse_node import SERVICE_TOKEN, Node, node
from tests.fakes.clearinghouse_ports import MemoryFeed, MemorySources
from tests.fakes.clearinghouse_publishers import FeedState, signed

ODD_SUBJECT = "r ita/../x?iss=evil#é"


@pytest.fixture
def around() -> Iterator[Node]:
    """Serve a node."""
    with node() as one:
        yield one


@dataclass(frozen=True)
class SourceKind:
    sources: VisaSources
    source: TrustedSource
    give: Callable[[str, list[str]], None]
    silence: Callable[[], None]


@pytest.fixture(params=["http", "memory"])
def sources(request: pytest.FixtureRequest, around: Node) -> SourceKind:
    if request.param == "memory":
        fake = MemorySources()

        def give(subject: str, visas: list[str]) -> None:
            fake.visas["own", subject] = visas

        return SourceKind(fake, a_source(), give, lambda: fake.down.add("own"))
    source = replace(
        a_source(),
        permissions_url=f"{around.permit_issuer}/api/permissions/{{user}}",
        subject_issuer=around.idp,
    )
    return SourceKind(
        real_sources(around), source, around.visas.__setitem__, lambda: around.down.add("permits")
    )


def real_sources(around: Node) -> PermissionsClient:
    tokens = ServiceTokens(f"{around.idp}/token", "clearinghouse", Secret("secret"), SystemClock())
    return PermissionsClient(tokens, Http())


@pytest.mark.parametrize("subject", ["rita", ODD_SUBJECT])
def test_visas_of_exactly_this_person_are_given(sources: SourceKind, subject: str) -> None:
    sources.give(subject, ["visa-1", "visa-2"])
    assert list(sources.sources.fetch(sources.source, subject)) == ["visa-1", "visa-2"]


def test_an_unknown_person_has_none(sources: SourceKind) -> None:
    assert list(sources.sources.fetch(sources.source, "stranger")) == []


def test_a_silent_source_is_not_an_empty_one(sources: SourceKind) -> None:
    sources.give("rita", ["visa-1"])
    sources.silence()
    with pytest.raises(SourceUnreachable):
        sources.sources.fetch(sources.source, "rita")


def test_at_most_two_hundred_are_taken(sources: SourceKind) -> None:
    sources.give("rita", [f"visa-{number}" for number in range(MAX_VISAS + 1)])
    assert len(sources.sources.fetch(sources.source, "rita")) == MAX_VISAS


def test_the_source_is_asked_as_a_service_about_the_upstream_account(around: Node) -> None:
    source = replace(
        a_source(),
        permissions_url=f"{around.permit_issuer}/api/permissions/{{user}}",
        subject_issuer=around.idp,
    )
    around.visas["rita"] = []
    real_sources(around).fetch(source, "rita")
    assert around.asked == [(around.idp, "rita")]
    around.down.add("idp")
    with pytest.raises(SourceUnreachable):
        real_sources(around).fetch(source, "rita")


@dataclass(frozen=True)
class FeedKind:
    feed: Feed
    change: Callable[[dict[str, object]], None]
    manifest: Callable[[dict[str, object]], str]
    silence: Callable[[], None]


@pytest.fixture(params=["http", "memory"])
def feeds(request: pytest.FixtureRequest, around: Node) -> FeedKind:
    if request.param == "memory":
        fake = MemoryFeed(dataset_body(cohort_body()))

        def change(content: dict[str, object]) -> None:
            revision = 13 + len(fake.changes)
            fake.change(REGISTER, revision, "member.narrowed", content)
            fake.beat(REGISTER, revision)

        def be_silent() -> None:
            fake.down = True

        return FeedKind(fake, change, json.dumps, be_silent)
    around.consent.registers[REGISTER] = dataset_body(cohort_body())
    return FeedKind(
        real_feed(around, around.consent),
        lambda content: (around.consent.change(REGISTER, "member.narrowed", content), None)[1],
        lambda body: signed(
            {**body, "iss": around.consent.issuer}, "consent", "placet-manifest+jwt"
        ),
        lambda: around.down.add("consent"),
    )


def real_feed(around: Node, state: FeedState) -> HttpFeed:
    client = JsonClient(f"{around.url}/consent/v1/feed", bearer=lambda: SERVICE_TOKEN)
    key_set = RemoteKeySet(f"{around.url}/consent/api/jwk", SystemClock())
    return HttpFeed(client, key_set, issuer=state.issuer, wait_seconds=0)


def test_a_snapshot_and_what_follows_it(feeds: FeedKind) -> None:
    snapshot = feeds.feed.snapshot()
    assert [register["register"] for register in snapshot.registers] == [REGISTER]
    assert feeds.feed.news(snapshot.cursor, wait_seconds=0).changes == []
    feeds.change({"ordinal": 3, "cause": "withdrawn"})
    news = feeds.feed.news(snapshot.cursor, wait_seconds=0)
    assert [change["ordinal"] for change in news.changes] == [3]
    assert [beat.revision for beat in news.heartbeats] == [13]
    assert feeds.feed.news(news.cursor, wait_seconds=0).changes == []
    assert feeds.feed.news(news.cursor, wait_seconds=0).cursor == news.cursor
    assert len(feeds.feed.news(snapshot.cursor, wait_seconds=0).changes) == 1


def test_a_silent_feed_is_unreachable(feeds: FeedKind) -> None:
    feeds.silence()
    for ask in (feeds.feed.snapshot, lambda: feeds.feed.news(0, wait_seconds=0)):
        with pytest.raises(SourceUnreachable):
            ask()


def test_a_manifest_of_the_publisher_is_read(feeds: FeedKind) -> None:
    body: dict[str, object] = {"cohort_id": "cohort-1"}
    assert feeds.feed.manifest(feeds.manifest(body))["cohort_id"] == "cohort-1"
    with pytest.raises(FeedFault):
        feeds.feed.manifest("nonsense")


def test_manifests_of_others_are_refused(around: Node) -> None:
    feed = real_feed(around, around.consent)
    body = {"iss": around.consent.issuer, "cohort_id": "cohort-1"}
    for token in (
        signed(body, "consent", "placet-changes+jwt"),
        signed({**body, "iss": "https://evil.example"}, "consent", "placet-manifest+jwt"),
    ):
        with pytest.raises(FeedFault):
            feed.manifest(token)


def test_a_manifest_outlives_the_key_that_signed_it(around: Node) -> None:
    body = {"iss": around.consent.issuer, "cohort_id": "cohort-1"}
    by_a_key_long_gone = signed(body, "permit-feed", "placet-manifest+jwt")
    assert real_feed(around, around.consent).manifest(by_a_key_long_gone) == body


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://evil.example"},
        {"after": 7},
        {"upto": 7},
        {"changes": None},
        {"time": "now"},
    ],
)
def test_a_batch_that_does_not_fit_is_refused(around: Node, change: dict[str, Any]) -> None:
    feed = real_feed(around, around.consent)
    around.consent.spoil_next = lambda body: {**body, **change}
    with pytest.raises(FeedFault):
        feed.news(0, wait_seconds=0)
    feed.news(0, wait_seconds=0)


def test_a_cursor_that_skips_changes_is_refused(around: Node) -> None:
    """Whoever could move it would hide a withdrawal: the reader would never ask for that change."""
    around.consent.registers[REGISTER] = dataset_body(cohort_body())
    around.consent.change(REGISTER, "member.narrowed", {"ordinal": 3, "cause": "withdrawn"})
    feed = real_feed(around, around.consent)
    assert feed.snapshot().cursor == 1
    for forged in (0, 2):
        around.consent.cursor_on_the_road = forged
        with pytest.raises(FeedFault):
            feed.snapshot()


@pytest.mark.parametrize("position", [0, 2, -1, None, True, "1"])
def test_registers_that_stand_elsewhere_than_the_cursor_are_refused(
    around: Node, position: object
) -> None:
    around.consent.registers[REGISTER] = dataset_body(cohort_body())
    around.consent.change(REGISTER, "member.given", {"ordinal": 3})
    other = {**dataset_body(dataset=DatasetId("GDI-ZZ-DATASET-2")), "position": position}
    around.consent.registers[str(other["register"])] = other
    with pytest.raises(FeedFault):
        real_feed(around, around.consent).snapshot()


def test_a_feed_without_registers_begins_at_its_beginning(around: Node) -> None:
    feed = real_feed(around, around.consent)
    assert (feed.snapshot().registers, feed.snapshot().cursor) == ([], 0)
    around.consent.cursor_on_the_road = 1
    with pytest.raises(FeedFault):
        feed.snapshot()


def test_a_feed_signed_by_other_keys_is_refused(around: Node) -> None:
    around.permits.registers["permits"] = permits_body()
    client = JsonClient(f"{around.url}/permits/v1/feed", bearer=lambda: SERVICE_TOKEN)
    key_set = RemoteKeySet(f"{around.url}/consent/api/jwk", SystemClock())
    feed = HttpFeed(client, key_set, issuer=around.permit_issuer, wait_seconds=0)
    for ask in (feed.snapshot, lambda: feed.news(0, wait_seconds=0)):
        with pytest.raises(FeedFault):
            ask()
