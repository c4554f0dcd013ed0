# SPDX-License-Identifier: Apache-2.0
"""Packs whose ZIP is a trick: what one program reads another must read too, or it is refused."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from audit_log.adapters.pack import verify
from audit_log.domain import pack
from tests.support.packs import POLICY, VKEY, Files, Trusted

Write = Callable[[zipfile.ZipFile, Files], None]


def archive(files: Files, write: Write | None = None, *, comment: bytes = b"") -> bytes:
    """Pack files as packs are, and let `write` add what does not belong."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, data in files.items():
            made.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
        if write is not None:
            write(made, files)
        made.comment = comment
    return buffer.getvalue()


def adding(info: zipfile.ZipInfo, data: bytes = b"", how: int = zipfile.ZIP_STORED) -> Write:
    return lambda made, _: made.writestr(info, data, how)


def named(name: str, *, mode: int = 0o600, extra: bytes = b"") -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr, info.extra = mode << 16, extra
    return info


def without(files: Files, name: str) -> Files:
    return {one: data for one, data in files.items() if one != name}


def local_name(whole: bytes, name: bytes, other: bytes) -> bytes:
    """Change a file's name where it stands before the file, and leave the directory's."""
    return whole.replace(name, other, 1)


def between(whole: bytes, inserted: bytes) -> bytes:
    """Put bytes between the last file and the directory, and let the end record follow."""
    at = whole.index(b"PK\x01\x02")
    start = struct.unpack_from("<L", whole, len(whole) - 6)[0]
    moved = struct.pack("<L", start + len(inserted))
    return whole[:at] + inserted + whole[at:-6] + moved + whole[-2:]


def hidden_behind(files: Files) -> bytes:
    """Let the deflated bytes of the entries go on after the size that the directory names."""
    data = files[pack.ENTRIES]
    half = data[: data.index(b"\n") + 1]
    whole = archive({pack.ENTRIES: data})
    crc, size = struct.pack("<L", zlib.crc32(half)), struct.pack("<L", len(half))
    return whole.replace(struct.pack("<L", zlib.crc32(data)), crc).replace(
        struct.pack("<L", len(data)), size
    )


def tricks(files: Files) -> Iterator[tuple[str, bytes, str]]:
    """Give each trick: its name, the file, and a word that the refusal must say."""
    whole, entries, rest = archive(files), files[pack.ENTRIES], without(files, pack.ENTRIES)
    second = entries.replace(b"deny", b"okay")
    as_bytes = pack.ENTRIES.encode()
    yield "prepended", b"#!/bin/sh\n" + whole, "directory"
    yield "appended", whole + b"more", "belong"
    yield "commented", archive(files, comment=b"note"), "belong"
    yield "two_archives", archive({**files, pack.ENTRIES: second}) + whole, "directory"
    yield "between", between(whole, b"x" * 40), "belong"
    yield "name_twice", archive(files, adding(named(pack.STATEMENT), b"{}")), "twice"
    yield "name_cut", archive(rest, adding(named(pack.ENTRIES + "x"), entries)), "too many"
    cut = archive(rest, adding(named("entries.jsonlXevil"), entries))
    yield "name_with_nul", cut.replace(b"jsonlXevil", b"jsonl\0evil"), "too many"
    yield "name_before", local_name(whole, as_bytes, b"entriez.jsonl"), "directory"
    yield "other_case", archive(rest, adding(named("ENTRIES.jsonl"), entries)), "too many"
    yield "full_width", archive(rest, adding(named("entries.json\uff4c"), entries)), "too many"
    yield "turned_around", archive(files, adding(named("\u202elnosj.seirtne"))), "too many"
    yield "above", archive(files, adding(named("../entries.jsonl"))), "too many"
    yield "absolute", archive(files, adding(named("/etc/passwd"))), "too many"
    yield "folder", archive(files, adding(named("proofs/"))), "too many"
    link = named(pack.ENTRIES, mode=0o120777)
    yield "link", archive(rest, adding(link, b"/etc/passwd")), "no file"
    yield "device", archive(rest, adding(named(pack.ENTRIES, mode=0o20666))), "no file"
    other_name = struct.pack("<HHBL", 0x7075, 9, 1, zlib.crc32(as_bytes)) + b"evil"
    told = named(pack.ENTRIES, extra=other_name)
    yield "second_name", archive(rest, adding(told, entries)), "packed"
    for how, name in ((zipfile.ZIP_LZMA, "lzma"), (zipfile.ZIP_BZIP2, "bzip2")):
        yield name, archive(rest, adding(named(pack.ENTRIES), entries, how)), "packed"
    locked = whole[:6] + b"\x01\x00" + whole[8:]
    yield (
        "locked",
        locked.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"),
        "packed",
    )
    yield "longer_than_said", hidden_behind(files), "not as long"
    yield "directory_turned", turned(whole), "directory"
    yield "cut_short", whole[:-1], "ZIP"
    yield "empty", archive({}), "missing"
    yield "nothing", b"", "ZIP"


def turned(whole: bytes) -> bytes:
    """Swap the first two records of the directory."""
    first = whole.index(b"PK\x01\x02")
    second = whole.index(b"PK\x01\x02", first + 4)
    third = whole.index(b"PK\x01\x02", second + 4)
    return whole[:first] + whole[second:third] + whole[first:second] + whole[third:]


def outside(folder: Path) -> list[str]:
    (folder / "policy.txt").write_text(POLICY, encoding="utf-8")
    return ["--vkey", VKEY, "--policy", str(folder / "policy.txt")]


def test_a_pack_packed_anew_by_the_same_rules_is_read(good: Files, tmp_path: Path) -> None:
    (tmp_path / "pack.zip").write_bytes(archive(good))
    assert verify.main([str(tmp_path / "pack.zip"), *outside(tmp_path)]) == verify.VERIFIED


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_each_trick_is_refused_in_words(
    good: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = outside(tmp_path)
    path = tmp_path / "pack.zip"
    for name, data, word in tricks(good):
        path.write_bytes(data)
        for more in (words, []):
            assert verify.main([str(path), *more]) == verify.REFUSED, name
            said = capsys.readouterr()
            assert said.out.startswith("REFUSED: "), name
            assert word in said.out, (name, said.out)
            assert said.out.count("\n") == 1, name
            assert said.err == "", name


def test_a_bomb_is_refused_before_it_is_unpacked(
    good: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A proof of 1 GiB of zeros, and a pack whose files are small each and 3 GiB together."""
    zeros = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    deflated = zeros.compress(bytes(1 << 24)) + zeros.flush()
    wide = archive(good, adding(named("proofs/7000.tlog-proof"), b"0" * (1 << 17)))
    made = archive(without(good, pack.ENTRIES), adding(named(pack.ENTRIES), deflated))
    # The sizes that the directory and the file claim: stored bytes become deflated ones.
    size = struct.pack("<L", len(deflated))
    claim = made.replace(size + size, size + struct.pack("<L", (1 << 32) - 2))
    for data in (wide, claim):
        (tmp_path / "pack.zip").write_bytes(data)
        assert verify.main([str(tmp_path / "pack.zip")]) == verify.REFUSED
        assert "larger than any pack" in capsys.readouterr().out


def test_a_flipped_bit_anywhere_in_the_file_is_refused_or_changes_nothing_that_is_read(
    good: Files, trusted: Trusted
) -> None:
    """Times and versions are not read; every other bit of the records and files counts."""
    small = archive(good)
    path, words = trusted.folder / "pack.zip", outside(trusted.folder)
    start = small.index(b"PK\x01\x02")
    for at in (*range(30), *range(start, start + 46), *range(len(small) - 22, len(small))):
        for bit in (0, 7):
            spoilt = bytearray(small)
            spoilt[at] ^= 1 << bit
            path.write_bytes(bytes(spoilt))
            code = verify.main([str(path), *words])
            assert code in (verify.REFUSED, verify.VERIFIED), at
            if code == verify.VERIFIED:
                assert verify.Pack(str(path)).files == good, at
