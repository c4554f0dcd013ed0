# SPDX-License-Identifier: Apache-2.0
"""The smallest service with a schema: one table of its own, outbox and inbox."""
