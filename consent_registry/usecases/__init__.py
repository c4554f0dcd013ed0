# SPDX-License-Identifier: Apache-2.0
"""One function per command or question. They know ports and rules; no framework and no SQL."""
