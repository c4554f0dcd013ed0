# SPDX-License-Identifier: Apache-2.0
"""What Alembic runs: table and privileges of the contact database, everything else in shared.db."""

from consent_registry.adapters.contact.privileges import PRIVILEGES
from consent_registry.adapters.contact.tables import METADATA
from shared.db import run_env

run_env(METADATA, PRIVILEGES)
