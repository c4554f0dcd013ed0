# SPDX-License-Identifier: Apache-2.0
"""Writes the documents that are made from the code: interfaces, settings, problems.

It starts no process, opens no database, and decides nothing: what it writes is what the code says.
"""
