# SPDX-License-Identifier: Apache-2.0
"""Contact points in a database of their own: its tables, its migrations, its port.

The registry's role has no right here and this one's none in the registry. What links the two is a
keyed hash of a person's id, whose key lies in a file.
"""
