# SPDX-License-Identifier: Apache-2.0
"""What Alembic runs: tables and privileges of consent_registry, everything else in shared.db."""

from consent_registry.adapters.privileges import PRIVILEGES
from consent_registry.adapters.tables import METADATA
from shared.db import run_env

run_env(METADATA, PRIVILEGES)
