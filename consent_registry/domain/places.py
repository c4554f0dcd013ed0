# SPDX-License-Identifier: Apache-2.0
"""Countries and the groups of countries that a geographical restriction may name.

Group members are a dated snapshot: a consent that says EU means the EU of the engine version that
decides, and the decision names that version. Nothing here knows cities or regions.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

PLACES_RELEASE: Final = "2026-01-01"


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


_EU: Final = _codes(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
)
_EEA: Final = _EU | _codes("IS LI NO")
# Countries with a Commission adequacy decision for all sectors (GDPR Article 45), beside the EEA.
# Decisions limited to a sector or a certification scheme (Canada, United States) are left out.
_ADEQUATE: Final = _EEA | _codes("AD AR CH FO GB GG IL IM JE JP KR NZ UY")

GROUPS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {"EU": _EU, "EEA": _EEA, "ADEQUATE": _ADEQUATE}
)

# ISO 3166-1 alpha-2, officially assigned; ZZ and the rest of the user-assigned range stay out,
# except ZZ itself, which development nodes use as their country.
COUNTRIES: Final = _codes(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO "
    "BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ "
    "DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP "
    "GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG "
    "KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML "
    "MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE "
    "PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL "
    "SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM "
    "US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ZZ"
)

# What people write, and what ISO 3166-1 calls it.
COMMON_MISTAKES: Final[Mapping[str, str]] = MappingProxyType({"UK": "GB", "EL": "GR", "EUR": "EU"})


def is_region(code: str) -> bool:
    """Say whether the code names a country or one of our groups."""
    return code in COUNTRIES or code in GROUPS


def within(country: str, regions: tuple[str, ...]) -> bool:
    """Say whether the country is one of the regions or belongs to one of them."""
    return any(country == region or country in GROUPS.get(region, ()) for region in regions)
