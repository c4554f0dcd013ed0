# SPDX-License-Identifier: Apache-2.0
"""What Alembic runs: the metadata of audit_log, everything else in shared.db."""

from audit_log.adapters.tables import METADATA
from shared.db import run_env

run_env(METADATA)
