# SPDX-License-Identifier: Apache-2.0
"""What a reader of a feed believes: nothing that is unsigned, foreign, out of order or replayed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from shared.feed import (
    CHANGES_TYPE,
    HEARTBEAT_TYPE,
    SNAPSHOT_TYPE,
    Change,
    Changes,
    FeedError,
    FeedType,
    Heartbeat,
    Snapshot,
    open_body,
    read_changes,
    read_heartbeat,
    read_snapshot,
    sign_body,
)
from shared.keys import KeyStore
from tests.fakes.kernel import START

ISSUER = "https://consent.example"
REGISTER = "dataset:GDI-ZZ-DATASET-1"
BEAT = Heartbeat(issuer=ISSUER, register=REGISTER, revision=7, time=START)
SNAPSHOT = Snapshot(
    issuer=ISSUER,
    register=REGISTER,
    revision=7,
    position=10,
    time=START,
    content={"local_ids": ["a", "b"], "live": "AA==", "cohorts": []},
)
CHANGE = Change(
    position=11, register=REGISTER, revision=8, kind="member.narrowed", content={"ordinal": 4}
)
BATCH = Changes(
    issuer=ISSUER,
    time=START,
    after=10,
    upto=13,
    changes=(CHANGE, replace(CHANGE, position=13, revision=9)),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> KeyStore:
    return KeyStore.create(tmp_path_factory.mktemp("keys") / "feed", "ES256")


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> KeyStore:
    return KeyStore.create(tmp_path_factory.mktemp("keys") / "foreign", "ES256")


def signed(store: KeyStore, body: Mapping[str, Any], typ: FeedType) -> str:
    return sign_body(body, store.active(), typ)


def test_what_is_signed_is_read(store: KeyStore) -> None:
    jwks = store.public_jwks()
    beat = signed(store, BEAT.body(), HEARTBEAT_TYPE)
    assert read_heartbeat(beat, jwks, issuer=ISSUER) == BEAT
    snapshot = signed(store, SNAPSHOT.body(), SNAPSHOT_TYPE)
    assert read_snapshot(snapshot, jwks, issuer=ISSUER) == SNAPSHOT
    batch = signed(store, BATCH.body(), CHANGES_TYPE)
    assert read_changes(batch, jwks, issuer=ISSUER, after=10) == BATCH


def test_an_empty_batch_is_signed_news_too(store: KeyStore) -> None:
    empty = replace(BATCH, changes=(), upto=10)
    token = signed(store, empty.body(), CHANGES_TYPE)
    assert read_changes(token, store.public_jwks(), issuer=ISSUER, after=10) == empty


def test_the_envelope_wins_over_its_content() -> None:
    body = replace(SNAPSHOT, content={"iss": "https://evil.example", "revision": 99}).body()
    assert (body["iss"], body["revision"]) == (ISSUER, 7)


def test_a_foreign_key_a_foreign_issuer_and_another_type_are_not_believed(
    store: KeyStore, foreign: KeyStore
) -> None:
    jwks = store.public_jwks()
    beat = BEAT.body()
    for token in (
        signed(foreign, beat, HEARTBEAT_TYPE),
        signed(store, {**beat, "iss": "https://evil.example"}, HEARTBEAT_TYPE),
        signed(store, beat, SNAPSHOT_TYPE),
        "x",
    ):
        with pytest.raises(FeedError):
            read_heartbeat(token, jwks, issuer=ISSUER)
    with pytest.raises(FeedError):
        open_body(signed(store, beat, HEARTBEAT_TYPE), {}, typ=HEARTBEAT_TYPE, issuer=ISSUER)


@pytest.mark.parametrize("name", ["iss", "register", "revision", "time"])
@pytest.mark.parametrize("value", [None, "", -1, True, [], "soon"])
def test_a_heartbeat_without_its_members_is_not_believed(
    store: KeyStore, name: str, value: object
) -> None:
    if name == "register" and value == "soon":
        value = 5
    token = signed(store, {**BEAT.body(), name: value}, HEARTBEAT_TYPE)
    with pytest.raises(FeedError):
        read_heartbeat(token, store.public_jwks(), issuer=ISSUER)


@pytest.mark.parametrize(
    "batch",
    [
        replace(BATCH, after=9),
        replace(BATCH, after=11),
        replace(BATCH, upto=12),
        replace(BATCH, upto=9, changes=()),
        replace(BATCH, changes=(CHANGE, CHANGE)),
        replace(BATCH, changes=(replace(CHANGE, position=10),)),
        replace(BATCH, changes=(replace(CHANGE, position=13), replace(CHANGE, position=12))),
        replace(BATCH, changes=(CHANGE, replace(CHANGE, position=12, revision=7))),
        replace(BATCH, changes=(replace(CHANGE, kind=""),)),
    ],
)
def test_a_batch_out_of_order_or_played_again_is_not_believed(
    store: KeyStore, batch: Changes
) -> None:
    token = signed(store, batch.body(), CHANGES_TYPE)
    with pytest.raises(FeedError):
        read_changes(token, store.public_jwks(), issuer=ISSUER, after=10)


def test_registers_count_their_revisions_apart(store: KeyStore) -> None:
    other = replace(CHANGE, position=12, register="permits", revision=2)
    batch = replace(BATCH, changes=(CHANGE, other))
    token = signed(store, batch.body(), CHANGES_TYPE)
    assert read_changes(token, store.public_jwks(), issuer=ISSUER, after=10) == batch


@pytest.mark.parametrize("changes", [None, {}, "x", [1], [{}]])
def test_changes_of_another_shape_are_not_believed(store: KeyStore, changes: object) -> None:
    token = signed(store, {**BATCH.body(), "changes": changes}, CHANGES_TYPE)
    with pytest.raises(FeedError):
        read_changes(token, store.public_jwks(), issuer=ISSUER, after=10)
