# SPDX-License-Identifier: Apache-2.0
"""One person's name goes through every path of the running suite and comes out nowhere.

Not in a log line at debug level, a problem, a header, a metric or an entry: neither where her
values belong nor where nobody expects them. Nor does any token that was shown.
"""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from services.story.stage import Stage, open_stage
from tests.support.marker import HEADERS, NAME, Watch, bearer
from tests.support.marker_life import SERVICES, Life, register_person
from tests.support.marker_pages import Visitor
from tests.support.marker_shapes import shapes
from tests.support.suite import RunningSuite, running_suite

OAUTH_FIELDS = (
    *("client_id", "client_secret", "code", "code_verifier", "grant_type", "redirect_uri"),
    *("scope", "resource", "state", "nonce", "login", "password", "id_token_hint", "login_hint"),
    *("post_logout_redirect_uri", "logout_hint", "access_token", "response_type", "prompt"),
)
GARBAGE = "b3R0aWxpZQ.quagga.ottilie"
BASIC = f"Basic {base64.b64encode(b'quagga:ottilie').decode()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loud:
    """A node of this module's own, in which every process says all it can."""

    node: RunningSuite
    stage: Stage


@pytest.fixture(scope="module")
def loud() -> Iterator[Loud]:
    with running_suite(log_level="debug") as node:
        stage = open_stage(node.suite, lambda _: None)
        yield Loud(node=node, stage=stage)
        stage.close()


@pytest.fixture(scope="module")
def watch() -> Watch:
    return Watch()


@pytest.fixture(scope="module")
def life(loud: Loud, watch: Watch) -> Life:
    register_person(loud.node)
    return Life(stage=loud.stage, watch=watch, data=Path(loud.stage.suite.data))


def clearinghouse(loud: Loud) -> str:
    return f"unix:{Path(loud.stage.suite.control).with_name('clearinghouse.sock')}"


def addresses(loud: Loud) -> dict[str, str]:
    """Give where each described service answers programs."""
    urls = {name: loud.stage.suite.urls[name] for name in SERVICES}
    return {**urls, "clearinghouse": clearinghouse(loud)}


def log_files(loud: Loud) -> Iterator[Path]:
    yield from sorted((loud.node.folder / "log").glob("*.log"))
    yield loud.node.output


def test_where_her_values_belong(watch: Watch, life: Life) -> None:
    life.live()
    assert watch.found == []


def test_on_every_page_and_in_every_form(loud: Loud, watch: Watch, life: Life) -> None:
    provider = loud.stage.suite.urls["devidp"]
    for service in SERVICES:
        visitor = Visitor(watch, loud.stage.suite.urls[service], provider)
        try:
            visitor.wander()
            visitor.sign_in()
            visitor.seen.clear()
            visitor.wander()
        finally:
            visitor.close()
        assert len(visitor.seen) > 1, service
        assert visitor.sent > 0, service
    assert watch.found == []


def test_in_every_place_of_every_operation(loud: Loud, watch: Watch, life: Life) -> None:
    before = watch.asked
    for service, base in addresses(loud).items():
        document = json.loads(watch.ask(base, "GET", "/openapi.json").body)
        tokens = ["", GARBAGE]
        if service in SERVICES:
            tokens += [life.operator(service), life.herself(service)]
        for token in tokens:
            for shape in shapes(document):
                headers = {**shape.headers, **bearer(token)}
                watch.ask(base, shape.method, shape.path, headers=headers, body=shape.body)
    assert watch.asked - before > 500
    assert watch.found == []


def test_before_anyone_is_known(loud: Loud, watch: Watch, life: Life) -> None:
    """The identity provider, the gateway, and addresses that do not exist."""
    provider = loud.stage.suite.urls["devidp"]
    fields = urlencode(dict.fromkeys(OAUTH_FIELDS, NAME))
    form = {**HEADERS, "Content-Type": "application/x-www-form-urlencoded"}
    for path in ("/authorize", "/token", "/userinfo", "/end_session", "/jwks", "/"):
        for headers in (form, {**form, **bearer(GARBAGE)}, {**form, "Authorization": BASIC}):
            watch.ask(provider, "GET", f"{path}?{fields}", headers=headers)
            watch.ask(provider, "POST", path, headers=headers, body=fields.encode())
    for base in (*addresses(loud).values(), provider, loud.stage.suite.urls["gateway"]):
        for path in (f"/{quote(NAME)}", f"/v1/{quote(NAME)}", f"/static/{quote(NAME)}"):
            for method in ("GET", "POST", "DELETE", "QUAGGA"):
                watch.ask(base, method, path, headers={**HEADERS, **bearer(GARBAGE)})
    assert watch.found == []


def test_nothing_of_her_was_written_down(loud: Loud, watch: Watch, life: Life) -> None:
    """Run last: read every log line, metric and entry."""
    traces = life.end()

    def recorded() -> bool:
        return set(traces) <= {str(entry["tr"]) for entry in loud.stage.log.entries}

    assert loud.stage.log.wait_for(recorded)
    for base in (*addresses(loud).values(), loud.stage.suite.urls["devidp"]):
        watch.read(f"metrics of {base[-12:]}", watch.ask(base, "GET", "/metrics").body)
    files = list(log_files(loud))
    levels = set()
    for path in files:
        text = path.read_text(errors="replace")
        watch.read(path.name, text)
        levels |= set(re.findall(r'"level":"([a-z]+)"', text))
    assert {"debug", "info"} <= levels
    loud.stage.log.refresh()
    for number, entry in enumerate(loud.stage.log.raw):
        watch.read(f"entry {number}", entry.decode())
    assert len(files) > 9
    assert watch.found == []
