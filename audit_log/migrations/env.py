# SPDX-License-Identifier: Apache-2.0
"""What Alembic runs: tables and privileges of audit_log, everything else in shared.db."""

from audit_log.adapters.casework_tables import CASE_FILE
from audit_log.adapters.privileges import PRIVILEGES
from shared.db import run_env

run_env(CASE_FILE.metadata, PRIVILEGES)
