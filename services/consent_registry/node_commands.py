# SPDX-License-Identifier: Apache-2.0
"""`placet consent nodes` and `node`: what each data node enforces, and retiring one."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

from services.command import FAILED, OK, Commands, Run, add_group, print_json, service
from services.consent_registry.tables import print_table

Asking = Callable[[Commands, str, Run, str, str], ArgumentParser]

_NODES_HELP: Final = """\
Say what each data node enforces of each dataset, the longest behind first (scope consents.read).

  placet consent nodes

Nodes that have only read, have disappeared, or are expected and were never seen stand there too.
One that was retired says so. Exits 1 when one has lacked a change for more than 15 minutes.
"""
_RETIRE_HELP: Final = """\
Retire a data node that was shut down (scope consents.write). It is told nothing more, so that it
admits nobody once what it knows is a minute old, and it owes no acknowledgement.

  placet consent node retire biobank --why "The archive was closed."
"""
_READMIT_HELP: Final = """\
Let a retired data node follow the feed again, as somebody else than retired it (scope
consents.write).

  placet consent node readmit biobank --why "It was the wrong one."
"""


def add(commands: Commands, asking: Asking) -> None:
    """Add the commands about nodes to `placet consent`."""
    asking(commands, "nodes", _nodes, "what each data node enforces and lacks", _NODES_HELP)
    group = add_group(commands, "node", "one data node: retire it, take that back")
    for name, run, about, teaches in (
        ("retire", _retire, "retire a node that was shut down", _RETIRE_HELP),
        ("readmit", _readmit, "let a retired node follow again", _READMIT_HELP),
    ):
        parser = asking(group, name, run, about, teaches)
        parser.add_argument("node", metavar="NODE")
        parser.add_argument("--why", required=True, help="shown beside the node; no names")


def _nodes(parsed: Namespace) -> int:
    answer: Mapping[str, Any] = service(parsed).get("/v1/feed/acknowledgements")
    if parsed.json:
        print_json(answer)
    else:
        columns = ("node", "dataset", "enforces", "newest", "lacks since", "last word", "last seen")
        words = (("lacks_since", ""), ("acknowledged_at", "never"), ("seen_at", "never"))
        rows = [
            (
                *(one[name] for name in ("node", "dataset", "revision", "newest")),
                *(one[name] or without for name, without in words),
                f"retired: {one['retired_why']}" if one.get("retired_at") else "",
            )
            for one in answer["nodes"]
        ]
        print_table((*columns, ""), rows)
    return FAILED if any(one["overdue"] for one in answer["nodes"]) else OK


def _retire(parsed: Namespace) -> int:
    return _step(parsed, "", "is retired")


def _readmit(parsed: Namespace) -> int:
    return _step(parsed, "/end", "may follow the feed again")


def _step(parsed: Namespace, end: str, done: str) -> int:
    path = f"/v1/feed/nodes/{quote(parsed.node, safe='')}/retirement{end}"
    answer = service(parsed).post(path, {"why": parsed.why})
    if parsed.json:
        print_json(answer)
    else:
        print(f"{parsed.node} {done}; the log says so.")
    return OK
