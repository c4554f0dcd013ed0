# SPDX-License-Identifier: Apache-2.0
"""The audit log: what happened, provably.

Owns the append-only Merkle log, its signing key, and the sealed personal parts with their keys.
Decides nothing about access and knows a person only as (dataset, ordinal).
"""
