# SPDX-License-Identifier: Apache-2.0
"""What the data are wanted for: the question that every consent is asked.

A flag of None means "not said". Not said is neither yes nor no: a rule that needs the answer
gives MANUAL. Nothing here knows who asks beyond what the purpose itself names.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from consent_registry.domain.activities import ACTIVITIES, SECONDARY_USE
from consent_registry.domain.data_categories import ANY, CATEGORIES, Categories, read_categories
from consent_registry.domain.diseases import MONDO_ID
from consent_registry.domain.duo import Duo
from consent_registry.domain.ehds import PUBLIC_BODIES_ONLY, EhdsPurpose, Prohibited
from consent_registry.domain.windows import day_of, is_day
from shared.canonical import JSON
from shared.errors import FieldFault, ValidationFailed

MAX_MONTHS: Final = 1200
MAX_PARTNERS: Final = 50
_MAX_ITEMS: Final = 64
_TEXT: Final = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_PROHIBITED: Final = re.compile(r"54-[a-e]", re.ASCII)
# A DUO shorthand, or a national code (`EE:CLOUD_ABROAD`).
_CODE: Final = re.compile(r"[A-Z]{2,8}|[A-Z]{2}:[A-Z][A-Z0-9_]{1,31}", re.ASCII)
_REASONS: Final = re.compile("[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]{1,2000}")
_CATEGORY: Final = re.compile("|".join(CATEGORIES), re.ASCII)
_A_CATEGORY: Final = f"one of {', '.join(CATEGORIES)}"
_A_CODE: Final = "a DUO shorthand or a national code"


class Category(Enum):
    """The primary purpose, named by the DUO term that permits it (MDS: methods alone)."""

    GRU = "GRU"
    HMB = "HMB"
    DS = "DS"
    POA = "POA"
    MDS = "MDS"
    CC = "CC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Who would use the data: a ROR identifier, and whether it is not for profit.

    `public_body` is whether it is a public sector or Union body, or works on behalf of one (EHDS
    Article 53(2)). Not said is no, because nothing but a yes opens what is reserved to them.
    """

    id: str | None = None
    not_for_profit: bool | None = None
    public_body: bool = False

    def to_json(self) -> dict[str, JSON]:
        """Write it; `public_body` stands only where it is one: older digests stay."""
        return {
            "id": self.id,
            "not_for_profit": self.not_for_profit,
            **({"public_body": True} if self.public_body else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionClaim:
    """What an applicant claims under EHDS Article 71(4), and why it could not do without."""

    public_body: bool
    important_public_interest: bool
    not_obtainable_otherwise: bool
    justification: str

    def to_json(self) -> dict[str, JSON]:
        """Write the claim."""
        return {
            **{name: getattr(self, name) for name in _CLAIMED},
            "justification": self.justification,
        }


_CLAIMED: Final = ("public_body", "important_public_interest", "not_obtainable_otherwise")


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """One purpose, in the form every decision is made on.

    `ehds_purpose` is the letter of EHDS Article 53(1) it falls under, None when not said;
    `prohibited_uses` are the letters of Article 54 it was found to be, of which none may be.
    `activity` is what is done with the data; a permit's is secondary use. `exception` claims the
    data of people who opted out as well; None claims none. `data_categories` are the kinds of data
    asked for, none for all that the dataset holds. `no_publication_before` is the day up to which
    an applicant who accepts moratoria waits; None accepts any, and names none. `partners` are the
    others of a consortium: what is asked of the organisation is asked of each.
    """

    category: Category
    diseases: tuple[str, ...] = ()
    methods: bool | None = None
    ancestry: bool | None = None
    commercial: bool | None = None
    clinical: bool | None = None
    genetic_data: bool | None = None
    organisation: Organisation = Organisation()
    countries: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    project: str | None = None
    months: int | None = None
    accepts: frozenset[str] = frozenset()
    evidence: frozenset[str] = frozenset()
    ehds_purpose: EhdsPurpose | None = None
    prohibited_uses: frozenset[Prohibited] = frozenset()
    activity: str = SECONDARY_USE
    exception: ExceptionClaim | None = None
    data_categories: Categories = ANY
    no_publication_before: date | None = None
    partners: tuple[Organisation, ...] = ()

    def to_json(self) -> dict[str, JSON]:
        """Write the purpose in its wire form, lists sorted, every key present.

        All but `activity`, which stands only where it is another than secondary use, and a claim,
        data categories, partners and the day before which nothing is published, which stand only
        where there are some: the digests of older purposes stay as they were.
        """
        claimed = {} if self.exception is None else {"exception_71_4": self.exception.to_json()}
        kinds: list[JSON] = [*self.data_categories]
        waits = self.no_publication_before
        partners: list[JSON] = [one.to_json() for one in _in_order(self.partners)]
        return {
            **claimed,
            **({"partners": partners} if partners else {}),
            **({} if waits is None else {"no_publication_before": waits.isoformat()}),
            **({"data_categories": kinds} if kinds else {}),
            **({} if self.activity == SECONDARY_USE else {"activity": self.activity}),
            "category": self.category.value,
            "diseases": sorted(self.diseases),
            "methods": self.methods,
            "ancestry": self.ancestry,
            "commercial": self.commercial,
            "clinical": self.clinical,
            "genetic_data": self.genetic_data,
            "organisation": self.organisation.to_json(),
            "countries": sorted(self.countries),
            "users": sorted(self.users),
            "project": self.project,
            "months": self.months,
            "accepts": sorted(self.accepts),
            "evidence": sorted(self.evidence),
            "ehds_purpose": self.ehds_purpose.value if self.ehds_purpose else None,
            "prohibited_uses": sorted(use.value for use in self.prohibited_uses),
        }

    def digest(self) -> str:
        """Give the SHA-256 of the canonical wire form, in hex: equal purposes, equal digests."""
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def reserved(self) -> bool:
        """Whether it is reserved to public bodies (EHDS Article 53(2)), and none asks for it."""
        bodies = all(one.public_body for one in self.organisations)
        return self.ehds_purpose in PUBLIC_BODIES_ONLY and not bodies

    @property
    def organisations(self) -> tuple[Organisation, ...]:
        """Everybody who would use the data: the organisation and its partners."""
        return (self.organisation, *self.partners)

    def duo(self) -> tuple[str, ...]:
        """Name the purpose in DUO identifiers, for an audit entry; methods alone have none."""
        return () if self.category is Category.MDS else (Duo[self.category.value].value,)


def _in_order(found: Iterable[Organisation]) -> tuple[Organisation, ...]:
    return tuple(sorted(found, key=lambda one: (one.id or "", repr(one))))


_FLAGS: Final = ("methods", "ancestry", "commercial", "clinical", "genetic_data")
_OF_AN_ORGANISATION: Final = frozenset({"id", "not_for_profit", "public_body"})
_KEYS: Final = frozenset(
    {
        "activity",
        "exception_71_4",
        "category",
        "data_categories",
        "diseases",
        "organisation",
        "partners",
        "countries",
        "users",
        "project",
        "months",
        "no_publication_before",
        "accepts",
        "evidence",
        "ehds_purpose",
        "prohibited_uses",
        *_FLAGS,
    }
)


def from_json(value: object, at: str = "/purpose") -> Purpose:
    """Read a purpose. Raises ValidationFailed with a fault for each field that does not fit."""
    if not isinstance(value, Mapping):
        raise ValidationFailed("a purpose is an object", faults=(FieldFault(at, "an object"),))
    reader = _Reader(value, at)
    purpose = reader.purpose()
    if reader.faults:
        raise ValidationFailed("the purpose has faults", faults=reader.faults)
    return purpose


class _Reader:
    """Reads the fields of one purpose and collects what is wrong with them."""

    def __init__(self, value: Mapping[object, object], at: str) -> None:
        self._value = value
        self._at = at
        self.faults: list[FieldFault] = [
            FieldFault(at, "an unknown field", "unknown_field")
            for key in value
            if not isinstance(key, str) or key not in _KEYS
        ]

    def purpose(self) -> Purpose:
        category = self._category()
        diseases = self._texts("diseases", MONDO_ID, "a MONDO identifier")
        if category is Category.DS and not diseases:
            self._fault("diseases", "research on a disease names at least one", "missing")
        flags = {name: self._flag(self._value, name) for name in _FLAGS}
        who = self._value.get("organisation")
        return Purpose(
            category=category,
            diseases=diseases,
            methods=flags["methods"],
            ancestry=flags["ancestry"],
            commercial=flags["commercial"],
            clinical=flags["clinical"],
            genetic_data=flags["genetic_data"],
            organisation=Organisation() if who is None else self._organisation(who, "organisation"),
            partners=self._partners(),
            countries=self._texts("countries", _COUNTRY, "a country code of two letters"),
            users=self._texts("users", _TEXT, "a text"),
            project=self._text(self._value, "project", "project"),
            months=self._months(),
            accepts=frozenset(self._texts("accepts", _CODE, _A_CODE)),
            evidence=frozenset(self._texts("evidence", _CODE, _A_CODE)),
            ehds_purpose=self._ehds_purpose(),
            prohibited_uses=self._prohibited_uses(),
            activity=self._activity(),
            exception=self._exception(),
            data_categories=self._data_categories(),
            no_publication_before=self._waits(),
        )

    def _fault(self, name: str, detail: str, code: str = "invalid") -> None:
        self.faults.append(FieldFault(f"{self._at}/{name}", detail, code))

    def _category(self) -> Category:
        try:
            return Category(self._value.get("category"))
        except ValueError:
            self._fault("category", "one of GRU, HMB, DS, POA, MDS, CC")
            return Category.GRU

    def _activity(self) -> str:
        activity = self._value.get("activity", SECONDARY_USE)
        if activity in ACTIVITIES:
            return str(activity)
        self._fault("activity", f"one of {', '.join(ACTIVITIES)}")
        return SECONDARY_USE

    def _waits(self) -> date | None:
        day, accepts = self._value.get("no_publication_before"), self._value.get("accepts")
        if day is None:
            return None
        if not isinstance(accepts, list) or "MOR" not in accepts:
            self._fault("no_publication_before", "only with MOR among accepts")
        elif isinstance(day, str) and is_day(day):
            return day_of(day)
        else:
            self._fault("no_publication_before", "a date such as 2027-06-01, or null")
        return None

    def _data_categories(self) -> Categories:
        names = self._texts("data_categories", _CATEGORY, _A_CATEGORY)
        return read_categories(names)

    def _ehds_purpose(self) -> EhdsPurpose | None:
        letter = self._value.get("ehds_purpose")
        if letter is None:
            return None
        try:
            return EhdsPurpose(letter)
        except ValueError:
            self._fault("ehds_purpose", "53-1-a to 53-1-f, 53-1-e-i, 53-1-e-ii, or null")
            return None

    def _prohibited_uses(self) -> frozenset[Prohibited]:
        letters = self._texts("prohibited_uses", _PROHIBITED, "54-a to 54-e")
        return frozenset(Prohibited(letter) for letter in letters)

    def _exception(self) -> ExceptionClaim | None:
        """Read a claim; whoever makes one answers every question of the article."""
        claim = self._value.get("exception_71_4")
        if claim is None:
            return None
        if not isinstance(claim, Mapping) or set(claim) != {*_CLAIMED, "justification"}:
            known = ", ".join((*_CLAIMED, "justification"))
            self._fault("exception_71_4", f"an object with {known}")
            return None
        said = {name: claim[name] for name in _CLAIMED}
        for name, answer in said.items():
            if not isinstance(answer, bool):
                self._fault(f"exception_71_4/{name}", "true or false")
        why = claim["justification"]
        if not isinstance(why, str) or not _REASONS.fullmatch(why):
            self._fault("exception_71_4/justification", "a text of 1 to 2000 characters")
        return ExceptionClaim(**said, justification=str(why))

    def _flag(self, value: Mapping[object, object], name: str, prefix: str = "") -> bool | None:
        flag = value.get(name)
        if flag is None or isinstance(flag, bool):
            return flag
        self._fault(prefix + name, "true, false or null")
        return None

    def _text(self, value: Mapping[object, object], key: str, name: str) -> str | None:
        text = value.get(key)
        if text is None:
            return None
        if isinstance(text, str) and _TEXT.fullmatch(text):
            return text
        self._fault(name, "a text of at most 200 printable characters, or null")
        return None

    def _texts(self, name: str, shape: re.Pattern[str], what: str) -> tuple[str, ...]:
        items = self._value.get(name)
        if items is None:
            return ()
        if not isinstance(items, list) or len(items) > _MAX_ITEMS:
            self._fault(name, f"a list of at most {_MAX_ITEMS} texts")
            return ()
        for index, item in enumerate(items):
            if not isinstance(item, str) or not shape.fullmatch(item):
                self._fault(f"{name}/{index}", what)
                return ()
        return tuple(sorted(set(items)))

    def _organisation(self, value: object, name: str) -> Organisation:
        if not isinstance(value, Mapping) or not set(value) <= _OF_AN_ORGANISATION:
            self._fault(name, "an object with id, not_for_profit and public_body")
            return Organisation()
        return Organisation(
            id=self._text(value, "id", f"{name}/id"),
            not_for_profit=self._flag(value, "not_for_profit", f"{name}/"),
            public_body=self._flag(value, "public_body", f"{name}/") is True,
        )

    def _partners(self) -> tuple[Organisation, ...]:
        """Read partners, in an order of their own: who is named first says nothing."""
        items = self._value.get("partners")
        if items is None:
            return ()
        if not isinstance(items, list) or len(items) > MAX_PARTNERS:
            self._fault("partners", f"a list of at most {MAX_PARTNERS} organisations")
            return ()
        found = {self._organisation(one, f"partners/{at}") for at, one in enumerate(items)}
        return _in_order(found)

    def _months(self) -> int | None:
        months = self._value.get("months")
        if months is None:
            return None
        if isinstance(months, int) and not isinstance(months, bool) and 0 < months <= MAX_MONTHS:
            return months
        self._fault("months", f"a whole number from 1 to {MAX_MONTHS}, or null")
        return None
