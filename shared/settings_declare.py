# SPDX-License-Identifier: Apache-2.0
"""How settings are declared, loaded and described.

Nothing here reads the environment by itself, exits the process, or shows a setting's value.
"""

import contextlib
import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from shared.settings_kinds import Kind, Setting, read_value

_T = TypeVar("_T")
_KEY: Final = "placet.setting"
NODE_SETTING: Final = "PLACET_NODE"
_NODE_MARK: Final = "{node}"
_EXAMPLE_NODE: Final = "zz"


class SettingsError(Exception):
    """The environment is not a usable configuration; `faults` has one line per bad setting."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults: Final[tuple[str, ...]] = tuple(faults)
        many = "setting" if len(self.faults) == 1 else "settings"
        lines = "".join(f"\n  {fault}" for fault in self.faults)
        super().__init__(f"{len(self.faults)} bad {many}:{lines}")


def setting(
    name: str,
    *,
    doc: str,
    kind: Kind = Kind.TEXT,
    default: str | None = None,
    choices: Sequence[str] = (),
    secret: bool = False,
    example: str = "",
    expected: bool = False,
    minimum: int | None = None,
    maximum: int | None = None,
) -> Any:
    """Declare one setting as a dataclass field.

    `default` is the text used when the variable is absent or empty: None makes the setting
    required, `""` lets it be left out (value `""`, `()` or None by kind), and `{node}` in it
    becomes the lower-case PLACET_NODE. A `{word}` in `example` becomes what `EXAMPLES` of the
    process's own class says: examples of what all processes share still tell them apart.
    `expected` marks one that may be left out but that the example sets, since the other settings
    of the example need it. `secret` wraps a text in Secret. `minimum` and `maximum`
    bound an INTEGER. Returns Any because that is how a dataclass field must be assigned.
    """
    declared = Setting(
        name=name,
        doc=doc,
        kind=kind,
        default=default,
        choices=tuple(choices),
        secret=secret,
        example=example,
        expected=expected,
        minimum=minimum,
        maximum=maximum,
    )
    return dataclasses.field(metadata={_KEY: declared}, repr=not declared.hidden, kw_only=True)


def load(cls: type[_T], environ: Mapping[str, str]) -> _T:
    """Read every declared setting of the dataclass `cls` from `environ`.

    Raises SettingsError that names every fault at once. The method `check(self) -> Iterable[str]`
    of `cls` and of each of its bases names faults across settings (each class's own: no `super()`
    call is needed); it is asked even when single settings are bad, up to the first bad one it
    touches, so that nobody learns of the next fault only after mending this one.
    """
    values: dict[str, object] = {}
    faults: list[str] = []
    node_is_good = True
    for field_name, declared in _declared(cls):
        if not node_is_good and _follows_node(declared, environ):
            continue  # one fault, not one for each name made of it
        try:
            values[field_name] = read_value(declared, _text_of(declared, environ))
        except ValueError as fault:
            faults.append(f"{declared.name}: {fault}")
            node_is_good = node_is_good and declared.name != NODE_SETTING
    if faults:
        faults.extend(_faults_of_partial(cls, values))
        raise SettingsError(faults)
    loaded = cls(**values)
    faults.extend(fault for check in _checks(cls) for fault in check(loaded))
    if faults:
        raise SettingsError(faults)
    return loaded


def _faults_of_partial(cls: type[object], values: Mapping[str, object]) -> Iterator[str]:
    partial = object.__new__(cls)
    for field_name, value in values.items():
        object.__setattr__(partial, field_name, value)
    for check in _checks(cls):
        # A setting without a value has no attribute: this check has said what it can.
        with contextlib.suppress(AttributeError):
            yield from check(partial)


def env_example(cls: type[object]) -> str:
    """Write the settings of `cls` as an environment file; what may be left out is commented."""
    blocks = []
    for _, declared in _declared(cls):
        about = f"# {declared.doc}"
        if declared.choices:
            about += f" One of: {', '.join(declared.choices)}."
        shown = _example_of(cls, declared) or (declared.default or "")
        shown = shown.replace(_NODE_MARK, _EXAMPLE_NODE)
        mark = "" if declared.default is None or declared.expected else "# "
        blocks.append(f"{about}\n{mark}{declared.name}={shown}\n")
    return "\n".join(blocks)


def json_schema(cls: type[object]) -> dict[str, Any]:
    """Describe the settings of `cls` as a JSON Schema (2020-12) of environment variables."""
    properties: dict[str, Any] = {}
    required: list[str] = []
    for _, declared in _declared(cls):
        properties[declared.name] = _schema_of(declared, _example_of(cls, declared))
        if declared.default is None:
            required.append(declared.name)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": cls.__name__,
        "type": "object",
        "properties": properties,
        "required": sorted(required),
    }


def _schema_of(declared: Setting, example: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"description": declared.doc, "type": "string"}
    if declared.kind is Kind.CHOICE:
        schema["enum"] = list(declared.choices)
    if declared.kind is Kind.URL:
        schema["format"] = "uri"
    if declared.kind is Kind.NODE:
        schema["pattern"] = "^[A-Z]{2}$"
    if declared.kind is Kind.INTEGER:
        schema["pattern"] = "^(0|-?[1-9][0-9]{0,17})$"
    if declared.default:
        schema["default"] = declared.default
    if example:
        schema["examples"] = [example]
    if declared.hidden:
        schema["writeOnly"] = True
    return schema


def _example_of(cls: type[object], declared: Setting) -> str:
    words: Mapping[str, str] = getattr(cls, "EXAMPLES", {})
    text = declared.example
    for word, value in words.items():
        text = text.replace(f"{{{word}}}", value)
    return text


def _declared(cls: type[object]) -> Iterator[tuple[str, Setting]]:
    if not dataclasses.is_dataclass(cls):
        raise TypeError("settings are declared on a dataclass")
    for field in dataclasses.fields(cls):
        declared = field.metadata.get(_KEY)
        if isinstance(declared, Setting):
            yield field.name, declared


def _text_of(declared: Setting, environ: Mapping[str, str]) -> str:
    text = environ.get(declared.name, "")
    if text:
        return text
    if declared.default is None:
        raise ValueError(f"is not set ({declared.doc})")
    return declared.default.replace(_NODE_MARK, environ.get(NODE_SETTING, "").lower())


def _follows_node(declared: Setting, environ: Mapping[str, str]) -> bool:
    return not environ.get(declared.name) and _NODE_MARK in (declared.default or "")


def _checks(cls: type[object]) -> Iterator[Callable[[object], Iterable[str]]]:
    for base in cls.__mro__:
        check = vars(base).get("check")
        if callable(check):
            yield check
