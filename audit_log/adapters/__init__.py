# SPDX-License-Identifier: Apache-2.0
"""The log's ports on PostgreSQL, cryptography, files and Kafka. SQL lives here alone."""
