# SPDX-License-Identifier: Apache-2.0
"""Seats are few, and come back however their block ends."""

import pytest

from shared.waiting_room import WaitingRoom


def test_so_many_wait_and_no_more() -> None:
    room = WaitingRoom(2)
    with room.seat() as first, room.seat() as second, room.seat() as third:
        assert (first, second, third) == (True, True, False)
    with room.seat() as again:
        assert again


def test_a_seat_comes_back_from_a_wait_that_failed() -> None:
    room = WaitingRoom(1)
    with pytest.raises(ZeroDivisionError), room.seat():
        raise ZeroDivisionError
    with room.seat() as again:
        assert again


def test_a_room_without_seats_turns_everybody_away() -> None:
    with WaitingRoom(0).seat() as seated:
        assert not seated
