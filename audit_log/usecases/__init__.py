# SPDX-License-Identifier: Apache-2.0
"""What the log does, one verb a file; pure over ports, no SQL, no HTTP, no clock of its own.

Writing: `sequence` (with `admit`, `protect`, `index`, `announce`), `publish`, `take_in`, `erase`,
`register`. Reading: `read`, `look`, `prove`, `verify`.
"""
