# SPDX-License-Identifier: Apache-2.0
"""The registry's databases, with the two roles of each. Opens none."""

from consent_registry.adapters.contact.privileges import PRIVILEGES as CONTACT_PRIVILEGES
from consent_registry.adapters.privileges import PRIVILEGES
from consent_registry.settings import ConsentSettings
from shared.database_roles import DatabaseRoles, own_database


def databases(settings: ConsentSettings) -> list[DatabaseRoles]:
    """Give the registry's own, and that of contact points where they are kept."""
    own = own_database(settings, "consent_registry", PRIVILEGES)
    if not settings.contact_database_url:
        return [own]
    contacts = DatabaseRoles(
        service="consent_registry.adapters.contact",
        privileges=CONTACT_PRIVILEGES,
        url=settings.contact_database_url,
        setting="PLACET_CONTACT_DATABASE_URL",
        owner_url=settings.contact_owner_database_url,
        owner_setting="PLACET_CONTACT_MIGRATIONS_DATABASE_URL",
    )
    return [own, contacts]
