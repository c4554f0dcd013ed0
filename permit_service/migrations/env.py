# SPDX-License-Identifier: Apache-2.0
"""What Alembic runs: tables and privileges of permit_service, everything else in shared.db."""

from permit_service.adapters.privileges import PRIVILEGES
from permit_service.adapters.tables import Base
from shared.db import run_env

run_env(Base.metadata, PRIVILEGES)
