# SPDX-License-Identifier: Apache-2.0
"""What the pages call rights, states, grounds, parts and tasks: one plain sentence or word each."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _

from consent_registry.domain.erasure import Part, Phase
from consent_registry.domain.levels import Level, TaskKind
from consent_registry.domain.rights import RequestState, Right, StepKind

RIGHTS: Final = MappingProxyType(
    {
        Right.ACCESS: (_("See my data"), _("You get everything that is held about you here.")),
        Right.RECTIFICATION: (_("Correct my data"), _("Say what is wrong and what is right.")),
        Right.ERASURE: (
            _("Erase my data"),
            _("Your choices, your name here and your login are destroyed. It cannot be undone."),
        ),
        Right.RESTRICTION: (
            _("Let my data rest"),
            _("Your data are kept and not used, from now on and until you lift it."),
        ),
        Right.PORTABILITY: (
            _("Take my data with me"),
            _("You get what you gave here, as a file that programs can read."),
        ),
        Right.OBJECTION: (
            _("Object to the use of my data"),
            _("Say what your situation is. Your data rest until it is decided."),
        ),
    }
)
STATES: Final = MappingProxyType(
    {
        RequestState.OPEN: (_("Waiting for an answer"), "wait"),
        RequestState.IDENTITY: (_("Waiting for a proof of who you are"), "wait"),
        RequestState.FULFILLED: (_("Done"), "good"),
        RequestState.REFUSED: (_("Refused"), "bad"),
        RequestState.TAKEN_BACK: (_("Taken back"), ""),
        RequestState.LIFTED: (_("Lifted"), ""),
    }
)
STEPS: Final = MappingProxyType(
    {
        StepKind.RECEIVED: _("Received"),
        StepKind.TAKEN: _("Somebody has taken it on"),
        StepKind.IDENTITY_ASKED: _("A proof of identity was asked for; the clock stands still"),
        StepKind.IDENTIFIED: _("The identity is proven; the clock goes on"),
        StepKind.EXTENDED: _("The answer takes up to two months more"),
        StepKind.END_TOLD: _("Told that soon the data will not rest any more"),
        StepKind.FULFILLED: _("Done"),
        StepKind.REFUSED: _("Refused"),
        StepKind.TAKEN_BACK: _("Taken back"),
        StepKind.LIFTED: _("Lifted"),
    }
)
CODES: Final[Mapping[str, object]] = MappingProxyType(
    {
        "complexity": _("The request is complex"),
        "number_of_requests": _("There are many requests"),
        "gdpr_11_2": _("Nobody here can tell which data are meant (Article 11(2))"),
        "gdpr_12_5_b": _("Manifestly unfounded or excessive (Article 12(5)(b))"),
        "gdpr_15_4": _("It would harm the rights of others (Article 15(4))"),
        "gdpr_16_accurate": _("The data are right as they are (Article 16)"),
        "gdpr_17_1_a": _("The data are no longer needed (Article 17(1)(a))"),
        "gdpr_17_1_b": _("The consent is withdrawn (Article 17(1)(b))"),
        "gdpr_17_1_c": _("An objection was upheld (Article 17(1)(c))"),
        "gdpr_17_1_d": _("The data were used unlawfully (Article 17(1)(d))"),
        "gdpr_17_1_e": _("A law demands the erasure (Article 17(1)(e))"),
        "gdpr_17_1_f": _("The data were collected from a child (Article 17(1)(f))"),
        "gdpr_17_1_no_ground": _("No ground for erasure applies (Article 17(1))"),
        "gdpr_17_3_a": _("Freedom of expression and information (Article 17(3)(a))"),
        "gdpr_17_3_b": _("A law demands that the data stay (Article 17(3)(b))"),
        "gdpr_17_3_c": _("Public health (Article 17(3)(c))"),
        "gdpr_17_3_d": _("It would make the research impossible (Article 17(3)(d))"),
        "gdpr_17_3_e": _("The data are needed for a legal claim (Article 17(3)(e))"),
        "gdpr_18_1_no_ground": _("No ground for a restriction applies (Article 18(1))"),
        "gdpr_20_1_not_given": _("These data are not held on your consent (Article 20(1))"),
        "gdpr_20_4": _("It would harm the rights of others (Article 20(4))"),
        "gdpr_21_1_overriding": _("Overriding grounds were shown (Article 21(1))"),
        "gdpr_21_6_public_interest": _("A task in the public interest (Article 21(6))"),
        "gdpr_89_2": _("A law on research makes an exception (Article 89(2))"),
    }
)
PHASES: Final = MappingProxyType(
    {
        Phase.ASKED: (_("Waits for a second person"), "wait"),
        Phase.RUNNING: (_("Being destroyed"), "wait"),
        Phase.SETTLING: (_("Destroyed; the last copies expire"), "wait"),
        Phase.COMPLETE: (_("Complete"), "good"),
    }
)
PARTS: Final = MappingProxyType(
    {
        Part.IMPORTS: _("No file that waits could bring the person back"),
        Part.REGISTRY: _("Keys, login, names, evidence and choices are destroyed here"),
        Part.OUTBOX: _("Nothing that was said before is still on its way"),
        Part.LOG: _("The audit log has destroyed its keys"),
        Part.CONTACTS: _("The person was told, and where she is reached is destroyed"),
        Part.LATE: _("Topics and backups have expired; the audit log was asked again"),
    }
)
LEVELS: Final = MappingProxyType(
    {
        Level.NO_FURTHER_CONTACT: (
            _("Do not contact me"),
            _("The use of your data goes on. Nobody writes to you any more."),
        ),
        Level.NO_FURTHER_ACCESS: (
            _("No new access"),
            _("Your consent ends. Nobody new gets your data."),
        ),
        Level.NO_FURTHER_USE: (
            _("No use at all"),
            _("Your consent ends, running uses stop and copies are deleted."),
        ),
        Level.DESTROY_LINKAGE: (
            _("Cut the link to me"),
            _("As above, and the holder destroys what ties the data to you."),
        ),
        Level.DESTROY_ALL: (
            _("Destroy everything"),
            _("As above, and the holder destroys your data and your samples."),
        ),
    }
)
TASKS: Final = MappingProxyType(
    {
        TaskKind.STOP_CONTACT: _("Stop all contact"),
        TaskKind.CLOSE_ACCESS: _("Close access"),
        TaskKind.STOP_USE: _("Stop running uses"),
        TaskKind.DELETE_COPIES: _("Delete copies"),
        TaskKind.DESTROY_LINK: _("Destroy what ties the data to the person"),
        TaskKind.DESTROY_DATA: _("Destroy the data"),
        TaskKind.DESTROY_SAMPLES: _("Destroy the samples"),
    }
)


def code(text: str) -> object:
    """Say a ground or a reason; a code that is not known here is shown as it is."""
    return CODES.get(text, text)
