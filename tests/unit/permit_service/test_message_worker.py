# SPDX-License-Identifier: Apache-2.0
"""A reader that fails is closed and replaced; the loop above decides when to try again."""

import pytest

from permit_service.workers.messages import MessageWorker


class Reading:
    """A reader that gives what it was told to, an exception included."""

    def __init__(self, *answers: bool | Exception) -> None:
        self.answers = list(answers)
        self.closed = False

    def step(self) -> bool:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.closed = True


def test_a_failing_reader_is_dropped_and_another_opened() -> None:
    first, second = Reading(True, ConnectionError("broker away")), Reading(False)
    readers = iter([first, second])
    worker = MessageWorker(lambda: next(readers))
    assert worker.step() is True
    with pytest.raises(ConnectionError):
        worker.step()
    assert first.closed
    assert worker.step() is False
    assert not second.closed


def test_a_broker_that_cannot_be_reached_is_tried_again() -> None:
    told: list[Reading | Exception] = [ConnectionError("not yet"), Reading(True)]
    answers = iter(told)

    def connect() -> Reading:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    worker = MessageWorker(connect)
    with pytest.raises(ConnectionError):
        worker.step()
    assert worker.step() is True
