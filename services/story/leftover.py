# SPDX-License-Identifier: Apache-2.0
"""What the first story of a new node leaves behind, so that people find something to try.

A live permit of rita's, and an application of hers that waits for dora. Only `make run` asks for
it; every other story leaves its permit revoked.
"""

import json
from pathlib import Path
from typing import Final

from services.story import access_chapters, permit_chapters
from services.story.stage import Cast, Stage

_FILE: Final = "open.json"


def leave_something_to_do(stage: Stage, cast: Cast) -> None:
    """Grant one more permit and submit one more application; write down which file is open."""
    stage.narrator.chapter("Something is left for you: a live permit, and a decision for dora")
    granted = permit_chapters.apply(stage, cast, f"Diabetes in {cast.dataset}")
    permit_chapters.grant(stage, granted)
    path = access_chapters.opened(stage, cast)
    permit_chapters.apply(stage, cast, f"Asthma in {cast.dataset}")
    (Path(stage.suite.story) / _FILE).write_text(json.dumps({"path": path}) + "\n")


def open_path(story: Path) -> str | None:
    """Give the path at the gateway that the first story left open; None when it left none."""
    try:
        return str(json.loads((story / _FILE).read_text())["path"])
    except OSError:
        return None
