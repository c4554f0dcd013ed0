# SPDX-License-Identifier: Apache-2.0
"""One small node for the tests that need a whole suite and no storm."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from services.story import access_chapters, consent_chapters, permit_chapters
from services.story.permit_chapters import Permit
from services.story.stage import Cast, Stage, open_stage
from tests.support.suite import RunningSuite, running_suite

PEOPLE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A running node in which rita holds a live permit, and what was told on the way there."""

    node: RunningSuite
    stage: Stage
    cast: Cast
    permit: Permit


@pytest.fixture(scope="session")
def granted() -> Iterator[Granted]:
    with running_suite() as node:
        stage = open_stage(node.suite, lambda _: None)
        cast = consent_chapters.open_dataset(stage, PEOPLE)
        consent_chapters.import_consents(stage, cast)
        assert consent_chapters.link_logins(stage, cast)
        permit = permit_chapters.apply_and_grant(stage, cast)
        access_chapters.read_everybody(stage, cast)
        assert stage.narrator.differences == []
        yield Granted(node=node, stage=stage, cast=cast, permit=permit)
        stage.close()
