# SPDX-License-Identifier: Apache-2.0
"""The log as the player follows it: checkpoints checked, entries fetched as they come."""

import base64
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import requests

from services.story import log_reader
from services.story.log_reader import Head, NotProven

_SECONDS: Final = 30.0
_PATIENCE: Final = 240.0
_PAUSE: Final = 0.3


class LogView:
    """Everything read so far; each new checkpoint must continue the one before."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = requests.Session()
        self.vkey = str(self._json("/v1/log")["vkey"])
        self.head = Head(origin="", size=0, root=b"")
        self.raw: list[bytes] = []
        self.entries: list[Mapping[str, Any]] = []

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def refresh(self) -> Head:
        """Take the newest checkpoint and everything below it. Raises NotProven."""
        head = log_reader.open_checkpoint(self._get("/log/checkpoint").decode(), self.vkey)
        if head.size < self.head.size:
            raise NotProven("the log became smaller")
        if head.size > self.head.size:
            proof = self.consistency(self.head, head) if self.head.size else []
            log_reader.check_consistency(self.head, head, proof)
            kept = self.head.size - self.head.size % log_reader.TILE
            fresh = log_reader.read_entries(self._tile, head.size, start=kept)
            self.raw[kept:] = fresh
            self.entries[kept:] = log_reader.decode(fresh)
            self.head = head
        return self.head

    def wait_for(self, there: Callable[[], bool]) -> bool:
        """Refresh until `there` holds; False when it does not within four minutes."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            self.refresh()
            if there():
                return True
            time.sleep(_PAUSE)
        return False

    def check_root(self) -> None:
        """Build the whole tree from the entries; raise NotProven when its root is not signed."""
        leaves = [log_reader.leaf_hash(entry) for entry in self.raw]
        if log_reader.root_of(leaves) != self.head.root:
            raise NotProven("the entries do not hash to the checkpoint's root")

    def check_entry(self, index: int) -> None:
        """Fetch the proof of one entry and check it. Raises NotProven."""
        proof = self._get(f"/v1/entries/{index}/proof").decode()
        log_reader.check_inclusion(proof, self.raw[index], self.vkey)

    def consistency(self, old: Head, new: Head) -> list[bytes]:
        """Fetch the proof that one checkpoint continues another."""
        answer = self._json(f"/v1/proofs/consistency?from={old.size}&to={new.size}")
        return [base64.b64decode(step) for step in answer["proof"]]

    def _tile(self, path: str) -> bytes:
        return self._get(f"/log/{path}")

    def _json(self, path: str) -> Mapping[str, Any]:
        answer = self._request(path)
        body: Mapping[str, Any] = answer.json()
        return body

    def _get(self, path: str) -> bytes:
        return self._request(path).content

    def _request(self, path: str) -> requests.Response:
        """Ask until the log answers: it may be restarting."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                answer = self._session.get(f"{self._url}{path}", timeout=_SECONDS)
                answer.raise_for_status()
            except requests.RequestException:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE)
            else:
                return answer
