# SPDX-License-Identifier: Apache-2.0
"""The words of the contact page: which notice, what became of it, what was wrong."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from consent_registry.domain.notices import NoticeKind, Outcome

NOTICE_WORDS: Final[Mapping[NoticeKind, str]] = MappingProxyType(
    {
        NoticeKind.CODE: "A code to confirm your address",
        NoticeKind.PAPER_CODE: "A code to confirm the address on your paper",
        NoticeKind.WITHDRAWAL: "That what you stopped is recorded",
        NoticeKind.ANSWERED: "That something was done about a request of yours",
        NoticeKind.ERASED: "That your data are erased",
        NoticeKind.OPTED_OUT: "That your opt-out is recorded",
        NoticeKind.OPTED_IN: "That your opt-out is undone",
        NoticeKind.PERMIT: "That something new uses your data",
        NoticeKind.ENDING: "That something you allowed ends soon",
        NoticeKind.MANDATE: "That soon you decide yourself",
        NoticeKind.FORM: "That you are asked again",
    }
)
OUTCOME_WORDS: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        Outcome.BEGUN: "Being sent",
        Outcome.INTERRUPTED: "Interrupted: it may have been sent, and is sent again",
        Outcome.LATER: "Did not go through, and is tried again",
        Outcome.SENT: "Sent",
        Outcome.REFUSED: "Your address was refused",
        Outcome.GAVE_UP: "Given up: it did not go through",
        Outcome.NO_CONTACT_POINT: "Not sent: no confirmed address",
        Outcome.WITHHELD: "Not sent, as you wished",
        Outcome.MOOT: "Not sent: it is no longer so",
        Outcome.PUT_OFF: "Put off: you were written to just before",
        Outcome.TOGETHER: "Said by the message that was sent",
    }
)
SAID: Final[Mapping[str, str]] = MappingProxyType(
    {
        "email": "Enter an e-mail address such as name@example.org that takes messages.",
        "language": "Choose one of the languages.",
        "code": "That was not the code that was sent last, or half an hour is over.",
        "too_many": "No more codes are sent today. Try again tomorrow.",
        "away": "Nothing can be sent right now. Try again later.",
    }
)
