# SPDX-License-Identifier: Apache-2.0
"""The spool of a data node: an append-only, hash-chained, fsynced file queue of its entries.

Whoever serves ranges of a file a thousand times a second has no database row for each; a service
with a database has its outbox (`shared.outbox`).

`frames` says how bytes lie in a segment, `folder` which files there are, `recovery` what a start
finds in them, `writer` how many request threads share one fsync, `relay` how entries leave for the
log, `voice` what the producer says about its own chain. `store` puts them together.
An entry is removed only after the log has accepted it.
"""
