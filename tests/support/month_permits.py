# SPDX-License-Identifier: Apache-2.0
"""What the permit service of the labelled month answers: by its permits, not by their entries."""

from collections.abc import Iterator, Sequence

from audit_log.domain.rules.permit_uses import PermitVerdict
from tests.support.labelled_month import REVOKED, Line
from tests.support.planting import stamp


def permit_verdict(use: Line, cohort: str | None, turns: Sequence[Line]) -> PermitVerdict:
    """Say whether a permit covered a use, from everything that ever happened to it."""
    if not turns:
        return PermitVerdict(answer="unknown")
    reasons = tuple(_reasons(use, cohort, turns))
    return PermitVerdict(answer="not_covered" if reasons else "covered", reasons=reasons)


def _reasons(use: Line, cohort: str | None, turns: Sequence[Line]) -> Iterator[str]:
    happened = sorted((one for one in turns if one.at <= use.at), key=lambda one: one.at)
    given = next(one for one in turns if one.holder is not None)
    ends = [str(one.extra["expires_at"]) for one in happened if "expires_at" in one.extra]
    if any(one.type == REVOKED for one in happened):
        yield "permit_ended"
    elif not happened:
        yield "permit_not_yet_live"
    elif stamp(use.at) >= ends[-1]:
        yield "permit_past_its_end"
    if use.actor != given.holder:
        yield "permit_of_another"
    nodes = given.extra["nodes"]
    for code, used, allowed in (
        ("dataset_not_in_permit", use.dataset, (given.dataset,)),
        ("cohort_not_in_permit", cohort, (given.extra["cohort"],)),
        ("node_not_in_permit", use.src.partition("/")[0], nodes),
        ("country_not_in_permit", use.country, given.countries or (use.country,)),
    ):
        if used is not None and isinstance(allowed, list | tuple) and used not in allowed:
            yield code
    if not set(use.purposes) <= set(given.purposes):
        yield "purpose_not_in_permit"
