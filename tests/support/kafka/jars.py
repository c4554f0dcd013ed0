# SPDX-License-Identifier: Apache-2.0
"""The broker's jars: copied once by Maven into the checkout's cache, found there ever after."""

import fcntl
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

_CACHE = Path(__file__).resolve().parents[3] / "var" / "cache"
_POM = Path(__file__).with_name("pom.xml")


class BrokerUnavailable(RuntimeError):
    """The broker cannot be fetched or started; the message says what to do."""


def prepare() -> Path:
    """Give the folder of the broker's jars, fetching them if they are not there.

    The folder's name follows the pom, so that another version is another folder. Several runs may
    prepare at once; one fetches. Raises BrokerUnavailable with the reason.
    """
    name = f"kafka-{sha256(_POM.read_bytes()).hexdigest()[:12]}"
    folder = _CACHE / name
    if folder.exists():
        return folder
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _fetch(folder)
    return folder


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None or shutil.which("java") is None:
        raise BrokerUnavailable(
            "the tests run a real Apache Kafka broker, which needs Java 17 and Maven: "
            "apt-get install openjdk-17-jre-headless maven"
        )
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    command = [
        *(maven, "-q", "-B", "-f", str(_POM), "dependency:copy-dependencies"),
        *("-DincludeScope=runtime", f"-DoutputDirectory={partial}"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BrokerUnavailable(f"Maven could not fetch Apache Kafka:\n{done.stdout[-2000:]}")
    partial.rename(folder)
