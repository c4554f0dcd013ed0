# SPDX-License-Identifier: Apache-2.0
"""The shipped texts of notices, read once and checked whole."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from typing import Final

from consent_registry.domain.notices import NoticeKind

_FALLBACK: Final = "en"
_ON_PAPER: Final = "on_paper"


class NoticeTexts:
    """The port `Texts`, by language and kind."""

    def __init__(self, texts: Mapping[str, Mapping[str, Mapping[str, str]]]) -> None:
        self._texts = texts

    @property
    def languages(self) -> Sequence[str]:
        """Name them, English first."""
        return sorted(self._texts, key=lambda language: (language != _FALLBACK, language))

    def say(
        self,
        kind: NoticeKind,
        language: str,
        *,
        page: str,
        day: date | None = None,
        code: str = "",
        on_paper: bool = False,
    ) -> tuple[str, str]:
        """Fill a text in."""
        spoken = self._texts.get(language, self._texts[_FALLBACK])
        found, more = spoken[kind.value], spoken[_ON_PAPER]["body"] if on_paper else ""
        fields = {"page": page, "day": day.isoformat() if day else "", "code": code}
        return found["subject"], (found["body"] + more).lstrip("\n").format_map(fields)


def shipped_texts() -> NoticeTexts:
    """Read the texts that come with the registry."""
    raw = files("consent_registry.adapters").joinpath("data", "notices.toml").read_text("utf-8")
    return NoticeTexts(tomllib.loads(raw))
