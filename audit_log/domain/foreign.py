# SPDX-License-Identifier: Apache-2.0
"""Reading another service's audit lines by a mapping: JSON lines in, facts or numbered faults out.

A mapping names, for each part of a fact, a field of the line, a constant, or a table from the
line's words to ours. Nothing is guessed and nothing of a line is repeated in a fault.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from audit_log.domain.authority import may_say
from shared import strict_json
from shared.canonical import JSON
from shared.clock import from_rfc3339
from shared.entry_forms import is_source
from shared.errors import FieldFault, ValidationFailed
from shared.events import ENTRY_TYPES, Actor, Fact, NamedCohort, Subject

MAX_LINE_BYTES: Final = 65_536
_MAX_DIGITS: Final = 19
_TIME_FORMS: Final[Mapping[str, Callable[[str], datetime]]] = {
    "rfc3339": from_rfc3339,
    "epoch_s": lambda text: datetime.fromtimestamp(int(text), UTC),
    "epoch_ms": lambda text: datetime.fromtimestamp(int(text) // 1000, UTC).replace(
        microsecond=int(text) % 1000 * 1000
    ),
}
_PLAIN: Final = ("type", "time", "dataset", "decision", "reason", "basis", "purposes", "trace")
_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "actor": ("issuer", "subject", "client_id"),
    "person": ("dataset", "ordinal"),
    "cohort": ("cohort_id", "digest", "revision"),
    "permit": ("permit_id", "jti"),
    "net": ("ip",),
}
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {"permit": (), "cohort": ("cohort_id", "digest")}
"""What groups that may lack parts never lack; the others lack none."""


class LineFault(Exception):
    """One thing wrong with a line: a code, and the part of the mapping that met it."""

    def __init__(self, code: str, part: str = "") -> None:
        super().__init__(f"{code} ({part})" if part else code)
        self.code = code
        self.part = part


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Where one value comes from: a field (`a.b` reaches into objects), a constant, a table.

    With `values`, the line's word must be in the table; `optional` lets a missing field be.
    """

    field: str | None = None
    value: str | None = None
    values: Mapping[str, str] | None = None
    optional: bool = False

    def read(self, line: Mapping[str, Any], part: str) -> str | None:
        """Give the value; raise LineFault when the line lacks it or says something unmapped."""
        if self.value is not None:
            return self.value
        found: Any = line
        for name in (self.field or "").split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        if found is None or found == "":
            if self.optional:
                return None
            raise LineFault("field_missing", part)
        if isinstance(found, bool) or not isinstance(found, str | int):
            raise LineFault("field_not_text", part)
        if self.values is None:
            return str(found)
        if str(found) not in self.values:
            raise LineFault("value_unmapped", part)
        return self.values[str(found)]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMapping:
    """How one service's lines become entries of the source `src`."""

    src: str
    rules: Mapping[str, Rule]
    groups: Mapping[str, Mapping[str, Rule]]
    counts: Mapping[str, Rule]
    time_form: str = "rfc3339"
    skip: tuple[Rule, ...] = field(default=())


def read_mapping(value: Mapping[str, Any]) -> LineMapping:
    """Read a mapping file's content; raise ValidationFailed that names every fault."""
    faults: list[FieldFault] = []
    src, form = value.get("src"), value.get("time_form", "rfc3339")
    known = {"src", "time_form", "skip", "counts", *_PLAIN, *_GROUPS}
    faults += [FieldFault(f"/{name}", "is unknown") for name in sorted(value.keys() - known)]
    if not isinstance(src, str) or not is_source(src):
        faults.append(FieldFault("/src", "not a source such as zz/htsget/1"))
    if form not in _TIME_FORMS:
        faults.append(FieldFault("/time_form", f"one of {', '.join(_TIME_FORMS)}"))
    rules = _rules(value, _PLAIN, "", faults)
    for name in ("type", "time"):
        if name not in value:
            faults.append(FieldFault(f"/{name}", "is missing"))
    if isinstance(src, str) and is_source(src) and _usurps(src, rules.get("type")):
        faults.append(FieldFault("/type", "a type that only another service may say"))
    groups: dict[str, Mapping[str, Rule]] = {}
    for name, parts in _GROUPS.items():
        if name in value:
            needed = _NEEDED.get(name, parts)
            groups[name] = _rules(value[name], parts, f"/{name}", faults, needed)
    counts = value.get("counts", {})
    counted = _rules(counts, tuple(counts) if isinstance(counts, dict) else (), "/counts", faults)
    skip = value.get("skip", [])
    if not isinstance(skip, list):
        faults.append(FieldFault("/skip", "is no list"))
        skip = []
    skipped = _rules(dict(enumerate(skip)), tuple(range(len(skip))), "/skip", faults)
    if faults:
        raise ValidationFailed("the mapping has faults", faults=faults)
    return LineMapping(
        src=str(src),
        rules=rules,
        groups=groups,
        counts=counted,
        time_form=form,
        skip=tuple(skipped.values()),
    )


def fact_of(raw: bytes, mapping: LineMapping, *, trace_id: str, origin: JSON) -> Fact | None:
    """Read one line; None when the mapping skips it. Raises LineFault.

    `trace_id` stands where the line has none; `origin` goes into the entry's `x`.
    """
    line = _object(raw)
    if any(_matches(rule, line) for rule in mapping.skip):
        return None
    said = {part: rule.read(line, part) for part, rule in mapping.rules.items()}
    entry_type = said["type"] or ""
    if entry_type not in ENTRY_TYPES:
        raise LineFault("type_unknown", "type")
    if not may_say(mapping.src, entry_type):
        raise LineFault("type_of_another", "type")
    groups = {name: _group(line, name, parts) for name, parts in mapping.groups.items()}
    person, actor, cohort = (groups.get(name) for name in ("person", "actor", "cohort"))
    return Fact(
        type=entry_type,
        occurred_at=_time(said["time"] or "", mapping.time_form),
        trace_id=said.get("trace") or trace_id,
        dataset=said.get("dataset"),
        decision=said.get("decision"),
        reason=said.get("reason"),
        basis=said.get("basis"),
        purposes=tuple((said.get("purposes") or "").split()),
        counts=_counts(line, mapping.counts),
        extra={"import": origin, "late": True},  # a line is written before its file is read
        actor=None if actor is None else Actor(**actor),
        permit=groups.get("permit"),
        net=groups.get("net"),
        subjects=() if person is None else (_subject(person),),
        cohort=None if cohort is None else _cohort(cohort),
    )


def _rules(
    value: object,
    names: tuple[Any, ...],
    at: str,
    faults: list[FieldFault],
    needed: tuple[Any, ...] = (),
) -> dict[Any, Rule]:
    """Read the rules of one table, in which the needed names must be."""
    found: dict[Any, Rule] = {}
    if not isinstance(value, dict):
        faults.append(FieldFault(at, "is no table"))
        return found
    if at:
        faults += [FieldFault(f"{at}/{one}", "is unknown") for one in value.keys() - set(names)]
    for name in names:
        if name in value:
            rule = _rule(value[name])
            if rule is None:
                faults.append(FieldFault(f"{at}/{name}", "give a field or a value"))
            else:
                found[name] = rule
        elif name in needed:
            faults.append(FieldFault(f"{at}/{name}", "is missing"))
    return found


def _usurps(src: str, rule: Rule | None) -> bool:
    """Tell whether a mapping names a type that its source may not say."""
    if rule is None:
        return False
    named = (*(rule.values or {}).values(), rule.value or "")
    return any(one in ENTRY_TYPES and not may_say(src, one) for one in named)


def _rule(value: object) -> Rule | None:
    if not isinstance(value, dict) or not value.keys() <= {"field", "value", "values", "optional"}:
        return None
    name, constant, table = value.get("field"), value.get("value"), value.get("values")
    optional = value.get("optional", False)
    good = isinstance(name, str) != isinstance(constant, str) and isinstance(optional, bool)
    texts = table is None or (
        isinstance(table, dict) and all(isinstance(one, str) for one in table.values())
    )
    if not good or not texts or (table is not None and name is None):
        return None
    return Rule(field=name, value=constant, values=table, optional=optional)


def _object(raw: bytes) -> Mapping[str, Any]:
    if len(raw) > MAX_LINE_BYTES:
        raise LineFault("line_too_long")
    try:
        value = strict_json.loads(raw)
    except ValueError:
        raise LineFault("line_not_json") from None
    if not isinstance(value, dict):
        raise LineFault("line_not_object")
    return value


def _matches(rule: Rule, line: Mapping[str, Any]) -> bool:
    """Tell whether a line says what the rule's table lists; without one, whether it has it."""
    try:
        return rule.read(line, "skip") is not None
    except LineFault:
        return False


def _group(line: Mapping[str, Any], name: str, rules: Mapping[str, Rule]) -> dict[str, str] | None:
    """Read a sealed group; None when the line lacks an optional part that the group cannot lack."""
    found = {part: rule.read(line, f"{name}.{part}") for part, rule in rules.items()}
    given = {part: text for part, text in found.items() if text is not None}
    if not given.keys() >= set(_NEEDED.get(name, rules)):
        return None
    return given or None


def _subject(person: Mapping[str, str]) -> Subject:
    return Subject(dataset=person["dataset"], ordinal=_number(person["ordinal"], "person.ordinal"))


def _cohort(said: Mapping[str, str]) -> NamedCohort:
    revision = said.get("revision")
    return NamedCohort(
        cohort_id=said["cohort_id"],
        digest=said["digest"],
        revision=None if revision is None else _number(revision, "cohort.revision"),
    )


def _counts(line: Mapping[str, Any], rules: Mapping[str, Rule]) -> dict[str, int]:
    found = {name: rule.read(line, f"counts.{name}") for name, rule in rules.items()}
    return {
        name: _number(text, f"counts.{name}") for name, text in found.items() if text is not None
    }


def _number(text: str, part: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > _MAX_DIGITS:
        raise LineFault("not_a_count", part)
    return int(text)


def _time(text: str, form: str) -> datetime:
    try:
        return _TIME_FORMS[form](text)
    except (ValueError, OverflowError, OSError):
        raise LineFault("time_invalid", "time") from None
