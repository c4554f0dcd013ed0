# SPDX-License-Identifier: Apache-2.0
"""What `make run` prints when the node is up; every command in it works as typed.

Holds no token and no secret: a person's token is printed when she asks for one.
"""

import os
import shlex
import sys
from pathlib import Path

from services.demo.environment import Node
from services.story.leftover import open_path


def greeting(node: Node) -> str:
    """Give the addresses, the logins, and commands to try."""
    ports, placet = node.ports, _command()
    state = "" if node.layout.root == Path("var").absolute() else f" --state {_near(node)}"
    return f"""
Placet is running. Everybody's password is the login name.

  {ports.url("consent_registry")}/   anna        what she allows; withdraw in two clicks
  {ports.url("consent_registry")}/blocking  sara    who blocks what in a dataset
  {ports.url("consent_registry")}/desk   greta, hugo answer requests; erase, two by two
  {ports.url("permit_service")}/   rita, dora  apply; decide
  {ports.url("audit_log")}/   otto        find an entry and check its proof
  {ports.url("gateway")}/data/<dataset>/<local id>/genome.vcf
                            opened only with a token, a permit and a consent
{_to_try(node, f"{placet} demo token rita --for clearinghouse{state}")}
  What is running:   {placet} demo status{state}
  Every command:     {placet} --help
  Play it again:     {placet} story{state}
  State and logs: {node.layout.root}     Stop: Ctrl-C
"""


def _to_try(node: Node, token: str) -> str:
    path = open_path(node.layout.root / "story")
    if path is None:
        return ""
    return f"""
The first story left rita a live permit, and dora an application to decide. Fetch anna's file
as rita; withdraw as anna or revoke as dora, and fetch it again:

  curl -i -H "Authorization: Bearer $({token})" \\
    {node.ports.url("gateway")}{path}
"""


def _command() -> str:
    """Name the console command of this environment as it can be typed here."""
    script = Path(sys.executable).with_name("placet")
    if script.exists():
        return shlex.quote(_relative(script))
    return f"{shlex.quote(_relative(Path(sys.executable)))} -m services.cli"


def _near(node: Node) -> str:
    return shlex.quote(_relative(node.layout.root))


def _relative(path: Path) -> str:
    """Write a path from here when it lies below; a link is not followed."""
    inside = path.is_relative_to(Path.cwd())
    return os.fspath(path.relative_to(Path.cwd()) if inside else path)
