# SPDX-License-Identifier: Apache-2.0
"""Two faces over the same use cases: `api` for programs, `pages` for people. Neither decides."""
