# SPDX-License-Identifier: Apache-2.0
"""The participant's page "Who used my data": permits, uses by dataset, and who is silent.

When the log cannot be asked the page says so; it never shows an empty list for an unknown one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from consent_registry.domain.errors import NotLinked, WhoUsedUnavailable
from consent_registry.domain.uses import DataUse, NotReporting
from consent_registry.http.pages import participant
from consent_registry.http.pages.despite_views import despite_lines
from consent_registry.http.pages.project_views import ProjectCard, cards
from consent_registry.http.pages.saying import Speaker
from consent_registry.usecases.projects import own_projects
from consent_registry.usecases.who_used import Uses, own_uses
from shared.pages import current_principal, signed_in

blueprint: Final = Blueprint("using", __name__)
_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "access.request": "Somebody asked for your data",
        "access.decision": "A request for your data was decided",
        "access.session.open": "A session on your data was opened",
        "access.read": "Your data was read",
        "access.query": "Your data was searched",
        "access.download": "Your data was downloaded",
        "access.decrypt": "Your data was decrypted",
        "access.export": "Your data was exported",
        "access.session.close": "A session on your data was closed",
    }
)
_DECISIONS: Final[Mapping[str, str]] = MappingProxyType(
    {"permit": "allowed", "deny": "refused", "error": "failed"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UseLine:
    """What happened on one day, in words."""

    day: str
    what: str
    outcome: str
    times: str
    purposes: str
    node: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedDataset:
    """The uses of one dataset; none of them is said, too."""

    title: str
    lines: tuple[UseLine, ...]

    @property
    def says_purposes(self) -> bool:
        """Say whether any entry named under which purpose data was asked for."""
        return any(line.purposes for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsesView:
    """The page: permits, each dataset, who does not report, and what the list rests on."""

    projects: tuple[ProjectCard, ...]
    datasets: tuple[UsedDataset, ...]
    despite: tuple[str, ...]
    silent: tuple[str, ...]
    rests_on: str


@blueprint.get("/who-used")
@signed_in("consents.self")
def show() -> ResponseReturnValue:
    """Show every use that the log knows, newest first."""
    speaker, tools = participant.current_speaker(), participant.current_tools()
    try:
        found = own_uses(tools=tools, principal=current_principal())
    except WhoUsedUnavailable:
        known = cards(own_projects(tools=tools, principal=current_principal()), {}, speaker)
        return render_template("consent_registry/who_used.html", view=None, projects=known), 503
    view = uses_view(found, speaker)
    return render_template("consent_registry/who_used.html", view=view, projects=view.projects)


@blueprint.errorhandler(NotLinked)
def not_linked(fault: NotLinked) -> ResponseReturnValue:
    """Say what a login without a participant can do."""
    return participant.not_linked(fault)


def uses_view(found: Uses, speaker: Speaker) -> UsesView:
    """Put a report into words."""
    report = found.report
    datasets = tuple(
        UsedDataset(
            title=title,
            lines=tuple(_line(use, speaker) for use in report.uses if use.dataset == name),
        )
        for name, title in found.titles.items()
    )
    return UsesView(
        projects=cards(found.projects, found.titles, speaker),
        datasets=datasets,
        despite=despite_lines(found.despite, speaker),
        silent=tuple(_silent(one, speaker) for one in report.not_reporting),
        rests_on=_rests_on(found, speaker),
    )


def _line(use: DataUse, speaker: Speaker) -> UseLine:
    return UseLine(
        day=speaker.day(use.day),
        what=_KINDS.get(use.kind, use.kind),
        outcome=_DECISIONS.get(use.decision or "", ""),
        times="once" if use.count == 1 else f"{use.count:,} times",
        purposes=", ".join(use.purposes),
        node=use.node,
    )


def _silent(one: NotReporting, speaker: Speaker) -> str:
    parts = []
    if one.places:
        parts.append(f"{one.places:,} of its reports have not arrived")
    if one.silent:
        since = one.silent_since
        spoke = "it has never reported" if since is None else f"silent since {_at(since, speaker)}"
        parts.append(spoke)
    return f"{one.node}: {' and '.join(parts)}"


def _at(moment: datetime, speaker: Speaker) -> str:
    return f"{speaker.day(moment)}, {moment.astimezone(UTC):%H:%M} UTC"


def _rests_on(found: Uses, speaker: Speaker) -> str:
    report = found.report
    text = f"This list is from the log as it stood with {report.size:,} entries."
    if report.unresolved:
        what = "a group" if report.unresolved == 1 else f"{report.unresolved:,} groups"
        text = f"{text} It may not be all: of {what} of people we could not tell who was in it."
    if report.dropped:
        last = date.fromisoformat(f"{report.dropped[-1]}-01") + timedelta(days=31)
        until = speaker.day(last.replace(day=1))
        text = f"{text} Most of what was recorded before {until} is kept no more, and not listed."
    if not report.checked:
        return f"{text} It has not been checked against the entries themselves yet."
    checked = min(report.checked, report.size)
    verdict = "and agreed" if not report.differed else f"and {report.differed:,} rows differed"
    return f"{text} It was checked against the first {checked:,} of them {verdict}."
