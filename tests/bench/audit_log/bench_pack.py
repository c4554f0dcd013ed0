# SPDX-License-Identifier: Apache-2.0
"""From a question to a finished evidence pack, beside hashing the very same proofs alone.

Both steps are timed on a real PostgreSQL: fixing the content with every part opened, and proving
each entry. Sequencing and publishing between them are not. PLACET_BENCH_PACK (10,000) entries of
a log of PLACET_BENCH_LOG (20,000). The limit is verifying the pack's own proofs, which no maker of
a pack can leave out.
"""

import contextlib
import io
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from audit_log.adapters.pack import verify
from audit_log.domain.pack import Asked
from tests.bench.figure import Figure
from tests.fakes.log_factories import Speaker
from tests.support.log_world import PostgresWorld, Producing, register
from tests.support.packs import POLICY, VKEY, PackDesk

PACK = int(os.environ.get("PLACET_BENCH_PACK", "10000"))
LOG = int(os.environ.get("PLACET_BENCH_LOG", "20000"))
CHUNK = 2_000


def figures() -> Iterator[Figure]:
    """Fill a log, make a pack, verify it."""
    world = PostgresWorld()
    try:
        desk = filled(world)
        made, seconds = timed_pack(desk)
        checking = verified(made)
    finally:
        world.close()
    yield Figure(
        name="audit_log: entries packed as evidence",
        per_second=PACK / seconds,
        limit="verify.py on the same pack",
        limit_per_second=PACK / checking,
        note=f"{PACK:,} entries of {LOG:,} with two opened parts each: made in {seconds:.1f} s, "
        f"{len(made) / 1e6:.1f} MB, verified in {checking:.1f} s",
    )


def filled(world: PostgresWorld) -> PackDesk:
    """Give a desk at a log with so many entries."""
    register(world)
    desk, speaker, producing = PackDesk(world), Speaker(), Producing(world)
    for _ in range(0, LOG, CHUNK):
        producing.send(*speaker.say_many(CHUNK))
        desk.settle()
    return desk


def timed_pack(desk: PackDesk) -> tuple[bytes, float]:
    """Make a pack; give it and the seconds that both steps took."""
    step = LOG // PACK
    indexes = tuple(range(1, 1 + PACK * step, step))
    groups = ("actor", "subj")
    asked = Asked(wanted=None, indexes=indexes, as_of=0, groups=groups, reason="bench")
    job = desk.ask(replace(asked, case=desk.agreed(*groups)))
    began = time.perf_counter()
    desk.round()
    first = time.perf_counter() - began
    desk.settle()
    began = time.perf_counter()
    desk.round()
    made = desk.fetch(job.id)
    return made, first + time.perf_counter() - began


def verified(made: bytes) -> float:
    """Verify the pack as its reader would; give the seconds."""
    with tempfile.TemporaryDirectory() as folder:
        pack, policy = Path(folder) / "pack.zip", Path(folder) / "policy.txt"
        pack.write_bytes(made)
        policy.write_text(POLICY, encoding="utf-8")
        began = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            code = verify.main([str(pack), "--vkey", VKEY, "--policy", str(policy)])
        seconds = time.perf_counter() - began
    if code != verify.VERIFIED:
        raise RuntimeError("the pack does not verify")
    return seconds
