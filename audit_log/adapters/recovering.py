# SPDX-License-Identifier: Apache-2.0
"""What a recovery reads and mends: bundles from a folder or an address, the log's own chain."""

from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from audit_log.adapters.tables import INTAKE, LOG_STATE, OWN_HEAD, PRODUCER_STATE, ROW_HASH, ROW_SUM
from audit_log.domain.tiles import WIDTH, TileName, decode_bundle


class FetchedCopy:
    """A `BundleCopy` by C2SP tile paths; `fetch` raises LookupError where there is nothing."""

    def __init__(self, fetch: Callable[[str], bytes]) -> None:
        self._fetch = fetch

    def bundle(self, index: int, width: int) -> Sequence[bytes]:
        """Give the first entries of a bundle, from one of that width or from the full one."""
        names = [TileName(level=None, index=index, width=one) for one in (width, WIDTH)]
        for name in dict.fromkeys(names):
            try:
                entries = decode_bundle(self._fetch(str(name)))
            except LookupError:
                continue
            except ValueError:
                raise LookupError(f"{name} is not a bundle") from None
            if len(entries) >= width:
                return entries[:width]
        raise LookupError(f"the copy has no {names[0]}")


def from_folder(folder: Path) -> FetchedCopy:
    """Read a copy from files laid out as they are served, below `tile/entries`."""

    def fetch(path: str) -> bytes:
        try:
            return (folder / path).read_bytes()
        except OSError:
            raise LookupError(path) from None

    return FetchedCopy(fetch)


class PostgresOwnChain:
    """An `OwnChain`; see the port for what it guarantees."""

    def __init__(self, engine: Engine, src: str) -> None:
        self._engine = engine
        self._src = src

    def catch_up(self) -> None:
        """Go on from the last own entry in the tree; what was said since is dropped."""
        wanted = (
            select(PRODUCER_STATE)
            .where(PRODUCER_STATE.c.src == self._src)
            .order_by(PRODUCER_STATE.c.epoch.desc())
            .limit(1)
        )
        with self._engine.begin() as connection:
            connection.execute(
                select(OWN_HEAD).where(OWN_HEAD.c.src == self._src).with_for_update()
            )
            connection.execute(delete(INTAKE).where(INTAKE.c.src == self._src))
            # The rows of a restored database are older than what the log says of them.
            connection.execute(delete(ROW_HASH).where(ROW_HASH.c.digest == b""))
            connection.execute(update(ROW_HASH).values(said=None))
            connection.execute(delete(ROW_SUM))
            last = connection.execute(wanted).one_or_none()
            if last is None:
                return
            head = {"epoch": last.epoch, "seq": last.seq, "head": last.head}
            connection.execute(
                insert(OWN_HEAD)
                .values(src=self._src, **head)
                .on_conflict_do_update(index_elements=[OWN_HEAD.c.src], set_=head)
            )

    def has_begun(self) -> bool:
        """Tell whether anything was ever sequenced here, or waits to be."""
        begun = select(LOG_STATE.c.log_id).where(LOG_STATE.c.size > 0)
        with self._engine.connect() as connection:
            return any(
                connection.execute(wanted.limit(1)).one_or_none() is not None
                for wanted in (begun, select(INTAKE.c.id))
            )
