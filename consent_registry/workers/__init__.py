# SPDX-License-Identifier: Apache-2.0
"""The steps that the process `work` repeats. Each is a use case and what to do when it is idle."""

from collections.abc import Callable
from functools import partial
from typing import Final

from consent_registry.usecases.catalogue import publish_next
from consent_registry.usecases.erasing_parts import erase_next
from consent_registry.usecases.feed import HEARTBEAT_SECONDS, beat
from consent_registry.usecases.import_applying import apply_next
from consent_registry.usecases.import_staging import stage_next
from consent_registry.usecases.mandates import name_holders
from consent_registry.usecases.notifying import notify_next
from consent_registry.usecases.rechecking import recheck
from consent_registry.usecases.sweep import sweep
from consent_registry.usecases.telling import tell_next
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.watching import report_unreadable

Loop = tuple[str, Callable[[], bool], float]

_SWEEP_SECONDS: Final = 1.0
_IMPORT_SECONDS: Final = 0.2
_CATALOGUE_SECONDS: Final = 60.0
_ALARM_SECONDS: Final = 1.0
_ERASE_SECONDS: Final = 1.0
_REPLAY_SECONDS: Final = 30.0
_NOTICE_SECONDS: Final = 5.0
_TELL_SECONDS: Final = 5.0
_HOLDER_SECONDS: Final = 3600.0


def loops(tools: Tools, replayed: Callable[[], bool]) -> list[Loop]:
    """Give each loop's name, its step, and how long to wait when a step found nothing to do."""

    def beat_once() -> bool:
        beat(tools=tools)
        return False

    def import_once() -> bool:
        # What has been judged goes first: it is the older work, and its people are waiting.
        return apply_next(tools=tools) or stage_next(tools=tools)

    return [
        ("feed-heartbeat", beat_once, HEARTBEAT_SECONDS),
        ("sweep", partial(sweep, tools=tools), _SWEEP_SECONDS),
        ("recheck", partial(recheck, tools=tools), _SWEEP_SECONDS),
        ("imports", import_once, _IMPORT_SECONDS),
        ("catalogue", partial(publish_next, tools=tools), _CATALOGUE_SECONDS),
        ("alarms", partial(report_unreadable, tools=tools), _ALARM_SECONDS),
        ("erasures", partial(erase_next, tools=tools), _ERASE_SECONDS),
        ("replay", replayed, _REPLAY_SECONDS),
        ("rounds", partial(tell_next, tools=tools), _TELL_SECONDS),
        ("notices", partial(notify_next, tools=tools), _NOTICE_SECONDS),
        ("holders", partial(name_holders, tools=tools), _HOLDER_SECONDS),
    ]
