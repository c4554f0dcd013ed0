# SPDX-License-Identifier: Apache-2.0
"""`AuditErasure` over the audit log's JSON API."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from consent_registry.domain.erasure import Account, Forgetting, Mark
from consent_registry.domain.errors import AuditLogAway
from consent_registry.domain.identifiers import is_name
from shared.canonical import JSON
from shared.clock import from_rfc3339
from shared.events import Subject
from shared.http_client import JsonClient, Unavailable, UpstreamRefused

SCOPES: Final = ("log.read", "subjects.erase")
_NOTHING: Final = "nothing_to_erase"
_GONE: Final = frozenset({"done", _NOTHING})


class AuditClient:
    """Asks one audit log; `src` is the producer whose entries speak of the people here."""

    def __init__(self, base_url: str, *, src: str, bearer: Callable[[], str]) -> None:
        self._client = JsonClient(base_url, bearer=bearer)
        self._src = src

    def sequenced(self, mark: Mark) -> bool:
        """Read the producer's chain."""
        try:
            answer: Mapping[str, Any] = self._client.get(f"/v1/producers/{self._src}")
        except (Unavailable, UpstreamRefused) as fault:
            raise AuditLogAway from fault
        for chain in answer.get("chains", ()):
            if chain["epoch"] > mark.epoch:
                return True
            if chain["epoch"] == mark.epoch:
                # An entry that has not arrived would be sequenced later, under a new key.
                missing = [gap for gap in chain["gaps"] if gap["first"] <= mark.seq]
                return bool(chain["seq"] >= mark.seq and not missing)
        return False

    def forget(self, whom: Account | Subject, ground: str) -> Forgetting:
        """Ask; that nothing is left to forget is an answer too."""
        try:
            answer = self._client.post("/v1/erasures", {**_target(whom), "ground": ground})
        except UpstreamRefused as refused:
            if (refused.status, refused.upstream_code) == (HTTPStatus.NOT_FOUND, _NOTHING):
                return Forgetting()
            raise AuditLogAway from refused
        except Unavailable as fault:
            raise AuditLogAway from fault
        return _forgetting(answer)

    def forgetting(self, erasure_id: str) -> Forgetting:
        """Read the log's own record."""
        try:
            return _forgetting(self._client.get(f"/v1/erasures/{erasure_id}"))
        except (Unavailable, UpstreamRefused) as fault:
            raise AuditLogAway from fault


def _forgetting(answer: Mapping[str, JSON]) -> Forgetting:
    """Read an answer; one that does not say clearly that the key is gone says that it waits."""
    name, by = answer.get("erasure_id"), answer.get("complete_by")
    if not isinstance(name, str) or not is_name(name):
        raise AuditLogAway("the answer has no name")
    try:
        complete_by = from_rfc3339(by) if isinstance(by, str) else None
    except ValueError as fault:
        raise AuditLogAway("the answer has no time") from fault
    return Forgetting(
        erasure_id=name, waits=answer.get("state") not in _GONE, complete_by=complete_by
    )


def _target(whom: Account | Subject) -> dict[str, JSON]:
    if isinstance(whom, Account):
        return {"actor": {"issuer": whom.issuer, "subject": whom.subject}}
    return {"person": {"dataset": whom.dataset, "ordinal": whom.ordinal}}
