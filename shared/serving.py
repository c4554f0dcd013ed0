# SPDX-License-Identifier: Apache-2.0
"""Serving a WSGI application with granian: one master, one worker, bounded threads.

A thread is taken once a request's body is whole (`shared.wsgi_bridge`), never to wait for one.

What happens when one of them dies (all of it tested with `kill -9`):

- the master: the kernel kills its worker with it (PR_SET_PDEATHSIG), so that no orphan goes on
  answering with old settings beside, or in place of, a restarted service;
- the worker: the master starts another one. A second death within seconds ends the master with
  status 1, and the supervisor decides;
- both, on a unix socket: the file that remains is removed by the next start, but only under an
  exclusive lock that a living master or worker would hold.

Never serves on an address that another process still answers on.
"""

import contextlib
import errno
import fcntl
import importlib
import logging
import os
import socket
import stat
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final, NoReturn
from wsgiref.types import WSGIApplication

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from shared.processes import die_with_parent, run_loop, until_stopped
from shared.request_bodies import BodyLimits
from shared.wsgi_bridge import Bridge

__all__ = [
    "AddressInUse",
    "BodyLimits",
    "claim_address",
    "die_with_parent",
    "run_loop",
    "serve",
    "until_stopped",
]

_CLAIM_SECONDS: Final = 5.0
_RETRY_SECONDS: Final = 0.1
_KILL_AFTER_SECONDS: Final = 5
_HEADER_MILLISECONDS: Final = 10_000
_MOST_CONNECTIONS: Final = 512
_log = logging.getLogger("placet.serving")


class AddressInUse(OSError):
    """The address cannot be had: another process has it, or it is none of this host's."""


def serve(
    target: str,
    bind: str,
    *,
    threads: int = 8,
    factory: bool = False,
    limits: BodyLimits | None = None,
    socket_mode: int = 0o660,
) -> NoReturn:
    """Serve `package.module:name` at `address:port` or `unix:/path` until SIGTERM or SIGINT.

    At most `threads` requests are worked on at once (size the database pool to that); more wait,
    and so do requests whose bodies are still arriving within `limits`. With `factory`, `name` is
    called to make the application. Ends the process: status 0 when asked to stop, 1 when the
    address is taken or the worker keeps dying.
    """
    with contextlib.ExitStack() as held:
        try:
            address = held.enter_context(claim_address(bind))
        except AddressInUse as fault:
            _log.error("address not available", extra={"bind": bind, "cause": fault.strerror or ""})
            sys.exit(1)
        server = Granian(
            target,
            **address,
            uds_permissions=socket_mode,
            interface=Interfaces.ASGINL,
            workers=1,
            backpressure=_MOST_CONNECTIONS,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=_HEADER_MILLISECONDS),
            log_dictconfig=_log_config(),
            respawn_failed_workers=True,
            workers_kill_timeout=_KILL_AFTER_SECONDS,
        )
        load = partial(_load_in_worker, os.getpid(), factory, threads, limits or BodyLimits())
        server.serve(target_loader=load)
    sys.exit(0)


@contextlib.contextmanager
def claim_address(bind: str) -> Iterator[dict[str, Any]]:
    """Make sure nobody else answers at `bind`, waiting up to 5 s for a dying predecessor.

    Yields granian's address arguments; a unix socket's lock is held until the block ends (and by
    a forked worker until it ends). Raises AddressInUse.
    """
    deadline = time.monotonic() + _CLAIM_SECONDS
    if not bind.startswith("unix:"):
        host, _, port = bind.rpartition(":")
        host = host.strip("[]")
        while not _is_free(host, int(port)):
            _wait_or_give_up(deadline, "another process listens there")
        yield {"address": host, "port": int(port)}
        return
    path = Path(bind.removeprefix("unix:"))
    with path.with_name(path.name + ".lock").open("a") as lock:
        while not _try_lock(lock.fileno()):
            _wait_or_give_up(deadline, "another process holds the lock file")
        _remove_stale(path)
        yield {"uds": path}


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_free(host: str, port: int) -> bool:
    """Tell whether nobody listens; granian itself shares ports (SO_REUSEPORT) and would not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            if fault.errno == errno.EADDRINUSE:
                return False
            raise AddressInUse(fault.errno, "this host cannot listen there") from None
    return True


def _remove_stale(path: Path) -> None:
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise AddressInUse(0, "the path is not a socket")
        path.unlink()
    except FileNotFoundError:
        return
    _log.info("removed a stale socket")


def _wait_or_give_up(deadline: float, why: str) -> None:
    if time.monotonic() >= deadline:
        raise AddressInUse(0, why)
    time.sleep(_RETRY_SECONDS)


def _load_in_worker(
    master: int, factory: bool, threads: int, limits: BodyLimits, target: str
) -> Bridge:
    """Load the application; granian calls this first thing in a worker process."""
    die_with_parent(master)
    module_name, _, name = target.partition(":")
    found = getattr(importlib.import_module(module_name), name)
    application: WSGIApplication = found() if factory else found
    return Bridge(application, threads=threads, limits=limits)


def _log_config() -> dict[str, Any]:
    """Send granian's records to our handlers instead of its own."""
    ours = {"handlers": [], "level": "INFO", "propagate": True}
    return {"formatters": {}, "handlers": {}, "loggers": {"_granian": ours, "granian.access": ours}}
