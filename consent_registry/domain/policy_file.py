# SPDX-License-Identifier: Apache-2.0
"""Reads a policy file. A file with any fault does not load, and every fault is named.

What the law leaves no choice about is checked here: under the GDPR consent binds and the opt-out
does not; under EHDS Chapter IV the opt-out binds new permits only, and consent or DUO bind, and
later extractions of running permits leave people out, only where a measure under Article 51(4) is
named. A national act says for each kind of no on what it
acts; nothing is assumed for one left open, nor for the ages of a minor's own will.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from consent_registry.domain.ahead import read_ahead
from consent_registry.domain.bars import Bar
from consent_registry.domain.dating import read_yes_ahead
from consent_registry.domain.levels import Level
from consent_registry.domain.life_policy import read_age, read_bars, read_minors
from consent_registry.domain.national import NO_VOCABULARY, Vocabulary
from consent_registry.domain.national_file import read_vocabulary
from consent_registry.domain.places import COUNTRIES
from consent_registry.domain.policy import (
    Breadth,
    Measure,
    OnRestricted,
    Policy,
)
from consent_registry.domain.regimes import (
    CONSENT_BINDS,
    EVERYTHING,
    NEW_ONLY,
    NOTHING,
    RUNNING_ONLY,
    Axis,
    ConsentRole,
    Moments,
    No,
    Regime,
    Rules,
)
from consent_registry.domain.supervision import read_authority
from shared.country_policy import PolicyFaults, parse_policy, read_country_policy

_MAX_CELL: Final = 1000
_KEYS: Final = frozenset(
    {
        *("format", "version", "country", "effective_from", "small_cell", "example", "sources"),
        *("opt_out_breadths", "methods_on_restricted", "asked_again", "regime"),
        *("measure_51_4", "exception_71_4", "national_codes", "withdrawal_levels"),
        *("age_of_majority", "minors", "after_death", "evidence", "told_ahead"),
        *("supervisory_authority", "yes_ahead_days", "holiday_calendar", "dac_silence_rule"),
    }
)
_ACTS_ON: Final[Mapping[object, Moments]] = {
    "new": NEW_ONLY,
    "running": RUNNING_ONLY,
    "both": EVERYTHING,
}
_ROLES: Final[Mapping[Regime, tuple[ConsentRole, ...]]] = {
    Regime.CONSENT_GDPR: (ConsentRole.LEGAL_BASIS, ConsentRole.SAFEGUARD),
    Regime.NATIONAL_ACT: tuple(ConsentRole),
    Regime.EHDS_CH4: tuple(ConsentRole),
}


def load_policy(text: str) -> Policy:
    """Read a policy file. Raises PolicyFaults naming every fault."""
    reader = _Reader(parse_policy(text))
    policy = reader.policy(text)
    if reader.faults:
        raise PolicyFaults(tuple(reader.faults))
    return policy


class _Reader:
    def __init__(self, raw: Mapping[str, object]) -> None:
        self._raw = raw
        self.faults: list[str] = []

    def policy(self, text: str) -> Policy:
        self._unknown(self._raw, _KEYS, "")
        head = read_country_policy(self._raw, text, self.faults, COUNTRIES.__contains__)
        small_cell = self._small_cell()
        methods = self._methods()
        measure = self._measure()
        minors, will = read_minors(self._raw, self.faults)
        example, sources = self._example()
        return Policy(
            version=head.version,
            digest=head.digest,
            country=head.country,
            effective_from=head.effective_from,
            calendar=head.calendar,
            small_cell=small_cell,
            methods_on_restricted=methods,
            breadths=self._breadths(),
            levels=self._levels(),
            measure=measure,
            exception_law=self._exception(),
            table=self._regimes(measure, will),
            vocabulary=self._vocabulary(head.country),
            age_of_majority=read_age(self._raw, self.faults),
            authority=read_authority(self._raw, self.faults),
            minors=minors,
            ahead=read_ahead(self._raw, self.faults),
            yes_ahead=read_yes_ahead(self._raw, self.faults),
            example=example,
            sources=sources,
        )

    def _vocabulary(self, country: str) -> Vocabulary:
        if "national_codes" not in self._raw:
            return NO_VOCABULARY
        read = read_vocabulary(self._table(self._raw, "national_codes", ""), country)
        self.faults.extend(f"national_codes.{fault}" for fault in read.faults)
        return read.vocabulary

    def _unknown(self, table: Mapping[str, object], known: frozenset[str], at: str) -> None:
        self.faults.extend(f"{at}{key}: unknown key" for key in table if key not in known)

    def _text(self, table: Mapping[str, object], key: str, at: str) -> str:
        value = table.get(key)
        if isinstance(value, str) and value:
            return value
        self.faults.append(f"{at}{key}: a text is needed")
        return ""

    def _small_cell(self) -> int:
        value = self._raw.get("small_cell")
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MAX_CELL:
            return value
        self.faults.append(f"small_cell: a whole number from 1 to {_MAX_CELL} is needed")
        return _MAX_CELL

    def _example(self) -> tuple[bool, tuple[str, ...]]:
        example, sources = self._raw.get("example", False), self._raw.get("sources", [])
        if not isinstance(example, bool):
            self.faults.append("example: true or false is needed")
        texts = isinstance(sources, list) and all(isinstance(one, str) and one for one in sources)
        if not texts or (example is True and not sources):
            self.faults.append("sources: a list of texts is needed; an example names at least one")
            return bool(example), ()
        return bool(example), tuple(sources) if isinstance(sources, list) else ()

    def _table(self, table: Mapping[str, object], key: str, at: str) -> Mapping[str, object]:
        value = table.get(key)
        if isinstance(value, dict):
            return value
        self.faults.append(f"{at}{key}: a table is needed")
        return {}

    def _methods(self) -> dict[str, OnRestricted]:
        table = self._table(self._raw, "methods_on_restricted", "")
        self._unknown(table, frozenset({"HMB", "DS", "POA"}), "methods_on_restricted.")
        chosen: dict[str, OnRestricted] = {}
        for code in ("HMB", "DS", "POA"):
            try:
                chosen[code] = OnRestricted(table.get(code))
            except ValueError:
                self.faults.append(
                    f"methods_on_restricted.{code}: one of approve, manual, deny is needed"
                )
        return chosen

    def _breadths(self) -> tuple[Breadth, ...]:
        words = self._raw.get("opt_out_breadths")
        known = {breadth.value: breadth for breadth in Breadth}
        listed = words if isinstance(words, list) else []
        if "all" not in listed or any(str(word) not in known for word in listed):
            self.faults.append(
                "opt_out_breadths: a list of all, genomic, holder is needed, with all in it"
            )
            return (Breadth.EVERYTHING,)
        return tuple(breadth for breadth in Breadth if breadth.value in listed)

    def _levels(self) -> tuple[Level, ...]:
        """Read how far a withdrawal may go; ending all use is law and never left out."""
        words = self._raw.get("withdrawal_levels", [level.value for level in Level])
        known = {level.value for level in Level}
        listed = words if isinstance(words, list) else []
        needed = Level.NO_FURTHER_USE.value
        if needed not in listed or any(str(word) not in known for word in listed):
            self.faults.append(
                f"withdrawal_levels: a list of {', '.join(sorted(known))}, with {needed} in it"
            )
        return tuple(level for level in Level if level.value in listed)

    def _measure(self) -> Measure | None:
        if "measure_51_4" not in self._raw:
            return None
        table, at = self._table(self._raw, "measure_51_4", ""), "measure_51_4."
        self._unknown(table, frozenset({"law", "notified"}), at)
        return Measure(law=self._text(table, "law", at), notified=self._text(table, "notified", at))

    def _exception(self) -> str:
        if "exception_71_4" not in self._raw:
            return ""
        table = self._table(self._raw, "exception_71_4", "")
        self._unknown(table, frozenset({"law"}), "exception_71_4.")
        return self._text(table, "law", "exception_71_4.")

    def _regimes(
        self, measure: Measure | None, will: Mapping[Bar, Moments]
    ) -> dict[tuple[Regime, ConsentRole], Rules]:
        table = self._table(self._raw, "regime", "")
        self._unknown(table, frozenset(regime.value for regime in Regime), "regime.")
        asked_again = self._acts_on(self._raw, "asked_again", "")
        if not asked_again & NEW_ONLY:
            self.faults.append("asked_again: it acts on new permits at least")
        bars = {**read_bars(self._raw, self.faults), **will}
        found: dict[tuple[Regime, ConsentRole], Rules] = {}
        for regime in (regime for regime in Regime if regime.value in table):
            at = f"regime.{regime.value}."
            body = self._table(table, regime.value, "regime.")
            for role, cell in self._cells(regime, body, at):
                rules = self._rules(regime, self._axes(cell, f"{at}{role.value}."), body, measure)
                self._check(regime, rules, measure, f"{at}{role.value}.")
                found[(regime, role)] = Rules(
                    binds=rules.binds, acts=rules.acts, asked_again=asked_again, bars=bars
                )
        if not table:
            self.faults.append("regime: at least one is needed")
        return found

    def _cells(
        self, regime: Regime, body: Mapping[str, object], at: str
    ) -> Iterator[tuple[ConsentRole, Mapping[str, object]]]:
        """Give each role's cell, after the faults of what stands beside the cells."""
        roles = _ROLES[regime]
        beside = {Regime.NATIONAL_ACT: {"no"}, Regime.EHDS_CH4: {"later_extractions"}}
        known = frozenset({role.value for role in roles} | beside.get(regime, set()))
        self._unknown(body, known, at)
        if regime is Regime.NATIONAL_ACT:
            self._noes(body, at)
        if regime is Regime.EHDS_CH4 and body.get("later_extractions") not in {"go_on", "excluded"}:
            self.faults.append(f"{at}later_extractions: one of go_on, excluded is needed")
        if body.get("later_extractions") == "excluded" and "measure_51_4" not in self._raw:
            self.faults.append(f"{at}later_extractions: excluded only under a measure_51_4")
        for role in roles:
            yield role, self._table(body, role.value, at)

    def _axes(self, cell: Mapping[str, object], at: str) -> frozenset[Axis]:
        self._unknown(cell, frozenset(axis.value for axis in Axis), at)
        binding: set[Axis] = set()
        for axis in Axis:
            word = cell.get(axis.value)
            if word not in {"binds", "shown"}:
                self.faults.append(f"{at}{axis.value}: one of binds, shown is needed")
            elif word == "binds":
                binding.add(axis)
        return frozenset(binding)

    def _noes(self, body: Mapping[str, object], at: str) -> None:
        table = self._table(body, "no", at)
        self._unknown(table, frozenset(kind.value for kind in No), f"{at}no.")
        for kind in No:
            self._acts_on(table, kind.value, f"{at}no.")

    def _acts_on(self, table: Mapping[str, object], key: str, at: str) -> Moments:
        word = table.get(key)
        if isinstance(word, str) and word in _ACTS_ON:
            return _ACTS_ON[word]
        self.faults.append(f"{at}{key}: one of new, running, both is needed")
        return EVERYTHING

    @staticmethod
    def _rules(
        regime: Regime,
        binds: frozenset[Axis],
        body: Mapping[str, object],
        measure: Measure | None,
    ) -> Rules:
        """Make the rules of a cell; what is faulty in `body` was named before."""
        if regime is Regime.CONSENT_GDPR:
            return Rules(binds=binds, acts=CONSENT_BINDS.acts)
        if regime is Regime.NATIONAL_ACT:
            noes = body.get("no")
            words = noes if isinstance(noes, dict) else {}
            return Rules(
                binds=binds,
                acts={kind: _ACTS_ON.get(str(words.get(kind.value)), EVERYTHING) for kind in No},
            )
        # Each read of a member's file is an extraction: who is out of later ones leaves the cohort.
        excluded = body.get("later_extractions") == "excluded" and measure is not None
        later = RUNNING_ONLY if excluded else NOTHING
        consent = EVERYTHING if measure is not None and Axis.CONSENT in binds else NOTHING
        return Rules(
            binds=binds,
            acts={
                No.REFUSAL: consent,
                No.WITHDRAWAL: consent,
                No.OBJECTION: EVERYTHING,
                No.OPT_OUT: NEW_ONLY | later,
            },
        )

    def _check(self, regime: Regime, rules: Rules, measure: Measure | None, at: str) -> None:
        """Name what the law leaves no choice about."""
        binds = rules.binds
        if regime is Regime.CONSENT_GDPR:
            for axis in (Axis.CONSENT, Axis.DUO):
                if axis not in binds:
                    self.faults.append(f"{at}{axis.value}: under this regime it always binds")
            if Axis.OPT_OUT in binds:
                self.faults.append(f"{at}opt_out: belongs to another regime (EHDS Article 71)")
        if regime is Regime.EHDS_CH4:
            if Axis.OPT_OUT not in binds:
                self.faults.append(f"{at}opt_out: under this regime it always binds (71(3))")
            if measure is None:
                self.faults.extend(
                    f"{at}{axis.value}: binds only under a measure_51_4"
                    for axis in (Axis.CONSENT, Axis.DUO)
                    if axis in binds
                )
        if regime is Regime.NATIONAL_ACT and Axis.OPT_OUT not in binds:
            self.faults.append(f"{at}opt_out: binds, as regime.national_act.no.opt_out says")
        if Axis.QUALITY in binds and Axis.CONSENT not in binds:
            self.faults.append(f"{at}quality: binds only where consent does")
