# SPDX-License-Identifier: Apache-2.0
"""The steps that the process `work` repeats. Each is a use case and what to do when it is idle."""

from collections.abc import Callable
from typing import Final

from consent_registry.usecases.catalogue import publish_next
from consent_registry.usecases.erasing_parts import erase_next
from consent_registry.usecases.feed import HEARTBEAT_SECONDS, beat
from consent_registry.usecases.import_applying import apply_next
from consent_registry.usecases.import_staging import stage_next
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
_NOTICE_SECONDS: Final = 5.0
_TELL_SECONDS: Final = 5.0


def loops(tools: Tools) -> list[Loop]:
    """Give each loop's name, its step, and how long to wait when a step found nothing to do."""

    def beat_once() -> bool:
        beat(tools=tools)
        return False

    def import_once() -> bool:
        # What has been judged goes first: it is the older work, and its people are waiting.
        return apply_next(tools=tools) or stage_next(tools=tools)

    def sweep_once() -> bool:
        return sweep(tools=tools)

    def publish_once() -> bool:
        return publish_next(tools=tools)

    def report_once() -> bool:
        return report_unreadable(tools=tools)

    def recheck_once() -> bool:
        return recheck(tools=tools)

    def erase_once() -> bool:
        return erase_next(tools=tools)

    def notify_once() -> bool:
        return notify_next(tools=tools)

    def tell_once() -> bool:
        return tell_next(tools=tools)

    return [
        ("feed-heartbeat", beat_once, HEARTBEAT_SECONDS),
        ("sweep", sweep_once, _SWEEP_SECONDS),
        ("recheck", recheck_once, _SWEEP_SECONDS),
        ("imports", import_once, _IMPORT_SECONDS),
        ("catalogue", publish_once, _CATALOGUE_SECONDS),
        ("alarms", report_once, _ALARM_SECONDS),
        ("erasures", erase_once, _ERASE_SECONDS),
        ("rounds", tell_once, _TELL_SECONDS),
        ("notices", notify_once, _NOTICE_SECONDS),
    ]
