# SPDX-License-Identifier: Apache-2.0
"""The loops of the process `work`: each takes one step at a time and remembers nothing."""
