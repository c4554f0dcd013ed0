# SPDX-License-Identifier: Apache-2.0
"""The line between the sequencer and its reading process: whole messages over a socket pair.

A message is its length in eight bytes and its bytes. A batch is received into memory that is there
from the batch before: a socket gives some 200 KB at a time, and fresh memory of megabytes for each
piece costs the sequencer more than unpacking them.
"""

import select
import socket
import struct
from typing import Final

_LENGTH: Final = struct.Struct(">Q")


class Line:
    """One end; raises EOFError when the other end is gone, OSError as sockets do."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._poll = select.poll()
        self._poll.register(end, select.POLLIN)
        self._memory = bytearray(_LENGTH.size)

    def send(self, message: bytes) -> None:
        """Send a message; waits until the system has taken it."""
        self._socket.sendall(_LENGTH.pack(len(message)))
        self._socket.sendall(message)

    def waits(self, seconds: float | None) -> bool:
        """Tell whether something comes, or the other end has gone, within so long (None: wait)."""
        return bool(self._poll.poll(None if seconds is None else seconds * 1000))

    def receive(self) -> memoryview:
        """Receive the next message; what is given is overwritten by the one after it."""
        (length,) = _LENGTH.unpack(self._filled(_LENGTH.size))
        return self._filled(length)

    def close(self) -> None:
        """Cut the line."""
        self._socket.close()

    def _filled(self, length: int) -> memoryview:
        if length > len(self._memory):
            self._memory = bytearray(length)
        room = memoryview(self._memory)[:length]
        got = 0
        while got < length:
            came = self._socket.recv_into(room[got:], 0, socket.MSG_WAITALL)
            if not came:
                raise EOFError
            got += came
        return room
