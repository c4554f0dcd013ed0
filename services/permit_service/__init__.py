# SPDX-License-Identifier: Apache-2.0
"""Entry points of permit_service; nothing here decides anything."""
