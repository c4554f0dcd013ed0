# SPDX-License-Identifier: Apache-2.0
"""What the registry's processes may do in the contact database."""

from typing import Final

from shared.privileges import FREE, READ, Privileges

PRIVILEGES: Final = Privileges(relations={"alembic_version": READ, "contact_point": FREE})
