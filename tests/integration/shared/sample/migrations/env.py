# SPDX-License-Identifier: Apache-2.0
"""Alembic's entry: the models, and the shared way to run."""

from shared.db import run_env
from tests.integration.shared.sample.tables import Base

run_env(Base.metadata)
