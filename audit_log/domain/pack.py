# SPDX-License-Identifier: Apache-2.0
"""The files of an evidence pack, `placet/pack/v1`: pure bytes from values.

The export's own entry names the SHA-256 of statement, entries and openings, so the log itself says
what belongs to a pack; the proofs vouch for themselves. `README.txt` tells a reader what each file
is; whoever receives a pack checks it with `verify.py`, which shares no code with this.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from audit_log.domain.filters import filter_json
from audit_log.domain.parts import group_code
from audit_log.domain.search import Filter, Found
from shared.canonical import JSON, canonical
from shared.clock import to_rfc3339
from shared.sealing import SealedPart

PACK_VERSION: Final = "placet/pack/v1"
MAX_PACK_ENTRIES: Final = 20_000
MAX_PACK_BYTES: Final = 32 * 1024 * 1024
"""Of entries: a pack is made in memory, beside the checkpoints."""
SILENT_SECONDS: Final = 90  # three heartbeats: rule R4

STATEMENT: Final = "statement.json"
ENTRIES: Final = "entries.jsonl"
OPENINGS: Final = "openings.jsonl"
EXPORT: Final = "export.jsonl"
AS_OF: Final = "as_of.checkpoint"
CHECKPOINT: Final = "checkpoint"
CONSISTENCY: Final = "consistency.txt"
POLICY: Final = "policy.txt"
VKEY: Final = "log.vkey"
MANIFEST: Final = "manifest.jsonl"
_ORDER: Final = (
    *(STATEMENT, ENTRIES, OPENINGS, EXPORT, AS_OF, CHECKPOINT, CONSISTENCY, POLICY, VKEY),
    *("README.txt", "verify.py"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an export is to hold: a filter's entries or those of a list, as of a size.

    `groups` are the sealed groups to open (`subj` means every person), `reason` why, `case` where
    a second officer agreed to it.
    """

    wanted: Filter | None
    indexes: tuple[int, ...] | None
    as_of: int
    groups: tuple[str, ...] = ()
    reason: str | None = None
    case: str | None = None

    def named(self) -> dict[str, JSON]:
        """Write the question down, personal values included: for the asker alone.

        Indexes are counted, not repeated: the entries themselves show them.
        """
        said: dict[str, JSON] = {}
        if self.wanted is not None:
            said["filter"] = filter_json(self.wanted)
        if self.indexes is not None:
            said["indexes"] = len(self.indexes)
        if self.groups:
            said["open"] = list(self.groups)
            said["reason"] = self.reason
            said["case"] = self.case
        return said


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What the rules found about a producer's word, by code: heartbeats (R4), new chains (R5).

    `count` findings whose time touches what was asked, `still` of them open; `first_at` is when the
    earliest was opened, `last_at` when the last of them was closed, None while one is open.
    """

    code: str
    count: int
    still: int
    first_at: datetime
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProducerStanding:
    """How far a producer's newest chain had come, what all its chains miss, when it last spoke.

    `gaps` are (epoch, first, last), of every epoch: one that began anew has not made up for what
    an earlier chain still lacks. `remarks` say when it was silent before. `beats` says whether it
    sends heartbeats; the log itself does not: it is silent when nothing can be asked of it.
    """

    src: str
    epoch: int
    seq: int
    gaps: tuple[tuple[int, int, int], ...]
    last_at: datetime | None
    remarks: tuple[Remark, ...] = ()
    beats: bool = True

    def silent(self, at: datetime) -> bool:
        """Tell whether nothing had come from it for three heartbeats."""
        if not self.beats:
            return False
        return self.last_at is None or (at - self.last_at).total_seconds() > SILENT_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The sealed parts that were opened, by entry, and how many an erasure had destroyed.

    `gone` counts those that nothing erased and that are not there: their term is over, or they are
    lost. Verification tells which.
    """

    parts: tuple[tuple[int, SealedPart], ...]
    erased: int
    gone: int = 0


def statement(
    asked: Asked,
    *,
    origin: str,
    made_at: datetime,
    count: int,
    opened: Opened,
    producers: Sequence[ProducerStanding],
    dropped: Sequence[JSON] = (),
    nonce: bytes,
    integrity: JSON = None,
    cohorts: JSON = None,
) -> bytes:
    """Write what a pack says about itself; the nonce hides it behind its hash in the log.

    `integrity` names the run in which the search rows were recomputed from the entries, and how
    many entries below `as_of` it does not cover; null when no run is on record. `dropped` are the
    ranges that its filter could not look into any more. `cohorts` are the
    answers by which a person was found in cohorts that entries name; null when it asks for nobody.
    """
    return canonical(
        {
            "as_of": asked.as_of,
            "asked": asked.named(),
            "cohorts": cohorts,
            "count": count,
            "dropped": list(dropped),
            "erased": opened.erased,
            "gone": opened.gone,
            "integrity": integrity,
            "made_at": to_rfc3339(made_at),
            "nonce": _b64(nonce),
            "opened": len(opened.parts),
            "origin": origin,
            "producers": [_standing(one, made_at) for one in producers],
            "v": PACK_VERSION,
        }
    )


def entries_file(found: Iterable[Found]) -> bytes:
    """Write entries, one a line, each with its exact bytes inside."""
    return b"".join(b'{"entry":%b,"idx":%d}\n' % (one.entry.raw, one.index) for one in found)


def openings_file(opened: Opened) -> bytes:
    """Write openings in the order of entries and groups, each value as it was sealed."""
    ordered = sorted(opened.parts, key=lambda one: (one[0], group_code(one[1].group)))
    return b"".join(
        b'{"group":"%b","idx":%d,"salt":"%b","value":%b}\n'
        % (part.group.encode("ascii"), index, b64encode(part.salt), part.value)
        for index, part in ordered
    )


def consistency_file(old: int, new: int, proof: Sequence[bytes]) -> bytes:
    """Write a consistency proof: the two sizes, then a hash a line."""
    lines = [f"consistency {old} {new}", *map(_b64, proof)]
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def proof_name(index: int) -> str:
    """Name the file of an entry's proof."""
    return f"proofs/{index}.tlog-proof"


def manifest_file(files: Mapping[str, bytes], indexes: Iterable[int]) -> bytes:
    """Write the manifest: a hash of each line of the `.jsonl` files, one of each other file."""
    names = (*_ORDER, *(proof_name(index) for index in sorted(set(indexes))))
    return b"".join(line for name in names for line in _manifest_lines(name, files[name]))


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Write files as a ZIP; the same files give the same bytes."""
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(ZipInfo(name), data, compress_type=ZIP_DEFLATED, compresslevel=1)
    return buffer.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    """Read what `zipped` wrote."""
    with ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def digest(data: bytes) -> str:
    """Give the SHA-256 in base64, as the export's entry names it."""
    return _b64(sha256(data).digest())


def _manifest_lines(name: str, data: bytes) -> Iterator[bytes]:
    if not name.endswith(".jsonl"):
        yield _manifest_line(name, 0, data)
        return
    for number, line in enumerate(data.split(b"\n")[:-1], start=1):
        yield _manifest_line(name, number, line)


def _manifest_line(name: str, line: int, data: bytes) -> bytes:
    return f'{{"file":"{name}","line":{line},"sha256":"{digest(data)}"}}\n'.encode("ascii")


def _standing(one: ProducerStanding, at: datetime) -> JSON:
    return {
        "epoch": one.epoch,
        "gaps": [list(gap) for gap in one.gaps],
        "last": None if one.last_at is None else to_rfc3339(one.last_at),
        "remarks": remarks_json(one.remarks),
        "seq": one.seq,
        "silent": one.silent(at),
        "src": one.src,
    }


def remarks_json(remarks: Sequence[Remark]) -> list[JSON]:
    """Write what the rules found about one producer's word."""
    return [
        {
            "code": one.code,
            "count": one.count,
            "first": to_rfc3339(one.first_at),
            "last": None if one.last_at is None else to_rfc3339(one.last_at),
            "open": one.still,
        }
        for one in remarks
    ]


def _b64(data: bytes) -> str:
    return b64encode(data).decode("ascii")
