# SPDX-License-Identifier: Apache-2.0
"""What the clearinghouse does: follow the feeds, look up visas, answer requests."""
