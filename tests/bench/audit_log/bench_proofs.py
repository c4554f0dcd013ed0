# SPDX-License-Identifier: Apache-2.0
"""Inclusion proofs out of a large tree on a real PostgreSQL, and the whole tree verified again.

PLACET_BENCH_TREE leaves (200,000; the published figures need 10,000,000). Proofs are asked one
after another for entries anywhere in the tree, each in a transaction of its own, as readers ask.
Their limit is reading one tile by its key, which no proof can do without; that of verifying is
hashing the same entries and nothing else.
"""

import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from audit_log.adapters.key_files import check_ed25519
from audit_log.adapters.reader import PostgresReader, read_tile
from audit_log.domain.checkpoint import Checkpoint
from audit_log.domain.edge import Edge, grow
from audit_log.domain.merkle import leaf_hash, verify_inclusion
from audit_log.domain.note import Signature, SignedNote, ed25519_key
from audit_log.domain.tiles import HEIGHT, WIDTH, Tile, TileName, encode_bundle
from audit_log.ports import Trust
from audit_log.usecases import read
from audit_log.usecases.verify_served import verify_served
from services.demo.postgres import EmbeddedPostgres
from shared.db import engine
from tests.bench.database import migrated
from tests.bench.figure import Figure, rate

LEAVES: Final = int(os.environ.get("PLACET_BENCH_TREE", "200000"))
ENTRIES: Final = 100_000
ENTRY_BYTES: Final = 688
PROOFS: Final = 2_000
ORIGIN: Final = "log.example/bench"
_STEP: Final = 64 * WIDTH
_PRIVATE: Final = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
_KEY: Final = ed25519_key(ORIGIN, _PRIVATE.public_key().public_bytes_raw())
_SIGNED: Final = "2026-11-23T12:00:00+00:00"


def figures() -> Iterator[Figure]:
    """Fill a tree and prove; then verify a log of entries."""
    folder = Path(tempfile.mkdtemp(prefix="placet-bench-"))
    try:
        with EmbeddedPostgres(folder / "postgres") as server:
            url = migrated(server, "audit_log", "proofs")
            yield _proofs(url, planted(url))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    yield _verifying()


def planted(url: str) -> bytes:
    """Store the tiles and the signed checkpoint of a tree of leaves; give its root."""
    edge = Edge()
    with psycopg.connect(url) as connection:
        with connection.cursor().copy("COPY tile (level, n, data) FROM STDIN") as rows:
            for first in range(0, LEAVES, _STEP):
                growth = grow(edge, [leaf(n) for n in range(first, min(first + _STEP, LEAVES))])
                edge = growth.edge
                for tile in growth.full:
                    rows.write_row((tile.level, tile.index, tile.data))
        for level, data in enumerate(edge.levels):
            connection.execute(
                "INSERT INTO tile_edge (level, n, data) VALUES (%s, %s, %s)"
                " ON CONFLICT (level) DO UPDATE SET n = excluded.n, data = excluded.data",
                (level, edge.size >> (HEIGHT * (level + 1)), data),
            )
        connection.execute(
            "INSERT INTO checkpoint (size, root, note, signed_at, published_at)"
            " VALUES (%s, %s, %s, %s, %s)",
            (edge.size, edge.root(), signed(edge), _SIGNED, _SIGNED),
        )
    return edge.root()


def leaf(number: int) -> bytes:
    """Give the hash that stands for an entry."""
    return leaf_hash(number.to_bytes(8, "big"))


def signed(edge: Edge) -> bytes:
    """Give the signed checkpoint of a tree."""
    text = Checkpoint(origin=ORIGIN, size=edge.size, root=edge.root()).text()
    made = Signature(name=_KEY.name, key_id=_KEY.id, blob=_PRIVATE.sign(text.encode()))
    return bytes(SignedNote(text=text, signatures=(made,)))


def _proofs(url: str, root: bytes) -> Figure:
    opened = engine(url)
    chance = random.Random(35_802_597)  # noqa: S311 - the same questions every time
    asked = [chance.randrange(LEAVES) for _ in range(PROOFS)]
    bare = _timed(asked, lambda index: _tile(opened, index))
    proving = _timed(asked, lambda index: _prove(opened, index, root))
    opened.dispose()
    return Figure(
        name=f"audit_log: proofs from {LEAVES:,} leaves, at p99",
        per_second=1 / _at(proving, 0.99),
        limit="reading one tile, at p99",
        limit_per_second=1 / _at(bare, 0.99),
        note=f"{PROOFS:,} proofs, each verified: median {_at(proving, 0.5) * 1e3:.2f} ms, "
        f"p99 {_at(proving, 0.99) * 1e3:.2f} ms, longest {max(proving) * 1e3:.2f} ms; "
        f"one tile: median {_at(bare, 0.5) * 1e3:.2f} ms, p99 {_at(bare, 0.99) * 1e3:.2f} ms",
    )


def _prove(opened: Engine, index: int, root: bytes) -> float:
    began = time.perf_counter()
    with opened.connect() as connection:
        proof = read.proof(index, PostgresReader(connection))
    seconds = time.perf_counter() - began
    verify_inclusion(leaf(index), index, LEAVES, proof.path, root)
    return seconds


def _tile(opened: Engine, index: int) -> float:
    began = time.perf_counter()
    with opened.connect() as connection:
        read_tile(connection, 0, index // WIDTH)
    return time.perf_counter() - began


def _timed(asked: Sequence[int], once: Callable[[int], float]) -> list[float]:
    return sorted(once(index) for index in asked)


def _at(times: Sequence[float], share: float) -> float:
    return times[min(int(len(times) * share), len(times) - 1)]


def _verifying() -> Figure:
    """Verify a log as it is served, out of memory: reading files is the disk's speed, not ours."""
    entries = [sha256(n.to_bytes(8, "big")).digest() * 22 for n in range(ENTRIES)]
    entries = [entry[:ENTRY_BYTES] for entry in entries]
    growth = grow(Edge(), [leaf_hash(entry) for entry in entries])
    served = dict(_files(entries, growth.full, growth.edge))
    trust = Trust(origin=ORIGIN, keys=(_KEY,), check=check_ed25519)

    def verified() -> int:
        checkpoint, flaws = verify_served(served.__getitem__, trust)
        if flaws:
            raise RuntimeError("the log does not verify")
        return checkpoint.size

    def hashed() -> int:
        for entry in entries:
            sha256(b"\x00" + entry).digest()
        return ENTRIES

    limit = rate(hashed)
    return Figure(
        name="audit_log: entries verified again",
        per_second=rate(verified),
        limit="hashing the same entries",
        limit_per_second=limit,
        note=f"{ENTRIES:,} entries of {ENTRY_BYTES} bytes, in one process",
    )


def _files(
    entries: Sequence[bytes], full: Sequence[Tile], edge: Edge
) -> Iterator[tuple[str, bytes]]:
    yield "checkpoint", signed(edge)
    for first in range(0, len(entries), WIDTH):
        some = entries[first : first + WIDTH]
        name = TileName(level=None, index=first // WIDTH, width=len(some))
        yield str(name), encode_bundle(some)
    for tile in full:
        yield str(TileName(level=tile.level, index=tile.index)), tile.data
    for level, data in enumerate(edge.levels):
        if data:
            index = edge.size >> (HEIGHT * (level + 1))
            yield str(TileName(level=level, index=index, width=len(data) // 32)), data
