# SPDX-License-Identifier: Apache-2.0
"""Schema of consent_registry, one numbered step after another; never edited once released."""
