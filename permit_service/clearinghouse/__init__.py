# SPDX-License-Identifier: Apache-2.0
"""The clearinghouse answers whether one request may pass.

Decides each data request from a verified access token, verified visas, a live permit and the
permit's cohort. Owns no database: its state is what the signed feeds say. Imports nothing of
permit_service, so it can be lifted out and run at a data node.
"""
