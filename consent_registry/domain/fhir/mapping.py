# SPDX-License-Identifier: Apache-2.0
"""How one kind of FHIR consent is read: a TOML file of the node, signed like a policy.

It names whose identifiers are pseudonyms here, which dataset is meant, which policies the consent
may rest on, and which codes together give which alternative. A code that it does not name refuses
the consent. Its digest tells events read by one file from those read by a mended one.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from consent_registry.domain.diseases import Diseases
from consent_registry.domain.fhir.statement import Release
from consent_registry.domain.identifiers import is_name
from consent_registry.domain.regimes import Regime
from consent_registry.domain.terms import (
    MAX_ALTERNATIVES,
    Alternative,
    RawAlternative,
    RawModifier,
    read_alternative,
)
from shared.ids import DatasetId, parse_dataset_id

FORMAT: Final = "placet/fhir-mapping/v1"
PLACET: Final = "placet"
"""The mapping of what this registry itself writes; always there."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}", re.ASCII)
_KEYS: Final = frozenset(
    {
        *("format", "name", "release", "form_version", "dataset", "example", "note"),
        *("participant", "local_id", "policies", "codes", "alternative"),
        *("study", "datasets"),
    }
)
_CODES: Final = frozenset({"system", "ignored", "ignored_systems"})
_RULE: Final = frozenset({"needs", "permission", "modifiers", "diseases"})
_MAX_FORM_CHARS: Final = 64
_DERIVED: Final = 1 << 30
"""Numbers from here on are derived from a file; those below are of readers in the code."""


class MappingFaults(Exception):
    """A mapping file cannot be used; `faults` names every reason."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An alternative that a consent gives when each of `needs` is permitted."""

    needs: frozenset[str]
    raw: RawAlternative


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirMapping:
    """One mapping. Without `rules` the provisions themselves carry DUO codes.

    `participant` and `local_id` are systems of identifiers; an empty `local_id` means the
    participant's own. `releases` are those that it reads. `dated_closings` says that the date of a
    consent that is over is the date on which it ended. A consent is about `dataset`, or about
    `study` and those of its datasets that people were told of, or about what it names itself.
    """

    name: str
    digest: str
    releases: frozenset[Release]
    participant: str
    local_id: str
    dataset: DatasetId | None
    policies: frozenset[str]
    system: str
    ignored: frozenset[str]
    ignored_systems: frozenset[str]
    rules: tuple[Rule, ...]
    form_version: str
    dated_closings: bool = False
    study: str = ""
    told_of: tuple[DatasetId, ...] = ()

    @property
    def number(self) -> int:
        """Give the number by which events name this mapping: 30 bits of its digest."""
        return _DERIVED | (int(self.digest[:8], 16) & (_DERIVED - 1))

    @property
    def named(self) -> frozenset[str]:
        """Every code that some alternative needs."""
        return frozenset().union(*(rule.needs for rule in self.rules))


PSEUDONYMS: Final = "urn:placet:participant"
LOCAL_IDS: Final = "urn:placet:local-id"
DATASETS: Final = "urn:placet:dataset"
STUDIES: Final = "urn:placet:study"
DUO_SYSTEM: Final = "http://purl.obolibrary.org/obo/duo.owl"
NATIONAL_SYSTEM: Final = "urn:placet:national-code"
ACTIVITY: Final = "activity"  # a parameter of a provision that names no purpose
DATA_CATEGORY: Final = "data-category"  # another
EHDS_SYSTEM: Final = "urn:placet:ehds:purpose"
FORMS: Final = "urn:placet:form:"
GDPR: Final = "http://data.europa.eu/eli/reg/2016/679/oj"
EXPLICIT_CONSENT: Final = f"{GDPR}#9-2-a"
REGIMES: Final = "urn:placet:legal-regime"
"""The laws under which a consent is no legal basis: as a system of codes, and before one as URI."""

OWN: Final = FhirMapping(
    name=PLACET,
    digest=hashlib.sha256(b"placet/fhir-own/v1").hexdigest(),
    releases=frozenset(Release),
    participant=PSEUDONYMS,
    local_id=LOCAL_IDS,
    dataset=None,
    policies=frozenset({EXPLICIT_CONSENT, *(f"{REGIMES}:{law.value}" for law in Regime)}),
    system=DUO_SYSTEM,
    ignored=frozenset(),
    ignored_systems=frozenset(),
    rules=(),
    form_version="",
    dated_closings=True,
)


def load_mapping(text: str, diseases: Diseases) -> FhirMapping:
    """Read a mapping file. Raises MappingFaults naming every fault."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise MappingFaults((f"not TOML: {broken}",)) from broken
    reader = _Reader(raw, diseases)
    mapping = reader.mapping(hashlib.sha256(text.encode()).hexdigest())
    if reader.faults:
        raise MappingFaults(tuple(reader.faults))
    return mapping


def find_mapping(mappings: Sequence[FhirMapping], name: str) -> FhirMapping | None:
    """Find a mapping by its name; our own is always among them."""
    return next((one for one in (OWN, *mappings) if one.name == name), None)


class _Reader:
    def __init__(self, raw: Mapping[str, object], diseases: Diseases) -> None:
        self._raw = raw
        self._diseases = diseases
        self.faults: list[str] = []

    def mapping(self, digest: str) -> FhirMapping:
        self._unknown(self._raw, _KEYS, "")
        if self._raw.get("format") != FORMAT:
            self.faults.append(f"format: must be {FORMAT!r}")
        name = self._text(self._raw, "name", "")
        if not _NAME.fullmatch(name) or name == PLACET:
            self.faults.append("name: small letters, digits and . _ -; not the name of our own")
        codes = self._table("codes")
        self._unknown(codes, _CODES, "codes.")
        form = self._text(self._raw, "form_version", "") if "form_version" in self._raw else ""
        if len(form) > _MAX_FORM_CHARS or not form.isprintable():
            self.faults.append("form_version: at most 64 printable characters")
        rules = self._rules()
        ignored = self._texts(codes, "ignored", "codes.")
        clash = ignored & frozenset().union(*(rule.needs for rule in rules))
        if clash:
            self.faults.append("codes.ignored: a code is needed by an alternative too")
        return FhirMapping(
            name=name,
            digest=digest,
            releases=frozenset({self._release()}),
            participant=self._system("participant"),
            local_id=self._system("local_id"),
            dataset=None if "study" in self._raw else self._dataset(),
            study=self._study(),
            told_of=self._told_of(),
            policies=self._policies(),
            system=self._text(codes, "system", "codes."),
            ignored=ignored,
            ignored_systems=self._texts(codes, "ignored_systems", "codes."),
            rules=rules,
            form_version=form,
        )

    def _release(self) -> Release:
        found = self._raw.get("release")
        if found not in {"R4", "R5"}:
            self.faults.append("release: must be R4 or R5")
        return Release.R5 if found == "R5" else Release.R4

    def _system(self, key: str) -> str:
        """Read `{ system = "…" }`; the local id may be `{ same_as = "participant" }`."""
        table = self._table(key)
        if key == "local_id" and table == {"same_as": "participant"}:
            return ""
        self._unknown(table, frozenset({"system"}), f"{key}.")
        return self._text(table, "system", f"{key}.")

    def _dataset(self) -> DatasetId | None:
        try:
            return parse_dataset_id(self._text(self._raw, "dataset", ""))
        except ValueError:
            self.faults.append("dataset: an identifier such as GDI-FI-DATASET-1")
            return None

    def _study(self) -> str:
        study = self._raw.get("study", "")
        if not isinstance(study, str) or (study and not is_name(study)):
            self.faults.append("study: the name of a study")
            return ""
        if "study" in self._raw and (not study or "dataset" in self._raw):
            self.faults.append("study: a consent is about a dataset or about a study")
        if "datasets" in self._raw and not study:
            self.faults.append("datasets: those that people were told of stand beside a study")
        return study

    def _told_of(self) -> tuple[DatasetId, ...]:
        try:
            return tuple(map(parse_dataset_id, sorted(self._texts(self._raw, "datasets", ""))))
        except ValueError:
            self.faults.append("datasets: identifiers such as GDI-FI-DATASET-1")
            return ()

    def _policies(self) -> frozenset[str]:
        found = self._texts(self._raw, "policies", "")
        if not found:
            self.faults.append("policies: name the policies (versions of the form) that are known")
        return found

    def _rules(self) -> tuple[Rule, ...]:
        found = self._raw.get("alternative")
        items = found if isinstance(found, list) else []
        if not 1 <= len(items) <= MAX_ALTERNATIVES:
            self.faults.append(f"alternative: 1 to {MAX_ALTERNATIVES} of them are needed")
        return tuple(
            self._rule(item, f"alternative {number}.")
            for number, item in enumerate(items, 1)
            if isinstance(item, Mapping)
        )

    def _rule(self, table: Mapping[str, object], at: str) -> Rule:
        self._unknown(table, _RULE, at)
        needs = self._texts(table, "needs", at)
        if not needs:
            self.faults.append(f"{at}needs: at least one code")
        raw = RawAlternative(
            permission=self._text(table, "permission", at),
            modifiers=tuple(
                _modifier(text) for text in sorted(self._texts(table, "modifiers", at))
            ),
            diseases=tuple(sorted(self._texts(table, "diseases", at))),
        )
        _, faults = read_alternative(raw, self._diseases)
        self.faults.extend(f"{at}{one.column}: {one.what.message}" for one in faults)
        return Rule(needs=needs, raw=raw)

    def _table(self, key: str) -> Mapping[str, object]:
        value = self._raw.get(key)
        if isinstance(value, Mapping):
            return value
        self.faults.append(f"{key}: a table is needed")
        return {}

    def _text(self, table: Mapping[str, object], key: str, at: str) -> str:
        value = table.get(key)
        if isinstance(value, str) and value:
            return value
        self.faults.append(f"{at}{key}: a text is needed")
        return ""

    def _texts(self, table: Mapping[str, object], key: str, at: str) -> frozenset[str]:
        value = table.get(key, [])
        if isinstance(value, list) and all(isinstance(one, str) and one for one in value):
            return frozenset(value)
        self.faults.append(f"{at}{key}: a list of texts is needed")
        return frozenset()

    def _unknown(self, table: Mapping[str, object], known: frozenset[str], at: str) -> None:
        self.faults.extend(f"{at}{key}: unknown key" for key in table if key not in known)


def _modifier(text: str) -> RawModifier:
    code, _, values = text.partition("=")
    return RawModifier(code=code, values=tuple(values.split(",")) if values else ())


def alternative_of(rule: Rule, diseases: Diseases) -> Alternative | None:
    """Give a rule's alternative in the hierarchy in use; None when that no longer knows it."""
    return read_alternative(rule.raw, diseases)[0]
