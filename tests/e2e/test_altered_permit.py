# SPDX-License-Identifier: Apache-2.0
"""A clearinghouse fed by a lying permit source opens nothing: each permit is verified by itself."""

import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.demo import environment
from services.demo.environment import Node
from services.demo.layout import Layout
from services.demo.ports import Ports
from services.demo.postgres_host import tie_to_parent
from tests.e2e.conftest import Granted
from tests.support.permit_source import altered_permits
from tests.support.suite import ROOT
from tests.support.waiting import wait_until


class Door(http.client.HTTPConnection):
    """HTTP over a unix socket: what nginx speaks with the clearinghouse."""

    def __init__(self, path: Path) -> None:
        super().__init__("clearinghouse", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(str(self._path))


def ask(path: Path, where: str, headers: dict[str, str]) -> tuple[int, str, dict[str, Any]]:
    door = Door(path)
    try:
        door.request("GET", where, headers=headers)
        answer = door.getresponse()
        body = answer.read()
    except OSError:
        return 0, "", {}
    finally:
        door.close()
    found = json.loads(body) if body.startswith(b"{") else {}
    return answer.status, answer.headers.get("X-Placet-Reason", ""), found


@contextmanager
def second_clearinghouse(granted: Granted, folder: Path, feed: str) -> Iterator[Path]:
    """A clearinghouse that differs from the node's own in its permit feed and in its spool."""
    ports = Ports(**json.loads((granted.node.folder / "run" / "ports.json").read_text()))
    sockets = Path(granted.stage.suite.control).parent
    node = Node(layout=Layout(granted.node.folder, sockets), ports=ports)
    door = sockets / "second.sock"
    environ = environment.of_clearinghouse(node) | {
        "PLACET_BIND": f"unix:{door}",
        "PLACET_SPOOL_DIR": str(folder / "spool"),
        "PLACET_AUDIT_INTAKE_URL": "http://127.0.0.1:9/v1/intake",  # nobody listens: it spools
        "PLACET_PERMIT_FEED_URL": f"{feed}/feed",
        "PLACET_PERMIT_FEED_JWKS_URL": f"{feed}/jwk",
    }
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-m", "services.clearinghouse", "serve"],
            cwd=ROOT,
            env=environ,
            stdout=log,
            stderr=log,
            preexec_fn=tie_to_parent(),  # noqa: PLW1509  one prctl call
        ) as process,
    ):
        try:
            yield door
        finally:
            process.terminate()


def test_a_permit_altered_in_the_feed_opens_nothing(granted: Granted, tmp_path: Path) -> None:
    stage, cast = granted.stage, granted.cast
    rita = {
        "Authorization": f"Bearer {stage.person('rita', 'clearinghouse')}",
        "X-Original-Method": "GET",
        "X-Original-Path": cast.path(cast.country.notable[0]),
        "X-Original-Remote": "127.0.0.1",
    }

    def reader() -> str:
        return stage.operator("permit_service", "feed.read")

    feed = stage.url("permit_service", "/v1/feed")
    with (
        altered_permits(feed, reader, tmp_path / "keys") as lying,
        second_clearinghouse(granted, tmp_path, lying) as door,
    ):
        wait_until(lambda: ask(door, "/v1/state", {})[2].get("ready"), "both feeds to be read", 60)
        assert ask(door, "/v1/decide", rita)[:2] == (403, "permit_invalid")
    own = Path(granted.stage.suite.control).parent / "clearinghouse.sock"
    assert ask(own, "/v1/decide", rita)[:2] == (200, "permit_valid")
