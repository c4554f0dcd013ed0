# SPDX-License-Identifier: Apache-2.0
"""The chapters in which consents arrive and one of them ends."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from services.demo.country import write_files
from services.demo.form import form_document
from services.story.client import Answer
from services.story.stage import Cast, Stage, invent

_SERVICE: Final = "consent_registry"
_DONE: Final = frozenset({"finished", "refused", "failed"})


def open_dataset(stage: Stage, people: int) -> Cast:
    """Register the next free dataset of the node and invent its people and files."""
    stage.narrator.chapter("A data holder registers a dataset of people who never lived")
    node = stage.suite.node
    token = stage.operator(_SERVICE, "consents.write", "consents.read")
    listed = stage.client.get(stage.url(_SERVICE, "/v1/datasets"), token=token)
    prefix = f"GDI-{node}-DATASET-"
    held = [str(found["dataset"]) for found in _items(listed, "datasets")]
    numbers = [int(name.removeprefix(prefix)) for name in held if name.startswith(prefix)]
    dataset = f"{prefix}{max(numbers, default=0) + 1}"
    answer = stage.client.post(
        stage.url(_SERVICE, "/v1/datasets"),
        {
            "dataset": dataset,
            "title": f"Synthetic country of {people} people",
            "controller": "Synthetic Biobank of ZZ",
            "country": node,
            "legal_regime": "consent_gdpr",
        },
        token=token,
        kind="register",
    )
    stage.narrator.check(f"{dataset} is registered", expected=201, came=answer.done(201))
    _open_study(stage, dataset, token)
    _demand_form(stage, dataset, token)
    cast = invent(dataset, people)
    write_files(cast.country, Path(stage.suite.data))
    stage.narrator.note(f"{len(cast.country.participants)} files written, one for each person")
    return cast


def _open_study(stage: Stage, dataset: str, token: str) -> None:
    """Describe the study that its people were asked for, and put the dataset in it."""
    study = f"GDI-{stage.suite.node}-STUDY-1"
    said = {
        "title": "Synthetic country study",
        "controller": "Synthetic Biobank of ZZ",
        "purpose": "To learn how genes and illness go together, in people who never lived.",
        "starts_on": "2024-01-01",
    }
    url = stage.url(_SERVICE, f"/v1/studies/{study}")
    answer = stage.client.put(url, said, token=token, kind="study")
    stage.narrator.check(f"{study} is described", expected=200, came=answer.done(200))
    url = stage.url(_SERVICE, f"/v1/datasets/{dataset}/study")
    answer = stage.client.put(url, {"study": study}, token=token, kind="study")
    stage.narrator.check(f"{dataset} belongs to it", expected=200, came=answer.done(200))


def _demand_form(stage: Stage, dataset: str, token: str) -> None:
    """Publish the form that its people were asked, and let consents name no other.

    In a later story it is published already, and nothing of it can have been altered.
    """
    document = form_document()
    named = f"{document['form']}@{document['version']}"
    url = stage.url(_SERVICE, "/v1/forms")
    draft = stage.client.post(url, {"document": document}, token=token, kind="form")
    url = stage.url(_SERVICE, f"/v1/forms/{draft.body.get('sha256')}/publication")
    # A development node asks for no signature; any other takes a form by its keys alone.
    answer = stage.client.put(url, {"signature": ""}, token=token, kind="form")
    stage.narrator.check(f"{named} is published", expected=200, came=answer.done(200))
    stage.narrator.check(
        "minimum elements that it leaves out",
        expected=[],
        came=answer.body.get("missing_elements"),
    )
    url = stage.url(_SERVICE, f"/v1/datasets/{dataset}/form")
    answer = stage.client.put(url, {"form": named}, token=token, kind="form")
    stage.narrator.check(f"{dataset} demands it", expected=named, came=answer.body.get("form"))


def import_consents(stage: Stage, cast: Cast) -> None:
    """Import the same file twice: all rows or none, then the good rows only."""
    narrator = stage.narrator
    narrator.chapter("The consent desk imports their consents from CSV; some rows are broken")
    rows = cast.country.text.count("\n") - 1
    for mode, state, members in (
        ("all_or_nothing", "refused", 0),
        ("valid_rows_only", "finished", len(cast.expected.members)),
    ):
        done = _import(stage, cast, mode)
        narrator.check(f"{mode}: the import is", expected=state, came=done.get("state"))
        narrator.check("rows read", expected=rows, came=done.get("rows"))
        narrator.check(
            "broken rows by line and code",
            expected=sorted((broken.line, broken.code) for broken in cast.country.broken),
            came=sorted({(found["line"], found["code"]) for found in done.get("faults", ())}),
        )
        narrator.check("members of the dataset", expected=members, came=_members(stage, cast))


def _import(stage: Stage, cast: Cast, mode: str) -> Mapping[str, Any]:
    token = stage.operator(_SERVICE, "consents.import")
    answer = stage.client.post_text(
        stage.url(_SERVICE, f"/v1/imports?mode={mode}&dry_run=false&source=story"),
        cast.country.text,
        media="text/csv",
        token=token,
        kind="import",
    )
    stage.narrator.check(f"{mode}: the file is taken in", expected=202, came=answer.status)
    where = stage.url(_SERVICE, f"/v1/imports/{answer.body.get('import_id')}")
    last: list[Answer] = []

    def finished() -> bool:
        last[:] = [stage.client.get(where, token=token)]
        return last[0].body.get("state") in _DONE

    stage.wait(finished)
    return last[0].body


def _members(stage: Stage, cast: Cast) -> object:
    token = stage.operator(_SERVICE, "consents.read")
    answer = stage.client.get(stage.url(_SERVICE, f"/v1/datasets/{cast.dataset}"), token=token)
    return answer.body.get("members")


def link_logins(stage: Stage, cast: Cast) -> bool:
    """Link two people's logins to their pseudonyms; say whether both links are new.

    A login belongs to one participant: in a later story they are linked already.
    """
    stage.narrator.chapter("Two participants get their logins linked to their pseudonyms")
    token = stage.operator(_SERVICE, "consents.write")
    statuses = []
    for login, local_id in zip(("anna", "bo"), cast.country.notable, strict=False):
        pseudonym = cast.country.participants[local_id]
        answer = stage.client.put(
            stage.url(_SERVICE, f"/v1/participants/{pseudonym}/link"),
            {"issuer": stage.suite.urls["devidp"], "subject": f"person-{login}"},
            token=token,
            kind="link",
        )
        statuses.append(answer.status)
    linked = all(status in {200, 201, 204} for status in statuses)
    if linked:
        stage.narrator.check("anna and bo are linked", expected=True, came=linked)
    else:
        stage.narrator.note("their logins belong to an earlier story; the desk acts for bo")
    return linked


def withdraw(stage: Stage, cast: Cast, *, linked: bool) -> tuple[str, int]:
    """Have bo withdraw; give her local id and the revision that says so."""
    narrator = stage.narrator
    narrator.chapter("One participant withdraws")
    local_id = cast.country.notable[1]
    pseudonym = cast.country.participants[local_id]
    if linked:
        token = stage.person("bo", _SERVICE, "consents.self")
    else:
        token = stage.operator(_SERVICE, "consents.write")
    answer = stage.client.post(
        stage.url(_SERVICE, f"/v1/participants/{pseudonym}/withdrawals"),
        {"datasets": [cast.dataset]},
        token=token,
        kind="withdraw",
        key=secrets.token_hex(16),
    )
    narrator.check("the withdrawal is accepted", expected=201, came=answer.status)
    revisions = {found["dataset"]: found["revision"] for found in answer.body.get("revisions", ())}
    narrator.check(
        "the receipt names the dataset's revision",
        expected=[cast.dataset],
        came=sorted(revisions),
    )
    return local_id, int(revisions.get(cast.dataset, 0))


def _items(answer: Answer, name: str) -> list[Mapping[str, Any]]:
    found = answer.body.get(name, answer.body.get("items", []))
    return list(found) if isinstance(found, list) else []
