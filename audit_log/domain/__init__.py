# SPDX-License-Identifier: Apache-2.0
"""The ideas of the log, as values and functions: trees, tiles, notes, chains, batches.

Promises no input or output, no clock and no randomness of its own. Hashing is `hashlib`; whatever
needs a secret (signing, sealing, pseudonyms) stands behind a port.
"""
