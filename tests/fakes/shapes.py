# SPDX-License-Identifier: Apache-2.0
"""The shapes of what we export, and what of a graph is not as they want."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pyshacl import validate
from rdflib import Graph, Node
from rdflib.namespace import RDF, SH

from shared.canonical import JSON

SHAPES = Path(__file__).resolve().parents[1] / "vectors" / "shapes"


@cache
def shapes(name: str) -> Graph:
    return Graph().parse(SHAPES / f"{name}.ttl", format="turtle")


def graph(tree: Mapping[str, JSON]) -> Graph:
    return Graph().parse(data=json.dumps(tree), format="json-ld")


def faults(data: Graph, name: str) -> set[Node | None]:
    """Give the properties, or None for the node itself, that are not as the shapes want."""
    conforms, report, _ = validate(data, shacl_graph=shapes(name), advanced=False)
    assert isinstance(report, Graph)
    results = set(report.subjects(RDF.type, SH.ValidationResult))
    assert conforms is (not results)
    return {report.value(one, SH.resultPath) for one in results}
