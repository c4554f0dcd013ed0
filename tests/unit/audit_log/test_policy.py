# SPDX-License-Identifier: Apache-2.0
"""C2SP tlog-policy: what is a policy, and which witnesses are enough."""

from hashlib import sha256
from itertools import chain, combinations

import pytest

from audit_log.domain.cosignature import cosigner_key
from audit_log.domain.note import ed25519_key
from audit_log.domain.policy import NO_WITNESSES, PolicyInvalid, parse_policy


def vkey(name: str, *, ml_dsa: bool = False) -> str:
    key = sha256(name.encode()).digest()
    return str(cosigner_key(name, (key * 41) if ml_dsa else key))


LOG = str(ed25519_key("log.example/zz", b"l" * 32))
NAMES = ("X1", "X2", "X3", "Y1", "Y2", "Y3")
TWO_LEVELS = "".join(
    [
        f"log {LOG} https://log.example\n\n",
        *(f"witness {n} {vkey(n)}\n" for n in NAMES[:3]),
        "group X-witnesses 2 X1 X2 X3\n\n",
        *(f"\twitness  {n}\t{vkey(n)} https://{n}.example \n" for n in NAMES[3:]),
        "group Y-witnesses any Y1 Y2 Y3\n",
        "  # a comment\n",
        "group X-and-Y all X-witnesses Y-witnesses\n",
        "quorum X-and-Y\n",
    ]
)
THREE = "".join(f"witness {n} {vkey(n)}\n" for n in ("a", "b", "c"))


def test_the_specification_s_own_example() -> None:
    policy = parse_policy(TWO_LEVELS.encode())
    assert [str(one.key) for one in policy.logs] == [LOG]
    assert policy.logs[0].url == "https://log.example"
    assert [one.url for one in policy.witnesses[2:4]] == [None, "https://Y1.example"]
    assert policy.is_met({"X1", "X3", "Y2"})
    assert not policy.is_met({"X1", "Y1", "Y2", "Y3"})
    assert not policy.is_met({"X1", "X2", "X3"})
    assert policy.counted() == set(NAMES)


def test_quorum_none_needs_nobody() -> None:
    assert parse_policy(b"quorum none\n") == NO_WITNESSES
    assert NO_WITNESSES.is_met(())
    assert NO_WITNESSES.covers(())
    assert NO_WITNESSES.counted() == frozenset()


def test_a_quorum_may_be_one_witness_of_either_type() -> None:
    text = f"witness a {vkey('a', ml_dsa=True)}\nquorum a\n"
    policy = parse_policy(text.encode())
    assert policy.is_met({"a"})
    assert not policy.is_met(())


def test_a_witness_outside_the_quorum_counts_for_nothing() -> None:
    policy = parse_policy(f"{THREE}group g any a b\nquorum g\n".encode())
    assert not policy.is_met({"c"})
    assert policy.counted() == {"a", "b"}


def subsets() -> list[set[str]]:
    every = chain.from_iterable(combinations(NAMES, n) for n in range(len(NAMES) + 1))
    return [set(one) for one in every]


def test_covering_means_that_every_quorum_holds_one_of_them() -> None:
    policy = parse_policy(TWO_LEVELS.encode())
    quorums = [one for one in subsets() if policy.is_met(one)]
    for confirmed in subsets():
        assert policy.covers(confirmed) is all(one & confirmed for one in quorums)


@pytest.mark.parametrize(("k", "needed"), [(1, 3), (2, 2), (3, 1)])
def test_of_n_witnesses_and_a_quorum_of_k_it_takes_n_less_k_plus_1(k: int, needed: int) -> None:
    policy = parse_policy(f"{THREE}group g {k} a b c\nquorum g\n".encode())
    assert not policy.covers(list("abc")[: needed - 1])
    assert policy.covers(list("abc")[:needed])


def test_names_are_opaque_octets() -> None:
    kelvin, k = "\u212a".encode(), b"K"
    first, second = vkey("1").encode(), vkey("2").encode()
    raw = b"witness %s %s\nwitness %s %s\nwitness \xff%s %s\nquorum %s\n" % (
        *(kelvin, first, k, second, k, vkey("3").encode(), kelvin),
    )
    policy = parse_policy(raw)
    assert policy.is_met({"\u212a"})
    assert not policy.is_met({"K"})


@pytest.mark.parametrize(
    "text",
    [
        "",
        THREE,
        "quorum none",
        "quorum none\nquorum none\n",
        "quorum a\n",
        "quorum none\r\n",
        "quorum none extra\n",
        "quorum\n",
        "Quorum none\n",
        "mirror none\nquorum none\n",
        f"quorum a\n{THREE}",
        f"{THREE}group g 4 a b c\nquorum g\n",
        f"{THREE}group g 0 a b c\nquorum g\n",
        f"{THREE}group g 01 a b c\nquorum g\n",
        f"{THREE}group g most a b c\nquorum g\n",
        f"{THREE}group g any\nquorum g\n",
        f"{THREE}group g any a a\nquorum g\n",
        f"{THREE}group g any a b\ngroup h any b c\nquorum h\n",
        f"{THREE}group g any g\nquorum g\n",
        f"{THREE}group g any none\nquorum g\n",
        f"{THREE}group none any a\nquorum none\n",
        f"{THREE}group a any b c\nquorum a\n",
        f"{THREE}witness a {vkey('d')}\nquorum a\n",
        f"{THREE}witness none {vkey('d')}\nquorum a\n",
        f"{THREE}witness d {vkey('a')}\nquorum a\n",
        f"{THREE}witness d {vkey('d')} https://d.example more\nquorum a\n",
        f"witness a {LOG}\nquorum a\n",
        f"log {vkey('a')}\nquorum none\n",
        f"log {LOG}\nlog {LOG}\nquorum none\n",
        f"log {LOG[:-1]}\nquorum none\n",
        f"log {ed25519_key('other', b'l' * 32)}\nlog {LOG}\nquorum none\n",
        "# only \x07 comments\nquorum none\n",
        "# \x7f\nquorum none\n",
        f"quorum none\n{THREE * 90}",
    ],
)
def test_what_is_no_policy(text: str) -> None:
    with pytest.raises(PolicyInvalid):
        parse_policy(text.encode())


def test_a_policy_is_bounded() -> None:
    many = "".join(f"log {ed25519_key(f'l{n}', n.to_bytes(32, 'big'))}\n" for n in range(256))
    with pytest.raises(PolicyInvalid, match="too many"):
        parse_policy(f"{many}quorum none\n".encode())
    with pytest.raises(PolicyInvalid, match="too long"):
        parse_policy(b"#" * (1 << 20) + b"\nquorum none\n")
