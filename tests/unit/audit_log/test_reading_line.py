# SPDX-License-Identifier: Apache-2.0
"""Messages between two processes: whole, in order, and an end that is noticed."""

import socket
import threading

import pytest

from audit_log.adapters.reading_line import Line


def test_messages_come_whole_and_in_order() -> None:
    ours, theirs = (Line(end) for end in socket.socketpair())
    said = [b"", b"one", b"x" * 3_000_000, b"two", b"y" * 2_000_000]

    def send_all() -> None:
        for one in said:
            ours.send(one)

    sending = threading.Thread(target=send_all)
    sending.start()
    assert [bytes(theirs.receive()) for _ in said] == said
    sending.join()
    assert not theirs.waits(0)
    theirs.send(b"back")
    assert ours.waits(None)
    assert bytes(ours.receive()) == b"back"
    ours.close()
    theirs.close()


@pytest.mark.parametrize("cut", [b"", b"\0" * 7, (9).to_bytes(8, "big") + b"12345678"])
def test_an_end_that_is_cut_is_noticed(cut: bytes) -> None:
    ours, theirs = socket.socketpair()
    line = Line(theirs)
    ours.sendall(cut)
    ours.close()
    assert line.waits(None)
    with pytest.raises(EOFError):
        line.receive()
    line.close()
