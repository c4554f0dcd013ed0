# SPDX-License-Identifier: Apache-2.0
"""Checkpoints of logs that grow alike, each ready to be submitted, and a client that submits."""

import socket
from collections.abc import Sequence
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit_log.domain.checkpoint import Checkpoint
from audit_log.domain.merkle import consistency_proof, leaf_hash, node_hash, root_at
from audit_log.domain.note import Signature, SignedNote, VerifierKey, ed25519_key
from audit_log.domain.submission import Submission

STEP: Final = 997  # entries from one checkpoint to the next
PRIVATE: Final = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
_OK: Final = b"HTTP/1.1 200"
_LENGTH: Final = b"content-length:"


def key_of(log: int) -> VerifierKey:
    """Give a log's key: one key pair under each log's name."""
    return ed25519_key(f"log.example/{log}", PRIVATE.public_key().public_bytes_raw())


def submissions(logs: int, rounds: int) -> list[list[bytes]]:
    """Give `rounds` rounds of the next checkpoint of each log, with its consistency proof."""
    rows = _rows(rounds * STEP)

    def source(height: int, index: int) -> bytes:
        return rows[height][index]

    made: list[list[bytes]] = []
    for number in range(rounds):
        old, new = number * STEP, (number + 1) * STEP
        proof = consistency_proof(old, new, source) if old else ()
        root = root_at(new, source)
        made.append(
            [
                bytes(Submission(old=old, proof=proof, note=_note(key_of(log), new, root)))
                for log in range(logs)
            ]
        )
    return made


def bring(port: int, bodies: Sequence[bytes]) -> None:
    """Submit these over one connection; raise RuntimeError for an answer that is not 200."""
    with socket.create_connection(("127.0.0.1", port)) as line:
        for body in bodies:
            line.sendall(
                b"POST /witness/add-checkpoint HTTP/1.1\r\nHost: witness.example\r\n"
                b"Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body) + body
            )
            answer = _answer(line)
            if not answer.startswith(_OK):
                raise RuntimeError(answer.partition(b"\r\n")[0].decode("latin-1"))


def _answer(line: socket.socket) -> bytes:
    """Read one whole answer."""
    read = b""
    while True:
        head, gap, body = read.partition(b"\r\n\r\n")
        if gap and len(body) >= _length(head):
            return read
        more = line.recv(65_536)
        if not more:
            raise RuntimeError("the witness has hung up")
        read += more


def _length(head: bytes) -> int:
    for field in head.lower().split(b"\r\n"):
        if field.startswith(_LENGTH):
            return int(field.removeprefix(_LENGTH))
    raise RuntimeError("an answer without a length")


def _rows(leaves: int) -> list[list[bytes]]:
    """Give every perfect subtree's hash, by height and index."""
    rows = [[leaf_hash(number.to_bytes(8, "big")) for number in range(leaves)]]
    while len(rows[-1]) > 1:
        below = rows[-1]
        rows.append(list(map(node_hash, below[::2], below[1::2])))
    return rows


def _note(key: VerifierKey, size: int, root: bytes) -> bytes:
    text = Checkpoint(origin=key.name, size=size, root=root).text()
    made = Signature(name=key.name, key_id=key.id, blob=PRIVATE.sign(text.encode()))
    return bytes(SignedNote(text=text, signatures=(made,)))
