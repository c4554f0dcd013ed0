# SPDX-License-Identifier: Apache-2.0
"""Verifies a Placet evidence pack. Needs Python 3.9 or newer and the package `cryptography`.

    python3 verify.py PACK.zip --vkey-file log.vkey --policy policy.txt

The log's key and the policy must come from somebody you trust, and not out of the pack: whoever
made a false pack would have put false ones into it. Without them this program can only say whether
the pack agrees with itself.

Exit codes: 0 verified; 1 refused; 2 wrong usage; 3 internally consistent, NOT authenticated.

It follows RFC 6962 and RFC 9162 (trees and proofs), C2SP signed-note, tlog-checkpoint,
tlog-cosignature, tlog-proof and tlog-policy, and shares no code with the program that made the
pack.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import re
import struct
import sys
import uuid
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

try:  # cryptography 48 and newer
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
except ImportError:  # pragma: no cover - an older one cannot check these keys
    MLDSA44PublicKey = None  # type: ignore[assignment,misc]

VERIFIED, REFUSED, USAGE, NOT_AUTHENTICATED = 0, 1, 2, 3

FORMAT = "placet/pack/v1"
EXPORT_TYPE = "placet.audit.export.v1"
MANIFEST = "manifest.jsonl"
STATEMENT = "statement.json"
ENTRIES = "entries.jsonl"
OPENINGS = "openings.jsonl"
EXPORT = "export.jsonl"
AS_OF = "as_of.checkpoint"
CHECKPOINT = "checkpoint"
CONSISTENCY = "consistency.txt"
POLICY = "policy.txt"
VKEY = "log.vkey"
FILES = (
    STATEMENT,
    ENTRIES,
    OPENINGS,
    EXPORT,
    AS_OF,
    CHECKPOINT,
    CONSISTENCY,
    POLICY,
    VKEY,
    "README.txt",
    "verify.py",
)
PROOF = "proofs/{}.tlog-proof"
MAX_ALL = 1 << 31  # bytes of all files together: the largest pack is below it
MAX_PROOF = 1 << 16
MAX_INDEX = 1 << 53
ED25519, COSIGNATURE_ED25519, COSIGNATURE_ML_DSA_44 = 1, 4, 6

_NUMBER = "(0|[1-9][0-9]{0,15})"
_HASH = "[A-Za-z0-9+/]{43}="
_ENTRY_LINE = re.compile(r'\{"entry":(\{.+\}),"idx":' + _NUMBER + r"\}", re.ASCII)
_OPENING_LINE = re.compile(
    r'\{"group":"(actor|net|obo|permit|subj/(?:0|[1-9][0-9]?))","idx":'
    + _NUMBER
    + r',"salt":"('
    + _HASH
    + r')","value":(\{.*\})\}'
)
_PROOF_NAME = re.compile("proofs/" + _NUMBER + r"\.tlog-proof", re.ASCII)
# The log itself must have said what a pack holds; a producer says only what it did.
_OWN_SOURCE = re.compile(r"[a-z0-9_-]+/audit_log(?:/[a-z0-9_-]+)*", re.ASCII)
_PLAIN = re.compile("[ -~]{1,200}")

# APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16: the fixed parts of a ZIP's records.
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL_BYTES, _END_BYTES = 46, 22
_UTF_8_NAME = 0x800
_FILE_TYPES = (0, 8)  # none given, regular


class Refused(Exception):
    """Something in the pack is not what it must be; the message says what and where."""


class Key(NamedTuple):
    """A key that may sign: the name it signs under, its algorithm and its bytes."""

    name: str
    algorithm: int
    key: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature line names its key."""
        named = self.name.encode() + b"\n" + bytes((self.algorithm,)) + self.key
        return hashlib.sha256(named).digest()[:4]


class Policy(NamedTuple):
    """Whose signatures make a checkpoint count."""

    logs: list[Key]
    witnesses: dict[str, Key]
    groups: dict[str, tuple[int, list[str]]]
    quorum: str


class Tree(NamedTuple):
    """What a checkpoint says: how many entries there are, and the root over all of them."""

    origin: str
    size: int
    root: bytes


class Note(NamedTuple):
    """A signed text with its signature lines, as they came."""

    text: str
    signatures: list[tuple[str, bytes]]


# --- hashes and proofs -------------------------------------------------------------------------


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry as a leaf of the tree (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees as one (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from_inclusion(index: int, size: int, leaf: bytes, path: list[bytes]) -> bytes:
    """Compute the root that an inclusion proof leads to (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        raise Refused("an index is not below the tree size")
    fn, sn, running = index, size - 1, leaf
    for one in path:
        if sn == 0:
            raise Refused("an inclusion proof is too long")
        if fn & 1 or fn == sn:
            running = node_hash(one, running)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            running = node_hash(running, one)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Refused("an inclusion proof is too short")
    return running


def check_consistency(old: Tree, new: Tree, path: list[bytes]) -> None:
    """Refuse unless the old tree is a prefix of the new one (RFC 9162 section 2.1.4.2)."""
    if not 0 < old.size <= new.size:
        raise Refused("the trees are not in order")
    if old.size == new.size:
        if path or old.root != new.root:
            raise Refused("two trees of one size differ")
        return
    if not path:
        raise Refused("the consistency proof is empty")
    first, second = fold_consistency(old, new, path)
    if first != old.root or second != new.root:
        raise Refused("the consistency proof does not lead from one tree to the other")


def fold_consistency(old: Tree, new: Tree, path: list[bytes]) -> tuple[bytes, bytes]:
    """Compute the two roots that a consistency proof leads to."""
    hashes = list(path)
    if old.size & (old.size - 1) == 0:
        hashes.insert(0, old.root)
    fn, sn = old.size - 1, new.size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = hashes[0]
    for one in hashes[1:]:
        if sn == 0:
            raise Refused("the consistency proof is too long")
        if fn & 1 or fn == sn:
            first, second = node_hash(one, first), node_hash(one, second)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node_hash(second, one)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Refused("the consistency proof is too short")
    return first, second


# --- keys, notes and policies ------------------------------------------------------------------


def from_base64(text: str, what: str) -> bytes:
    """Read base64 in its one right spelling."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise Refused(what + " is not base64") from None
    if base64.b64encode(data).decode("ascii") != text:
        raise Refused(what + " is not base64 in its one right spelling")
    return data


def to_base64(data: bytes) -> str:
    """Write base64."""
    return base64.b64encode(data).decode("ascii")


def parse_vkey(text: str) -> Key:
    """Read a C2SP vkey; only its first two plus signs separate."""
    fields = text.strip().split("+", 2)
    if len(fields) != 3 or not fields[0] or any(char.isspace() for char in fields[0]):
        raise Refused("a key is not a vkey")
    blob = from_base64(fields[2], "a key")
    if len(blob) < 2:
        raise Refused("a key is not a vkey")
    key = Key(fields[0], blob[0], blob[1:])
    if key.id.hex() != fields[1]:
        raise Refused("a key's id is not its own")
    return key


def parse_note(raw: bytes, what: str) -> Note:
    """Read a signed note (C2SP signed-note)."""
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(what + " is not UTF-8") from None
    head, gap, tail = whole.rpartition("\n\n")
    if any(char < " " and char != "\n" for char in whole) or not gap or not tail.endswith("\n"):
        raise Refused(what + " is not a signed note")
    signatures = []
    for line in tail[:-1].split("\n"):
        name, space, encoded = line[2:].partition(" ")
        if not line.startswith("\u2014 ") or not name or not space:
            raise Refused(what + " has a malformed signature line")
        blob = from_base64(encoded, what)
        if len(blob) < 5:
            raise Refused(what + " has a signature that is too short")
        signatures.append((name, blob))
    return Note(head + "\n", signatures)


def parse_tree(text: str, origin: str, what: str) -> Tree:
    """Read a checkpoint's text (C2SP tlog-checkpoint)."""
    lines = text.split("\n")
    if lines.pop() or len(lines) < 3 or not all(lines):
        raise Refused(what + " is not a checkpoint")
    if lines[0] != origin:
        raise Refused(what + " is of another log")
    if not re.fullmatch(_NUMBER, lines[1]) or not re.fullmatch(_HASH, lines[2]):
        raise Refused(what + " is not a checkpoint")
    return Tree(lines[0], int(lines[1]), from_base64(lines[2], what))


def signed_by(key: Key, note: Note, what: str) -> bool:
    """Tell whether a key has signed a note; a bad signature of that key refuses the note."""
    found = False
    for name, blob in note.signatures:
        if name != key.name or blob[:4] != key.id:
            continue
        if not good_signature(key, note, blob[4:]):
            raise Refused(what + " has a bad signature by " + key.name)
        found = True
    return found


def good_signature(key: Key, note: Note, signature: bytes) -> bool:
    """Check one signature: of a log, or a cosignature with its time before it."""
    if key.algorithm == ED25519:
        return verified(Ed25519PublicKey, key.key, signature, note.text.encode())
    stamp, signature = int.from_bytes(signature[:8], "big"), signature[8:]
    if not 0 < stamp < 1 << 63:
        return False
    if key.algorithm == COSIGNATURE_ED25519:
        message = b"cosignature/v1\ntime %d\n" % stamp + note.text.encode()
        return verified(Ed25519PublicKey, key.key, signature, message)
    if key.algorithm == COSIGNATURE_ML_DSA_44 and MLDSA44PublicKey is not None:
        tree = parse_tree(note.text, note.text.partition("\n")[0], "a cosigned checkpoint")
        message = b"subtree/v1\n\0" + short(key.name) + stamp.to_bytes(8, "big")
        message += short(tree.origin) + bytes(8) + tree.size.to_bytes(8, "big") + tree.root
        return verified(MLDSA44PublicKey, key.key, signature, message)
    return False


def verified(kind: Any, key: bytes, signature: bytes, message: bytes) -> bool:
    """Check a signature with a kind of public key."""
    try:
        kind.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def short(text: str) -> bytes:
    """Write a text behind its length in one byte (RFC 8446 section 3.4)."""
    return bytes((len(text.encode()),)) + text.encode()


def parse_policy(text: str) -> Policy:
    """Read a C2SP tlog-policy."""
    logs: list[Key] = []
    witnesses: dict[str, Key] = {}
    groups: dict[str, tuple[int, list[str]]] = {}
    grouped: set[str] = set()
    quorum = ""
    text = text.replace("\r\n", "\n")
    if not all(char.isprintable() or char in "\t\n" for char in text):
        raise Refused("the policy holds a character that could hide a line")
    for line in text.split("\n"):
        words = line.partition("#")[0].split()
        if not words:
            continue
        kind, rest = words[0], words[1:]
        named = set(witnesses) | set(groups)
        if kind == "log" and 1 <= len(rest) <= 2:
            logs.append(parse_vkey(rest[0]))
        elif kind == "witness" and 2 <= len(rest) <= 3 and rest[0] not in named:
            witnesses[rest[0]] = witness_key(rest[1], witnesses)
        elif kind == "group" and len(rest) >= 3 and rest[0] not in named:
            # Whoever is a member of two groups would count twice.
            groups[rest[0]] = (threshold(rest[1], rest[2:], named - grouped), rest[2:])
            grouped.update(rest[2:])
        elif kind == "quorum" and len(rest) == 1 and not quorum:
            if rest[0] != "none" and rest[0] not in named:
                raise Refused("the policy's quorum names nobody")
            quorum = rest[0]
        else:
            raise Refused("a line of the policy cannot be read")
    if not logs or not quorum:
        raise Refused("the policy names no log or no quorum")
    return Policy(logs, witnesses, groups, quorum)


def witness_key(vkey: str, before: dict[str, Key]) -> Key:
    """Read a witness's key; one key is one witness, under whatever names."""
    key = parse_vkey(vkey)
    if any(one.key == key.key for one in before.values()):
        raise Refused("the policy names one witness's key twice")
    return key


def threshold(word: str, members: list[str], known: set[str]) -> int:
    """Give how many members of a group must have signed."""
    if len(set(members)) != len(members) or not set(members) <= known:
        raise Refused("a group of the policy names somebody unknown or twice")
    if word in ("any", "all"):
        return 1 if word == "any" else len(members)
    if not re.fullmatch("[1-9][0-9]{0,3}", word) or int(word) > len(members):
        raise Refused("a group of the policy asks for an impossible number")
    return int(word)


def has_quorum(policy: Policy, note: Note, what: str) -> bool:
    """Tell whether the witnesses that the policy asks for have cosigned.

    A witness whose key is of a kind that cannot be checked here counts as one that has not.
    """
    reached = {
        name: checkable(key) and signed_by(key, note, what)
        for name, key in policy.witnesses.items()
    }
    for name, (least, members) in policy.groups.items():  # members are defined before their group
        reached[name] = sum(reached[one] for one in members) >= least
    return policy.quorum == "none" or reached[policy.quorum]


def checkable(key: Key) -> bool:
    """Tell whether this installation can check a witness's key."""
    if key.algorithm == COSIGNATURE_ML_DSA_44:
        return MLDSA44PublicKey is not None
    return key.algorithm == COSIGNATURE_ED25519


# --- the pack ----------------------------------------------------------------------------------


_UNREADABLE = (
    *(OSError, EOFError, RuntimeError, ValueError, OverflowError, MemoryError, IndexError),
    *(struct.error, zipfile.BadZipFile, zlib.error),
)


def check_layout(file: BinaryIO, archive: zipfile.ZipFile) -> None:
    """Refuse a ZIP that two programs could read differently, or that swells beyond any pack.

    Every byte belongs to one file or to the directory at the end, the directory is in the order of
    the files, and what a file says of itself is what the directory says of it.
    """
    names: set[str] = set()
    place = directory = whole = 0
    for info in archive.infolist():
        check_member(info)
        if info.filename in names:
            raise Refused("a file of the pack is there twice")
        names.add(info.filename)
        name = info.filename.encode("ascii")
        said = (info.flag_bits, info.compress_type, info.CRC, info.compress_size, info.file_size)
        file.seek(place)
        local = _LOCAL.unpack(file.read(_LOCAL.size))
        own = (local[2], local[3], *local[6:9])
        if (info.header_offset, local[0], local[9], local[10], own, file.read(len(name))) != (
            *(place, b"PK\x03\x04", len(name), 0, said, name),
        ):
            raise Refused("the pack's directory does not say what its files say")
        place += _LOCAL.size + len(name) + info.compress_size
        directory += _CENTRAL_BYTES + len(name)
        whole += info.file_size
        if whole > MAX_ALL or (info.filename not in _KNOWN and info.file_size > MAX_PROOF):
            raise Refused("the pack is larger than any pack can be")
    if archive.comment or (archive.start_dir, file.seek(0, 2)) != (
        *(place, place + directory + _END_BYTES),
    ):
        raise Refused("the pack holds bytes that belong to none of its files")


_KNOWN = frozenset((MANIFEST, *FILES))


def check_member(info: zipfile.ZipInfo) -> None:
    """Refuse what is no plain file with a name that packs have."""
    name = info.orig_filename
    if name not in _KNOWN and not _PROOF_NAME.fullmatch(name):
        raise Refused("the pack holds a file too many")
    if info.filename != name or info.extra or info.comment or info.flag_bits & ~_UTF_8_NAME:
        raise Refused("a file of the pack is not packed as packs are")
    if info.external_attr >> 28 not in _FILE_TYPES or info.external_attr & 0x10:
        raise Refused("the pack holds something that is no file")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused("a file of the pack is not packed as packs are")


def unpacked(file: BinaryIO, info: zipfile.ZipInfo) -> bytes:
    """Give a file's bytes: exactly as many as it says, and nothing behind them."""
    file.seek(info.header_offset + _LOCAL.size + len(info.filename))
    data = file.read(info.compress_size)
    if info.compress_type == zipfile.ZIP_DEFLATED:
        inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        data = inflating.decompress(data, info.file_size + 1)
        if not inflating.eof or inflating.unused_data or inflating.unconsumed_tail:
            raise Refused("a file of the pack is not as long as it says")
    if len(data) != info.file_size or zlib.crc32(data) != info.CRC:
        raise Refused("a file of the pack is damaged")
    return data


class Pack:
    """The files of a pack, read whole, each one against its lines in the manifest."""

    def __init__(self, path: str) -> None:
        self.files: dict[str, bytes] = {}
        try:
            with open(path, "rb") as file, zipfile.ZipFile(file) as archive:
                check_layout(file, archive)
                for info in archive.infolist():
                    self.files[info.filename] = unpacked(file, info)
        except _UNREADABLE:
            raise Refused("the pack cannot be read as a ZIP") from None

    def raw(self, name: str) -> bytes:
        """Give a file's bytes."""
        if name not in self.files:
            raise Refused(name + " is missing")
        return self.files[name]

    def text(self, name: str) -> str:
        """Give a file's text."""
        try:
            return self.raw(name).decode("utf-8")
        except UnicodeDecodeError:
            raise Refused(name + " is not UTF-8") from None

    def lines(self, name: str) -> list[str]:
        """Give a file's lines; the last one must be ended too."""
        text = self.text(name)
        if text and not text.endswith("\n"):
            raise Refused(name + " is cut short")
        return text.split("\n")[:-1]

    def check_manifest(self, indexes: list[int]) -> None:
        """Refuse unless the manifest is exactly that of these files, line by line and in order."""
        names = [*FILES, *(PROOF.format(index) for index in indexes)]
        if set(self.files) != {MANIFEST, *names}:
            raise Refused("the pack holds a file too many or too few")
        wanted = [line for name in names for line in self._manifest_lines(name)]
        found = self.lines(MANIFEST)
        for number in range(max(len(wanted), len(found))):
            if wanted[number : number + 1] != found[number : number + 1]:
                raise Refused(MANIFEST + " line " + str(number + 1) + " does not fit its file")

    def _manifest_lines(self, name: str) -> Iterator[str]:
        if not name.endswith(".jsonl"):
            yield manifest_line(name, 0, self.raw(name))
            return
        lines = self.raw(name).split(b"\n")
        if lines.pop():
            raise Refused(name + " is cut short")
        for number, line in enumerate(lines, start=1):
            yield manifest_line(name, number, line)


def manifest_line(name: str, line: int, data: bytes) -> str:
    """Write what the manifest says of a line of a file; line 0 is the whole file."""
    digest = to_base64(hashlib.sha256(data).digest())
    return '{"file":"' + name + '","line":' + str(line) + ',"sha256":"' + digest + '"}'


def read_json(text: str, what: str) -> dict[str, Any]:
    """Read a JSON object in which no name is given twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise Refused(what + " names something twice")
        return found

    try:
        value = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise Refused(what + " is not JSON") from None
    if not isinstance(value, dict):
        raise Refused(what + " is not a JSON object")
    return value


def read_entries(pack: Pack, name: str) -> dict[int, bytes]:
    """Read the entries of a file, in strictly rising order; their exact bytes by index."""
    found: dict[int, bytes] = {}
    last = -1
    for number, line in enumerate(pack.lines(name), start=1):
        where = name + " line " + str(number)
        match = _ENTRY_LINE.fullmatch(line)
        if match is None or int(match.group(2)) >= MAX_INDEX:
            raise Refused(where + " is not an entry")
        index = int(match.group(2))
        if index <= last:
            raise Refused(where + " is out of order")
        found[index] = match.group(1).encode()
        last = index
    return found


def check_proofs(pack: Pack, entries: dict[int, bytes], note: bytes, tree: Tree) -> None:
    """Refuse unless each entry has a proof that leads to this checkpoint."""
    for index, raw in entries.items():
        name = PROOF.format(index)
        head, gap, checkpoint = pack.text(name).partition("\n\n")
        lines = head.split("\n")
        if not gap or lines[:2] != ["c2sp.org/tlog-proof@v1", "index " + str(index)]:
            raise Refused(name + " is not the proof of that entry")
        if checkpoint.encode() != note:
            raise Refused(name + " rests on another checkpoint")
        path = [from_base64(line, name) for line in lines[2:]]
        if len(path) > 63 or any(len(one) != 32 for one in path):
            raise Refused(name + " holds a line that is no hash")
        if root_from_inclusion(index, tree.size, leaf_hash(raw), path) != tree.root:
            raise Refused(name + " does not lead to the checkpoint's root")


def commitment(group: str, entry_id: str, salt: bytes, value: bytes) -> bytes:
    """Compute what an entry holds instead of a sealed value."""
    name = group.encode()
    head = b"placet/commit/v1\n" + bytes((len(name),)) + name
    return hashlib.sha256(head + uuid.UUID(entry_id).bytes + salt + value).digest()


def commitments_of(entry: dict[str, Any]) -> dict[str, str]:
    """Give what an entry commits to, by group; people are numbered."""
    given = entry.get("c", {})
    if not isinstance(given, dict):
        raise Refused("an entry's commitments are no object")
    found = {name: text for name, text in given.items() if name != "subj"}
    people = given.get("subj", [])
    found.update(("subj/" + str(i), text) for i, text in enumerate(people))
    return found


def group_order(group: str) -> tuple[int, str, int]:
    """Put single groups first, by name, and people after them, by number."""
    if group.startswith("subj/"):
        return (1, "", int(group[5:]))
    return (0, group, 0)


def check_openings(pack: Pack, entries: dict[int, bytes]) -> int:
    """Refuse unless each opening opens the commitment of an entry of the pack; give how many."""
    count = 0
    last: tuple[int, tuple[int, str, int]] = (-1, (0, "", 0))
    for number, line in enumerate(pack.lines(OPENINGS), start=1):
        where = OPENINGS + " line " + str(number)
        match = _OPENING_LINE.fullmatch(line)
        if match is None:
            raise Refused(where + " is not an opening")
        group, index = match.group(1), int(match.group(2))
        if index not in entries:
            raise Refused(where + " is of an entry that is not in the pack")
        place = (index, group_order(group))
        if place <= last:
            raise Refused(where + " is out of order")
        last = place
        entry = read_json(entries[index].decode(), "an entry")
        salt = from_base64(match.group(3), where)
        committed = commitment(group, str(entry.get("id")), salt, match.group(4).encode())
        if commitments_of(entry).get(group) != to_base64(committed):
            raise Refused(where + " does not open what the entry commits to")
        count += 1
    return count


def exported(export: dict[int, bytes], old: Tree) -> dict[str, Any]:
    """Give what the log itself says of the export; a producer's word for it counts for nothing."""
    if len(export) != 1:
        raise Refused(EXPORT + " must hold exactly one entry")
    if min(export) < old.size:
        raise Refused(EXPORT + " is older than what was exported")
    said = read_json(next(iter(export.values())).decode(), EXPORT)
    inside = said.get("x")
    if said.get("ty") != EXPORT_TYPE or not isinstance(inside, dict):
        raise Refused(EXPORT + " is not the entry of an export")
    if not _OWN_SOURCE.fullmatch(str(said.get("src"))):
        raise Refused(EXPORT + " was not said by the log itself")
    return inside


def check_statement(
    pack: Pack, entries: dict[int, bytes], export: dict[int, bytes], old: Tree, opened: int
) -> dict[str, Any]:
    """Refuse unless the log itself says, in the export's own entry, that this is the whole pack."""
    inside = exported(export, old)
    for name, field in ((STATEMENT, "statement"), (ENTRIES, "entries"), (OPENINGS, "openings")):
        if inside.get(field) != to_base64(hashlib.sha256(pack.raw(name)).digest()):
            raise Refused(name + " is not the one that was exported")
    statement = read_json(pack.text(STATEMENT), STATEMENT)
    if statement.get("v") != FORMAT:
        raise Refused("the pack is of a version this program does not read")
    counted = (statement.get("count"), statement.get("opened"))
    if counted != (len(entries), opened) or statement.get("as_of") != old.size:
        raise Refused(STATEMENT + " does not say what is in the pack")
    if statement.get("origin") != old.origin:
        raise Refused(STATEMENT + " names another log")
    if any(index >= old.size for index in entries):
        raise Refused("an entry is younger than the pack says")
    return statement


def check_trees(pack: Pack, policy: Policy, log: Key) -> tuple[Tree, Tree]:
    """Refuse unless both checkpoints are signed, the newer one by the quorum, and consistent."""
    trees = []
    for name in (AS_OF, CHECKPOINT):
        note = parse_note(pack.raw(name), name)
        if not signed_by(log, note, name):
            raise Refused(name + " is not signed by the log's key")
        trees.append(parse_tree(note.text, log.name, name))
    old, new = trees
    if not has_quorum(policy, parse_note(pack.raw(CHECKPOINT), CHECKPOINT), CHECKPOINT):
        left = [name for name, key in policy.witnesses.items() if not checkable(key)]
        raise Refused(
            "the witnesses that the policy asks for have not cosigned the checkpoint"
            + (", as far as can be checked here: install cryptography 48 or newer" if left else "")
        )
    lines = pack.lines(CONSISTENCY)
    if lines[:1] != ["consistency " + str(old.size) + " " + str(new.size)]:
        raise Refused(CONSISTENCY + " is not between the two checkpoints")
    path = [from_base64(line, CONSISTENCY) for line in lines[1:]]
    if any(len(one) != 32 for one in path):
        raise Refused(CONSISTENCY + " holds a line that is no hash")
    check_consistency(old, new, path)
    return old, new


def verify(pack: Pack, policy: Policy, log: Key) -> dict[str, Any]:
    """Check everything in a pack against one key and policy; give its statement."""
    if log not in policy.logs:
        raise Refused("the policy does not name the log's key")
    old, new = check_trees(pack, policy, log)
    entries, export = read_entries(pack, ENTRIES), read_entries(pack, EXPORT)
    pack.check_manifest(sorted({*entries, *export}))
    note = pack.raw(CHECKPOINT)
    check_proofs(pack, entries, note, new)
    check_proofs(pack, export, note, new)
    opened = check_openings(pack, entries)
    return check_statement(pack, entries, export, old, opened)


# --- the command -------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    """Verify the pack that is named; give the exit code."""
    parser = argparse.ArgumentParser(description="Verify a Placet evidence pack.")
    parser.add_argument("pack", help="the ZIP file")
    parser.add_argument("--vkey", help="the log's key, from somebody you trust")
    parser.add_argument("--vkey-file", help="a file with that key")
    parser.add_argument("--policy", help="a file with the policy, from somebody you trust")
    parsed = parser.parse_args(arguments)
    given = parsed.vkey is not None or parsed.vkey_file is not None
    if given != (parsed.policy is not None):
        print("Give both the log's key and the policy, or neither.", file=sys.stderr)
        return USAGE
    try:
        pack = Pack(parsed.pack)
        inside = pack.text(VKEY), pack.text(POLICY)
        key, policy = outside(parsed) if given else inside
        lines = report(verify(pack, parse_policy(policy), parse_vkey(key)))
    except OSError as fault:
        print("A file cannot be read: " + str(fault.strerror), file=sys.stderr)
        return USAGE
    except (Refused, ValueError, TypeError, AttributeError, RecursionError) as fault:
        words = str(fault) if isinstance(fault, Refused) else "something has the wrong form"
        print("REFUSED: " + words)
        return REFUSED
    print("\n".join(lines))
    if not given:
        print("internally consistent, NOT authenticated")
        print("Whoever made this pack also chose the key it was checked with. Give --vkey-file and")
        print("--policy with files that you have from somebody you trust.")
        return NOT_AUTHENTICATED
    for name, own, used in ((VKEY, inside[0], key), (POLICY, inside[1], policy)):
        if own.strip() != used.strip():
            print("note      the pack's own " + name + " is not yours, and was not used")
    print("VERIFIED")
    return VERIFIED


def outside(parsed: argparse.Namespace) -> tuple[str, str]:
    """Read the key and the policy that the caller trusts."""
    with open(parsed.policy, encoding="utf-8", newline="") as file:
        policy = file.read()
    if parsed.vkey is not None:
        return parsed.vkey, policy
    with open(parsed.vkey_file, encoding="utf-8") as file:
        return file.read(), policy


def report(statement: dict[str, Any]) -> list[str]:
    """Say what the pack holds, a line each; no text of the pack can make a line of its own."""
    lines = [
        "log       " + shown(statement.get("origin")),
        "made at   " + shown(statement.get("made_at")),
        "as of     " + shown(statement.get("as_of")) + " entries",
        "asked for " + shown(statement.get("asked")),
        "entries   " + shown(statement.get("count")),
        "openings  " + shown(statement.get("opened")),
        "erased    " + shown(statement.get("erased")),
        "integrity " + shown(statement.get("integrity")),
    ]
    cohorts = statement.get("cohorts")
    if isinstance(cohorts, dict) and cohorts.get("unresolved"):
        unresolved = shown(cohorts.get("unresolved"))
        lines.append("cohorts   " + unresolved + " that may hold the person or not")
    if statement.get("gone"):
        lines.append("gone      " + shown(statement.get("gone")) + " parts: term over, or lost")
    lines.extend("dropped   " + shown(one) for one in statement.get("dropped", []))
    for one in statement.get("producers", []):
        if isinstance(one, dict) and any(map(one.get, ("gaps", "silent", "remarks"))):
            lines.append("producer  " + shown(one))
    return lines


def shown(value: object) -> str:
    """Write a value of the pack in printable ASCII."""
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return value
    return json.dumps(value, sort_keys=True)


if __name__ == "__main__":
    sys.exit(main())
