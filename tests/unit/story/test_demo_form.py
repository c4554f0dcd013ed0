# SPDX-License-Identifier: Apache-2.0
"""The form of the synthetic country: whole, sound, and what each of its people can have said."""

import csv
import io
from collections import defaultdict
from datetime import UTC, date, datetime

from consent_registry.domain.batches import StagedRow, judge_form, judge_together
from consent_registry.domain.form import StoredForm
from consent_registry.domain.form_check import check
from consent_registry.domain.form_demand import FormUse, form_use
from consent_registry.domain.form_file import read_form
from consent_registry.domain.rows import Row, RowReader, check_header
from services.demo.country import FORM, FORM_VERSION, generate
from services.demo.form import form_document
from tests.fakes.consent_factories import extract

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DATASET = "GDI-ZZ-DATASET-1"


def use() -> FormUse:
    stored = StoredForm(form=read_form(form_document()), recorded_at=NOW, published_at=NOW)
    return form_use({DATASET: f"{FORM}@{FORM_VERSION}"}, [stored])


def test_it_says_every_minimum_element_and_its_rules_hold() -> None:
    form = read_form(form_document())
    assert (form.name, form.version, form.missing_elements) == (FORM, FORM_VERSION, ())
    assert check(form, extract()).counterexample is None


def test_its_people_answered_it_and_nobody_is_refused_but_for_a_broken_row() -> None:
    country = generate(people=600, dataset=DATASET, tag="T", today=TODAY)
    header, *rows = csv.reader(io.StringIO(country.text))
    columns = check_header(header)
    assert columns is not None
    forms = use()
    reader = RowReader(
        columns, diseases=extract(), known_dataset=DATASET.__eq__, now=NOW, forms=forms
    )
    faults: set[tuple[int, str]] = set()
    whole: dict[str, list[StagedRow]] = defaultdict(list)
    for line, cells in enumerate(rows, start=2):
        found = reader.read(cells)
        if isinstance(found, Row):
            whole[found.participant].append(StagedRow(line, line, found))
        else:
            faults |= {(line, fault.what.code) for fault in found}
    assert faults == {(broken.line, broken.code) for broken in country.broken}
    assert len(whole) == 600
    for consent in whole.values():
        assert judge_together(consent) == []
        assert judge_form(consent, forms, extract()) == []


def test_what_it_never_grants_is_still_refused() -> None:
    country = generate(people=3, dataset=DATASET, tag="T", today=TODAY)
    wider = country.text.replace("DUO:0000042", "DUO:0000004")  # no restriction at all
    header, *rows = csv.reader(io.StringIO(wider))
    reader = RowReader(
        header, diseases=extract(), known_dataset=DATASET.__eq__, now=NOW, forms=use()
    )
    found = [reader.read(cells) for cells in rows if "DUO:0000004" in cells]
    assert [fault.what.code for one in found if not isinstance(one, Row) for fault in one] == [
        "E-FORM-06"
    ]
