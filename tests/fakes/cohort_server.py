# SPDX-License-Identifier: Apache-2.0
"""consent_registry's cohort API as a real HTTP server over the in-memory registry."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from permit_service.domain.cohort import CohortCounts, Project
from permit_service.domain.errors import CohortsUnavailable
from permit_service.domain.purpose import parse_purpose
from shared.clock import from_rfc3339, to_rfc3339
from shared.errors import AppError
from shared.ids import ApplicationId, CohortId, PermitId, parse_dataset_id
from tests.fakes.cohort_source import MemoryCohorts

TOKEN = "token-of-permit-service"
_STATUS = {"cohort_refused": HTTPStatus.NOT_FOUND}


@contextlib.contextmanager
def cohort_server(
    registry: MemoryCohorts,
    change: Mapping[str, object] | None = None,
    *,
    accepts: Callable[[str], bool] = TOKEN.__eq__,
) -> Iterator[str]:
    """Serve the registry to callers whose token is accepted; gives the URL.

    Every answer to a freeze is overwritten with `change`.
    """
    members = {"registry": registry, "change": change or {}, "accepts": staticmethod(accepts)}
    handler = type("Handler", (_Handler,), members)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _told(counts: CohortCounts) -> dict[str, int]:
    told = {name: count for name, count in counts.parts().items() if count is not None}
    return {"members": counts.members, **told}


class _Handler(BaseHTTPRequestHandler):
    registry: MemoryCohorts
    change: Mapping[str, object]
    accepts: Callable[[str], bool]
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.accepts(self.headers["Authorization"].removeprefix("Bearer ")):
            self._answer(HTTPStatus.UNAUTHORIZED, {"code": "token_malformed"})
            return
        try:
            status, answer = self._act(json.loads(raw))
        except CohortsUnavailable:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, {"code": "service_unavailable"})
        except AppError as fault:
            code = fault.context.get("upstream_code", fault.code)
            self._answer(_STATUS.get(fault.code, HTTPStatus.CONFLICT), {"code": code})
        else:
            self._answer(status, answer)

    def _act(self, body: dict[str, object]) -> tuple[HTTPStatus, Mapping[str, object]]:
        *_, name = self.path.split("/")
        if name == "bind":
            cohort_id = CohortId(self.path.split("/")[-2])
            told = body["project"]
            assert isinstance(told, dict)
            project = Project(
                title=told["title"],
                organisation=told["organisation"],
                until=from_rfc3339(told["until"]),
            )
            self.registry.bind(cohort_id, PermitId(str(body["permit_id"])), project)
            return HTTPStatus.OK, {"cohort_id": cohort_id}
        if name == "end":
            ended = from_rfc3339(str(body["ended_at"]))
            named = CohortId(self.path.split("/")[-2])
            self.registry.end(named, PermitId(str(body["permit_id"])), ended)
            return HTTPStatus.OK, {"ended_at": to_rfc3339(ended)}
        if name == "rulings":
            self.registry.rule(str(body["statement"]))
            return HTTPStatus.CREATED, {"repeated": False}
        dataset = parse_dataset_id(str(body["dataset"]))
        asked = body["purpose"]
        assert isinstance(asked, dict)
        purpose = parse_purpose(asked)
        if name == "freeze":
            return HTTPStatus.CREATED, {
                **self._freeze(str(body["application_id"]), str(dataset), asked),
                **self.change,
            }
        case = ApplicationId(str(body["application_id"]))
        view = self.registry.evaluate(dataset, purpose, case)
        return HTTPStatus.OK, {
            "dataset": dataset,
            "revision": 7,
            "counts": {"members": 1000, "in": 612, "out": 385, "awaiting": 3},
            "shown": _told(view.counts),
            "reasons": dict(view.reasons),
            "awaiting_by_clause": dict(view.awaiting_by_clause),
            "matters": [
                {
                    "clause": one.matter.clause,
                    "question": one.matter.question,
                    "value": one.matter.value,
                    "people": one.people,
                }
                for one in view.matters
            ],
            "obligations": [one.to_json() for one in view.duties],
            "purpose_sha256": view.purpose_sha256,
            "small_cell": view.counts.small_cell,
            "manifest": "e30.e30.e30",
            "bitmap": "",
        }

    def _freeze(
        self, application_id: str, dataset: str, asked: dict[str, object]
    ) -> Mapping[str, object]:
        frozen = self.registry.freeze(
            parse_dataset_id(dataset), parse_purpose(asked), ApplicationId(application_id)
        )
        return {
            "cohort_id": frozen.cohort_id,
            "revision": frozen.revision,
            "frozen_at": to_rfc3339(frozen.frozen_at),
            "void_at": to_rfc3339(frozen.void_at),
            "counts": _told(frozen.counts),
            "reasons": {"withdrawn": 380},
            "small_cell": frozen.counts.small_cell,
            "digest": frozen.digest,
            "manifest": frozen.manifest,
        }

    def _answer(self, status: HTTPStatus, body: Mapping[str, object]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""
