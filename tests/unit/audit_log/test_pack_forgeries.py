# SPDX-License-Identifier: Apache-2.0
"""Packs by forgers who hold more than a pen: a producer's token, a fork, an older policy."""

import json
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from audit_log.adapters.pack import companions, verify
from audit_log.adapters.signatures import CosigningKey
from audit_log.domain import pack
from audit_log.domain.checkpoint import Checkpoint
from audit_log.domain.cosignature import cosign
from audit_log.domain.merkle import leaf_hash, node_hash
from audit_log.domain.note import Signature, SignedNote, ed25519_key
from audit_log.usecases import read
from shared.canonical import JSON, canonical
from tests.fakes.log_factories import Speaker, fact
from tests.support.log_world import SRC, MemoryWorld, Producing, register
from tests.support.packs import (
    POLICY,
    VKEY,
    Files,
    PackDesk,
    Trusted,
    apart,
    joined,
    lines,
    with_manifest,
)

PROOF = pack.proof_name


@dataclass
class Node:
    """A log, and a data node that has a token for it and nothing else."""

    desk: PackDesk
    speaker: Speaker

    def says(self, *, type_: str = "placet.access.decision.v1", **extra: str) -> None:
        said = fact(type_=type_, subjects=())
        if extra:
            said = replace(said, extra=extra, decision=None, reason=None)
        Producing(self.desk.world).send(self.speaker.say(said))
        self.desk.settle()


@pytest.fixture
def node() -> Node:
    world = MemoryWorld()
    register(world)
    made = Node(PackDesk(world), Speaker(SRC))
    made.desk.settle()
    for _ in range(6):
        made.says()
    return made


def index_of(line: bytes) -> int:
    """Read the index of a line of entries."""
    return int(line[line.rindex(b":") + 1 : -2])


def own_word(node: Node, *, leaving_out: int) -> Files:
    """Forge a selection, and let a producer say what only the log may say of a pack."""
    first = apart(node.desk.made())
    entries = joined([one for one in lines(first[pack.ENTRIES]) if index_of(one) != leaving_out])
    statement = json.loads(first[pack.STATEMENT])
    statement["count"] = len(lines(entries))
    said = canonical(statement)
    node.says(
        type_="placet.audit.export.v1",
        entries=pack.digest(entries),
        openings=pack.digest(b""),
        statement=pack.digest(said),
    )
    second = apart(node.desk.made())
    forged = {name: data for name, data in second.items() if not name.startswith("proofs/")}
    forged |= {pack.ENTRIES: entries, pack.STATEMENT: said, pack.AS_OF: first[pack.AS_OF]}
    (word,) = [
        one for one in lines(second[pack.ENTRIES]) if b"audit.export" in one and SRC.encode() in one
    ]
    forged[pack.EXPORT] = word
    old, new = statement["as_of"], int(second[pack.CHECKPOINT].split(b"\n")[1])
    with node.desk.world.transaction() as log:
        grown = read.growth(old, new, log.reader)
    forged[pack.CONSISTENCY] = pack.consistency_file(old, new, grown.proof)
    kept = map(index_of, (*lines(entries), word))
    forged |= {PROOF(index): second[PROOF(index)] for index in kept}
    return with_manifest(forged)


def test_a_producer_cannot_say_what_a_pack_holds(
    node: Node, trusted: Trusted, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = own_word(node, leaving_out=3)
    assert trusted.code(forged) == verify.REFUSED
    assert "was not said by the log itself" in capsys.readouterr().out
    assert trusted.alone(forged) == verify.REFUSED


def test_the_log_s_word_about_one_pack_is_none_about_another(node: Node, trusted: Trusted) -> None:
    """The export's entry of an earlier, smaller pack does not cover a later one."""
    first, second = (apart(node.desk.made()) for _ in range(2))
    (word,) = lines(first[pack.EXPORT])
    mixed = {**second, pack.EXPORT: word}
    del mixed[PROOF(index_of(lines(second[pack.EXPORT])[0]))]
    assert PROOF(index_of(word)) in mixed, "the second pack holds it as an ordinary entry"
    assert trusted.code(with_manifest(mixed)) == verify.REFUSED
    assert trusted.code(second) == verify.VERIFIED


def test_proofs_and_checkpoints_of_a_fork_do_not_mix(good: Files, trusted: Trusted) -> None:
    """Another log of the same origin and even the same key: nothing of it fits into this pack."""
    world = MemoryWorld()
    register(world)
    desk = PackDesk(world)
    desk.settle()
    Producing(world).send(*(Speaker().say() for _ in range(1)))
    desk.settle()
    speaker = Speaker(SRC, epoch=2)
    Producing(world).send(*(speaker.say() for _ in range(7)))
    desk.settle()
    fork = apart(desk.made())
    assert trusted.code(fork) == verify.VERIFIED, "without witnesses nobody can tell the two apart"
    for name in good:
        if name in (pack.POLICY, pack.VKEY, "README.txt", "verify.py", pack.MANIFEST):
            continue
        if name in fork and fork[name] != good[name]:
            mixed = with_manifest({**good, name: fork[name]})
            assert trusted.code(mixed) == verify.REFUSED, name
    both = {pack.AS_OF: fork[pack.AS_OF], pack.CONSISTENCY: fork[pack.CONSISTENCY]}
    assert trusted.code(with_manifest({**good, **both})) == verify.REFUSED


# --- whom to believe -----------------------------------------------------------------------------


def signer(name: str, seed: bytes) -> CosigningKey:
    return CosigningKey(name, Ed25519PrivateKey.from_private_bytes(seed * 32))


def cosigned(files: Files, *signers: CosigningKey) -> Files:
    """Let witnesses cosign the checkpoint; everything that names it follows."""
    old = files[pack.CHECKPOINT]
    text = old.decode().partition("\n\n")[0] + "\n"
    note = old + b"".join(f"{cosign(one.key, one.sign, text, 7)}\n".encode() for one in signers)
    changed = {name: data.replace(old, note) for name, data in files.items()}
    return with_manifest({**changed, pack.AS_OF: files[pack.AS_OF]})


LAST_YEAR, THIS_YEAR = signer("fi.example/w1", b"1"), signer("fi.example/w2", b"2")
NEW = signer("no.example/w", b"3")


def policy(*signers: CosigningKey, least: int) -> str:
    said = [f"log {VKEY}"]
    said += [f"witness w{number} {one.key}" for number, one in enumerate(signers)]
    names = " ".join(f"w{number}" for number in range(len(signers)))
    return "\n".join([*said, f"group all-of-them {least} {names}", "quorum all-of-them", ""])


def test_a_policy_of_last_year_asks_for_last_year_s_witnesses(
    good: Files, trusted: Trusted, capsys: pytest.CaptureFixture[str]
) -> None:
    """The trusted policy decides, and never the enclosed one, in either direction."""
    old, new = policy(LAST_YEAR, least=1), policy(THIS_YEAR, NEW, least=2)
    packed = with_manifest({**cosigned(good, LAST_YEAR), pack.POLICY: old.encode()})
    assert trusted.code(packed, policy=old) == verify.VERIFIED
    assert "note" not in capsys.readouterr().out
    assert trusted.code(packed, policy=new) == verify.REFUSED
    assert "have not cosigned" in capsys.readouterr().out
    enclosed = with_manifest({**cosigned(good, THIS_YEAR, NEW), pack.POLICY: old.encode()})
    assert trusted.code(enclosed, policy=new) == verify.VERIFIED
    said = capsys.readouterr().out
    assert "the pack's own policy.txt is not yours, and was not used" in said
    assert said.endswith("VERIFIED\n")


def test_a_key_swapped_inside_is_said_and_not_used(
    good: Files, trusted: Trusted, capsys: pytest.CaptureFixture[str]
) -> None:
    other = str(signer("log.example/zz", b"m").key).encode()
    swapped = with_manifest({**good, pack.VKEY: other + b"\n"})
    assert trusted.code(swapped) == verify.VERIFIED
    assert "the pack's own log.vkey is not yours, and was not used" in capsys.readouterr().out
    assert trusted.alone(swapped) == verify.REFUSED


def test_a_witness_of_ml_dsa_counts(good: Files, trusted: Trusted) -> None:
    quantum = CosigningKey("se.example/q", MLDSA44PrivateKey.from_seed_bytes(b"q" * 32))
    signed = cosigned(good, quantum, NEW)
    both = policy(quantum, NEW, least=2)
    assert trusted.code(signed, policy=both) == verify.VERIFIED
    assert trusted.code(cosigned(good, NEW), policy=both) == verify.REFUSED
    line = next(one for one in signed[pack.CHECKPOINT].split(b"\n") if b"se.example/q" in one)
    blob = bytearray(b64decode(line.split(b" ")[2]))
    blob[-1] ^= 1
    damaged = b" ".join([*line.split(b" ")[:2], b64encode(blob)])
    spoilt = {name: data.replace(line, damaged) for name, data in signed.items()}
    assert trusted.code(with_manifest(spoilt), policy=both) == verify.REFUSED


WITHOUT_ML_DSA = """
import sys
sys.modules["cryptography.hazmat.primitives.asymmetric.mldsa"] = None
sys.argv = sys.argv[1:]
exec(compile(open(sys.argv[0]).read(), "verify.py", "exec"))
"""


def test_what_cannot_be_checked_here_is_said_to_be_so(good: Files, trusted: Trusted) -> None:
    """An older `cryptography` has no ML-DSA: no quorum, and why."""
    quantum = CosigningKey("se.example/q", MLDSA44PrivateKey.from_seed_bytes(b"q" * 32))
    signed, asked = cosigned(good, quantum), policy(quantum, least=1)
    assert trusted.code(signed, policy=asked) == verify.VERIFIED
    (trusted.folder / "verify.py").write_bytes(good["verify.py"])
    words = ["verify.py", "pack.zip", "--vkey", VKEY, "--policy", "policy.txt"]
    done = subprocess.run(
        [sys.executable, "-I", "-c", WITHOUT_ML_DSA, *words],
        cwd=trusted.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (verify.REFUSED, "")
    assert "install cryptography 48 or newer" in done.stdout


def hidden(good: str) -> Iterator[str]:
    """Give policies in which an editor shows a comment and a lax reader sees a line."""
    asked = policy(NEW, least=1).replace("quorum all-of-them", "{}quorum all-of-them")
    for char in ("\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\r", "\u00a0", "\u202e"):
        yield asked.format(f"# none of our own{char}quorum none\n")
    same = str(NEW.key)
    twice = signer("xx.example/w", b"3")
    yield f"log {VKEY}\nwitness a {same}\nwitness b {twice.key}\ngroup g 2 a b\nquorum g\n"
    groups = "group g any a\ngroup h any a\ngroup both all g h\nquorum both\n"
    yield f"log {VKEY}\nwitness a {same}\n{groups}"
    yield f"log {VKEY}\nquorum none\nquorum none\n"


def test_a_policy_with_a_hidden_line_or_one_witness_twice_is_refused(
    good: Files, trusted: Trusted
) -> None:
    signed = cosigned(good, NEW, signer("xx.example/w", b"3"))
    assert trusted.code(signed, policy=policy(NEW, least=1)) == verify.VERIFIED
    windows = policy(NEW, least=1).replace("\n", "\r\n")
    (trusted.folder / "crlf.txt").write_bytes(windows.encode())
    for number, text in enumerate(hidden(POLICY)):
        path = trusted.folder / "policy.txt"
        code = trusted.code(signed)
        path.write_bytes(text.encode())
        code = verify.main(
            [str(trusted.folder / "pack.zip"), "--vkey", VKEY, "--policy", str(path)]
        )
        assert code == verify.REFUSED, number
    crlf = ["--vkey", VKEY, "--policy", str(trusted.folder / "crlf.txt")]
    assert verify.main([str(trusted.folder / "pack.zip"), *crlf]) == verify.VERIFIED


def test_groups_within_groups_have_no_bottom_and_end_all_the_same(
    good: Files, trusted: Trusted
) -> None:
    said = [f"log {VKEY}", f"witness g0 {NEW.key}"]
    said += [f"group g{number + 1} any g{number}" for number in range(5_000)]
    text = "\n".join([*said, "quorum g5000", ""])
    assert trusted.code(cosigned(good, NEW), policy=text) == verify.VERIFIED
    assert trusted.code(good, policy=text) == verify.REFUSED


# --- what is printed -----------------------------------------------------------------------------


LIE = "2026\nVERIFIED\n\x1b[2K\x1b[1A\u202e\ud800"


@pytest.mark.parametrize("value", [LIE, [LIE], {LIE: LIE}, [{"gaps": [LIE], "src": LIE}]])
@pytest.mark.parametrize("field", ["made_at", "asked", "integrity", "erased", "count"])
def test_nothing_in_a_pack_prints_a_line_of_its_own(good: Files, field: str, value: object) -> None:
    """Whoever checks a pack without a key reads our words, and no escapes of the forger's."""
    said = json.loads(good[pack.STATEMENT])
    told = verify.report({**said, field: value, "producers": [{"gaps": value}]})
    assert len(told) == len(verify.report({**said, "producers": []})) + 1
    assert all(line.isascii() and line.isprintable() for line in told)


MALLORY = Ed25519PrivateKey.from_private_bytes(b"m" * 32)


def out_of_nothing(statement: dict[str, JSON]) -> Files:
    """Make a pack of no log at all: a tree of two leaves, of which one says what is in the pack."""
    said = canonical({"as_of": 1, "count": 0, "opened": 0, "v": pack.PACK_VERSION, **statement})
    word = {"entries": b"", "openings": b"", "statement": said}
    export = canonical(
        {
            "src": "zz/audit_log/1",
            "ty": "placet.audit.export.v1",
            "x": {name: pack.digest(data) for name, data in word.items()},
        }
    )
    left, right = leaf_hash(b"anything"), leaf_hash(export)
    key = ed25519_key("log.example/zz", MALLORY.public_key().public_bytes_raw())

    def note(size: int, root: bytes) -> bytes:
        text = Checkpoint(origin=key.name, size=size, root=root).text()
        line = Signature(name=key.name, key_id=key.id, blob=MALLORY.sign(text.encode()))
        return bytes(SignedNote(text=text, signatures=(line,)))

    newest = note(2, node_hash(left, right))
    head = f"c2sp.org/tlog-proof@v1\nindex 1\n{b64encode(left).decode()}\n\n"
    return with_manifest(
        {
            pack.STATEMENT: said,
            pack.ENTRIES: b"",
            pack.OPENINGS: b"",
            pack.EXPORT: b'{"entry":%b,"idx":1}\n' % export,
            pack.AS_OF: note(1, left),
            pack.CHECKPOINT: newest,
            pack.CONSISTENCY: pack.consistency_file(1, 2, [right]),
            pack.POLICY: f"log {key}\nquorum none\n".encode(),
            pack.VKEY: f"{key}\n".encode(),
            PROOF(1): head.encode() + newest,
            **companions(),
        }
    )


@pytest.mark.parametrize("value", ["VERIFIED", "\x1b[2K", "2026\nVERIFIED\n\x1b[8m"])
def test_a_pack_out_of_nothing_is_never_called_verified(
    trusted: Trusted, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    false = out_of_nothing({"origin": "log.example/zz", "made_at": value, "producers": []})
    assert trusted.alone(false) == verify.NOT_AUTHENTICATED
    said = capsys.readouterr().out
    assert [one for one in said.splitlines() if one.startswith("VERIFIED")] == []
    assert "\x1b" not in said
    assert trusted.code(false) == verify.REFUSED


@pytest.mark.parametrize("producers", [None, 7, True])
def test_a_statement_of_the_wrong_form_is_refused_even_where_its_log_vouches_for_it(
    trusted: Trusted, producers: JSON
) -> None:
    false = out_of_nothing({"origin": "log.example/zz", "producers": producers})
    assert trusted.alone(false) == verify.REFUSED
