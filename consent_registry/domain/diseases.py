# SPDX-License-Identifier: Apache-2.0
"""The hierarchy of illnesses: which MONDO term lies within which.

Read from an OBO Graph document (https://github.com/geneontology/obographs), so that the small
extract shipped with the package and a whole MONDO release take the same road. It holds no consent
and fetches nothing. A cycle, which no hierarchy may have, refuses the file with its path.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from shared.canonical import JSON, canonical

MONDO_ID: Final = re.compile(r"MONDO:[0-9]{7}", re.ASCII)
_IRI: Final = re.compile(r"http://purl\.obolibrary\.org/obo/MONDO_([0-9]{7})", re.ASCII)
_REPLACED_BY: Final = "http://purl.obolibrary.org/obo/IAO_0100001"
_CONSIDER: Final = "http://www.geneontology.org/formats/oboInOwl#consider"
_MAX_FOLLOWED: Final = 8  # replacements of replacements


class BadHierarchy(ValueError):
    """The document is not a usable hierarchy; the message names the term, never a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disease:
    """One term: its label, its direct parents, and what became of it if it is obsolete."""

    label: str
    parents: tuple[str, ...] = ()
    obsolete: bool = False
    replaced_by: str | None = None
    consider: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diseases:
    """One release of the hierarchy with the closure of its is_a edges.

    `digest` is the SHA-256 in hex of all that decisions take from it: two releases with the same
    one decide alike, whatever they are called and however they word their labels.
    """

    release: str
    digest: str
    terms: Mapping[str, Disease]
    _covers: Mapping[str, frozenset[str]] = field(repr=False)

    def __contains__(self, term: str) -> bool:
        return term in self.terms

    def label(self, term: str) -> str:
        """Give the term's name, or the identifier itself when the term is unknown."""
        known = self.terms.get(term)
        return known.label if known else term

    def current(self, term: str) -> str | None:
        """Give the current term for this one, following replaced_by.

        None when it is unknown, or obsolete with nothing (or nothing current) in its place.
        """
        for _ in range(_MAX_FOLLOWED):
            known = self.terms.get(term)
            if known is None:
                return None
            if not known.obsolete:
                return term
            if known.replaced_by is None:
                return None
            term = known.replaced_by
        return None

    def without_current(self, terms: Iterable[str]) -> list[str]:
        """Give those that `current` has none for; thousands may be asked about at once."""
        known = self.terms.get
        return [
            term
            for term in terms
            if (one := known(term)) is None or (one.obsolete and self.current(term) is None)
        ]

    def covering(self, term: str) -> frozenset[str]:
        """Give every identifier whose consent covers a purpose naming `term`.

        The term itself, its ancestors, and obsolete identifiers replaced by one of those. Empty
        when the term is unknown or has no current form.
        """
        now = self.current(term)
        return self._covers.get(now, frozenset()) if now is not None else frozenset()


def build(release: str, terms: Mapping[str, Disease]) -> Diseases:
    """Close the hierarchy over its is_a edges. Raises BadHierarchy on a cycle or a lost parent."""
    ancestors = _ancestors(terms)
    aliases: dict[str, set[str]] = {}
    digest = _digest(terms)
    plain = Diseases(release, digest, terms, {})
    for term, disease in terms.items():
        if disease.obsolete and (now := plain.current(term)) is not None:
            aliases.setdefault(now, set()).add(term)
    covers = {
        term: frozenset(found | {old for name in found for old in aliases.get(name, ())})
        for term, found in ancestors.items()
    }
    return Diseases(release, digest, terms, covers)


def _digest(terms: Mapping[str, Disease]) -> str:
    said: dict[str, JSON] = {
        term: [sorted(disease.parents), disease.obsolete, disease.replaced_by]
        for term, disease in terms.items()
    }
    return hashlib.sha256(canonical(said)).hexdigest()


def _ancestors(terms: Mapping[str, Disease]) -> dict[str, set[str]]:
    """Give each current term with itself and all its ancestors, parents before children."""
    done: dict[str, set[str]] = {}
    for start in terms:
        path: list[str] = [start]
        on_path = {start}
        while path:
            term = path[-1]
            waiting = None if term in done else _first_open(terms, term, done)
            if waiting is None:
                if term not in done:
                    parents = terms[term].parents
                    done[term] = {term}.union(*(done[parent] for parent in parents))
                on_path.discard(path.pop())
            elif waiting in on_path:
                raise BadHierarchy("a cycle: " + " > ".join([*path, waiting]))
            else:
                path.append(waiting)
                on_path.add(waiting)
    return done


def _first_open(
    terms: Mapping[str, Disease], term: str, done: Mapping[str, set[str]]
) -> str | None:
    for parent in terms[term].parents:
        if parent not in terms:
            raise BadHierarchy(f"{term} has the parent {parent}, which the document lacks")
        if parent not in done:
            return parent
    return None


def from_obo_graph(document: object) -> Diseases:
    """Read the MONDO terms of a parsed OBO Graph document.

    Only MONDO classes and their `is_a` edges are taken. Raises BadHierarchy when the document has
    another shape, no version, no term, a cycle, or an edge to a term it lacks.
    """
    graph = _first_graph(document)
    release = _text(_mapping(graph.get("meta")).get("version"))
    if not release:
        raise BadHierarchy("the document names no version")
    nodes = {
        curie: node
        for node in map(_mapping, _sequence(graph.get("nodes")))
        if (curie := _curie(node.get("id"))) is not None
    }
    if not nodes:
        raise BadHierarchy("the document has no MONDO term")
    parents = _parents(graph, nodes)
    terms = {
        curie: _disease(node, tuple(sorted(parents.get(curie, ()))))
        for curie, node in nodes.items()
    }
    return build(_short_release(release), terms)


def _parents(graph: Mapping[str, object], known: Iterable[str]) -> dict[str, set[str]]:
    names = set(known)
    parents: dict[str, set[str]] = {}
    for edge in map(_mapping, _sequence(graph.get("edges"))):
        child, parent = _curie(edge.get("sub")), _curie(edge.get("obj"))
        if edge.get("pred") == "is_a" and child in names and parent is not None:
            parents.setdefault(child, set()).add(parent)
    return parents


def _disease(node: Mapping[str, object], parents: tuple[str, ...]) -> Disease:
    meta = _mapping(node.get("meta"))
    obsolete = meta.get("deprecated") is True
    pointers = [_mapping(value) for value in _sequence(meta.get("basicPropertyValues"))]
    replaced = [_curie(p.get("val")) for p in pointers if p.get("pred") == _REPLACED_BY]
    consider = [_curie(p.get("val")) for p in pointers if p.get("pred") == _CONSIDER]
    current = [term for term in replaced if term is not None]
    return Disease(
        label=_text(node.get("lbl")),
        parents=() if obsolete else parents,
        obsolete=obsolete,
        # Two replacements are as good as none: nobody may choose for the participant.
        replaced_by=current[0] if len(current) == 1 else None,
        consider=tuple(sorted(term for term in consider if term is not None)),
    )


def _first_graph(document: object) -> Mapping[str, object]:
    graphs = _sequence(_mapping(document).get("graphs"))
    if not graphs:
        raise BadHierarchy("the document is not an OBO Graph: it has no graphs")
    return _mapping(graphs[0])


def _curie(value: object) -> str | None:
    text = _text(value)
    found = _IRI.fullmatch(text)
    if found:
        return f"MONDO:{found.group(1)}"
    return text if MONDO_ID.fullmatch(text) else None


def _short_release(version: str) -> str:
    """Take `2022-09-06` out of the PURL of a release; keep any other version as it is."""
    found = re.search(r"/releases/([0-9]{4}-[0-9]{2}-[0-9]{2}[^/]*)/", version)
    return found.group(1) if found else version


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _sequence(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
