# SPDX-License-Identifier: Apache-2.0
"""Entry point of the clearinghouse; the logic is in `permit_service.clearinghouse`."""
