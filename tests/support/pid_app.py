# SPDX-License-Identifier: Apache-2.0
"""A WSGI application that answers with its worker's pid and its master's; for tests of serving.

`/slow` holds its thread until the file named by PLACET_TEST_GATE exists. `/environ` answers with
what the application was told, and its body, as JSON. `/large` answers with 8 MiB.
"""

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any


def app(environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer `<worker pid> <master pid>`."""
    if environ["PATH_INFO"] == "/slow":
        gate = Path(os.environ["PLACET_TEST_GATE"])
        while not gate.exists():
            time.sleep(0.05)
    start_response("200 OK", [("Content-Type", "text/plain")])
    if environ["PATH_INFO"] == "/large":
        return [b"x" * (8 * 1024 * 1024)]
    if environ["PATH_INFO"].startswith("/environ"):
        told = {name: value for name, value in environ.items() if isinstance(value, str)}
        return [json.dumps({**told, "body": environ["wsgi.input"].read().decode()}).encode()]
    return [f"{os.getpid()} {os.getppid()}".encode()]
