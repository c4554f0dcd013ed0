# SPDX-License-Identifier: Apache-2.0
"""A real nginx with the shipped configuration, in a folder of the test's own."""

import contextlib
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from services.gateway.render import Gateway, command, write
from tests.support.ports import free_port
from tests.support.waiting import wait_until

_STOP_SECONDS: Final = 20


@contextlib.contextmanager
def nginx(data: Path, clearinghouse: Path, run: Path, *, show_state: bool = True) -> Iterator[str]:
    """Serve `data` through nginx, asking the clearinghouse on its socket; give the base URL.

    Raises AssertionError when the machine has no nginx: such a test is never passed over.
    """
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert program is not None, "nginx is not installed"
    port = free_port()
    gateway = Gateway(
        listen=f"127.0.0.1:{port}",
        socket=clearinghouse,
        data=data,
        run=run,
        show_state=show_state,
        nginx=program,
    )
    write(gateway)
    with (
        (run / "stderr.log").open("ab") as log,
        subprocess.Popen(command(gateway), stderr=log, stdin=subprocess.DEVNULL) as process,
    ):
        try:
            wait_until(lambda: process.poll() is not None or _answers(port), "nginx to listen")
            assert process.poll() is None, (run / "stderr.log").read_text()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(_STOP_SECONDS)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
    except OSError:
        return False
