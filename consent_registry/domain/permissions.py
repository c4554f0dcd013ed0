# SPDX-License-Identifier: Apache-2.0
"""What each permission says to a purpose: the subsumption table, written out.

The table is stated, not derived from the ontology's hierarchy, which would refuse ancestry research
on general research use and accept the weaker of two prohibitions. Pure: no person, no date.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from consent_registry.domain.diseases import Diseases
from consent_registry.domain.duo import Duo
from consent_registry.domain.ehds import RESEARCH, EhdsPurpose
from consent_registry.domain.policy import OnRestricted, Policy
from consent_registry.domain.purpose import Category, Purpose
from consent_registry.domain.verdict import (
    Finding,
    Question,
    Reason,
    Result,
    deny,
    manual,
    permit,
)


class Coverage(Enum):
    """How the diseases of a consent lie to those of a purpose (DS only)."""

    COVERED = "covered"  # every disease of the purpose lies within one of the consent's
    UNCOVERED = "uncovered"  # at least one certainly does not
    UNKNOWN = "unknown"  # a term is missing, unknown, or obsolete with nothing in its place


def coverage(consented: tuple[str, ...], purpose: Purpose, diseases: Diseases) -> Coverage:
    """Compare the diseases of one DS consent with those of a purpose. Partly is UNCOVERED."""
    gap = not consented or any(diseases.current(term) is None for term in consented)
    worst = Coverage.COVERED
    for wanted in purpose.diseases:
        covering = diseases.covering(wanted)
        if covering.isdisjoint(consented):
            if covering and not gap:
                return Coverage.UNCOVERED
            worst = Coverage.UNKNOWN
    return worst


_RESEARCH: Final = frozenset({Category.GRU, Category.HMB, Category.DS, Category.POA, Category.MDS})
# Permission → the primary purposes it allows as they stand. DS and methods are judged below.
_ALLOWS: Final[Mapping[Duo, frozenset[Category]]] = MappingProxyType(
    {
        Duo.NRES: frozenset(Category),
        Duo.GRU: _RESEARCH,
        Duo.HMB: frozenset({Category.HMB, Category.DS}),
        Duo.DS: frozenset(),
        Duo.POA: frozenset({Category.POA}),
    }
)


def judge_permission(
    permission: Duo, *, clinical_care: bool, covered: Coverage, purpose: Purpose, policy: Policy
) -> tuple[Finding, ...]:
    """Say what a permission says to each facet of a purpose; every facet must pass.

    `clinical_care` is whether CC stands beside it; `covered` matters to DS alone. Ancestry or
    clinical use asked on top of the primary purpose is judged like a purpose of its own; not
    asked is not asked (None and False are the same here, NPOA tells them apart). A facet that
    passes is not listed unless all do.
    """
    facets = [_primary(permission, covered, purpose, policy), _ehds(permission, purpose)]
    if purpose.prohibited_uses:  # Article 54 has no override, not even the widest permission
        facets.append(deny(permission.name, Reason.USE_PROHIBITED))
    if purpose.reserved:  # Article 53(2): neither has it
        facets.append(deny(permission.name, Reason.PURPOSE_RESERVED))
    if purpose.category is Category.CC or purpose.clinical:
        facets.append(_clinical(permission, clinical_care=clinical_care))
    if purpose.ancestry and purpose.category is not Category.POA:
        facets.append(_ancestry(permission))
    open_facets = tuple(finding for finding in facets if finding.result is not Result.PERMIT)
    return open_facets or (permit(permission.name),)


def _primary(permission: Duo, covered: Coverage, purpose: Purpose, policy: Policy) -> Finding:
    name, category = permission.name, purpose.category
    if category in _ALLOWS[permission] or (permission, category) in _JUDGED_BY_OTHER_FACETS:
        return permit(name)
    if category is Category.POA:
        return deny(name, Reason.ANCESTRY_NOT_PERMITTED)
    if category is Category.MDS and not purpose.diseases:
        return _methods(permission, policy)
    if category is Category.MDS and permission is Duo.HMB:
        return permit(name)  # bounded by the diseases it names, which are health research
    if permission is Duo.DS and purpose.diseases and category in _BOUNDED:
        return _COVERED[covered]
    return deny(name, Reason.PURPOSE_NOT_PERMITTED)


# Whether care is allowed beside these permissions is the clinical facet's question.
_JUDGED_BY_OTHER_FACETS: Final = frozenset({(Duo.GRU, Category.CC), (Duo.HMB, Category.CC)})
_BOUNDED: Final = frozenset({Category.DS, Category.MDS, Category.CC})
_COVERED: Final[Mapping[Coverage, Finding]] = MappingProxyType(
    {
        Coverage.COVERED: permit("DS"),
        Coverage.UNCOVERED: deny("DS", Reason.DISEASE_NOT_PERMITTED),
        Coverage.UNKNOWN: manual("DS", Question.DISEASE_UNKNOWN),
    }
)


def _ehds(permission: Duo, purpose: Purpose) -> Finding:
    """Judge the letter of EHDS Article 53(1); not said stands against nothing.

    Consent to research covers letter (e) alone: statistics, policy, education and public health
    have other legal grounds, which DUO does not decide. Improving care (f) is covered where it is
    clinical care, which CC must allow. No DUO code speaks of training algorithms: a ruling.
    """
    letter = purpose.ehds_purpose
    if letter is None or permission is Duo.NRES:
        return permit(permission.name)
    if letter is EhdsPurpose.ALGORITHM_TRAINING:
        return manual(permission.name, Question.ALGORITHM_TRAINING)
    clinical = purpose.category is Category.CC or purpose.clinical
    if letter in RESEARCH or (letter is EhdsPurpose.CARE_IMPROVEMENT and clinical):
        return permit(permission.name)
    return deny(permission.name, Reason.PURPOSE_NOT_RESEARCH)


def _methods(permission: Duo, policy: Policy) -> Finding:
    """Judge methods alone on a permission that DUO leaves silent about them: a policy switch."""
    chosen = policy.methods_on_restricted[permission.name]
    if chosen is OnRestricted.APPROVE:
        return permit(permission.name)
    if chosen is OnRestricted.MANUAL:
        return manual(permission.name, Question.METHODS_ON_RESTRICTED)
    return deny(permission.name, Reason.PURPOSE_NOT_PERMITTED)


def _clinical(permission: Duo, *, clinical_care: bool) -> Finding:
    allowed = permission is Duo.NRES or (clinical_care and permission is not Duo.POA)
    return (
        permit(permission.name) if allowed else deny(permission.name, Reason.CLINICAL_NOT_PERMITTED)
    )


def _ancestry(permission: Duo) -> Finding:
    if permission in {Duo.NRES, Duo.GRU, Duo.POA}:
        return permit(permission.name)
    return deny(permission.name, Reason.ANCESTRY_NOT_PERMITTED)
