# SPDX-License-Identifier: Apache-2.0
"""What an application, a decision, a permit and a visa are, and the rules between them.

Pure: no network, no database, no clock and no key. Times, identifiers and salts come as arguments.
"""
