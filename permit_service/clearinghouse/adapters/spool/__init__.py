# SPDX-License-Identifier: Apache-2.0
"""The audit spool: an append-only, hash-chained, fsynced file queue of this node's entries.

`frames` says how bytes lie in a segment, `segments` which files there are and what a start finds
in them, `writer` how many request threads share one fsync, `relay` how entries leave for the log.
An entry is removed only after the log has accepted it.
"""
