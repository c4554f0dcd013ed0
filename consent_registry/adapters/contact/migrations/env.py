# SPDX-License-Identifier: Apache-2.0
"""What Alembic runs: the metadata of the contact database, everything else in shared.db."""

from consent_registry.adapters.contact.tables import METADATA
from shared.db import run_env

run_env(METADATA)
