# SPDX-License-Identifier: Apache-2.0
"""The two faces of audit_log over the same use cases: `api` (JSON, C2SP) and `pages` (HTML)."""
