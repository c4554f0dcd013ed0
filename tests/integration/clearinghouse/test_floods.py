# SPDX-License-Identifier: Apache-2.0
"""Who holds the clearinghouse's socket keeps no reader out."""

from pathlib import Path

from tests.integration.clearinghouse.suite import running
from tests.support.floods import idle_posts

THREADS = 2
STRANGERS = 20  # so many that the flood has certainly arrived


def test_bodies_that_never_come_stop_no_decision(tmp_path: Path) -> None:
    with running(tmp_path, PLACET_THREADS=str(THREADS)) as suite:
        bind = f"unix:{suite.clearinghouse.socket}"
        with idle_posts(bind, "/v1/decide", 3 * THREADS):
            for _ in range(STRANGERS):
                assert suite.read(1).reason == "permit_valid"
