# SPDX-License-Identifier: Apache-2.0
"""The story from the first consent to the last proof, in order."""

from collections.abc import Callable
from dataclasses import dataclass

from services.story import access_chapters as access
from services.story import consent_chapters as consent
from services.story import permit_chapters as permits
from services.story.leftover import leave_something_to_do
from services.story.proof_chapters import prove
from services.story.stage import Cast, Stage, open_stage
from services.story.suite import Suite


@dataclass(frozen=True, slots=True, kw_only=True)
class Tale:
    """What is left when the story is told: who, with what, and what came otherwise."""

    stage: Stage
    cast: Cast
    begun_at: int

    @property
    def differences(self) -> list[str]:
        """Give one line for each thing that came otherwise than expected."""
        return self.stage.narrator.differences


def play(
    suite: Suite, *, people: int, say: Callable[[str], None], leave_open: bool = False
) -> Tale:
    """Play the story on a new dataset with fresh pseudonyms; tell each step through `say`.

    `leave_open` leaves a live permit and a waiting application behind, for people to try.
    """
    stage = open_stage(suite, say)
    try:
        return _play(stage, people, leave_open=leave_open)
    finally:
        stage.close()


def _play(stage: Stage, people: int, *, leave_open: bool) -> Tale:
    begun_at = stage.log.refresh().size
    cast = consent.open_dataset(stage, people)
    consent.import_consents(stage, cast)
    linked = consent.link_logins(stage, cast)
    permit = permits.apply_and_grant(stage, cast)
    permits.verify_document(stage, permit)
    access.read_everybody(stage, cast)
    withdrawn, revision = consent.withdraw(stage, cast, linked=linked)
    access.wait_for_revision(stage, f"dataset:{cast.dataset}", revision)
    access.read_again(stage, cast, withdrawn)
    access.refusals(stage, cast, permit)
    stage.narrator.chapter("Dora revokes the permit")
    access.still_open(stage, cast)
    access.wait_for_revision(stage, "permits", permits.revoke(stage, permit))
    access.revoked(stage, cast)
    if leave_open:
        leave_something_to_do(stage, cast)
    prove(stage, cast, begun_at)
    return Tale(stage=stage, cast=cast, begun_at=begun_at)
