# SPDX-License-Identifier: Apache-2.0
"""The log's loops: `sequence` (one leads, others stand by) and `work` (the checkpointer)."""
