# SPDX-License-Identifier: Apache-2.0
"""`kill -9` at every step of an erasure, around each commit; and others at the same time."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from consent_registry.domain.erasure import Part, Phase
from consent_registry.domain.errors import LinkTaken, NotLinked, ParticipantUnknown
from consent_registry.domain.optout import About, OptOutKind
from consent_registry.domain.records import Channel
from consent_registry.domain.rights import Right
from consent_registry.usecases.chains import verify_chains
from consent_registry.usecases.erasing_parts import erase_next
from consent_registry.usecases.opt_out import set_own_opt_out
from consent_registry.usecases.people import link_login
from consent_registry.usecases.requests import NewRequest, make_own_request
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw_own
from shared.errors import AppError
from tests.support.erasing_world import (
    ANNA,
    EVIDENCE,
    ILLNESS,
    LOCAL_ID,
    PSEUDONYM,
    SUBJECT,
    ErasingWorld,
    erasing_world,
)
from tests.support.registry_world import DESK, DS, LOGIN

ERASER = Path(__file__).with_name("killed_eraser.py")
ROOT = Path(__file__).parents[3]
PERSONAL = (PSEUDONYM, LOCAL_ID, SUBJECT, ILLNESS, EVIDENCE)
LATER = 40 * 86_400


@pytest.fixture
def site() -> Iterator[ErasingWorld]:
    with erasing_world() as opened:
        yield opened


def erase_and_be_killed(site: ErasingWorld, seconds: float) -> list[int]:
    """Let children erase and be killed; gives how each ended."""
    command = [sys.executable, str(ERASER), site.world.url, str(seconds)]
    done = subprocess.run(
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=True
    )
    return [int(line) for line in done.stdout.split()]


def test_an_erasure_killed_at_each_step_is_gone_on_with_and_never_claimed_early(
    site: ErasingWorld,
) -> None:
    erasure_id = site.begin()
    # Up to the outbox, which nobody sends: imports, registry and the mark, each killed twice.
    assert erase_and_be_killed(site, 0) == [9] * 6 + [0]
    found = site.look(erasure_id)
    assert (found.next_part, found.complete_on) == (Part.OUTBOX, None)
    site.send()
    assert erase_and_be_killed(site, 0) == [9] * 6 + [0]
    found = site.look(erasure_id)
    assert (found.phase, found.next_part) == (Phase.SETTLING, Part.LATE)
    assert found.complete_on is not None
    assert erase_and_be_killed(site, LATER) == [9, 9, 0]
    assert site.look(erasure_id).phase is Phase.COMPLETE
    site.send()
    assert [word for word in PERSONAL if word in site.texts()] == []
    assert verify_chains(tools=site.tools)[DS].broken == ()


def withdrawing(site: ErasingWorld) -> None:
    withdraw_own(WithdrawConsent(), tools=site.tools, principal=ANNA, channel=Channel.PAGE)


def opting(site: ErasingWorld) -> None:
    kind = OptOutKind.REVERSED
    set_own_opt_out(About(), kind, tools=site.tools, principal=ANNA, channel=Channel.PAGE)


def asking(site: ErasingWorld) -> None:
    wanted = NewRequest(right=Right.RECTIFICATION, words=f"I am {SUBJECT}")
    make_own_request(wanted, tools=site.tools, principal=ANNA)


def linking(site: ErasingWorld) -> None:
    link_login(PSEUDONYM, LOGIN, SUBJECT, tools=site.tools, principal=DESK)


@pytest.mark.parametrize("act", [withdrawing, opting, asking, linking])
def test_what_she_does_in_the_same_moment_comes_before_or_not_at_all(
    site: ErasingWorld, act: Callable[[ErasingWorld], None]
) -> None:
    """Whoever wins, nothing of hers is left, and no key is made for her again."""
    site.begin()
    erase_next(tools=site.tools)
    barrier = threading.Barrier(2)
    refused: list[AppError] = []

    def erasing() -> None:
        barrier.wait()
        erase_next(tools=site.tools)

    def acting() -> None:
        barrier.wait()
        try:
            act(site)
        except AppError as fault:
            refused.append(fault)

    threads = [threading.Thread(target=one) for one in (erasing, acting)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(isinstance(one, NotLinked | ParticipantUnknown | LinkTaken) for one in refused)
    site.run()
    assert [word for word in PERSONAL if word in site.texts()] == []
    assert site.world.count("person_key") == 1
