# SPDX-License-Identifier: Apache-2.0
"""The two faces of permit_service over the same use cases: `api` (JSON) and `pages` (HTML)."""
