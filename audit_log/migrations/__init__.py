# SPDX-License-Identifier: Apache-2.0
"""The numbered steps of the log's schema."""
