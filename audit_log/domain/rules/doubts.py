# SPDX-License-Identifier: Apache-2.0
"""Judgements that may still change: something is wrong as far as is known, and more may come.

A doubt becomes a finding when its grace has run out, and the finding closes when what it is about
changes so that nothing is wrong any more. `about` names that: a permit, a trace, a chain.
"""

from dataclasses import dataclass
from datetime import datetime

from audit_log.domain.rules.seen import Use


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One judgement: by which rule, about what, from which entry, and until when it may wait.

    `use` is what a rule about uses judges; rules about chains have none.
    """

    rule: str
    cause: str
    about: str
    index: int
    src: str
    due: datetime
    raised: bool = False
    use: Use | None = None


def about_permit(permit: str) -> str:
    """Name a permit as what a doubt is about."""
    return f"permit/{permit}"


def about_trace(trace: str) -> str:
    """Name a trace as what a doubt is about."""
    return f"trace/{trace}"


def about_chain(src: str, epoch: int) -> str:
    """Name a chain as what a doubt is about."""
    return f"chain/{epoch}/{src}"
