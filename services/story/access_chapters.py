# SPDX-License-Identifier: Apache-2.0
"""The chapters at the gateway: who gets which file, and why everybody else does not."""

import time
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from services.demo.country import file_content
from services.story.permit_chapters import Permit
from services.story.stage import Cast, Stage
from services.story.visa_source import visa_claims, write_book

_HERE: Final = "clearinghouse"
_FOREIGN: Final = "https://visas.elsewhere.example"


def wait_for_revision(stage: Stage, register: str, revision: int) -> None:
    """Wait until the clearinghouse says that it knows this revision, and is fresh."""
    began = time.monotonic()

    def known() -> bool:
        state = stage.client.get(stage.url("gateway", "/clearinghouse/state"), kind="state")
        held = state.body.get("registers", {}).get(register, {})
        return bool(held.get("fresh")) and int(held.get("revision", -1)) >= revision

    came = stage.wait(known)
    took = (time.monotonic() - began) * 1000
    stage.narrator.check(
        f"the clearinghouse knows revision {revision} of {register}", expected=True, came=came
    )
    stage.narrator.note(f"after {took:.0f} ms")


def read_everybody(stage: Stage, cast: Cast) -> None:
    """Read every file there is with rita's token; exactly the expected people's must come."""
    stage.narrator.chapter("Rita reads every person's file through nginx")
    wanted = [*cast.country.participants]
    admitted = _read(stage, cast, wanted)
    stage.narrator.check(
        "people whose file came", expected=len(cast.expected.admitted), came=len(admitted)
    )
    _compare(stage, cast.expected.admitted, admitted)


def read_again(stage: Stage, cast: Cast, withdrawn: str) -> None:
    """Read the admitted people's files again; she, and only she, must be left out."""
    stage.narrator.chapter("Rita reads again: she, and only she, is left out")
    admitted = _read(stage, cast, sorted(cast.expected.admitted))
    left_out = cast.expected.admitted - admitted
    stage.narrator.check("left out", expected={withdrawn}, came=set(left_out))


def _read(stage: Stage, cast: Cast, people: list[str]) -> frozenset[str]:
    paths = {cast.path(local_id): local_id for local_id in people}
    outcomes = stage.reader.read_all([*paths], lambda: stage.person("rita", _HERE))
    admitted = {
        paths[path] for path, outcome in outcomes.items() if outcome.status == HTTPStatus.OK
    }
    reasons = {outcome.reason for outcome in outcomes.values() if outcome.status != HTTPStatus.OK}
    wrong = [
        local_id
        for local_id in admitted
        if outcomes[cast.path(local_id)].content != file_content(cast.dataset, local_id)
    ]
    stage.narrator.check("files that are not the person's own", expected=[], came=wrong)
    if reasons:
        stage.narrator.check(
            "the reason for all others", expected={"person_not_in_cohort"}, came=reasons
        )
    return frozenset(admitted)


def _compare(stage: Stage, expected: frozenset[str], came: frozenset[str]) -> None:
    stage.narrator.check("let in but not expected", expected=[], came=sorted(came - expected))
    stage.narrator.check("expected but not let in", expected=[], came=sorted(expected - came))


def refusals(stage: Stage, cast: Cast, permit: Permit) -> None:
    """Try everything that must not work, each with its own reason."""
    stage.narrator.chapter("Everybody else is refused, each for their own reason")
    write_book(Path(stage.suite.story), _book(stage, cast, permit))
    path = cast.path(cast.country.notable[0])
    here = [
        ("a stranger without a visa", "stranger", "visa_none"),
        ("an expired visa", "edda", "visa_expired"),
        ("a visa of a foreign issuer", "felix", "visa_issuer_untrusted"),
        ("a visa for somebody else's permit", "petra", "permit_invalid"),
    ]
    for what, login, reason in here:
        _expect(stage, path, stage.person(login, _HERE), what, (403, reason))
    rita = stage.person("rita", _HERE)
    visa = _visa_of_rita(stage)
    _expect(stage, path, visa, "a visa sent as bearer", (401, "token_not_access_token"))
    other = stage.person("rita", "permit_service", "visas.read")
    _expect(stage, path, other, "a token for another audience", (401, "token_audience"))
    _expect(stage, path, "", "no token", (401, "token_missing"))
    whole = f"/data/{cast.dataset}/"
    _expect(stage, whole, rita, "a whole dataset", (403, "filtering_required"))


def still_open(stage: Stage, cast: Cast) -> None:
    """Read once more while the permit lives, so that its visa is at hand when it ends."""
    path = cast.path(cast.country.notable[0])
    rita = stage.person("rita", _HERE)
    _expect(stage, path, rita, "the permit while it lives", (200, "permit_valid"))


def opened(stage: Stage, cast: Cast) -> str:
    """Wait until rita's new permit opens a consenting member's file; give the file's path."""
    path = cast.path(cast.country.notable[0])
    came = stage.wait(
        lambda: stage.reader.read(path, stage.person("rita", _HERE)).status == HTTPStatus.OK
    )
    stage.narrator.check("her file comes with the new permit", expected=True, came=came)
    return path


def revoked(stage: Stage, cast: Cast) -> None:
    """Read once more with the revoked permit."""
    path = cast.path(cast.country.notable[0])
    rita = stage.person("rita", _HERE)
    _expect(stage, path, rita, "the revoked permit", (403, "permit_revoked"))


def _expect(stage: Stage, path: str, token: str, what: str, expected: tuple[int, str]) -> None:
    outcome = stage.reader.read(path, token)
    stage.narrator.check(what, expected=expected, came=(outcome.status, outcome.reason))


def _visa_of_rita(stage: Stage) -> str:
    token = stage.person("rita", "permit_service", "visas.read")
    where = stage.url("permit_service", "/api/permissions/person-rita")
    answer = stage.client.get(where, token=token, kind="visas")
    visas = answer.body.get("ga4gh_passport_v1", [])
    stage.narrator.check("rita may fetch her own visas", expected=200, came=answer.status)
    return str(visas[-1]) if visas else ""


def _book(stage: Stage, cast: Cast, permit: Permit) -> dict[str, list[dict[str, Any]]]:
    """Write what the story's own source says: visas that are signed well and must not work."""
    value = f"{stage.suite.dataset_url_base}{cast.dataset}"

    def entry(subject: str, *, issuer: str, ends_in: int) -> dict[str, Any]:
        return {
            "claims": visa_claims(
                issuer=issuer,
                subject=subject,
                value=value,
                authority=stage.suite.authority,
                permit_id=permit.permit_id,
                ends_in=ends_in,
            )
        }

    ours = stage.suite.urls["visa_source"]
    return {
        "person-edda": [entry("person-edda", issuer=ours, ends_in=-60)],
        "person-felix": [entry("person-felix", issuer=_FOREIGN, ends_in=600)],
        "person-petra": [entry("person-petra", issuer=ours, ends_in=600)],
    }
