# SPDX-License-Identifier: Apache-2.0
"""What a permit owes to the people of its cohort, as consent_registry names it.

Which parameters may be told was decided there (its ADR 0047): nothing is added, left out or counted
here. They may name third persons, with whom to work or to whom to return, so that the public permit
has the codes and a salted digest of the rest, which its holder and the authority read.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from shared.canonical import JSON, canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One duty: its code (a DUO shorthand or a national code), what it says, what many named.

    `ask_holder`: somebody may have named something else, or nothing.
    """

    code: str
    label: str
    values: tuple[str, ...] = ()
    ask_holder: bool = False

    def to_json(self) -> dict[str, JSON]:
        """Write the duty as it was read."""
        return {
            "code": self.code,
            "label": self.label,
            "values": list(self.values),
            "ask_holder": self.ask_holder,
        }


def read_duties(told: object) -> tuple[Duty, ...]:
    """Read duties; a registry that says nothing of them yet names none.

    Raises ValueError when they cannot be read.
    """
    match told:
        case None:
            return ()
        case list():
            return tuple(_read(one) for one in told)
    raise ValueError("obligations")


def _read(told: object) -> Duty:
    match told:
        case {
            "code": str(code),
            "label": str(label),
            "values": list(values),
            "ask_holder": bool(ask_holder),
        } if code and all(isinstance(one, str) for one in values):
            return Duty(code=code, label=label, values=tuple(values), ask_holder=ask_holder)
    raise ValueError("obligations")


@dataclass(frozen=True, slots=True, kw_only=True)
class Annex:
    """What of a permit's duties its holder and the authority read, and nobody else."""

    duties: Sequence[Duty]
    salt: bytes

    def digest(self) -> str:
        """Bind it: base64 of SHA-256 over the salt and the duties in canonical JSON."""
        written: list[JSON] = [one.to_json() for one in self.duties]
        return base64.b64encode(hashlib.sha256(self.salt + canonical(written)).digest()).decode()

    def public(self) -> dict[str, JSON]:
        """Write what the public permit says of it."""
        return {"codes": [one.code for one in self.duties], "digest": self.digest()}

    def to_json(self) -> dict[str, JSON]:
        """Write all of it, so that its reader can compare it with the permit."""
        return {
            "obligations": [one.to_json() for one in self.duties],
            "salt": base64.b64encode(self.salt).decode(),
        }
