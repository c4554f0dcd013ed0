# SPDX-License-Identifier: Apache-2.0
"""Reading what is published: checkpoint, tiles, bundles and proofs, the same for everybody.

Nothing beyond the newest published checkpoint is ever given, although more may be committed.
Reading here leaves no trace: whoever verifies the log reads all of it. An officer's look at what
entries say is in `look`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from audit_log.domain.errors import NotPublished, SizeNotPublished
from audit_log.domain.merkle import HASH_BYTES, consistency_proof, inclusion_proof
from audit_log.domain.proof import TlogProof
from audit_log.domain.tiles import WIDTH, TileName, encode_bundle, hashes_from
from audit_log.ports import LogReader, Published


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """A consistency proof between two sizes of the log."""

    old: int
    new: int
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far the log is published and witnessed, whether it signs, and how late its witnesses are.

    `lag` is the age of the newest witnessed checkpoint while a newer one is published; None when
    nothing was ever witnessed.
    """

    newest: Published
    witnessed: Published | None
    signing: str
    lag: timedelta | None


def checkpoint(reader: LogReader, *, witnessed: bool = False) -> Published:
    """Give the newest published checkpoint, or the newest with a quorum's cosignatures.

    Raises NotPublished before the first.
    """
    newest = reader.witnessed() if witnessed else reader.newest()
    if newest is None:
        what = "a witnessed checkpoint" if witnessed else "a checkpoint"
        raise NotPublished(f"the log has not published {what} yet")
    return newest


def standing(reader: LogReader, at: datetime) -> Standing:
    """Tell how the log stands; raise NotPublished before the first checkpoint."""
    newest, witnessed = checkpoint(reader), reader.witnessed()
    lag = None
    if witnessed is not None:
        behind = witnessed.size < newest.size
        lag = max(at - witnessed.signed_at, timedelta()) if behind else timedelta()
    return Standing(newest=newest, witnessed=witnessed, signing=reader.signing(), lag=lag)


def tile(name: TileName, reader: LogReader) -> bytes:
    """Give the bytes of a tile or bundle, cut to the width asked for.

    Raises NotPublished unless some published checkpoint implies exactly this one: a full one that
    the newest tree has, or a partial one of a size that was published.
    """
    published = checkpoint(reader).size
    if name.smallest_size() > published or not name.width:
        raise NotPublished("no such tile is published")
    if name.width != WIDTH and not reader.is_published(name.smallest_size(), name.largest_size()):
        raise NotPublished("no published checkpoint has a tile of that width")
    try:
        if name.level is None:
            return encode_bundle(reader.bundle(name.index)[: name.width])
        return reader.tile(name.level, name.index)[: name.width * HASH_BYTES]
    except LookupError:
        raise NotPublished("no such tile is published") from None


def entry(index: int, reader: LogReader) -> bytes:
    """Give the bytes of a published entry."""
    if not 0 <= index < checkpoint(reader).size:
        raise NotPublished("no such entry is published")
    return reader.bundle(index // WIDTH)[index % WIDTH]


def proof(index: int, reader: LogReader) -> TlogProof:
    """Give the inclusion proof of a published entry in the newest published tree."""
    newest = checkpoint(reader)
    if not 0 <= index < newest.size:
        raise NotPublished("no such entry is published")
    path = inclusion_proof(index, newest.size, hashes_from(reader.tile))
    return TlogProof(index=index, path=path, checkpoint=newest.note)


def growth(old: int, new: int, reader: LogReader) -> Growth:
    """Give the consistency proof from one size to another.

    Any sizes up to the newest published one may be asked for. Raises SizeNotPublished unless
    0 < old <= new <= that size.
    """
    if not 0 < old <= new <= checkpoint(reader).size:
        raise SizeNotPublished("sizes must be 0 < from <= to <= the published size")
    return Growth(old=old, new=new, proof=consistency_proof(old, new, hashes_from(reader.tile)))
