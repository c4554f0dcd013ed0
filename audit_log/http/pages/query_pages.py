# SPDX-License-Identifier: Apache-2.0
"""The officer's saved searches and what a search reaches; both begin at a page of results."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from audit_log.domain.reports import Cell, Reached, tens
from audit_log.domain.saved_queries import QueryRun
from audit_log.domain.words import DECISION_WORDS, type_in_words
from audit_log.http.edge import current_edge
from audit_log.http.looking import looks
from audit_log.http.pages.officer import filter_from, number_from, search_form
from audit_log.http.pages.views import Row, dropped_lines, stated_lines
from audit_log.usecases import reports, saved_queries
from audit_log.usecases.reports import Activity, Asking, Impact
from audit_log.usecases.saved_queries import QueryFile
from shared.errors import ValidationFailed
from shared.pages import current_principal, form_errors, signed_in

blueprint: Final = Blueprint("query_pages", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryView:
    """A saved search in words, with its runs and what the last one found new."""

    id: str
    name: str
    facts: tuple[Row, ...]
    runs: tuple[Row, ...]
    newest: tuple[int, ...]
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """What matching entries reach, as tables."""

    size: int
    dropped: tuple[str, ...]
    stated: tuple[str, ...]
    facts: tuple[Row, ...]
    datasets: tuple[Row, ...]
    permits: tuple[Row, ...]
    figures: tuple[Row, ...]
    more: bool


@blueprint.get("/queries")
@signed_in(saved_queries.SCOPE)
@looks("queries_listed", current_principal)
def listing() -> ResponseReturnValue:
    """Show one's own saved searches with what is new."""
    edge, principal = current_edge(), current_principal()
    found = [
        saved_queries.get_query(
            one.id, principal=principal, transaction=edge.transaction, vault=edge.vault
        )
        for one in saved_queries.list_queries(principal=principal, transaction=edge.transaction)
    ]
    return render_template("audit_log/queries.html", views=[_query(one) for one in found])


@blueprint.post("/queries")
@signed_in(saved_queries.SCOPE)
def save() -> ResponseReturnValue:
    """Keep the search whose results were shown."""
    edge, form = current_edge(), request.form
    try:
        saved_queries.save_query(
            form.get("name", "").strip(),
            filter_from(form),
            number_from(form, "hours") or 0,
            principal=current_principal(),
            transaction=edge.transaction,
            vault=edge.vault,
            pseudonyms=edge.pseudonyms,
            ids=edge.ids,
            clock=edge.clock,
        )
    except ValidationFailed as refused:
        return search_form(form, form_errors(refused.faults)), 422
    return redirect(url_for("query_pages.listing"), code=303)


@blueprint.post("/queries/<query_id>/end")
@signed_in(saved_queries.SCOPE)
def end(query_id: str) -> ResponseReturnValue:
    """End one of one's own saved searches."""
    edge = current_edge()
    saved_queries.end_query(
        query_id,
        principal=current_principal(),
        transaction=edge.transaction,
        clock=edge.clock,
    )
    return redirect(url_for("query_pages.listing"), code=303)


@blueprint.post("/report")
@signed_in("log.search")
def report() -> ResponseReturnValue:
    """Show what the entries of a search reach; what is looked for stands in no address."""
    edge, form = current_edge(), request.form
    try:
        asking = Asking(
            wanted=filter_from(form),
            as_of=number_from(form, "as_of"),
            case=None,
            principal=current_principal(),
        )
    except ValidationFailed as refused:
        return search_form(form, form_errors(refused.faults)), 422
    reached = reports.impact(
        asking,
        transaction=edge.transaction,
        pseudonyms=edge.pseudonyms,
        cohorts=edge.cohorts,
        vault=edge.vault,
        clock=edge.clock,
    )
    counted = reports.activity(
        asking,
        public=False,
        transaction=edge.transaction,
        pseudonyms=edge.pseudonyms,
        cohorts=edge.cohorts,
        vault=edge.vault,
        clock=edge.clock,
    )
    return render_template("audit_log/report.html", view=_report(reached, counted))


def _query(found: QueryFile) -> QueryView:
    query = found.query
    ended = query.next_at is None
    asked = ", ".join(found.wanted.named()) if found.wanted is not None else "forgotten"
    return QueryView(
        id=query.id,
        name=query.name,
        facts=(
            ("Narrowed by", asked or "nothing"),
            ("Runs", "It was ended" if ended else f"every {query.hours} hours"),
        ),
        runs=tuple(
            (f"{run.ran_at:%d %B %Y, %H:%M} UTC", _count(run), f"{run.new:,}", f"{run.gone:,}")
            for run in found.runs
        ),
        newest=found.runs[0].indexes if found.runs else (),
        is_on=not ended,
    )


def _count(run: QueryRun) -> str:
    """Say how many matched, and when more might: a cohort that nobody could look into."""
    return f"{run.count:,} or more" if run.unresolved else f"{run.count:,}"


def _report(reached: Impact, counted: Activity) -> ReportView:
    reach = reached.reach
    numbers: dict[int, int] = {}
    span = ""
    if reach.first_at is not None and reach.last_at is not None:
        span = f"{reach.first_at:%d %B %Y, %H:%M} to {reach.last_at:%d %B %Y, %H:%M} UTC"
    return ReportView(
        size=reached.stated.as_of.size,
        dropped=dropped_lines(reached.stated),
        stated=stated_lines(reached.stated),
        facts=(
            ("Entries", f"{reach.entries:,}"),
            ("Accounts", f"{reach.actors:,}"),
            ("When", span),
        ),
        datasets=tuple(
            (name, f"{one.entries:,}", _people(one)) for name, one in reach.datasets.items()
        ),
        permits=tuple(
            (
                f"Permit {numbers.setdefault(one.use.mark, len(numbers) + 1)}",
                one.use.month,
                one.use.dataset,
                f"{one.use.entries:,}",
            )
            for one in reached.permits
        ),
        figures=tuple(_figure(cell, count) for cell, count in sorted(counted.figures.items())),
        more=reached.more,
    )


def _people(reached: Reached) -> str:
    """Say how many people, and that those of cohorts come on top."""
    told, many = str(tens(reached.people)), reached.cohorts
    return f"{told}, and those of {many:,} cohort{'s' * (many != 1)}" if many else told


def _figure(cell: Cell, count: int | str) -> Row:
    decision = DECISION_WORDS.get(cell.decision, "")
    return (cell.month, cell.dataset, type_in_words(cell.type), decision, str(count))
