# SPDX-License-Identifier: Apache-2.0
"""The wiring of `placet log export` and of reading what it wrote; decides and prints nothing."""

from http import HTTPStatus
from pathlib import Path

from audit_log.adapters.key_files import check_ed25519, read_signer
from audit_log.adapters.log import transactions
from audit_log.adapters.log_folder import LogFolder
from audit_log.adapters.own_producer import OwnProducer
from audit_log.domain.note import parse_vkey
from audit_log.ports import Trust
from audit_log.settings import AdminSettings
from audit_log.usecases.copy_log import copy_log, fetch_copy, fetch_stored
from audit_log.usecases.verify_served import Fetch, verify_served
from services.audit_log.report import Report
from shared.clock import SystemClock
from shared.db import engine
from shared.http_exchange import Bearer, Http, accept
from shared.ids import Uuid7Source


def verify_url(url: str, log_vkey: str, token: str) -> Report:
    """Verify everything that a log serves below `url`, with a key held beforehand.

    Raises ValueError for a malformed key or an untrusted checkpoint, LookupError for what is not
    served, AppError when the log cannot be asked.
    """
    return Report.of(*verify_served(fetch_url(url, token), trust_in(log_vkey)))


def verify_folder(folder: Path, log_vkey: str) -> Report:
    """Verify a copy of a log, offline; raises ValueError and LookupError as `verify_url` does."""
    return Report.of(*verify_served(fetch_copy(LogFolder(folder)), trust_in(log_vkey)))


def copy_url(url: str, log_vkey: str, token: str, to: Path) -> Report:
    """Copy everything that a log serves; raises as `verify_url` does."""
    return Report.of(*copy_log(fetch_url(url, token), trust_in(log_vkey), LogFolder(to)))


def copy_stored(settings: AdminSettings, to: Path) -> Report:
    """Copy everything that is published, from the database."""
    signer = read_signer(settings.keys_dir, settings.log_origin)
    trust = Trust(origin=settings.log_origin, keys=(signer.key,), check=check_ed25519)
    database = engine(settings.database_url, application_name="placet-export", pool_size=1)
    own = OwnProducer(settings.src, Uuid7Source())
    try:
        with transactions(database, own, SystemClock())() as log:
            reader = log.reader
            return Report.of(*copy_log(fetch_stored(lambda: reader), trust, LogFolder(to)))
    finally:
        database.dispose()


def trust_in(log_vkey: str) -> Trust:
    """Trust one key and the log it names; raise ValueError when it is malformed."""
    key = parse_vkey(log_vkey)
    return Trust(origin=key.name, keys=(key,), check=check_ed25519)


def fetch_url(url: str, token: str) -> Fetch:
    """Read the log that a service serves below `url`."""
    return served_below(f"{url.rstrip('/')}/log", token)


def served_below(prefix: str, token: str = "") -> Fetch:
    """Read C2SP paths below an address; `fetch` raises LookupError where there is nothing."""
    http = Http()
    bearer = Bearer(token) if token else None

    def fetch(path: str) -> bytes:
        reply = http.send("GET", f"{prefix}/{path}", auth=bearer)
        if reply.status == HTTPStatus.NOT_FOUND:
            raise LookupError(f"{path} is not served")
        return accept(reply).body

    return fetch
