# SPDX-License-Identifier: Apache-2.0
"""The database of audit_log, with its two roles. Opens none."""

from audit_log.adapters.privileges import PRIVILEGES
from audit_log.settings import AuditSettings
from shared.database_roles import DatabaseRoles, own_database


def databases(settings: AuditSettings) -> list[DatabaseRoles]:
    """Give it, alone."""
    return [own_database(settings, "audit_log", PRIVILEGES)]
