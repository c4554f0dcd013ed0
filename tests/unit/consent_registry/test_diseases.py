# SPDX-License-Identifier: Apache-2.0
"""The hierarchy of illnesses: closure, obsolete terms, and files that are refused."""

import pytest

from consent_registry.domain.diseases import BadHierarchy, from_obo_graph
from tests.fakes.consent_factories import extract, letters

IRI = "http://purl.obolibrary.org/obo/MONDO_"
BREAST, CANCER, LUNG = "MONDO:0007254", "MONDO:0004992", "MONDO:0008903"


def graph(nodes: dict[str, dict[str, object]], edges: list[tuple[str, str]]) -> dict[str, object]:
    return {
        "graphs": [
            {
                "meta": {"version": "http://purl.obolibrary.org/obo/mondo/releases/2026-08-04/x"},
                "nodes": [{"id": IRI + n, "lbl": n, "meta": meta} for n, meta in nodes.items()],
                "edges": [{"sub": IRI + a, "pred": "is_a", "obj": IRI + b} for a, b in edges],
            }
        ]
    }


def test_the_shipped_extract_has_several_parents_and_obsolete_terms() -> None:
    diseases = extract()
    assert CANCER in diseases.covering(BREAST)
    assert BREAST not in diseases.covering(CANCER)
    assert LUNG not in diseases.covering(BREAST)
    assert len(diseases.terms[BREAST].parents) > 1
    assert sum(len(disease.parents) > 1 for disease in diseases.terms.values()) > 12
    assert diseases.current("MONDO:0002054") == BREAST
    # A consent written with the old identifier still covers what its replacement covers.
    assert "MONDO:0002054" in diseases.covering(BREAST)
    assert diseases.covering("MONDO:0002054") == diseases.covering(BREAST)
    assert diseases.covering("MONDO:9999999") == frozenset()
    assert diseases.label(BREAST) == "breast cancer"
    assert diseases.label("MONDO:9999999") == "MONDO:9999999"


def test_a_diamond_is_closed_once() -> None:
    diseases = letters(A="", B="A", C="A", D="B C")
    assert diseases.covering("D") == {"A", "B", "C", "D"}
    assert diseases.covering("A") == {"A"}


def test_a_cycle_is_refused_with_its_path() -> None:
    with pytest.raises(BadHierarchy, match="A > B > C > A"):
        letters(A="B", B="C", C="A")


def test_a_lost_parent_is_refused() -> None:
    with pytest.raises(BadHierarchy, match="lacks"):
        letters(A="Z")


def test_a_deep_chain_needs_no_deep_stack() -> None:
    chain = {f"T{n}": f"T{n + 1}" for n in range(5000)} | {"T5000": ""}
    assert len(letters(**chain).covering("T0")) == 5001


def test_the_release_and_the_replacements_are_read() -> None:
    replaced = {
        "deprecated": True,
        "basicPropertyValues": [
            {"pred": "http://purl.obolibrary.org/obo/IAO_0100001", "val": "MONDO:0000001"},
            {
                "pred": "http://www.geneontology.org/formats/oboInOwl#consider",
                "val": IRI + "0000003",
            },
        ],
    }
    two = {
        "deprecated": True,
        "basicPropertyValues": [
            {"pred": "http://purl.obolibrary.org/obo/IAO_0100001", "val": IRI + n}
            for n in ("0000001", "0000003")
        ],
    }
    document = graph(
        {"0000001": {}, "0000002": replaced, "0000003": {}, "0000004": two},
        [("0000003", "0000001")],
    )
    diseases = from_obo_graph(document)
    assert diseases.release == "2026-08-04"
    assert diseases.current("MONDO:0000002") == "MONDO:0000001"
    assert diseases.terms["MONDO:0000002"].consider == ("MONDO:0000003",)
    assert diseases.current("MONDO:0000004") is None  # nobody may choose between two


@pytest.mark.parametrize(
    "document",
    [
        None,
        {},
        {"graphs": []},
        {"graphs": [{"nodes": []}]},
        {"graphs": [{"meta": {"version": "1"}, "nodes": [{"id": "x"}]}]},
        graph({"0000001": {}}, [("0000001", "0000009")]),
        graph({"0000001": {}, "0000002": {}}, [("0000001", "0000002"), ("0000002", "0000001")]),
    ],
)
def test_a_file_that_is_no_hierarchy_is_refused(document: object) -> None:
    with pytest.raises(BadHierarchy):
        from_obo_graph(document)


def test_the_digest_is_of_what_decides_and_of_nothing_else() -> None:
    nodes: dict[str, dict[str, object]] = {"0000001": {}, "0000002": {}, "0000003": {}}
    edges = [("0000002", "0000001"), ("0000003", "0000001"), ("0000003", "0000002")]
    digest = from_obo_graph(graph(nodes, edges)).digest
    renamed = graph(dict(reversed(nodes.items())), edges[::-1])
    renamed["graphs"][0]["meta"] = {"version": "another"}  # type: ignore[index]
    assert from_obo_graph(renamed).digest == digest
    replaced: dict[str, object] = {
        "deprecated": True,
        "basicPropertyValues": [
            {"pred": "http://purl.obolibrary.org/obo/IAO_0100001", "val": IRI + "0000001"}
        ],
    }
    others = [
        graph(nodes, edges[:2]),
        graph({**nodes, "0000004": {}}, edges),
        graph({**nodes, "0000004": {"deprecated": True}}, edges),
        graph({**nodes, "0000004": replaced}, edges),
    ]
    assert len({digest, *(from_obo_graph(one).digest for one in others)}) == 5
