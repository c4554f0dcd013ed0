# SPDX-License-Identifier: Apache-2.0
"""A real process that is killed at one named point of an erasure, or of doing one again.

`python -m tests.support.doomed_erasure POINT ORDINAL` erases a member of the usual dataset, and
without an ordinal does what every process of the log does at its start.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from audit_log.adapters import shredding, shredding_again
from audit_log.adapters.erasures_file import ErasuresFile
from audit_log.adapters.own_producer import OwnProducer
from audit_log.bootstrap import Parts, build
from audit_log.settings import AuditSettings
from audit_log.usecases.erase import erase
from audit_log.usecases.replay import Replayer
from shared.clock import SystemClock
from shared.events import Subject
from shared.principal import Principal
from shared.settings import load
from tests.fakes.log_factories import DATASET
from tests.support.doomed_log import Point, _die, _meet


def _is_line(file: int) -> bool:
    return Path(f"/proc/self/fd/{file}").readlink().name == "erasures.jsonl"


ERASING: Final[Mapping[str, Point]] = {
    "parts emptied": Point(shredding, "_empty"),
    "key destroyed": Point(shredding, "destroy_key"),
    "entry said": Point(OwnProducer, "say"),
    "line written": Point(os, "fsync", after=False, when=_is_line),
    "line synced": Point(ErasuresFile, "remember"),
}
AGAIN: Final[Mapping[str, Point]] = {
    "before it": Point(Replayer, "_again", after=False),
    "number taken": Point(shredding_again, "_restored"),
    "key destroyed": Point(shredding, "destroy_key"),
    "all shredded": Point(shredding_again, "shred_again"),
    "entry said": Point(OwnProducer, "say"),
    "committed": Point(Replayer, "_again"),
}
WRITTEN: Final = ("line written", "line synced")
"""Points of `ERASING` from which on the erasure is remembered, and done at the next start."""


def _erase(parts: Parts, ordinal: int) -> Any:
    return erase(
        Subject(dataset=DATASET, ordinal=ordinal),
        ground="gdpr_17_1_b",
        principal=Principal(
            issuer="https://idp.example",
            subject="desk",
            client_id="desk",
            scopes=frozenset({"subjects.erase"}),
            is_service=True,
        ),
        transaction=parts.transaction,
        pseudonyms=parts.keys.pseudonyms,
        outside=parts.outside,
        vault=parts.keys.vault,
        ids=parts.ids,
        clock=parts.clock,
    )


def main() -> int:
    """Meet the fate, if the point is reached; 0 when it never was."""
    point, *ordinal = sys.argv[1:]
    parts = build(load(AuditSettings, os.environ), clock=SystemClock())
    _meet((ERASING if ordinal else AGAIN)[point], _die)
    if ordinal:
        _erase(parts, int(ordinal[0]))
    else:
        parts.replayer.ensure()
    return 0


if __name__ == "__main__":
    sys.exit(main())
