# SPDX-License-Identifier: Apache-2.0
"""The resources of a file: one a line (NDJSON), or the entries of a Bundle.

NDJSON is read as a stream. A Bundle cannot be understood before its end and is read whole, up to a
bound; what else it holds (patients, signatures) is passed over, except for patients' identifiers,
by which a consent may name its person.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from consent_registry.domain.fhir.statement import Coded, as_text
from shared import strict_json

MAX_BUNDLE_BYTES: Final = 16_000_000
MAX_LINE_BYTES: Final = 1_000_000
MAX_NESTED: Final = 100
"""Lists and objects within each other; a Consent in Bundles in a Bundle has some twenty."""

_PEOPLE: Final = frozenset({"Patient", "Person"})
_DEPTH: Final = 2
# A history or a transaction holds what was changed and deleted, not what stands.
_TYPES: Final = frozenset({"collection", "searchset"})
_CHANGING: Final = frozenset({"request", "response", "modifierExtension"})
_MODIFIERS: Final = frozenset({"modifierExtension", "implicitRules"})
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
Resource = Mapping[str, Any]


class TooLarge(ValueError):
    """More than can be read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """The consents of a Bundle, numbered by entry from 1, and who its references mean."""

    consents: Sequence[tuple[int, Resource]]
    people: Mapping[str, Sequence[Coded]] = field(default_factory=dict)


def numbered_lines(chunks: Iterable[bytes]) -> Iterator[tuple[int, Resource | None]]:
    """Give each line's resource with its number, from 1; None for one that cannot be read."""
    for number, line in enumerate(_lines(chunks), 1):
        if line is None or line.strip():
            yield number, _resource(line)


def read_bundle(chunks: Iterable[bytes]) -> Entries | None:
    """Read a Bundle, or a single Consent; None when it is neither. Raises TooLarge."""
    raw = bytearray()
    for chunk in chunks:
        raw += chunk
        if len(raw) > MAX_BUNDLE_BYTES:
            raise TooLarge
    found = _resource(bytes(raw))
    if found is None:
        return None
    if found.get("resourceType") == "Consent":
        return Entries(consents=[(1, found)])
    if found.get("resourceType") != "Bundle":
        return None
    entries = list(_entries(found, _DEPTH))
    if None in entries:
        return None
    inside = [entry for entry in entries if entry is not None]
    return Entries(
        consents=[
            (number, resource)
            for number, (_, resource) in enumerate(inside, 1)
            if resource.get("resourceType") == "Consent"
        ],
        people=_people(inside),
    )


def _entries(bundle: Resource, depth: int) -> Iterator[tuple[str, Resource] | None]:
    """Give address and resource of each entry, those of Bundles in it included; None if broken.

    An entry that is to be done something with, or that somebody must understand before using it,
    is no statement of what stands; nor is what is deeper than anybody looks.
    """
    entries = bundle.get("entry", [])
    stands = isinstance(entries, list) and as_text(bundle.get("type")) in _TYPES
    for entry in entries if stands and "implicitRules" not in bundle else [{}]:
        resource = _resource_of(entry)
        if resource is None or (resource.get("resourceType") == "Bundle" and not depth):
            yield None
        elif resource.get("resourceType") == "Bundle":
            yield from _entries(resource, depth - 1)
        else:
            yield as_text(entry.get("fullUrl")), resource


def _resource_of(entry: object) -> Resource | None:
    if not isinstance(entry, dict) or not _CHANGING.isdisjoint(entry):
        return None
    found = entry.get("resource")
    return found if isinstance(found, dict) else None


def _people(inside: Sequence[tuple[str, Resource]]) -> Mapping[str, Sequence[Coded]]:
    """Give the names behind each address.

    An address that several resources have means all of them, so that it names nobody in particular.
    """
    people: dict[str, list[Coded]] = {}
    for address, resource in inside:
        kind, given = as_text(resource.get("resourceType")), resource.get("identifier")
        if kind not in _PEOPLE or not isinstance(given, list) or _is_superseded(resource):
            continue
        names = [
            Coded(system=as_text(one.get("system")), code=as_text(one.get("value")))
            for one in given
            if isinstance(one, Mapping)
        ]
        for name in {address, f"{kind}/{as_text(resource.get('id'))}"} - {"", f"{kind}/"}:
            people.setdefault(name, []).extend(names)
    return people


def _is_superseded(resource: Resource) -> bool:
    """Say whether a record of a person must not be used, or not without understanding more."""
    marked = not _MODIFIERS.isdisjoint(resource) or resource.get("active", True) is not True
    links = resource.get("link", [])
    return marked or any(
        not isinstance(one, Mapping) or one.get("type") in ("replaced-by", None)
        for one in (links if isinstance(links, list) else [None])
    )


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes | None]:
    """Give the lines; None in place of one that is too long, of which nothing is kept."""
    rest, skipping = b"", False
    for chunk in chunks:
        *whole, last = (rest + chunk).split(b"\n")
        for line in whole:
            yield None if skipping or len(line) > MAX_LINE_BYTES else line
            skipping = False
        skipping = skipping or len(last) > MAX_LINE_BYTES
        rest = b"" if skipping else last
    if rest or skipping:
        yield None if skipping else rest


def _resource(line: bytes | None) -> Resource | None:
    if line is None:
        return None
    try:
        found = strict_json.loads(line.removeprefix(_BYTE_ORDER_MARK))
    except ValueError:
        return None
    return found if isinstance(found, dict) and not _is_deep(found) else None


def _is_deep(whole: Resource) -> bool:
    """Say whether anything is nested deeper than `MAX_NESTED`, which no reader need follow."""
    level: list[Any] = [whole]
    for _ in range(MAX_NESTED):
        level = [
            inside
            for one in level
            for inside in (one.values() if isinstance(one, dict) else one)
            if isinstance(inside, dict | list)
        ]
        if not level:
            return False
    return True
