# SPDX-License-Identifier: Apache-2.0
"""Every plain-language text that says what a consent allows, what happened, and what stopping does.

Data only, in the first person where a participant speaks; English is the master. The meaning is
that of the Data Use Ontology (DUO), release 2021-02-23; the sentences are ours. A sentence with a
parameter has exactly the placeholder `{value}`. The words "only", "not" and "also" carry the
meaning: a translation that loses one turns a no into a yes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from consent_registry.domain.activities import AGGREGATE, QUERY, SECONDARY_USE
from consent_registry.domain.assent import Will
from consent_registry.domain.duo import Duo
from consent_registry.domain.history import Kind, State
from consent_registry.domain.optout import OptOutKind
from consent_registry.domain.records import Channel


class Group(Enum):
    """Under which heading a sentence stands. A rule binds researchers; it is no choice of mine."""

    USE = "use"
    LIMIT = "limit"
    RULE = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One term: the sentence, the one for its optional note, and what it means in more words."""

    group: Group
    plain: str
    note: str = ""
    more: str = ""


def _use(plain: str, more: str = "") -> Wording:
    return Wording(group=Group.USE, plain=plain, more=more)


def _limit(plain: str, more: str = "") -> Wording:
    return Wording(group=Group.LIMIT, plain=plain, more=more)


def _rule(plain: str, more: str = "", note: str = "") -> Wording:
    return Wording(group=Group.RULE, plain=plain, more=more, note=note)


TERM_WORDS: Final[Mapping[Duo, Wording]] = MappingProxyType(
    {
        Duo.NRES: _use("Anyone may use my data for any purpose. There are no limits."),
        Duo.GRU: _use(
            "Researchers may use my data for any kind of research. "
            "This can be about health, or about something else.",
            "This includes research on where groups of people come from. "
            "A limit can say no to that.",
        ),
        Duo.HMB: _use(
            "Researchers may use my data to study health, illness and medicine. "
            "They may not use it to study where groups of people come from.",
        ),
        Duo.DS: _use(
            "Researchers may use my data only for research linked to this illness: {value}.",
            "An illness that is a form of it counts too. "
            "For example, a yes for cancer is also a yes for breast cancer.",
        ),
        Duo.POA: _use(
            "Researchers may use my data only to study where groups of people come from."
        ),
        Duo.CC: _use(
            "My data may also be used in patient care. "
            "For example, it may help doctors to treat patients.",
            "This adds a use. It takes no other use away.",
        ),
        Duo.RS: _limit(
            "Researchers may use my data only for this type of research: {value}.",
            "A person at the data authority checks if a project fits.",
        ),
        Duo.NMDS: _limit(
            "My data may not be used to build new research methods, such as software."
        ),
        Duo.GSO: _limit(
            "My data may be used only in research that studies genes. "
            "It may not be used in research that looks at health or traits without genes.",
        ),
        Duo.NPUNCU: _limit(
            "Only not-for-profit groups may use my data, and the work must not be for profit.",
            "Both must hold: the group is not for profit, and so is the work.",
        ),
        Duo.NPU: _limit(
            "Only not-for-profit groups may use my data. Companies may not use it.",
            "What these groups find may still lead to things that are sold.",
        ),
        Duo.NCU: _limit(
            "My data may be used only for work that is not for profit.",
            "A company could still do work that is not for profit.",
        ),
        Duo.GS: _limit(
            "My data may be used only in these places: {value}.",
        ),
        Duo.NPOA: _limit(
            "My data may not be used to study where groups of people come from.",
        ),
        Duo.PUB: _rule(
            "Researchers who use my data must share what they find with other scientists."
        ),
        Duo.COL: _rule(
            "Researchers who want to use my data must agree to work with the team "
            "that runs this study.",
            note="The person to ask is: {value}.",
        ),
        Duo.IRB: _rule(
            "Researchers must show that an ethics board has said yes to their project.",
            note="The ethics board is: {value}.",
        ),
        Duo.MOR: _rule(
            "Researchers may use my data now. They must not publish what they find before {value}.",
        ),
        Duo.TS: _rule(
            "A yes to use my data lasts {value}. After that, the use must stop.",
            "The time counts for each project on its own. It is not the end of my consent.",
        ),
        Duo.US: _rule("Only these people may use my data: {value}."),
        Duo.PS: _rule("My data may be used only in this project: {value}."),
        Duo.IS: _rule("My data may be used only at this place of work: {value}."),
        Duo.RTN: _rule(
            "Researchers must give back the new data they make from my data.",
            "The new data go to the database. They do not come to me.",
            note="The new data go to: {value}.",
        ),
    }
)

ACTIVITY_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        AGGREGATE: "counting how often a change in the genes occurs, with no person shown",
        QUERY: "asking, one person at a time, whether somebody in the data fits a question",
        SECONDARY_USE: "the work of researchers who have got a permit",
    }
)
CHOOSE_ILLNESSES: Final = "Choose at least one illness, or answer no."
CHOOSE_VALUES: Final = "Choose from the list, or answer no."
CHOOSE_ANSWER: Final = "Choose one of the two answers, or leave the question open."
ONE_PROJECT: Final = "the project {value}"
UNTIL: Final = "{what} (this stops on {day})"
ONLY_FOR: Final = "This choice is only for this: {value}."
CATEGORY_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "genome": "your whole genome",
        "variants": "where your genes differ from those of others",
        "phenotype": "how you are and how you live",
        "ehr": "your health records",
        "samples": "your samples, such as blood",
        "images": "pictures of your body, such as X-rays",
    }
)
ONLY_DATA: Final = "Only these data: {value}."
DATA_BETWEEN: Final = "Only for data collected from {first} to {last}."
DATA_FROM: Final = "Only for data collected on {first} or later."
DATA_UNTIL: Final = "Only for data collected on {last} or earlier."

GROUP_PLACES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "EU": "the European Union",
        "EEA": "the European Union, Iceland, Liechtenstein and Norway",
        "ADEQUATE": "countries that the European Union says protect data well enough",
        "ZZ": "the made-up country ZZ",
    }
)

STATE_WORDS: Final[Mapping[State, tuple[str, str]]] = MappingProxyType(
    {
        State.GIVEN: ("Allowed", "You allow the use of your data since {since}."),
        State.REFUSED: ("Not allowed", "You said no on {since}. Your data are not used."),
        State.WITHDRAWN: ("Stopped", "You stopped the use of your data on {since}."),
        State.EXPIRED: ("Ended", "Your consent ended on {until}. Your data are not used."),
        State.NOT_ASKED: (
            "No answer",
            "No answer of yours counts for today. Your data are not used.",
        ),
        State.PENDING_RECONSENT: (
            "To be asked again",
            "You have to be asked again since {since}. Until you answer, your data are not used.",
        ),
        State.INVALID: (
            "Not clear",
            "What was written down on {since} does not count. Your data are not used.",
        ),
    }
)
WILL_MISSING: Final = (
    "Your say is missing",
    "Others allowed this for you. It does not count before you agree yourself.",
)
WILL_WORDS: Final[Mapping[Will, str]] = MappingProxyType(
    {
        Will.ASSENT: "I agree",
        Will.DISSENT: "I do not agree",
        Will.UNABLE: "A desk recorded that I cannot say",
    }
)
WILL_MISSING_FOR: Final = "Does not count"
NOT_USED: Final = "Your data are not used."
USED_BY_LAW: Final = (
    "By law, these data may still be used for health research and other purposes in the public "
    "interest. To end that for new permits, opt out."
)
IN_NO_DATASET: Final = "You are in no dataset here."
ONE_ALLOWED: Final = "Right now, you allow the use of your data."
ONE_NOT_ALLOWED: Final = "Right now, you do not allow any use of your data."
SEVERAL: Final = (
    "Right now, you allow the use of your data in {allowed} of the {datasets} datasets you are in."
)
OPT_OUT_WORDS: Final[Mapping[OptOutKind, str]] = MappingProxyType(
    {
        OptOutKind.REGISTERED: "You opted out",
        OptOutKind.REVERSED: "You undid your opt-out",
    }
)
BY_LAW: Final = "The use of health data by law"
AT_THE_DESK: Final = "A request about all of your data"
BY_STUDY: Final = "What you said for the whole study counts here."
WHOLE_STUDY: Final = "{title}: the whole study, with what is put in it later"
STUDY_AS_IT_IS: Final = "{title}: the whole study, with what is in it now"
STUDY_WORDS: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.GIVEN: (
            "You said yes for the whole study. "
            "Where you made a choice for a dataset of its own, that one counts."
        ),
        State.REFUSED: "You said no for the whole study.",
        State.WITHDRAWN: "You stopped the whole study.",
        State.EXPIRED: "Your yes for the whole study has ended.",
        State.NOT_ASKED: "Your answer for the whole study begins later.",
        State.PENDING_RECONSENT: "You have to be asked again for the whole study.",
        State.INVALID: "What was written down for the whole study does not count.",
    }
)
NO_END: Final = "It has no end date. It holds until you stop it."
HAS_END: Final = "It ends on {until}."
SAID_UNREADABLE: Final = "What it said cannot be read any more."
BEGINS: Final = "This changes on {since}. From then on, you allow this:"
STOPS: Final = "This stops by itself on {since}."

KIND_WORDS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        Kind.GIVEN: "You said what your data may be used for",
        Kind.CHANGED: "You said anew what your data may be used for",
        Kind.CORRECTED: "What was recorded of you was put right",
        Kind.REFUSED: "You said no to every use",
        Kind.WITHDRAWN: "You stopped the use of your data",
        Kind.INVALIDATED: "A consent was found not to count",
        Kind.RECONSENT_REQUESTED: "You have to be asked again",
        Kind.AUTHORITY_LAPSED: "The person who decided for you may not do so any more",
    }
)
CHANNEL_WORDS: Final[Mapping[Channel, str]] = MappingProxyType(
    {
        Channel.PAGE: "You did this on these pages",
        Channel.API: "Another system sent this here",
        Channel.IMPORT: "The data holder sent this in a file",
    }
)

CONSEQUENCES: Final[tuple[tuple[str, str, str], ...]] = (
    ("New permits", "Stops now", "No new permit can include your data."),
    (
        "Permits already given",
        "Stops now",
        (
            "Researchers who ask for your data are refused from now on. "
            "Their use that rests on your consent has to stop."
        ),
    ),
    (
        "Data already studied, published or counted",
        "Cannot be undone",
        "What was found with your data cannot be taken back. What was done until now stays lawful.",
    ),
    (
        "Copies and samples",
        "Not part of this",
        "This deletes no copies and no samples. You can ask {controllers} to delete them.",
    ),
    ("Your care", "Stays as it is", "Your treatment does not depend on this."),
    (
        "Changing your mind",
        "Stays possible",
        "You can say yes again later. Ask {controllers}. That is a new consent.",
    ),
)
"""What stopping does: about what, what becomes of it, in a sentence or two. Stands on the page that
asks and on the receipt."""

NEW_GOES_ON: Final = (
    "New permits",
    "Goes on",
    "By law, new permits may still include your data. To end that, opt out.",
)
RUNNING_GOES_ON: Final = (
    "Permits already given",
    "Goes on",
    "Researchers who have a permit may still use your data until it ends.",
)
"""What stopping does not do where the law lets use go on without a consent."""

OPT_OUT_CONSEQUENCES: Final[tuple[tuple[str, str, str], ...]] = (
    ("New permits", "Stops now", "Where the law on health data applies, no new one includes you."),
    ("Permits already given", "Goes on", "A permit given before you opted out is not touched."),
    (
        "Data already studied, published or counted",
        "Cannot be undone",
        "What was found with your data cannot be taken back.",
    ),
    ("Your consents", "Stays as it is", "What you allowed a study to do is a choice of its own."),
    ("Your care", "Stays as it is", "Your treatment does not depend on this."),
    ("Other countries", "Not part of this", "Each country has its own opt-out."),
    (
        "Changing your mind",
        "Stays possible",
        "You can undo this here in the same way, at any time.",
    ),
)
"""What opting out does (EHDS Article 71): stands on its page, before and after."""
OPT_OUT_EXCEPTION: Final = (
    "Public bodies, where a law says so",
    "May go on",
    (
        "{law} lets public bodies, and whom they entrust, use data in spite of an opt-out: for an"
        " important public interest, where the data cannot be had in another way in time, and with"
        " the reasons given."
    ),
)
"""Added where the country has a law under Article 71(4)."""
