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
import sys
import uuid
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

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
MAX_FILE = 1 << 30
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
    message = note.text.encode()
    if key.algorithm == COSIGNATURE_ED25519:
        stamp, signature = int.from_bytes(signature[:8], "big"), signature[8:]
        if not stamp:
            return False
        message = b"cosignature/v1\ntime %d\n" % stamp + message
    elif key.algorithm != ED25519:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key.key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def parse_policy(text: str) -> Policy:
    """Read a C2SP tlog-policy."""
    logs: list[Key] = []
    witnesses: dict[str, Key] = {}
    groups: dict[str, tuple[int, list[str]]] = {}
    quorum = ""
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if not words:
            continue
        kind, rest = words[0], words[1:]
        named = set(witnesses) | set(groups)
        if kind == "log" and 1 <= len(rest) <= 2:
            logs.append(parse_vkey(rest[0]))
        elif kind == "witness" and 2 <= len(rest) <= 3 and rest[0] not in named:
            witnesses[rest[0]] = parse_vkey(rest[1])
        elif kind == "group" and len(rest) >= 3 and rest[0] not in named:
            groups[rest[0]] = (threshold(rest[1], rest[2:], named), rest[2:])
        elif kind == "quorum" and len(rest) == 1 and not quorum:
            if rest[0] != "none" and rest[0] not in named:
                raise Refused("the policy's quorum names nobody")
            quorum = rest[0]
        else:
            raise Refused("a line of the policy cannot be read")
    if not logs or not quorum:
        raise Refused("the policy names no log or no quorum")
    return Policy(logs, witnesses, groups, quorum)


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
    signers = {
        name
        for name, key in policy.witnesses.items()
        if key.algorithm == COSIGNATURE_ED25519 and signed_by(key, note, what)
    }

    def reached(name: str) -> bool:
        if name not in policy.groups:
            return name in signers
        least, members = policy.groups[name]
        return sum(reached(one) for one in members) >= least

    return policy.quorum == "none" or reached(policy.quorum)


# --- the pack ----------------------------------------------------------------------------------


class Pack:
    """The files of a pack, read whole, each one against its lines in the manifest."""

    def __init__(self, path: str) -> None:
        self.files: dict[str, bytes] = {}
        try:
            with zipfile.ZipFile(path) as archive:
                for info in archive.infolist():
                    self._take(archive, info)
        except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error):
            raise Refused("the pack cannot be read as a ZIP") from None

    def _take(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        if info.filename in self.files or info.file_size > MAX_FILE:
            raise Refused("a file of the pack is there twice or is too large")
        self.files[info.filename] = archive.read(info)

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


def check_statement(
    pack: Pack, entries: dict[int, bytes], export: dict[int, bytes], old: Tree, opened: int
) -> dict[str, Any]:
    """Refuse unless the log itself says, in the export's own entry, that this is the whole pack."""
    if len(export) != 1:
        raise Refused(EXPORT + " must hold exactly one entry")
    said = read_json(next(iter(export.values())).decode(), EXPORT)
    inside = said.get("x")
    if said.get("ty") != EXPORT_TYPE or not isinstance(inside, dict):
        raise Refused(EXPORT + " is not the entry of an export")
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
        raise Refused("the witnesses that the policy asks for have not cosigned the checkpoint")
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
        if given:
            key, text = outside(parsed)
        else:
            key, text = pack.text(VKEY), pack.text(POLICY)
        statement = verify(pack, parse_policy(text), parse_vkey(key))
    except OSError as fault:
        print("A file cannot be read: " + str(fault.strerror), file=sys.stderr)
        return USAGE
    except (Refused, ValueError, TypeError, AttributeError) as fault:
        words = str(fault) if isinstance(fault, Refused) else "something has the wrong form"
        print("REFUSED: " + words)
        return REFUSED
    report(statement)
    if not given:
        print("internally consistent, NOT authenticated")
        print("Whoever made this pack also chose the key it was checked with. Give --vkey-file and")
        print("--policy with files that you have from somebody you trust.")
        return NOT_AUTHENTICATED
    print("VERIFIED")
    return VERIFIED


def outside(parsed: argparse.Namespace) -> tuple[str, str]:
    """Read the key and the policy that the caller trusts."""
    with open(parsed.policy, encoding="utf-8") as file:
        policy = file.read()
    if parsed.vkey is not None:
        return parsed.vkey, policy
    with open(parsed.vkey_file, encoding="utf-8") as file:
        return file.read(), policy


def report(statement: dict[str, Any]) -> None:
    """Say what the pack holds."""
    print("log       " + str(statement.get("origin")))
    print("made at   " + str(statement.get("made_at")))
    print("as of     " + str(statement.get("as_of")) + " entries")
    print("asked for " + json.dumps(statement.get("asked"), sort_keys=True))
    print("entries   " + str(statement.get("count")))
    print("openings  " + str(statement.get("opened")))
    print("erased    " + str(statement.get("erased")))
    print("integrity " + json.dumps(statement.get("integrity"), sort_keys=True))
    cohorts = statement.get("cohorts")
    if isinstance(cohorts, dict) and cohorts.get("unresolved"):
        print("cohorts   " + str(cohorts.get("unresolved")) + " that may hold the person or not")
    for one in statement.get("producers", []):
        if isinstance(one, dict) and (one.get("gaps") or one.get("silent")):
            print("producer  " + json.dumps(one, sort_keys=True))


if __name__ == "__main__":
    sys.exit(main())
