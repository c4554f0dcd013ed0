# SPDX-License-Identifier: Apache-2.0
"""Paths through a real nginx: what is decided is what is opened, byte for byte."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from shared.entries import parse_entry
from tests.fakes.clearinghouse import DATASET, local_id
from tests.integration.clearinghouse.suite import (
    FILE,
    Suite,
    content_of,
    path_of,
    refused,
    running,
)
from tests.support.spool import records_of


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    """Run one node for the tests that leave it as it is."""
    with running(tmp_path_factory.mktemp("node")) as one:
        yield one


@pytest.mark.parametrize("rest", ["", "/", "/all.vcf.gz", f"/{local_id(1)}"])
def test_a_whole_dataset_needs_filtering(suite: Suite, rest: str) -> None:
    path = f"/data/{DATASET}{rest}"
    refused(suite.get(path, token=suite.around.token()), 403, "filtering_required")


ODD = [
    f"/data/{DATASET}/{local_id(8)}/../{local_id(1)}/{FILE}",
    f"/data/{DATASET}/{local_id(1)}/../{local_id(8)}/{FILE}",
    f"/data/{DATASET}/{local_id(1)}%2f..%2f{local_id(8)}/{FILE}",
    f"/data/{DATASET}/{local_id(1)}/%2e%2e/{local_id(8)}/{FILE}",
    f"/data/{DATASET}/{local_id(1)}/./{FILE}",
    f"/data/{DATASET}//{local_id(8)}/{FILE}",
    f"//data/{DATASET}/{local_id(8)}/{FILE}",
    f"/data//{DATASET}/{local_id(8)}/{FILE}",
    f"/data/{DATASET}/{local_id(1)}/genome%2evcf.gz",
    f"/data/{DATASET}/{local_id(1)}/genome.vcf.gz%00",
    f"/data/{DATASET}/{local_id(1)}/genome.vcf.gz#x",
    f"/data/{DATASET}/{local_id(1)}/genome.vcf.gz;x",
    f"/data/{DATASET}/{local_id(1)}/\xe4",
    f"/data/{DATASET}/{local_id(1)}/%C3%A4",
    f"/data/{DATASET}/{local_id(1)}\\{FILE}",
    f"/data/../data/{DATASET}/{local_id(1)}/{FILE}",
    f"/%64ata/{DATASET}/{local_id(1)}/{FILE}",
]


@pytest.mark.parametrize("path", ODD)
def test_a_path_that_is_not_plain_opens_nothing_and_its_refusal_is_on_record(
    suite: Suite, path: str
) -> None:
    before = len(records_of(suite.clearinghouse.spool))
    reply = raw(suite, path, suite.around.token())
    assert b"VCF" not in reply
    after = records_of(suite.clearinghouse.spool)[before:]
    if reply.startswith(b"HTTP/1.1 403"):
        assert b"\r\nx-placet-reason: path_invalid\r\n" in reply.lower()
        said = [parse_entry(record.entry) for record in after]
        (entry,) = [one for one in said if not one.type.startswith("placet.sys.")]
        assert (entry.decision, entry.reason, entry.dataset) == ("deny", "path_invalid", None)
        assert f"x-correlation-id: {entry.trace_id}".encode() in reply.lower()
    else:
        # No request that nginx could read (400), or none about the data (404).
        assert reply.startswith((b"HTTP/1.1 400", b"HTTP/1.1 404"))
        assert after == []


def test_most_odd_paths_are_on_record(suite: Suite) -> None:
    replies = [raw(suite, path, suite.around.token()) for path in ODD]
    assert sum(reply.startswith(b"HTTP/1.1 403") for reply in replies) >= len(ODD) - 2


@pytest.mark.parametrize("path", ["/_placet/refuse", "/_placet/decide"])
def test_nobody_reaches_the_gateways_own_addresses(suite: Suite, path: str) -> None:
    before = len(records_of(suite.clearinghouse.spool))
    assert raw(suite, path, suite.around.token()).startswith(b"HTTP/1.1 404")
    assert len(records_of(suite.clearinghouse.spool)) == before


def raw(suite: Suite, path: str, token: str) -> bytes:
    """Send a request line byte for byte."""
    url = urlsplit(suite.gateway)
    with socket.create_connection((str(url.hostname), url.port or 0), timeout=60) as connection:
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        connection.sendall(head.encode("latin-1") + b"Connection: close\r\n\r\n")
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_query_changes_nothing(suite: Suite) -> None:
    token = suite.around.token()
    assert suite.get(f"{path_of(1)}?x=/data/y&z=%2f..", token=token).body == content_of(1)
    refused(suite.get(f"{path_of(8)}?{path_of(1)}", token=token), 403, "person_not_in_cohort")
    absolute = f"{suite.gateway}{path_of(1)}"
    assert content_of(1) in raw(suite, absolute, token)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
def test_files_are_only_read(suite: Suite, method: str) -> None:
    reply = suite.get(path_of(1), token=suite.around.token(), method=method)
    assert reply.status == 405
    assert suite.get(path_of(1), token=suite.around.token()).body == content_of(1)


def test_symbolic_links_lead_nowhere(suite: Suite) -> None:
    folder = suite.data / DATASET / local_id(2)
    (folder / "linked.vcf.gz").symlink_to(suite.data / DATASET / local_id(8) / FILE)
    (suite.data / DATASET / "P0005-linked").symlink_to(suite.data / DATASET / local_id(8))
    reply = suite.get(f"/data/{DATASET}/{local_id(2)}/linked.vcf.gz", token=suite.around.token())
    assert (reply.status, b"VCF" in reply.body) == (403, False)


def test_what_is_allowed_and_absent_is_not_found(suite: Suite) -> None:
    path = f"/data/{DATASET}/{local_id(2)}/absent.vcf.gz"
    assert suite.get(path, token=suite.around.token()).status == 404
    folder = suite.data / DATASET / local_id(2) / "folder"
    folder.mkdir()
    reply = suite.get(f"/data/{DATASET}/{local_id(2)}/folder", token=suite.around.token())
    assert b"<title>Index" not in reply.body
