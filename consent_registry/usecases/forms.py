# SPDX-License-Identifier: Apache-2.0
"""Register, check, publish and retire consent forms, and say which one a dataset demands.

A form is published when a key that this node trusts has signed it and the exhaustive check finds
nothing; from then on nobody can alter it. Retiring it ends new answers, and no consent.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.errors import (
    ContactsNotOffered,
    DatasetUnknown,
    FormIncomplete,
    FormNotOpen,
    FormNotSigned,
    FormUnknown,
    FormVersionTaken,
)
from consent_registry.domain.form import Form, FormState, StoredForm, version_key
from consent_registry.domain.form_check import Check, check
from consent_registry.domain.form_demand import FormUse, form_use, meets, split_demand
from consent_registry.domain.form_file import read_form
from consent_registry.domain.notices import NoticeKind
from consent_registry.domain.register import Dataset
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.facts import fact
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
from shared.errors import FieldFault, ValidationFailed
from shared.events import Fact
from shared.ids import DatasetId
from shared.principal import Principal

_DEMAND: Final = re.compile(r"[a-z0-9-]{1,40}(@[0-9]{1,6}(\.[0-9]{1,6}){0,3})?", re.ASCII)
CHANGED: Final = "placet.admin.config.change.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A readable form with what the exhaustive check said."""

    form: Form
    check: Check


def check_form(document: object, *, tools: Tools) -> Checked:
    """Read a form and try every combination of answers; keeps nothing.

    Raises ValidationFailed with every fault when it cannot be read.
    """
    form = read_form(document)
    return Checked(form=form, check=check(form, tools.diseases))


def register_form(document: object, *, tools: Tools, principal: Principal) -> StoredForm:
    """Keep a readable form as a draft. The same form again changes nothing."""
    form = read_form(document)
    now = tools.clock.now()
    with tools.units() as uow:
        known = uow.forms.get(form.sha256)
        if known is not None:
            return known
        uow.forms.add(form, now)
        uow.record(_fact("form_registered", form, now, principal))
        uow.commit()
    return StoredForm(form=form, recorded_at=now)


def publish_form(sha256: str, signature: str, *, tools: Tools, principal: Principal) -> StoredForm:
    """Publish a draft. Publishing again changes nothing.

    Raises FormNotSigned, FormVersionTaken, FormNotOpen for a retired one, and ValidationFailed with
    the first counterexample when its rules are not total or not monotonic.
    """
    found = get_form(sha256, tools=tools)
    if found.state is FormState.PUBLISHED:
        return found
    if found.state is FormState.RETIRED:
        raise FormNotOpen
    if not tools.signed_form(found.form.document, signature):
        raise FormNotSigned
    require_sound(check(found.form, tools.diseases))
    now = tools.clock.now()
    with tools.units() as uow:
        if not uow.forms.step(found.form, FormState.PUBLISHED, signature, now):
            return _published_meanwhile(uow, sha256)
        uow.record(_fact("form_published", found.form, now, principal))
        uow.commit()
    return get_form(sha256, tools=tools)


def require_sound(found: Check) -> None:
    """Raise ValidationFailed with the counterexample, if there is one."""
    counter = found.counterexample
    if counter is not None:
        fault = FieldFault("/rules", counter.sentence(), counter.law.value)
        raise ValidationFailed("the form's rules have a counterexample", faults=[fault])


def _published_meanwhile(uow: UnitOfWork, sha256: str) -> StoredForm:
    held = uow.forms.get(sha256)
    if held is None or held.state is FormState.DRAFT:
        raise FormVersionTaken
    return held


def retire_form(sha256: str, *, tools: Tools, principal: Principal) -> StoredForm:
    """End new answers under a published form. Retiring again changes nothing."""
    now = tools.clock.now()
    with tools.units() as uow:
        found = uow.forms.get(sha256)
        if found is None:
            raise FormUnknown
        if found.state is FormState.DRAFT:
            raise FormNotOpen
        if uow.forms.step(found.form, FormState.RETIRED, "", now):
            uow.record(_fact("form_retired", found.form, now, principal))
            uow.commit()
    return get_form(sha256, tools=tools)


def get_form(sha256: str, *, tools: Tools) -> StoredForm:
    """Give a form by its SHA-256. Raises FormUnknown."""
    with tools.reads() as uow:
        found = uow.forms.get(sha256)
    if found is None:
        raise FormUnknown
    return found


def get_form_version(name: str, version: str, *, tools: Tools) -> StoredForm:
    """Give the published form, retired or not, of a name and version. Raises FormUnknown."""
    with tools.reads() as uow:
        for one in uow.forms.every():
            if (one.form.name, one.form.version) == (name, version) and one.published_at:
                return one
    raise FormUnknown


def list_forms(*, tools: Tools) -> Sequence[StoredForm]:
    """Give all forms by name and version."""
    with tools.reads() as uow:
        return uow.forms.every()


def demand_form(dataset: DatasetId, name: str, *, tools: Tools, principal: Principal) -> Dataset:
    """Have a dataset take consents under this form alone; an empty name ends that.

    `name@version` takes that version and those after it. Consents recorded by then stay.
    Raises FormUnknown when no such version is open, and FormIncomplete naming every minimum
    element that the newest one leaves out.
    """
    with tools.units() as uow:
        held = uow.datasets.hold([dataset])
        if dataset not in held:
            raise DatasetUnknown
        if name:
            newest = newest_open(uow, name) if _DEMAND.fullmatch(name) else None
            if newest is None:
                raise FormUnknown
            if newest.form.missing_elements:
                raise FormIncomplete(f"missing: {', '.join(newest.form.missing_elements)}")
        uow.datasets.demand(dataset, name)
        uow.record(
            fact(
                CHANGED,
                held[dataset].now(tools.clock.now()),
                actor=principal,
                dataset=dataset,
                reason="form_demanded" if name else "form_not_demanded",
                extra=_named_in_entry(name),
            )
        )
        uow.commit()
    with tools.reads() as uow:
        found = uow.datasets.get(dataset)
    if found is None:
        raise DatasetUnknown
    return found


def ask_again(dataset: DatasetId, *, tools: Tools, principal: Principal) -> StoredForm:
    """Have everybody told who allowed something under an older version of the form demanded here.

    What they allowed holds until they answer. Asking again for the same version changes nothing.
    Raises ContactsNotOffered where nobody is told anything, and FormUnknown where the dataset
    demands no form of which a version is open.
    """
    if tools.contacts is None:
        raise ContactsNotOffered
    with tools.units() as uow:
        held = uow.datasets.hold([dataset]).get(dataset)
        if held is None:
            raise DatasetUnknown
        newest = newest_open(uow, held.form) if held.form else None
        if newest is None:
            raise FormUnknown
        now = held.now(tools.clock.now())
        if uow.rounds.open(NoticeKind.FORM, f"{dataset} {newest.form.sha256}", now):
            named: dict[str, JSON] = {"form": newest.form.name, "version": newest.form.version}
            asked = fact(
                CHANGED,
                now,
                actor=principal,
                dataset=dataset,
                reason="form_asks_again",
                extra={**named, "form_sha256": newest.form.sha256},
            )
            uow.record(asked)
            uow.commit()
    return newest


def older_versions(uow: UnitOfWork, sha256: str) -> Sequence[str]:
    """Give the SHA-256 of every published form of the same name with a lower version."""
    every = uow.forms.every()
    new = next((one.form for one in every if one.form.sha256 == sha256), None)
    return [
        one.form.sha256
        for one in every
        if new is not None
        and one.form.name == new.name
        and one.published_at is not None
        and version_key(one.form.version) < version_key(new.version)
    ]


def _named_in_entry(demanded: str) -> dict[str, JSON]:
    named = zip(("form", "version"), split_demand(demanded), strict=True)
    return {key: text for key, text in named if text}


def newest_open(uow: UnitOfWork, demanded: str) -> StoredForm | None:
    """Give the open version of a demanded form with the highest number; None if there is none."""
    published = [
        one
        for one in uow.forms.every()
        if one.state is FormState.PUBLISHED and meets(one.form, demanded)
    ]
    return max(published, key=lambda one: version_key(one.form.version), default=None)


def form_use_of(uow: UnitOfWork, datasets: Sequence[Dataset]) -> FormUse:
    """Make the rule by which consents of these datasets name their form."""
    demanded = {str(dataset.dataset): dataset.form for dataset in datasets}
    return form_use(demanded, uow.forms.every())


def _fact(reason: str, form: Form, at: datetime, principal: Principal) -> Fact:
    named: dict[str, JSON] = {
        "form": form.name,
        "version": form.version,
        "form_sha256": form.sha256,
    }
    return fact(CHANGED, at, actor=principal, reason=reason, extra=named)
