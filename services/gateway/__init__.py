# SPDX-License-Identifier: Apache-2.0
"""The gateway: an nginx that opens no file without the clearinghouse's word."""
