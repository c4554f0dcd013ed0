# SPDX-License-Identifier: Apache-2.0
"""Entry points of audit_log; nothing here decides anything."""
