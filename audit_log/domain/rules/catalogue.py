# SPDX-License-Identifier: Apache-2.0
"""The sixteen rules in words: what each finds, how grave it is, and what nothing feeds yet.

`missing` says plainly which part of a rule no entry of the suite can speak to so far.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Severity(StrEnum):
    """How grave a finding is."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: `thresholds` are the names of the numbers it goes by."""

    id: str
    what: str
    severity: Severity
    thresholds: tuple[str, ...] = ()
    missing: str = ""


_RULES: Final = (
    Rule(
        id="R0",
        what="Kafka does not hold what the stored offsets name, or a partition that none names",
        severity=Severity.CRITICAL,
    ),
    Rule(
        id="R1",
        what="Entries of a producer's chain are missing",
        severity=Severity.CRITICAL,
    ),
    Rule(
        id="R2",
        what="An entry names another predecessor than the log has",
        severity=Severity.CRITICAL,
    ),
    Rule(
        id="R3",
        what="A producer said two things at one place",
        severity=Severity.CRITICAL,
    ),
    Rule(
        id="R4",
        what="A producer is silent, its heartbeat is forged, or it has sent more than has arrived",
        severity=Severity.CRITICAL,
        thresholds=("heartbeat_silence", "heartbeat_ahead"),
    ),
    Rule(
        id="R5",
        what="A new chain of a producer was not announced by a start and a signed heartbeat",
        severity=Severity.CRITICAL,
        thresholds=("grace", "heartbeat_silence"),
    ),
    Rule(
        id="R6",
        what="A producer's clock is ahead, or its entries are old when they arrive",
        severity=Severity.MINOR,
        thresholds=("skew_ahead", "skew_behind", "drift"),
        missing="held against the first checkpoint that holds the entry, not the broker's own"
        " append time",
    ),
    Rule(
        id="R7",
        what="Data was used without a live permit, or another than the permit service spoke of one",
        severity=Severity.CRITICAL,
        thresholds=("grace",),
    ),
    Rule(
        id="R8",
        what="Data of a person was used after she withdrew, or of people of whom nobody can say"
        " whether they had",
        severity=Severity.CRITICAL,
        thresholds=("unanswered",),
        missing="who is in a cohort the registry alone knows: a finding about one holds a salted"
        " digest of whom it is about, and a registry that lies is believed",
    ),
    Rule(
        id="R9",
        what="Data of a person was used for a purpose that the consent or the permit lacks",
        severity=Severity.CRITICAL,
        thresholds=("unanswered",),
        missing="decided under the policy in force when it is asked",
    ),
    Rule(
        id="R10",
        what="Data was used outside what the permit names, or past its end",
        severity=Severity.CRITICAL,
        thresholds=("grace",),
        missing="the suite's own permits name dataset, cohort, end, node and countries, but neither"
        " regions nor amounts, and its nodes say of neither: what other producers say is compared",
    ),
    Rule(
        id="R11",
        what="Data was read without a decision that let it, or after a refusal",
        severity=Severity.CRITICAL,
        thresholds=("grace", "trace_window"),
    ),
    Rule(
        id="R12",
        what="One account used one dataset very often within an hour",
        severity=Severity.MINOR,
        thresholds=("reads_per_hour", "learning_days"),
        missing="for the first 28 days of an account and a dataset the limit is fixed",
    ),
    Rule(
        id="R13",
        what="An account behaves unlike itself: many people, a new client or country, a long sleep",
        severity=Severity.MINOR,
        thresholds=("people_per_hour", "dormant_days", "learning_days"),
        missing="the suite's own nodes seal an address and no country, so that only others' entries"
        " name one",
    ),
    Rule(
        id="R14",
        what="A node went on deciding on what a withdrawal or a revocation had ended, or never said"
        " that it enforces it, or another than the registry spoke of consents",
        severity=Severity.CRITICAL,
        thresholds=("propagation", "acknowledgement", "grace"),
        missing="a node that has never said a word is not waited for (consent_registry shows those"
        " it expects); of opt-outs, merges and ends known in advance no entry says whether they"
        " took somebody out of a cohort",
    ),
    Rule(
        id="R15",
        what="The log's own tables do not belong to its tree",
        severity=Severity.CRITICAL,
        thresholds=("proofs_per_hour", "verify_hour", "witness_lag"),
        missing="administrators' actions are signed for by the heartbeats of their producer's chain"
        " and carry no signature of the person",
    ),
    Rule(
        id="R16",
        what="An officer looked very often, or opened a sealed part outside a case, or another"
        " spoke for the log",
        severity=Severity.MAJOR,
        thresholds=("looks_per_hour",),
    ),
)
RULES: Final[Mapping[str, Rule]] = MappingProxyType({rule.id: rule for rule in _RULES})


def severity_of(rule: str) -> Severity:
    """Say how grave a rule's findings are; an unknown rule is as grave as can be."""
    found = RULES.get(rule)
    return Severity.CRITICAL if found is None else found.severity
