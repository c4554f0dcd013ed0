# SPDX-License-Identifier: Apache-2.0
"""Whether this person's data may be used for this purpose, now or as known then.

Owns participants, consents, withdrawals, their history, datasets and their members, and the link
from a login to a pseudonym. Does not own applications, permits or the audit log. Talks to others
only through its HTTP API, its change feed and domain messages.
"""
