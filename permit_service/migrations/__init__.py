# SPDX-License-Identifier: Apache-2.0
"""Schema of permit_service, one numbered step after another; never edited once released."""
