# SPDX-License-Identifier: Apache-2.0
"""C2SP tlog-policy: which logs count, which witnesses there are, and how many of them are enough.

Parsing is strict and names the line; evaluating a quorum is a pure question about names. Limits
are ours: 256 lines that say something, far above what the specification asks for.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from audit_log.domain.cosignature import ED25519_KEY_BYTES, ML_DSA_44_KEY_BYTES
from audit_log.domain.note import Algorithm, VerifierKey, parse_vkey

MAX_POLICY_BYTES: Final = 1 << 20
MAX_LINES: Final = 256
NONE: Final = "none"
_FORBIDDEN: Final = re.compile(rb"[^\t\n\x20-\x7e\x80-\xff]")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
_KEY_BYTES: Final = {
    Algorithm.ED25519: ED25519_KEY_BYTES,
    Algorithm.COSIGNATURE_ED25519: ED25519_KEY_BYTES,
    Algorithm.COSIGNATURE_ML_DSA_44: ML_DSA_44_KEY_BYTES,
}
_LOG_TYPES: Final = (Algorithm.ED25519, Algorithm.COSIGNATURE_ML_DSA_44)
_WITNESS_TYPES: Final = (Algorithm.COSIGNATURE_ED25519, Algorithm.COSIGNATURE_ML_DSA_44)


class PolicyInvalid(ValueError):
    """A text is not a policy; the message names the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLog:
    """A log that the policy knows: its key is named after its origin."""

    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyWitness:
    """A witness: its name within the policy, its key, and where checkpoints are submitted."""

    name: str
    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Members of which at least `threshold` must have witnessed."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A whole policy; `quorum` names a witness or a group, or is `none`."""

    logs: tuple[PolicyLog, ...]
    witnesses: tuple[PolicyWitness, ...]
    groups: Mapping[str, Group]
    quorum: str

    @property
    def asks(self) -> bool:
        """Whether a checkpoint needs any cosignature at all."""
        return self.quorum != NONE

    def is_met(self, cosigned: Collection[str]) -> bool:
        """Tell whether these witnesses, by their names in the policy, are a quorum."""
        return not self.asks or self._witnessed(self.quorum, cosigned)

    def counted(self) -> frozenset[str]:
        """Name the witnesses whose cosignatures count towards the quorum."""
        return frozenset(self._below(self.quorum)) if self.asks else frozenset()

    def covers(self, confirmed: Collection[str]) -> bool:
        """Tell whether these witnesses are so many that every quorum holds one of them.

        With a quorum of k out of n that is n-k+1: what any quorum once saw, one of them knows.
        """
        return not self.asks or not self.is_met(self.counted() - set(confirmed))

    def _witnessed(self, name: str, cosigned: Collection[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in cosigned
        return sum(self._witnessed(one, cosigned) for one in group.members) >= group.threshold

    def _below(self, name: str) -> Iterator[str]:
        group = self.groups.get(name)
        if group is None:
            yield name
            return
        for member in group.members:
            yield from self._below(member)


NO_WITNESSES: Final = Policy(logs=(), witnesses=(), groups={}, quorum=NONE)
"""The policy of a log that waits for nobody."""


def parse_policy(raw: bytes) -> Policy:
    """Read a policy file; raise PolicyInvalid for anything that the specification does not allow.

    Names are opaque octets there: what is not UTF-8 is kept, and compared, as it stands.
    """
    if len(raw) > MAX_POLICY_BYTES or _FORBIDDEN.search(raw):
        raise PolicyInvalid("the policy is too long or holds a control character")
    if raw and not raw.endswith(b"\n"):
        raise PolicyInvalid("the last line has no end")
    reader = _Reader()
    said = 0
    for number, line in enumerate(raw.decode("utf-8", "surrogateescape").split("\n"), start=1):
        words = [word for word in re.split(r"[ \t]+", line) if word]
        if not words or words[0].startswith("#"):
            continue
        said += 1
        try:
            reader.take(words)
        except ValueError as fault:
            raise PolicyInvalid(f"line {number}: {fault}") from None
    if said > MAX_LINES:
        raise PolicyInvalid("the policy has too many lines")
    if reader.quorum is None:
        raise PolicyInvalid("the policy has no quorum line")
    return Policy(
        logs=tuple(reader.logs),
        witnesses=tuple(reader.witnesses.values()),
        groups=reader.groups,
        quorum=reader.quorum,
    )


def parse_log_key(vkey: str) -> VerifierKey:
    """Read the vkey of a log; raise ValueError when it is none, or of a type no log signs with."""
    return _key(vkey, _LOG_TYPES)


@dataclass(slots=True)
class _Reader:
    """What the lines so far have defined."""

    logs: list[PolicyLog] = field(default_factory=list)
    witnesses: dict[str, PolicyWitness] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    members: set[str] = field(default_factory=set)
    quorum: str | None = None

    def take(self, words: Sequence[str]) -> None:
        """Add one line; raise ValueError when it is none, or contradicts the ones before."""
        match words:
            case ["log", vkey, *url] if len(url) <= 1:
                self._log(vkey, url[0] if url else None)
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self._witness(name, vkey, url[0] if url else None)
            case ["group", name, threshold, *members] if members:
                self._group(name, threshold, members)
            case ["quorum", name]:
                self._quorum(name)
            case _:
                raise ValueError("not a line of a policy")

    def _log(self, vkey: str, url: str | None) -> None:
        key = parse_log_key(vkey)
        if any(one.key.key == key.key for one in self.logs):
            raise ValueError("this log's key was defined before")
        self.logs.append(PolicyLog(key=key, url=url))

    def _witness(self, name: str, vkey: str, url: str | None) -> None:
        key = _key(vkey, _WITNESS_TYPES)
        if any(one.key.key == key.key for one in self.witnesses.values()):
            raise ValueError("this witness's key was defined before")
        self._require_free(name)
        self.witnesses[name] = PolicyWitness(name=name, key=key, url=url)

    def _group(self, name: str, threshold: str, members: Sequence[str]) -> None:
        self._require_free(name)
        for member in members:
            self._require_defined(member)
            if member in self.members:
                raise ValueError("a name is a member twice")
            self.members.add(member)
        words = {"any": 1, "all": len(members)}
        number = int(threshold) if _NUMBER.fullmatch(threshold) else words.get(threshold, 0)
        if not 1 <= number <= len(members):
            raise ValueError("a threshold is all, any, or a number up to that of the members")
        self.groups[name] = Group(threshold=number, members=tuple(members))

    def _quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise ValueError("there is a quorum line already")
        if name != NONE:
            self._require_defined(name)
        self.quorum = name

    def _require_free(self, name: str) -> None:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise ValueError("the name is taken")

    def _require_defined(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise ValueError("the name is not defined on a line before")


def _key(vkey: str, types: Collection[int]) -> VerifierKey:
    key = parse_vkey(vkey)
    if key.algorithm not in types or len(key.key) != _KEY_BYTES[Algorithm(key.algorithm)]:
        raise ValueError("the key is not of a type that signs here")
    return key
