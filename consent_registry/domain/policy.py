# SPDX-License-Identifier: Apache-2.0
"""The policy file: what a country or an institution decides for itself, as data.

Read from the text of a TOML file. A file with any fault does not load, and every fault is named.
Only the regime `consent_gdpr` exists so far; another one in the file is a fault, not a default.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

FORMAT: Final = "placet/policy/v1"
CONSENT_GDPR: Final = "consent_gdpr"
REGIMES: Final = (CONSENT_GDPR,)
AXES: Final = ("consent", "duo", "opt_out", "quality")
_MAX_CELL: Final = 1000


class PolicyFaults(ValueError):
    """The policy file is not usable; `faults` names everything that is wrong with it."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults: Final = faults


class OnRestricted(Enum):
    """What a purpose of methods alone gets from a permission that is silent about methods."""

    APPROVE = "approve"
    MANUAL = "manual"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One loaded policy.

    `binds` says for each regime which axes exclude people; `methods_on_restricted` has HMB, DS and
    POA; `digest` is the SHA-256 of the file's bytes in hex, named in every decision.
    """

    version: str
    digest: str
    small_cell: int
    methods_on_restricted: Mapping[str, OnRestricted]
    binds: Mapping[str, frozenset[str]]


def load_policy(text: str) -> Policy:
    """Read a policy file. Raises PolicyFaults naming every fault."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise PolicyFaults((f"not TOML: {broken}",)) from broken
    reader = _Reader(raw)
    policy = reader.policy(hashlib.sha256(text.encode()).hexdigest())
    if reader.faults:
        raise PolicyFaults(tuple(reader.faults))
    return policy


class _Reader:
    def __init__(self, raw: Mapping[str, object]) -> None:
        self._raw = raw
        self.faults: list[str] = []

    def policy(self, digest: str) -> Policy:
        known = {"format", "version", "small_cell", "methods_on_restricted", "regime"}
        self._unknown(self._raw, known, "")
        if self._raw.get("format") != FORMAT:
            self.faults.append(f"format: must be {FORMAT!r}")
        return Policy(
            version=self._version(),
            digest=digest,
            small_cell=self._small_cell(),
            methods_on_restricted=self._methods(),
            binds=self._regimes(),
        )

    def _unknown(self, table: Mapping[str, object], known: set[str], at: str) -> None:
        self.faults.extend(f"{at}{key}: unknown key" for key in table if key not in known)

    def _version(self) -> str:
        version = self._raw.get("version")
        if isinstance(version, str) and version:
            return version
        self.faults.append("version: a text is needed")
        return ""

    def _small_cell(self) -> int:
        value = self._raw.get("small_cell")
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MAX_CELL:
            return value
        self.faults.append(f"small_cell: a whole number from 1 to {_MAX_CELL} is needed")
        return _MAX_CELL

    def _table(self, name: str) -> Mapping[str, object]:
        value = self._raw.get(name)
        if isinstance(value, dict):
            return value
        self.faults.append(f"{name}: a table is needed")
        return {}

    def _methods(self) -> dict[str, OnRestricted]:
        table = self._table("methods_on_restricted")
        self._unknown(table, {"HMB", "DS", "POA"}, "methods_on_restricted.")
        chosen: dict[str, OnRestricted] = {}
        for code in ("HMB", "DS", "POA"):
            try:
                chosen[code] = OnRestricted(table.get(code))
            except ValueError:
                self.faults.append(
                    f"methods_on_restricted.{code}: one of approve, manual, deny is needed"
                )
        return chosen

    def _regimes(self) -> dict[str, frozenset[str]]:
        table = self._table("regime")
        self._unknown(table, set(REGIMES), "regime.")
        return {name: self._binds(table.get(name), f"regime.{name}") for name in REGIMES}

    def _binds(self, regime: object, at: str) -> frozenset[str]:
        if not isinstance(regime, dict):
            self.faults.append(f"{at}: a table is needed")
            return frozenset(AXES)
        self._unknown(regime, set(AXES), f"{at}.")
        binding: set[str] = set()
        for axis in AXES:
            word = regime.get(axis)
            if word not in {"binds", "shown"}:
                self.faults.append(f"{at}.{axis}: one of binds, shown is needed")
            if word != "shown":
                binding.add(axis)
        for axis in ("consent", "duo"):
            if regime.get(axis) == "shown":
                self.faults.append(f"{at}.{axis}: under this regime it always binds")
        if regime.get("opt_out") == "binds":
            self.faults.append(f"{at}.opt_out: belongs to another regime (EHDS Article 71)")
        return frozenset(binding)
