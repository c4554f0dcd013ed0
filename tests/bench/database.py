# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL of a benchmark's own, as durable as in production."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.demo.postgres import EmbeddedPostgres
from shared.db import run_migrations


@contextmanager
def server() -> Iterator[EmbeddedPostgres]:
    """Run a PostgreSQL with fsync and synchronous_commit on; its data go with it."""
    folder = Path(tempfile.mkdtemp(prefix="placet-bench-"))
    settings = {"shared_buffers": "512MB", "max_wal_size": "2GB", "wal_compression": "on"}
    try:
        with EmbeddedPostgres(folder, settings=settings) as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def migrated(server: EmbeddedPostgres, service: str, database: str) -> str:
    """Make a database of a service with its schema; gives its URI."""
    url = server.create_service(service, database=database)
    run_migrations(service, url)
    return url
