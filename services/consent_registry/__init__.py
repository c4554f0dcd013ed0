# SPDX-License-Identifier: Apache-2.0
"""Entry points of consent_registry; nothing here decides anything."""
