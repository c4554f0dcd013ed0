# SPDX-License-Identifier: Apache-2.0
"""What the marked person does with the suite when everybody behaves: each value in its place.

She is put on record, consents, applies for data of her own dataset, reads her own file, is looked
for in the log, and withdraws. Whatever is personal about her enters here as it does in life.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from services.demo.country import FILE_NAME
from services.devidp.registry import User
from services.devidp.registry_file import read_registry, write_registry
from services.story.stage import PURPOSE, Stage
from tests.support.marker import (
    LOCAL_ID,
    LOGIN,
    MAIL,
    NAME,
    PSEUDONYM,
    SENTENCE,
    SUBJECT,
    Reply,
    Watch,
    as_json,
    bearer,
    lines,
)
from tests.support.suite import RunningSuite
from tests.support.waiting import wait_until

DATASET: Final = "GDI-ZZ-DATASET-900"
COLUMNS: Final = (
    "participant,dataset,local_id,alternative,permission,modifiers,diseases,state,signed_on,"
    "effective_from,effective_to,form_version"
)
GOOD_ROW: Final = f"{PSEUDONYM},{DATASET},{LOCAL_ID},1,DUO:0000042,,,given,2025-01-01,,,"
_AUTHORITY: Final = (
    *("applications.decide", "applications.read", "permits.read", "permits.revoke"),
)
SERVICES: Final = ("consent_registry", "permit_service", "audit_log")


def register_person(node: RunningSuite) -> None:
    """Make her known to the identity provider, with every right at every service."""
    path = node.folder / "trust" / "registry.json"
    registry = read_registry(path)
    person = User(
        login=LOGIN, subject=SUBJECT, name=NAME, role="everything", access=registry.resources
    )
    others = (user for user in registry.users if user.login != LOGIN)
    write_registry(replace(registry, users=(*others, person)), path)
    node.tell("restart", "devidp")
    node.wait_until_ready()


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a caller to a service."""

    method: str
    service: str
    path: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Her requests and the operators', each watched."""

    stage: Stage
    watch: Watch
    data: Path

    def operator(self, service: str) -> str:
        """Give the operator's token with every scope of a service."""
        return self._kept(self.stage.operator(service, *self._scopes(service)))

    def herself(self, service: str) -> str:
        """Give her own token with every scope of a service."""
        return self._kept(self.stage.person(LOGIN, service, *self._scopes(service)))

    def live(self) -> None:
        """Do everything up to the day when she opens the pages."""
        self._is_put_on_record()
        self._consents()
        self._gets_a_permit()
        self._reads_her_file()
        self._is_looked_for()

    def end(self) -> list[str]:
        """Withdraw, apply once more, erase her keys; give the trace ids of the last entries."""
        withdrawals = f"/v1/participants/{PSEUDONYM}/withdrawals"
        withdraw = Call("POST", "consent_registry", withdrawals, self.herself("consent_registry"))
        self._consents()
        traces = [self._do_traced(withdraw, {"datasets": [DATASET]})]
        token = self.herself("permit_service")
        traces.append(
            self._do_traced(Call("POST", "permit_service", "/v1/applications", token), _wish())
        )
        erase = Call("POST", "audit_log", "/v1/erasures", self.operator("audit_log"))
        self._do(erase, 201, self._as_actor())
        return traces

    def _is_put_on_record(self) -> None:
        token = self.operator("consent_registry")
        about = {
            "dataset": DATASET,
            "title": f"Genomes of {NAME}",
            "controller": f"Biobank {NAME}",
            "country": "ZZ",
            "legal_regime": "consent_gdpr",
        }
        self._do(Call("POST", "consent_registry", "/v1/datasets", token), 201, about)
        for rows in ([GOOD_ROW], _bad_rows()):
            self.watch.read("import report", self._import(rows, token))
        path = f"/v1/participants/{PSEUDONYM}/link"
        link = {"issuer": self.stage.suite.urls["devidp"], "subject": SUBJECT}
        self._do(Call("PUT", "consent_registry", path, token), 204, link)
        link["subject"] = f"{SUBJECT}-2"
        self._do(Call("PUT", "consent_registry", path, token), 409, link)

    def _import(self, rows: list[str], token: str) -> str:
        base, path = self.stage.suite.urls["consent_registry"], "/v1/imports"
        answer = self.watch.ask(
            base,
            "POST",
            f"{path}?mode=valid_rows_only&dry_run=false&source=story",
            headers={**bearer(token), "Content-Type": "text/csv"},
            body=lines([COLUMNS, *rows]),
        )
        assert answer.status == 202, answer.body
        where = f"{path}/{_member(answer, 'import_id')}"

        def ended() -> Reply | None:
            seen = self.watch.ask(base, "GET", where, headers=bearer(token))
            return seen if _member(seen, "state") in {"finished", "refused", "failed"} else None

        report = wait_until(ended, "the import to end", 120)
        assert report is not None
        as_csv = {**bearer(token), "Accept": "text/csv"}
        return report.body + self.watch.ask(base, "GET", where, headers=as_csv).body

    def _consents(self) -> None:
        token = self.herself("consent_registry")
        path = f"/v1/participants/{PSEUDONYM}"
        wish: dict[str, Any] = {
            "alternatives": [{"permission": "DUO:0000042", "modifiers": [], "diseases": []}],
            "effective_from": None,
            "effective_to": None,
            "form_version": "",
        }
        put = Call("PUT", "consent_registry", f"{path}/consents/{DATASET}", token)
        self._do(put, 200, wish)
        self._do(put, 422, {**wish, "form_version": NAME})
        wish["alternatives"][0]["permission"] = NAME
        self._do(put, 422, wish)
        for what in ("consents", "history"):
            self._do(Call("GET", "consent_registry", f"{path}/{what}", token), 200)
        self._do(Call("GET", "consent_registry", f"{path}-2/history", token), 404)

    def _gets_a_permit(self) -> None:
        token = self.herself("permit_service")
        answer = self._do(Call("POST", "permit_service", "/v1/applications", token), 201, _wish())
        path = f"/v1/applications/{_member(answer, 'application_id')}"
        decide = Call("POST", "permit_service", f"{path}/decisions", self._authority())
        self._do(Call("GET", "permit_service", f"{path}/cohort", self._authority()), 200)
        for status in (201, 409):
            self._do(decide, status, {"decision": "grant", "reasons": SENTENCE})

        def granted() -> str:
            return _member(self._do(Call("GET", "permit_service", path, token), 200), "permit_id")

        permit_id = wait_until(granted, "her permit", 120)
        self._do(Call("GET", "permit_service", f"/v1/permits/{permit_id}", self._authority()), 200)
        issuer = self.stage.suite.urls["devidp"]
        for user, status in ((SUBJECT, 200), (f"{SUBJECT}-2", 403)):
            where = f"/api/permissions/{user}?iss={issuer}"
            given = self._do(Call("GET", "permit_service", where, token), status)
            for visa in json.loads(given.body).get("ga4gh_passport_v1", []):
                self.watch.keep_secret(visa)

    def _reads_her_file(self) -> None:
        folder = self.data / DATASET / LOCAL_ID
        folder.mkdir(parents=True)
        (folder / FILE_NAME).write_text(NAME)
        token = self._kept(self.stage.person(LOGIN, "clearinghouse"))
        gateway = self.stage.suite.urls["gateway"]
        path = f"/data/{DATASET}/{LOCAL_ID}/{FILE_NAME}"

        def opened() -> bool:
            return self.watch.ask(gateway, "GET", path, headers=bearer(token)).status == 200

        wait_until(opened, "her file to be opened to her", 120)
        for spoiled in (
            f"{path}.{LOCAL_ID}",
            f"/data/{PSEUDONYM}/{LOCAL_ID}/x",
            f"{path}?q={LOGIN}",
        ):
            self.watch.ask(gateway, "GET", spoiled, headers=bearer(token))

    def _is_looked_for(self) -> None:
        search = Call("POST", "audit_log", "/v1/search", self.herself("audit_log"))
        self._do(search, 200, self._as_actor())
        self._do(search, 200, {"dataset": DATASET})
        self._do(search, 200, {"person": {"dataset": DATASET, "ordinal": 0}})
        self._do(search, 422, {"type": NAME})

    def _do_traced(self, call: Call, body: Any) -> str:
        trace_id = secrets.token_hex(16)
        traced = {"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01"}
        self._do(call, 201, body, traced)
        return trace_id

    def _do(
        self, call: Call, status: int, body: Any = None, more: Mapping[str, str] | None = None
    ) -> Reply:
        headers = {**bearer(call.token), "Content-Type": "application/json", "From": MAIL}
        answer = self.watch.ask(
            self.stage.suite.urls[call.service],
            call.method,
            call.path,
            headers={**headers, **(more or {})},
            body=None if body is None else as_json(body),
        )
        assert answer.status == status, (call.method, call.path, answer.status, answer.body)
        return answer

    def _authority(self) -> str:
        return self._kept(self.stage.person("dora", "permit_service", *_AUTHORITY))

    def _as_actor(self) -> dict[str, Any]:
        return {"actor": {"issuer": self.stage.suite.urls["devidp"], "subject": SUBJECT}}

    def _scopes(self, service: str) -> list[str]:
        audience = self.stage.suite.audiences[service]
        registry = read_registry(Path(self.stage.suite.story).parent / "trust" / "registry.json")
        return sorted(registry.resources[audience])

    def _kept(self, token: str) -> str:
        self.watch.keep_secret(token)
        return token


def _wish() -> dict[str, Any]:
    """Apply for her own dataset, with her name in every text."""
    return {
        "title": f"Genes of {NAME}",
        "organisation": f"Institute {NAME}",
        "dataset": DATASET,
        "months": 12,
        "purpose": {**PURPOSE, "project": NAME},
    }


def _bad_rows() -> list[str]:
    """Put her name where each column of a row wants something else."""
    cells = GOOD_ROW.split(",")
    spoiled = [
        ",".join([*cells[:place], NAME, *cells[place + 1 :]]) for place in range(1, len(cells))
    ]
    return [*spoiled, NAME, f'"{NAME}', f"{PSEUDONYM},{NAME}"]


def _member(answer: Reply, name: str) -> str:
    found: dict[str, Any] = json.loads(answer.body)
    return str(found.get(name) or "")
