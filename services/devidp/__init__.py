# SPDX-License-Identifier: Apache-2.0
"""The development identity provider: sign-in for people, tokens for services, on one machine.

It speaks OAuth 2 and OpenID Connect as a production provider does (code with PKCE, client
credentials, RFC 9068 access tokens, RFC 8707 resources), so that the services need no special
case for development. It refuses to start unless PLACET_ENV is development: its passwords are
the login names.
"""
