# SPDX-License-Identifier: Apache-2.0
"""permit_service's ports on PostgreSQL, on key folders and on consent_registry's API.

The only place with SQL and with keys. Nothing here decides who may do what.
"""
