# SPDX-License-Identifier: Apache-2.0
"""The checks that the log runs by itself: pure functions, one file per idea.

Each rule is given an entry as it was seen, or a moment, with the state as of the event's own time,
and says what is wrong with it or None. What arrives late is judged anew: a finding whose cause is
gone closes by itself. R1 to R3 are found while sequencing (`audit_log.domain.chain`).
"""
