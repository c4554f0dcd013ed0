# SPDX-License-Identifier: Apache-2.0
"""What excludes a person under which law: the axes that bind, and when each kind of no acts.

A policy file fills the table regime x role of consent; here is only what its words mean. Cohorts,
the narrowing of running permits and the feed all ask these rules and no others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final

from consent_registry.domain.bars import Bar, Cause
from consent_registry.domain.history import State


class Regime(Enum):
    """The law a dataset is used under (law.md F1). EHDS is Chapter IV of Regulation 2025/327."""

    CONSENT_GDPR = "consent_gdpr"
    NATIONAL_ACT = "national_act"
    EHDS_CH4 = "ehds_ch4"


class ConsentRole(Enum):
    """What the consents of a dataset are for: its legal basis, a safeguard beside it, or neither.

    GDPR Articles 6(1)(a) and 9(2)(a) for the first; Article 89(1) and national law for the second.
    """

    LEGAL_BASIS = "legal_basis"
    SAFEGUARD = "safeguard"
    NONE = "none"


class Axis(Enum):
    """The four things that may exclude a person; they are never merged into one status."""

    CONSENT = "consent"
    DUO = "duo"
    OPT_OUT = "opt_out"
    QUALITY = "quality"


class No(Enum):
    """The four ways of saying no. An objection counts here once it was upheld (GDPR 21)."""

    REFUSAL = "refusal"
    WITHDRAWAL = "withdrawal"
    OBJECTION = "objection"
    OPT_OUT = "opt_out"


class Moment(Enum):
    """What a no can act on: permits still to be given, or running ones.

    Under a running permit every read of a member's file is an extraction of its own, so that a no
    that acts on later extractions acts on the permit from then on; what was read stays read.
    """

    NEW = "new"
    RUNNING = "running"


Moments = frozenset[Moment]
NOTHING: Final[Moments] = frozenset()
NEW_ONLY: Final[Moments] = frozenset({Moment.NEW})
RUNNING_ONLY: Final[Moments] = frozenset({Moment.RUNNING})
EVERYTHING: Final[Moments] = NEW_ONLY | RUNNING_ONLY

_EXPRESS: Final = {State.REFUSED: No.REFUSAL, State.WITHDRAWN: No.WITHDRAWAL}
_BAR_AXES: Final[Mapping[Bar, frozenset[Axis]]] = MappingProxyType(
    {
        Bar.UNSETTLED: frozenset({Axis.CONSENT, Axis.DUO}),
        **dict.fromkeys(
            (
                *(Bar.DEAD_STOP, Bar.DEAD_UNSAID, Bar.DEAD_CONTINUE),
                *(Bar.ASSENT_MISSING, Bar.DISSENT, Bar.DISSENT_OVERRULED),
            ),
            frozenset({Axis.CONSENT}),
        ),
        **dict.fromkeys(
            (
                Bar.EVIDENCE_UNCHECKED,
                Bar.EVIDENCE_DISPUTED,
                Bar.EVIDENCE_LOST,
                Bar.EVIDENCE_REJECTED,
            ),
            frozenset({Axis.QUALITY}),
        ),
    }
)
"""A bar acts only where one of its axes binds: regimes do not leak into one another."""
DEFAULT_BARS: Final[Mapping[Bar, Moments]] = MappingProxyType(
    {
        bar: NOTHING if bar in {Bar.DEAD_CONTINUE, Bar.EVIDENCE_UNCHECKED} else EVERYTHING
        for bar in Bar
    }
)
"""Where a policy is silent, the protective reading; what she wanted to go on goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One cell of the table, ready to be asked.

    `binds` are the axes that exclude. `acts` says on what each kind of no acts. `asked_again` is
    what it acts on that a person has to be asked again (at majority, or on a new form). `bars` says
    on what each of the bars acts where its axis binds.
    """

    binds: frozenset[Axis]
    acts: Mapping[No, Moments] = field(default_factory=dict)
    asked_again: Moments = NEW_ONLY
    bars: Mapping[Bar, Moments] = field(default_factory=lambda: DEFAULT_BARS)

    def barred(self, cause: Cause, moment: Moment) -> bool:
        """Say whether a bar excludes; somebody else's state acts as her own would."""
        if isinstance(cause, State):
            return self.excludes(cause, moment)
        binding = not _BAR_AXES[cause].isdisjoint(self.binds)
        return binding and moment in self.bars.get(cause, EVERYTHING)

    def excludes(self, state: State, moment: Moment) -> bool:
        """Say whether a consent state by itself excludes. An express no acts as its row says."""
        said_no = _EXPRESS.get(state)
        if said_no is not None:
            return self.says(said_no, moment)
        if state is State.GIVEN:
            return False
        if state is State.INVALID and Axis.QUALITY in self.binds:
            return True
        if Axis.CONSENT not in self.binds:
            return False
        return state is not State.PENDING_RECONSENT or moment in self.asked_again

    def says(self, kind: No, moment: Moment) -> bool:
        """Say whether this kind of no excludes at this moment."""
        return moment in self.acts.get(kind, NOTHING)

    def needs_terms(self) -> bool:
        """Say whether a consent that cannot be read excludes."""
        return not self.binds.isdisjoint({Axis.CONSENT, Axis.DUO})

    @property
    def matches_terms(self) -> bool:
        """Whether a purpose that the codes of a consent do not allow excludes."""
        return Axis.DUO in self.binds


CONSENT_BINDS: Final = Rules(
    binds=frozenset({Axis.CONSENT, Axis.DUO, Axis.QUALITY}),
    acts=MappingProxyType(
        {
            No.REFUSAL: EVERYTHING,
            No.WITHDRAWAL: EVERYTHING,
            No.OBJECTION: EVERYTHING,
            No.OPT_OUT: NOTHING,
        }
    ),
)
"""Consent as the legal basis or a safeguard: GDPR Article 7(3) ends running use too."""

EVERY_NO_BINDS: Final = Rules(
    binds=frozenset(Axis), acts=MappingProxyType(dict.fromkeys(No, EVERYTHING))
)
"""For a dataset that no policy in force rules: whatever says no excludes, now and later."""
