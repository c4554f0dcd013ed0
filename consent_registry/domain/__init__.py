# SPDX-License-Identifier: Apache-2.0
"""The rules of consent: vocabulary, history, matching, cohorts. No clock, no network, no SQL."""
