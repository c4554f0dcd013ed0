# SPDX-License-Identifier: Apache-2.0
"""Write a JSON-LD tree of our own making as RDF 1.1 Turtle.

Understands what `catalogue` writes and no more: prefixed names as keys, lists as values; texts,
`@value` with a language or a type, `@id`, and nodes without a name.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

_INDENT: Final = "    "
_PREFIXED: Final = re.compile(r"([a-z][a-z0-9-]*):([A-Za-z][A-Za-z0-9-]*)", re.ASCII)
_BARRED: Final = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def turtle(tree: Mapping[str, object]) -> str:
    """Write the tree; its `@context` holds prefixes only, its `@id` is an absolute IRI."""
    context = tree["@context"]
    if not isinstance(context, Mapping):
        raise TypeError("a context of prefixes is needed")
    prefixes = {str(name): str(iri) for name, iri in context.items()}
    lines = [f"@prefix {name}: <{_iri(iri)}> .\n" for name, iri in sorted(prefixes.items())]
    inside = " ;\n".join(_properties(tree, prefixes, 1)).lstrip()
    return f"{''.join(lines)}\n<{_iri(str(tree['@id']))}> {inside} .\n"


def _properties(
    node: Mapping[str, object], prefixes: Mapping[str, str], depth: int
) -> Iterator[str]:
    pad = _INDENT * depth
    for key, value in node.items():
        if key in {"@context", "@id"}:
            continue
        items = value if isinstance(value, list) else [value]
        if key == "@type":
            yield f"{pad}a {', '.join(_name(str(one), prefixes) for one in items)}"
        else:
            objects = ", ".join(_object(one, prefixes, depth) for one in items)
            yield f"{pad}{_name(key, prefixes)} {objects}"


def _object(value: object, prefixes: Mapping[str, str], depth: int) -> str:
    if isinstance(value, str):
        return _literal(value)
    if not isinstance(value, Mapping):
        raise TypeError("only texts and nodes are written")
    if "@value" in value:
        text = _literal(str(value["@value"]))
        if "@language" in value:
            return f"{text}@{value['@language']}"
        return f"{text}^^{_name(str(value['@type']), prefixes)}"
    if set(value) == {"@id"}:
        return _name(str(value["@id"]), prefixes)
    inside = " ;\n".join(_properties(value, prefixes, depth + 1))
    return f"[\n{inside}\n{_INDENT * depth}]"


def _name(text: str, prefixes: Mapping[str, str]) -> str:
    """Write a prefixed name as it is, and whatever else as an absolute IRI."""
    found = _PREFIXED.fullmatch(text)
    return text if found is not None and found.group(1) in prefixes else f"<{_iri(text)}>"


def _iri(text: str) -> str:
    """Escape what an IRI may not hold (Turtle, IRIREF)."""
    return _BARRED.sub(lambda found: f"%{ord(found.group()):02X}", text)


def _literal(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(char, char) for char in text) + '"'
