# SPDX-License-Identifier: Apache-2.0
"""Schema of the contact database, one numbered step after another; never edited once released."""
