# SPDX-License-Identifier: Apache-2.0
"""The permits that hold somebody in spite of her opt-out, in her words. Formats only."""

from collections.abc import Iterable

from consent_registry.http.pages.saying import Speaker
from consent_registry.usecases.despite import DespiteOptOut


def despite_lines(found: Iterable[DespiteOptOut], speaker: Speaker) -> tuple[str, ...]:
    """Say which permits hold her in spite of her opt-out, under which law and why."""
    return tuple(
        f"{one.title}: permit {one.permit_id}, since {speaker.day(one.since)}"
        f"{f', ended {speaker.day(one.left_at)}' if one.left_at else ''}. "
        f"Law: {one.law}. Reasons given: {one.justification}"
        for one in found
    )
