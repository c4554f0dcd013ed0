# SPDX-License-Identifier: Apache-2.0
"""What preferences and wishes mean, in words a person reads."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from consent_registry.domain.lives import Finding, Topic, Wish

TOPIC_WORDS: Final[Mapping[Topic, str]] = MappingProxyType(
    {
        Topic.RESULTS: "Results about me",
        Topic.NEW_STUDIES: "New studies that I could join",
        Topic.MORE_DATA: "Questions for more data or samples",
        Topic.LINKING: "Joining my data with other registers",
        Topic.UPDATES: "News of the studies I am in",
    }
)
FINDING_WORDS: Final[Mapping[Finding, str]] = MappingProxyType(
    {
        Finding.ACTIONABLE: "An illness that can be prevented or treated",
        Finding.CARRIER: "Something my children could inherit",
        Finding.DRUG_RESPONSE: "How medicines work for me",
        Finding.ANCESTRY: "Where my ancestors may come from",
    }
)
WISH_WORDS: Final[Mapping[Wish, str]] = MappingProxyType(
    {
        Wish.CONTINUE: "My choices go on",
        Wish.STOP: "The use of my data stops",
        Wish.ASK_RELATIVES: "My relatives are asked",
    }
)
