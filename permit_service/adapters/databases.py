# SPDX-License-Identifier: Apache-2.0
"""The database of permit_service, with its two roles. Opens none."""

from permit_service.adapters.privileges import PRIVILEGES
from permit_service.settings import PermitSettings
from shared.database_roles import DatabaseRoles, own_database


def databases(settings: PermitSettings) -> list[DatabaseRoles]:
    """Give it, alone."""
    return [own_database(settings, "permit_service", PRIVILEGES)]
