# SPDX-License-Identifier: Apache-2.0
"""What the use cases need from outside: rows, keys, files. Decides nothing."""
