# SPDX-License-Identifier: Apache-2.0
"""FHIR Consent, R4 and R5: read into the import's rows, and written from what a person allows.

Reading never guesses. An element, a code or a policy that is not understood refuses the whole
resource with a code of its own, because FHIR lets each of them turn a yes into a no.
"""
