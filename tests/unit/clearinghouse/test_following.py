# SPDX-License-Identifier: Apache-2.0
"""Following feeds: catch-up, staleness, gaps, steps back, and what each refuses."""

from collections.abc import Callable, Mapping

import pytest

from permit_service.clearinghouse.domain.errors import FeedFault, SourceUnreachable
from permit_service.clearinghouse.domain.freshness import Freshness, Heartbeat
from permit_service.clearinghouse.usecases.acknowledge import Acknowledger
from permit_service.clearinghouse.usecases.board import Board
from permit_service.clearinghouse.usecases.follow import (
    HURRIED_SECONDS,
    PATIENT_SECONDS,
    Follower,
    follow_datasets,
    follow_permits,
)
from shared.ids import DatasetId, Ordinal, Revision
from tests.fakes.clearinghouse import DATASET, OTHER_DATASET, PERMIT, local_id
from tests.fakes.clearinghouse_feeds import (
    REGISTER,
    cohort_body,
    dataset_body,
    listed,
    permits_body,
)
from tests.fakes.clearinghouse_ports import MemoryFeed
from tests.fakes.kernel import START, SteppingClock

STALE = 60.0


class Node:
    """A board with both feeds followed."""

    def __init__(self) -> None:
        self.clock = SteppingClock()
        self.board = Board(self.clock, stale_seconds=STALE)
        self.consent = MemoryFeed(dataset_body(cohort_body(range(5))))
        self.permits = MemoryFeed(permits_body(listed("jws")))
        self.followers: tuple[Follower, Follower] = (
            follow_datasets("consent", self.consent, self.board),
            follow_permits("permits", self.permits, self.board),
        )

    def beat(self, consent: int = 12, permits: int = 5) -> None:
        seconds = (self.clock.now() - START).total_seconds()
        self.consent.beat(REGISTER, consent, seconds=seconds)
        self.permits.beat("permits", permits, seconds=seconds)

    def step(self) -> tuple[bool, ...]:
        return tuple(follower.step() for follower in self.followers)

    def stale(self) -> tuple[str, ...]:
        return self.board.stale(self.board.picture(), DATASET)

    def members(self) -> list[int]:
        datasets = self.board.picture().datasets
        assert datasets is not None
        cohort = datasets[DATASET].cohorts[PERMIT]
        return [number for number in range(20) if Ordinal(number) in cohort.members]


def gone(ordinal: int) -> dict[str, object]:
    return {"ordinal": ordinal, "cause": "withdrawn"}


@pytest.fixture
def node() -> Node:
    """A node that has loaded both feeds and heard their heartbeats."""
    node = Node()
    node.beat()
    assert node.step() == (True, True)
    assert node.step() == (True, True)
    return node


def test_an_answer_without_news_is_no_reason_to_ask_again_at_once(node: Node) -> None:
    assert node.step() == (False, False)
    node.beat()
    node.clock.pass_time(5)
    node.beat()
    assert node.step() == (True, True)
    assert node.step() == (False, False)


def test_before_the_first_heartbeat_nothing_is_fresh() -> None:
    node = Node()
    assert node.stale() == ("permits", REGISTER)
    assert not node.board.ready()
    node.step()
    assert node.stale() == ("permits", REGISTER)
    assert {name: state.age_seconds for name, state in node.board.state().items()} == {
        REGISTER: None,
        "permits": None,
    }
    node.beat()
    node.step()
    assert node.stale() == ()
    assert node.board.ready()


def test_sixty_seconds_without_heartbeat_close_the_gate(node: Node) -> None:
    node.clock.pass_time(STALE)
    assert node.stale() == ()
    node.clock.pass_time(0.001)
    assert node.stale() == ("permits", REGISTER)
    node.step()
    assert node.stale() == ("permits", REGISTER), "the same heartbeats again prove nothing"
    node.beat()
    node.step()
    assert node.stale() == ()


def test_a_heartbeat_that_lost_time_on_the_road_is_already_old(node: Node) -> None:
    node.clock.pass_time(100)
    node.consent.beat(REGISTER, 12, seconds=50)
    node.permits.beat("permits", 5, seconds=30)
    node.step()
    assert node.stale() == ("permits",)
    node.clock.pass_time(11)
    assert node.stale() == ("permits", REGISTER)


def test_a_heartbeat_ahead_of_what_was_applied_is_not_caught_up(node: Node) -> None:
    node.clock.pass_time(50)
    node.beat(consent=14)
    node.step()
    node.clock.pass_time(11)
    assert node.stale() == (REGISTER,)
    for revision in (13, 14):
        node.consent.change(REGISTER, revision, "member.narrowed", gone(revision - 10))
    node.step()
    assert node.stale() == ()
    assert node.members() == [0, 1, 2]


def test_a_withdrawal_shows_its_revision_and_takes_the_person_out(node: Node) -> None:
    node.consent.change(REGISTER, 13, "member.narrowed", gone(3))
    node.step()
    assert node.board.state()[REGISTER].revision == 13
    assert node.members() == [0, 1, 2, 4]


def test_a_dataset_is_announced_and_then_lives_on_its_own(node: Node) -> None:
    other = f"dataset:{OTHER_DATASET}"
    node.consent.change(other, 1, "dataset.added")
    node.consent.change(other, 2, "member.added", {"ordinal": 0, "local_id": "Q1"})
    bound = cohort_body([0], permit_id="permit-2", revision=2)
    node.consent.change(other, 3, "cohort.bound", bound)
    node.step()
    picture = node.board.picture()
    assert picture.datasets is not None
    assert picture.datasets[OTHER_DATASET].ordinals == {"Q1": 0}
    assert node.board.stale(picture, OTHER_DATASET) == (other,)
    assert node.stale() == ()


def change_unknown(feed: MemoryFeed) -> None:
    feed.change(REGISTER, 13, "member.widened", {"ordinal": 7})


def change_back(feed: MemoryFeed) -> None:
    feed.change(REGISTER, 11, "member.narrowed", gone(1))


def change_unannounced(feed: MemoryFeed) -> None:
    feed.change(f"dataset:{OTHER_DATASET}", 2, "member.added", {"ordinal": 0, "local_id": "Q1"})


def change_foreign(feed: MemoryFeed) -> None:
    feed.change("permits", 13, "permit.revoked", {"permit_id": PERMIT})


def change_repeated(feed: MemoryFeed) -> None:
    feed.change(REGISTER, 13, "member.given", {"ordinal": 1})
    feed.change(REGISTER, 13, "member.given", {"ordinal": 1})
    feed.changes[1]["position"] = 1


@pytest.mark.parametrize(
    "spoil",
    [change_unknown, change_back, change_unannounced, change_foreign, change_repeated],
)
def test_what_does_not_fit_changes_nothing_and_leads_to_a_snapshot(
    node: Node, spoil: Callable[[MemoryFeed], None]
) -> None:
    spoil(node.consent)
    before = node.board.picture()
    assert not node.followers[0].step()
    assert node.board.picture() == before
    node.consent.asked.clear()
    node.consent.snapshots = [dataset_body(cohort_body(range(3)), revision=15)]
    node.consent.snapshot_cursor = len(node.consent.changes)
    assert node.followers[0].step()
    assert not node.followers[0].step(), "after the snapshot there is nothing new"
    assert node.consent.asked == [None, len(node.consent.changes)]
    assert node.members() == [0, 1, 2]


def test_an_erased_local_id_is_forgotten_by_starting_again_from_a_snapshot(node: Node) -> None:
    """A snapshot without it is the only way to know it no more; its ordinal stays taken."""
    node.consent.change(REGISTER, 13, "member.erased", {"ordinal": 0})
    fresh = dataset_body(cohort_body(range(1, 5)), revision=13)
    fresh["local_ids"][0] = "erased 0"
    node.consent.snapshots = [fresh]
    node.consent.snapshot_cursor = len(node.consent.changes)
    assert not node.followers[0].step()
    assert node.followers[0].step()
    datasets = node.board.picture().datasets
    assert datasets is not None
    assert datasets[DATASET].ordinals.get(local_id(0)) is None
    assert node.members() == [1, 2, 3, 4]


def test_waits_are_short_until_everything_is_fresh() -> None:
    node = Node()
    node.step()
    node.step()
    node.step()
    node.beat()
    node.step()
    node.step()
    node.step()
    assert node.consent.waits == [
        0.0,
        HURRIED_SECONDS,
        HURRIED_SECONDS,
        HURRIED_SECONDS,
        PATIENT_SECONDS,
    ]


def test_an_older_snapshot_is_never_taken(node: Node) -> None:
    change_unknown(node.consent)
    node.step()
    node.consent.snapshots = [dataset_body(cohort_body(range(9)), revision=11)]
    assert not node.followers[0].step()
    assert node.members() == [0, 1, 2, 3, 4]
    node.clock.pass_time(STALE + 1)
    node.permits.beat("permits", 5, seconds=STALE + 1)
    node.step()
    assert node.stale() == (REGISTER,)


def test_a_silent_feed_is_asked_again_at_the_same_place(node: Node) -> None:
    node.consent.down = node.permits.down = True
    assert node.step() == (False, False)
    node.consent.down = node.permits.down = False
    node.consent.asked.clear()
    node.step()
    assert node.consent.asked == [0]


def test_the_permit_feed_takes_only_its_own_register(node: Node) -> None:
    node.permits.change("permits", 6, "permit.revoked", {"permit_id": PERMIT})
    node.step()
    permits = node.board.picture().permits
    assert permits is not None
    assert permits.permits[PERMIT].status.value == "revoked"
    node.permits.change(REGISTER, 7, "permit.issued", {"permit_id": "p", "jws": "x"})
    assert not node.followers[1].step()
    node.permits.snapshots = [permits_body(revision=8), permits_body(revision=8)]
    assert not node.followers[1].step()


def test_heartbeats_that_go_back_or_come_from_the_future_are_faults(node: Node) -> None:
    node.clock.pass_time(1)
    node.consent.beat(REGISTER, 11, seconds=1)
    assert not node.followers[0].step()
    node.permits.beat("permits", 5, seconds=1 + STALE + 1)
    assert not node.followers[1].step()


def test_an_older_heartbeat_proves_nothing(node: Node) -> None:
    node.consent.beat(REGISTER, 12, seconds=-5)
    assert node.followers[0].step()
    assert node.board.state()[REGISTER].age_seconds == 0


def test_a_heartbeat_of_an_unknown_register_waits_for_its_announcement(node: Node) -> None:
    node.consent.beat(f"dataset:{OTHER_DATASET}", 1)
    assert node.followers[0].step()
    assert set(node.board.state()) == {REGISTER, "permits"}


def test_an_unknown_dataset_has_nothing_that_could_be_stale(node: Node) -> None:
    assert node.board.stale(node.board.picture(), OTHER_DATASET) == ()


def test_the_wall_clock_going_back_makes_nothing_younger() -> None:
    beat = Heartbeat(register="permits", revision=Revision(1), time=START)
    fresh = Freshness().heard(beat, applied=Revision(1), wall=START, monotonic=100, most=STALE)
    assert fresh.age(130) == 30
    early = Freshness()
    with pytest.raises(FeedFault):
        early.heard(
            beat,
            applied=Revision(1),
            wall=START.replace(year=START.year - 1),
            monotonic=100,
            most=STALE,
        )


def urgent(ordinal: int, revision: int, position: int) -> dict[str, object]:
    envelope = {"position": position, "register": REGISTER, "revision": revision}
    return {**gone(ordinal), **envelope, "kind": "member.narrowed"}


def test_who_has_left_is_out_before_it_is_her_turn(node: Node) -> None:
    node.consent.urgent = [urgent(3, 40, 900)]
    node.step()
    assert node.members() == [0, 1, 2, 4]
    datasets = node.board.picture().datasets
    assert datasets is not None
    assert datasets[DATASET].revision == 12  # nothing was passed over
    # An earlier change of hers, and a cohort frozen before she left and bound after it.
    node.consent.urgent = []
    node.consent.change(REGISTER, 13, "member.narrowed", gone(3))
    body = {**cohort_body(range(5)), "permit_id": "permit-2", "revision": 13}
    node.consent.change(REGISTER, 14, "cohort.bound", body)
    node.step()
    datasets = node.board.picture().datasets
    assert datasets is not None
    for cohort in datasets[DATASET].cohorts.values():
        assert Ordinal(3) not in cohort.members


def test_an_urgent_change_of_an_unknown_dataset_waits_for_its_turn(node: Node) -> None:
    other = {**urgent(3, 40, 900), "register": f"dataset:{OTHER_DATASET}"}
    node.consent.urgent = [other]
    node.step()
    assert node.members() == [0, 1, 2, 3, 4]
    assert node.stale() == ()


class Ear:
    """A registry that takes acknowledgements, or does not."""

    def __init__(self) -> None:
        self.heard: list[Mapping[DatasetId, Revision]] = []
        self.down = False

    def acknowledge(self, enforced: Mapping[DatasetId, Revision]) -> None:
        if self.down:
            raise SourceUnreachable("it does not answer")
        self.heard.append(dict(enforced))


def test_a_node_says_what_it_enforces_when_that_moves_and_until_it_is_heard(node: Node) -> None:
    ear = Ear()
    acknowledger = Acknowledger(node.board, ear)
    ear.down = True
    assert not acknowledger.step()
    ear.down = False
    acknowledger.step()
    acknowledger.step()
    assert ear.heard == [{DATASET: 12}]
    # What is heard ahead of its turn is not enforced up to that revision.
    node.consent.urgent = [urgent(3, 40, 900)]
    node.step()
    acknowledger.step()
    assert ear.heard == [{DATASET: 12}]
    node.consent.change(REGISTER, 13, "member.narrowed", gone(3))
    node.step()
    acknowledger.step()
    assert ear.heard == [{DATASET: 12}, {DATASET: 13}]


def test_before_the_first_snapshot_there_is_nothing_to_acknowledge() -> None:
    ear = Ear()
    Acknowledger(Node().board, ear).step()
    assert ear.heard == []
