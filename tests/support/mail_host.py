# SPDX-License-Identifier: Apache-2.0
"""A mail server on a thread, over real sockets, and what it heard and took."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRWPair


class MailHost:
    """A mail server that speaks as much of RFC 5321 as a client without extensions needs."""

    def __init__(self, recipient_reply: str = "250 fine", goodbye: str = "221 bye") -> None:
        self.heard: list[str] = []
        self.messages: list[bytes] = []
        self._reply, self._goodbye = recipient_reply, goodbye
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            with line, line.makefile("rwb") as talk:
                self._talk(talk)

    def _talk(self, talk: BufferedRWPair) -> None:
        def say(text: str) -> None:
            talk.write(text.encode() + b"\r\n")
            talk.flush()

        say("220 mail.test")
        while raw := talk.readline():
            word = raw.decode().strip()
            self.heard.append(word)
            match word.partition(" ")[0].upper():
                case "EHLO" | "HELO" | "MAIL" | "RSET":
                    say("250 fine")
                case "RCPT":
                    say(self._reply)
                case "DATA":
                    say("354 go on")
                    self.messages.append(_until_the_dot(talk))
                    say("250 taken")
                case "QUIT":
                    say(self._goodbye)
                    return
                case _:
                    say("502 not here")


def _until_the_dot(talk: BufferedRWPair) -> bytes:
    lines: list[bytes] = []
    while (line := talk.readline()) not in {b".\r\n", b""}:
        lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
    return b"".join(lines)


@contextmanager
def mail_host(recipient_reply: str = "250 fine", goodbye: str = "221 bye") -> Iterator[MailHost]:
    host = MailHost(recipient_reply, goodbye)
    try:
        yield host
    finally:
        host.close()
