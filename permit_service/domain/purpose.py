# SPDX-License-Identifier: Apache-2.0
"""What a researcher wants the data for: this service's own small model of a purpose.

It checks shape and vocabulary only. Whether people's consents allow the purpose is decided by
consent_registry alone; nothing here compares a purpose with a consent.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import Enum
from typing import Final

from permit_service.clearinghouse.domain.data_categories import DATA_CATEGORIES
from permit_service.domain.reading import LINES, Reader
from shared.canonical import JSON

MAX_MONTHS: Final = 120
MAX_PARTNERS: Final = 50

_MONDO: Final = re.compile(r"MONDO:[0-9]{7}", re.ASCII)
_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)
# A DUO shorthand, or a national code (`EE:CLOUD_ABROAD`).
_CODE: Final = re.compile(r"[A-Z]{2,8}|[A-Z]{2}:[A-Z][A-Z0-9_]{1,31}", re.ASCII)
_ROR: Final = re.compile(r"https://ror\.org/0[a-z0-9]{8}", re.ASCII)
_USER: Final = re.compile("[^\x00-\x1f\x7f\ud800-\udfff]{1,200}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_PROHIBITED: Final = re.compile(r"54-[a-e]", re.ASCII)
_MAX_TEXT: Final = 200

_DATA_CATEGORY: Final = re.compile("|".join(DATA_CATEGORIES), re.ASCII)

EHDS_PURPOSES: Final = (
    *("53-1-a", "53-1-b", "53-1-c", "53-1-d", "53-1-e", "53-1-e-i", "53-1-e-ii", "53-1-f"),
)
"""The letters of Article 53(1) of Regulation (EU) 2025/327 that a purpose may fall under."""
RESERVED_PURPOSES: Final = frozenset({"53-1-a", "53-1-b", "53-1-c"})
"""Those of them that its Article 53(2) reserves to public bodies and who works on their behalf."""
PROHIBITED_USES: Final = ("54-a", "54-b", "54-c", "54-d", "54-e")
"""The letters of its Article 54: uses that nothing permits."""


class Category(Enum):
    """The kind of use, by the shorthand of the DUO term that permits it."""

    GRU = "GRU"
    HMB = "HMB"
    DS = "DS"
    POA = "POA"
    MDS = "MDS"
    CC = "CC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Who employs the applicant: a ROR identifier and whether it is not for profit, if said.

    `public_body` is whether it is a public sector or Union body, or works on behalf of one (EHDS
    Article 53(2)); not said is no.
    """

    ror: str | None = None
    not_for_profit: bool | None = None
    public_body: bool = False

    def to_json(self) -> dict[str, JSON]:
        """Write it; `public_body` stands only where it is one: older digests stay."""
        return {
            "id": self.ror,
            "not_for_profit": self.not_for_profit,
            **({"public_body": True} if self.public_body else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionClaim:
    """The claim of EHDS Article 71(4): to use the data of people who opted out as well, and why.

    Whether a law of the country makes the exception, consent_registry says by its policy.
    """

    public_body: bool
    important_public_interest: bool
    not_obtainable_otherwise: bool
    justification: str


_CLAIMED: Final = ("public_body", "important_public_interest", "not_obtainable_otherwise")
MAX_JUSTIFICATION: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """The purpose of one application. A flag of None means "not said", which is not "no".

    `accepts` are the conditions the applicant accepts where people ask for them, `evidence` the
    papers the authority is handed. `ehds_purpose` is the letter of EHDS Article 53(1),
    `prohibited_uses` those of Article 54 that the use is said to be.
    `exception` claims the data of people who opted out as well (Article 71(4)).
    `data_categories` are the kinds of data asked for, none for all that the dataset holds.
    `no_publication_before` is the day up to which an applicant who accepts moratoria waits.
    `partners` are the others of a consortium, each of whom counts as the organisation does.
    `users` names people and therefore never leaves the service except towards consent_registry.
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
    accepts: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    ehds_purpose: str | None = None
    prohibited_uses: tuple[str, ...] = ()
    exception: ExceptionClaim | None = None
    data_categories: tuple[str, ...] = ()
    no_publication_before: str | None = None
    partners: tuple[Organisation, ...] = ()

    def to_json(self) -> dict[str, JSON]:
        """Write the purpose in the form consent_registry reads: every key.

        A claim, data categories, partners and the day before which nothing is published stand only
        where there are some, so that the digests of older purposes stay as they were.
        """
        waits = self.no_publication_before
        claimed = {} if self.exception is None else {"exception_71_4": asdict(self.exception)}
        partners: list[JSON] = [one.to_json() for one in self.partners]
        return {
            **claimed,
            **({"partners": partners} if partners else {}),
            **({} if waits is None else {"no_publication_before": waits}),
            **({"data_categories": list(self.data_categories)} if self.data_categories else {}),
            "category": self.category.value,
            "diseases": list(self.diseases),
            "methods": self.methods,
            "ancestry": self.ancestry,
            "commercial": self.commercial,
            "clinical": self.clinical,
            "genetic_data": self.genetic_data,
            "organisation": self.organisation.to_json(),
            "countries": list(self.countries),
            "users": list(self.users),
            "project": self.project,
            "months": self.months,
            "accepts": list(self.accepts),
            "evidence": list(self.evidence),
            "ehds_purpose": self.ehds_purpose,
            "prohibited_uses": list(self.prohibited_uses),
        }

    def public(self) -> dict[str, JSON]:
        """Write what a public permit may say: everything but the people named in `users`."""
        return {key: value for key, value in self.to_json().items() if key != "users"}

    @property
    def reserved(self) -> bool:
        """Whether it is reserved to public bodies (EHDS Article 53(2)), and none asks for it."""
        bodies = all(one.public_body for one in (self.organisation, *self.partners))
        return self.ehds_purpose in RESERVED_PURPOSES and not bodies

    def duo(self) -> tuple[str, ...]:
        """Name the purpose in DUO codes for an audit entry (architecture.md section 8)."""
        return (_DUO[self.category],) if self.category in _DUO else ()


_DUO: Final[Mapping[Category, str]] = {
    Category.GRU: "DUO:0000042",
    Category.HMB: "DUO:0000006",
    Category.DS: "DUO:0000007",
    Category.POA: "DUO:0000011",
    Category.CC: "DUO:0000043",
}


def parse_purpose(raw: Mapping[str, object], *, at: str = "/purpose") -> Purpose:
    """Read a purpose from JSON. Raises ValidationFailed with one fault per wrong field."""
    reader = Reader(raw, at)
    category = _category(reader)
    diseases = reader.texts("diseases", pattern=_MONDO)
    if category is Category.DS and not diseases and not reader.faults:
        reader.fault("diseases", "research on a disease names at least one MONDO term", "missing")
    accepts = reader.texts("accepts", pattern=_CODE)
    purpose = Purpose(
        category=category or Category.GRU,
        diseases=diseases,
        methods=reader.flag("methods"),
        ancestry=reader.flag("ancestry"),
        commercial=reader.flag("commercial"),
        clinical=reader.flag("clinical"),
        genetic_data=reader.flag("genetic_data"),
        organisation=_organisation(reader.child("organisation")),
        partners=_partners(reader),
        countries=reader.texts("countries", pattern=_COUNTRY),
        users=reader.texts("users", pattern=_USER),
        project=reader.text("project", limit=_MAX_TEXT),
        months=reader.number("months", low=1, high=MAX_MONTHS),
        accepts=accepts,
        evidence=reader.texts("evidence", pattern=_CODE),
        ehds_purpose=_ehds_purpose(reader),
        prohibited_uses=reader.texts("prohibited_uses", pattern=_PROHIBITED),
        exception=_exception(reader),
        data_categories=_data_categories(reader),
        no_publication_before=_waits(reader, accepts),
    )
    reader.leftovers()
    reader.done()
    return purpose


def _exception(reader: Reader) -> ExceptionClaim | None:
    """Read a claim; whoever makes one answers every question of the article."""
    inner = reader.child("exception_71_4")
    if inner is None:
        return None
    said = {name: inner.flag(name) for name in _CLAIMED}
    why = inner.text("justification", limit=MAX_JUSTIFICATION, pattern=LINES)
    for name, answer in {**said, "justification": why}.items():
        if answer is None and not inner.faults:
            inner.fault(name, "a claim answers every question of Article 71(4)", "missing")
    inner.leftovers()
    return ExceptionClaim(
        public_body=said["public_body"] is True,
        important_public_interest=said["important_public_interest"] is True,
        not_obtainable_otherwise=said["not_obtainable_otherwise"] is True,
        justification=why or "",
    )


def _waits(reader: Reader, accepts: tuple[str, ...]) -> str | None:
    """Read the day before which nothing is published; it is a bound on the moratoria accepted."""
    day = reader.text("no_publication_before", limit=_MAX_TEXT, pattern=_DAY)
    if day is None:
        return None
    try:
        date.fromisoformat(day)
    except ValueError:
        reader.fault("no_publication_before", "a date such as 2027-06-01")
        return None
    if "MOR" not in accepts:
        reader.fault("no_publication_before", "only with MOR among accepts")
    return day


def _data_categories(reader: Reader) -> tuple[str, ...]:
    """Read the kinds of data, in the order of the list whatever the order they were named in."""
    named = reader.texts("data_categories", pattern=_DATA_CATEGORY)
    return tuple(name for name in DATA_CATEGORIES if name in named)


def _ehds_purpose(reader: Reader) -> str | None:
    letter = reader.text("ehds_purpose", limit=_MAX_TEXT)
    if letter is not None and letter not in EHDS_PURPOSES:
        reader.fault("ehds_purpose", "53-1-a to 53-1-f, 53-1-e-i or 53-1-e-ii")
        return None
    return letter


def _category(reader: Reader) -> Category | None:
    value = reader.take("category")
    try:
        return Category(value)
    except ValueError:
        reader.fault("category", "one of GRU, HMB, DS, POA, MDS, CC")
        return None


def _partners(reader: Reader) -> tuple[Organisation, ...]:
    """Read partners, in an order of their own: who is named first says nothing."""
    found = {_organisation(one) for one in reader.children("partners", limit=MAX_PARTNERS)}
    return tuple(sorted(found, key=lambda one: (one.ror or "", repr(one))))


def _organisation(inner: Reader | None) -> Organisation:
    if inner is None:
        return Organisation()
    found = Organisation(
        ror=inner.text("id", limit=_MAX_TEXT, pattern=_ROR),
        not_for_profit=inner.flag("not_for_profit"),
        public_body=inner.flag("public_body") is True,
    )
    inner.leftovers()
    return found
