# SPDX-License-Identifier: Apache-2.0
"""The story player: the main job from consent to proof, played over HTTP like any outsider.

It imports none of the three services and reads no database; what it expects it computes itself.
"""
