# SPDX-License-Identifier: Apache-2.0
"""What a rule says: something is wrong, or what was wrong is well again.

`cause` names the one thing that is wrong: a finding is opened once for a cause, whatever happens
afterwards. It may hold keyed pseudonyms and stays in the database.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A finding to open: by which rule, with which code, resting on which entries.

    `who` is a salted digest of the people it is about, where only another service can name them.
    `unless` is the cause of a finding that says as much and closes less easily: after that one,
    this one is not opened.
    """

    rule: str
    code: str
    cause: str
    evidence: tuple[int, ...]
    src: str | None = None
    who: str | None = None
    unless: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Healed:
    """A finding to close, and the code that says why."""

    cause: str
    reason: str
