# SPDX-License-Identifier: Apache-2.0
"""Who may say what: our services say only that, and what another says in their place is found."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit_log.domain.authority import may_say
from audit_log.domain.foreign import read_mapping
from audit_log.domain.rules.memory import Memory
from audit_log.domain.rules.seen import Seen
from audit_log.domain.rules.thresholds import Thresholds
from audit_log.ports import Producer
from audit_log.usecases.examine import Examiner
from audit_log.usecases.register import register
from shared.errors import ValidationFailed
from shared.events import ENTRY_TYPES
from tests.fakes.log_factories import ALONE, NOON
from tests.support.log_world import MemoryWorld
from tests.unit.audit_log.test_foreign_lines import MAPPING
from tests.unit.audit_log.test_rules import PERMITS, SECOND, codes, issued, revoked, seen, settle

NODE = "zz/clearinghouse/1"
REGISTRY = "zz/consent_registry/1"
ROOT = Path(__file__).parents[3]
SERVICES = {
    "audit_log": "zz/audit_log/1",
    "consent_registry": REGISTRY,
    "permit_service/domain": PERMITS,
    "permit_service/clearinghouse": NODE,
}


def types_in(folder: str) -> Iterator[str]:
    """Give every entry type that a package's source names."""
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in ENTRY_TYPES:
                yield str(node.value)


@pytest.mark.parametrize("folder", [one for one in SERVICES if one != "audit_log"])
def test_our_services_name_no_type_that_they_may_not_say(folder: str) -> None:
    named = set(types_in(folder))
    assert named
    assert [one for one in named if not may_say(SERVICES[folder], one)] == []


def test_every_type_has_somebody_who_may_say_it_and_a_data_node_says_what_it_does() -> None:
    for one in ENTRY_TYPES:
        assert any(may_say(src, one) for src in SERVICES.values()), one
    for one in sorted(ENTRY_TYPES):
        if one.startswith(("placet.access.", "placet.sys.heartbeat", "placet.sys.start")):
            assert may_say("fi/htsget/7", one)
        if one.startswith(("placet.permit.", "placet.optout.", "placet.audit.", "placet.visa.")):
            assert not may_say("fi/htsget/7", one)
    assert may_say("fi/permit_service/1", "placet.permit.issued.v1"), "another country's permits"
    assert not may_say(REGISTRY, "placet.permit.issued.v1")
    assert not may_say("permit_service/node/1", "placet.permit.issued.v1")
    assert may_say(NODE, "placet.access.teleport.v2"), "what newer producers do is theirs"


def examined(*entries: Seen) -> Examiner:
    examiner = Examiner(Memory(), Thresholds())
    for one in entries:
        examiner.take(one)
    settle(examiner, 60)
    return examiner


def test_a_node_that_issues_itself_a_permit_has_none() -> None:
    found = examined(issued(0, src=NODE), seen(1))
    assert codes(found) == ["said_by_another", "permit_unknown"]
    assert [one.rule for one in found.raised] == ["R7", "R7"]
    assert found.memory.permits.get("p") is None


def test_a_node_releases_no_held_permit_and_revokes_nobody_s() -> None:
    held = seen(1, src=PERMITS, type="placet.permit.held.v1", decision=None, actor=None)
    released = seen(2, src=NODE, type="placet.permit.released.v1", decision=None, actor=None)
    found = examined(issued(0), held, released, seen(3))
    assert codes(found) == ["said_by_another", "permit_on_hold"]
    found = examined(issued(0), revoked(1, src=NODE), seen(2))
    assert codes(found) == ["said_by_another"]


def test_a_node_withdraws_nobody_and_makes_no_officer_look() -> None:
    gone = seen(
        1,
        src=NODE,
        type="placet.consent.withdrawn.v1",
        decision=None,
        at=NOON - 900 * SECOND,
        extra={"revision": 9, "late": True},
    )
    use = seen(2, extra={"dataset_revision": 8})
    found = examined(issued(0), gone, use)
    assert [(one.rule, one.code) for one in found.raised] == [("R14", "said_by_another")]
    look = {"type": "placet.audit.search.v1", "decision": None, "actor": "otto"}
    framed = examined(*(seen(number, **look) for number in range(300)))
    assert [(one.rule, one.code) for one in framed.raised][:1] == [("R16", "said_by_another")]
    assert {one.cause for one in framed.raised} == {framed.raised[0].cause}, "one an hour"
    reveal = seen(1, type="placet.audit.reveal.v1", decision=None, actor="otto")
    assert codes(examined(reveal)) == ["said_by_another"]


@pytest.mark.parametrize(
    "line",
    [
        'type = { value = "placet.permit.issued.v1" }',
        'type = { field = "op", values = { GRANT = "placet.permit.issued.v1" } }',
        'type = { field = "op", values = { GET = "placet.audit.export.v1" } }',
    ],
)
def test_a_foreign_server_s_lines_never_speak_for_a_service(line: str) -> None:
    text = "\n".join(line if one.startswith("type =") else one for one in MAPPING.split("\n"))
    assert text != MAPPING
    with pytest.raises(ValidationFailed) as refused:
        read_mapping(tomllib.loads(text))
    assert [one.pointer for one in refused.value.faults] == ["/type"]


def test_no_producer_is_registered_in_the_log_s_own_name() -> None:
    world = MemoryWorld()
    own = Producer(src="fi/audit_log/1", client_id="mallory", vkey="", topic=None)
    with pytest.raises(ValidationFailed) as refused:
        register(own, (), transaction=world.transaction, clock=world.clock, backing=ALONE)
    assert [one.pointer for one in refused.value.faults] == ["/src"]
    with world.transaction() as log:
        assert log.producer_of("mallory") is None
