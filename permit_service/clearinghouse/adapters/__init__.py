# SPDX-License-Identifier: Apache-2.0
"""The outside of the clearinghouse: signatures, other services, files."""
