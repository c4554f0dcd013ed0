# SPDX-License-Identifier: Apache-2.0
"""A consent as JSON, in the shape in which the API takes it, read into terms.

Every fault is named by its place. Nothing is decided and no value is repeated.
"""

from collections.abc import Mapping
from typing import Any, Final, NoReturn

from consent_registry.domain.data_categories import Categories, read_categories
from consent_registry.domain.diseases import Diseases
from consent_registry.domain.national import NO_VOCABULARY, Vocabulary
from consent_registry.domain.row_codes import RowCode
from consent_registry.domain.terms import (
    MAX_ALTERNATIVES,
    Alternative,
    RawAlternative,
    RawModifier,
    Terms,
    read_alternative,
)
from consent_registry.domain.windows import Window, read_window
from shared.errors import FieldFault, ValidationFailed

_KEYS: Final = frozenset(
    {"permission", "modifiers", "diseases", "activities", "data", "data_categories"}
)


def read_statement(
    value: object, at: str, diseases: Diseases, vocabulary: Vocabulary = NO_VOCABULARY
) -> Terms:
    """Read `{"alternatives": […]}`, or one alternative by itself; no alternative is a no.

    `vocabulary` has the national codes that may stand in it.

    Raises ValidationFailed with every fault, each with a pointer below `at`.
    """
    if not isinstance(value, Mapping):
        _refuse(at, "an object with alternatives")
    if "alternatives" not in value:
        return (_alternative(value, at, diseases, vocabulary),)
    _require_keys(value, frozenset({"alternatives"}), at)
    items = value["alternatives"]
    if not isinstance(items, list) or len(items) > MAX_ALTERNATIVES:
        _refuse(f"{at}/alternatives", RowCode.ALTERNATIVE.message)
    terms: list[Alternative] = []
    faults: list[FieldFault] = []
    for number, item in enumerate(items):
        try:
            terms.append(_alternative(item, f"{at}/alternatives/{number}", diseases, vocabulary))
        except ValidationFailed as faulty:
            faults += faulty.faults
    if faults:
        raise ValidationFailed("the consent has faults", faults=faults)
    return tuple(terms)


def _alternative(value: object, at: str, diseases: Diseases, vocabulary: Vocabulary) -> Alternative:
    if not isinstance(value, Mapping):
        _refuse(at, "an object with permission, modifiers and diseases")
    _require_keys(value, _KEYS, at)
    raw = RawAlternative(
        permission=_text(value.get("permission"), f"{at}/permission"),
        modifiers=tuple(
            _modifier(item, f"{at}/modifiers/{number}")
            for number, item in enumerate(_items(value.get("modifiers"), f"{at}/modifiers"))
        ),
        diseases=_texts(value, "diseases", at),
        activities=_texts(value, "activities", at),
        data=_ends(value.get("data"), f"{at}/data"),
        data_categories=_texts(value, "data_categories", at),
    )
    alternative, found = read_alternative(raw, diseases, vocabulary)
    if alternative is None:
        faults = [
            FieldFault(
                f"{at}/{fault.column}",
                f"{fault.what.message} ({fault.hint})" if fault.hint else fault.what.message,
                fault.what.api_code,
            )
            for fault in found
        ]
        raise ValidationFailed("the alternative has faults", faults=faults)
    return alternative


def read_collected(value: object, at: str) -> Window | None:
    """Read when data were collected, as a window is written. Raises ValidationFailed."""
    try:
        return read_window(_ends(value, at))
    except ValueError:
        _refuse(at, RowCode.DATA_WINDOW.message)


def read_held(case: Mapping[str, object], at: str) -> Categories:
    """Read which data a dataset holds, by its `data_categories`. Raises ValidationFailed."""
    try:
        return read_categories(_texts(case, "data_categories", at))
    except ValueError:
        _refuse(f"{at}/data_categories", RowCode.DATA_CATEGORY.message)


def _texts(value: Mapping[str, object], name: str, at: str) -> tuple[str, ...]:
    items = _items(value.get(name), f"{at}/{name}")
    return tuple(_text(item, f"{at}/{name}/{number}") for number, item in enumerate(items))


def _ends(value: object, at: str) -> tuple[str, str]:
    """Read `{"first": …, "last": …}`, either of which may be left out."""
    if value is None:
        return "", ""
    if not isinstance(value, Mapping):
        _refuse(at, "an object with first and last")
    _require_keys(value, frozenset({"first", "last"}), at)
    ends = [_text(value.get(name) or "", f"{at}/{name}") for name in ("first", "last")]
    return ends[0], ends[1]


def _modifier(value: object, at: str) -> RawModifier:
    """Read `{"code": "TS", "value": 24}`; the value is a text, a number, or a list of those."""
    if not isinstance(value, Mapping):
        _refuse(at, "an object with code and value")
    _require_keys(value, frozenset({"code", "value"}), at)
    given = value.get("value")
    items = given if isinstance(given, list) else [] if given is None else [given]
    if any(isinstance(item, bool) or not isinstance(item, str | int) for item in items):
        _refuse(f"{at}/value", "a text, a number, a list of texts, or null")
    return RawModifier(
        code=_text(value.get("code"), f"{at}/code"), values=tuple(str(item) for item in items)
    )


def _require_keys(value: Mapping[Any, Any], known: frozenset[str], at: str) -> None:
    if not set(value) <= known:
        _refuse(at, f"no other fields than {', '.join(sorted(known))}", "unknown_field")


def _items(value: object, at: str) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else _refuse(at, "a list")


def _text(value: object, at: str) -> str:
    return value if isinstance(value, str) else _refuse(at, "a text")


def _refuse(at: str, detail: str, code: str = "invalid") -> NoReturn:
    raise ValidationFailed("the consent has a fault", faults=[FieldFault(at, detail, code)])
