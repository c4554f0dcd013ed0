# SPDX-License-Identifier: Apache-2.0
"""The service that answers: may this researcher have this data.

Owns applications, decisions, permits, visas and their signing keys. Does not own consents or the
audit log; asks consent_registry for cohorts. Its sub-package `clearinghouse` decides single
requests next to the data and imports nothing of the rest.
"""
