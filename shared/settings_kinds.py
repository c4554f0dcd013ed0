# SPDX-License-Identifier: Apache-2.0
"""How each kind of setting is read from its text.

Never puts a setting's value into a message: it may be a secret in the wrong place.
"""

import re
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

MAX_SECRET_BYTES: Final = 65_536
_IPV6: Final = 6
_MAX_PORT: Final = 65_535
_MAX_UNIX_PATH: Final = 107  # sun_path of unix(7), less its terminating zero
_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,17}", re.ASCII)
_PORT: Final = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)


class Kind(Enum):
    """What a setting's text means; the comment names the Python type of its value."""

    TEXT = "text"  # str
    URL = "url"  # str, http or https, no trailing slash
    INTEGER = "integer"  # int
    CHOICE = "choice"  # str
    PATH = "path"  # pathlib.Path, absolute
    SECRET_FILE = "secret file"  # noqa: S105 - a kind's name, not a secret; value: Secret
    BIND = "bind"  # str, address:port or unix:/absolute/path
    DATABASE_URL = "database URL"  # str, a libpq URI
    LIST = "list"  # tuple[str, ...], comma separated
    NODE = "node"  # str, two upper-case letters


class Secret:
    """A value that no log, traceback or repr shows."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Give the value itself; call this only where it is used."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> tuple[type["Secret"], tuple[str]]:
        raise TypeError("a secret is not serialised")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The declaration of one setting, kept in its dataclass field's metadata."""

    name: str
    doc: str
    kind: Kind
    default: str | None
    choices: tuple[str, ...]
    secret: bool
    example: str
    expected: bool
    minimum: int | None
    maximum: int | None

    @property
    def hidden(self) -> bool:
        """Whether the value must not be shown."""
        return self.secret or self.kind in {Kind.SECRET_FILE, Kind.DATABASE_URL}


def read_value(declared: Setting, text: str) -> object:
    """Turn a setting's text into its value; ValueError says what is wrong, without the value.

    An empty text stands for a setting left out that may be: `""`, `()` or None by kind.
    """
    if text == "":
        return _NOTHING_GIVEN.get(declared.kind, "")
    value = _READERS[declared.kind](text)
    if declared.kind is Kind.CHOICE:
        _require_choice(text, declared.choices)
    if isinstance(value, int):
        _require_range(value, declared.minimum, declared.maximum)
    return Secret(text) if declared.secret and isinstance(value, str) else value


def _require_choice(text: str, choices: Sequence[str]) -> None:
    if text not in choices:
        raise ValueError(f"must be one of {', '.join(choices)}")


def _require_range(value: int, minimum: int | None, maximum: int | None) -> None:
    if minimum is not None and value < minimum:
        raise ValueError(f"must be at least {minimum}")
    if maximum is not None and value > maximum:
        raise ValueError(f"must be at most {maximum}")


def _text(text: str) -> str:
    if text != text.strip() or not text.isprintable():
        raise ValueError("must be one line of text without spaces around it")
    return text


def _url(text: str) -> str:
    _text(text)
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("must be an http or https URL") from None
    if parts.scheme not in {"http", "https"} or not host or " " in text:
        raise ValueError("must be an http or https URL")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not carry a user name or password")
    if parts.query or parts.fragment or text.endswith(("/", "?", "#")):
        raise ValueError("must have no query, no fragment and no slash at its end")
    return text


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError("must be a whole number")
    return int(text)


def _path(text: str) -> Path:
    path = Path(text)
    if not path.is_absolute() or ".." in path.parts or "\0" in text:
        raise ValueError("must be an absolute path")
    return path


def _secret_file(text: str) -> Secret:
    path = _path(text)
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise ValueError("must name a regular file")
        with path.open("rb") as file:
            content = file.read(MAX_SECRET_BYTES + 1)
    except OSError:
        raise ValueError("must name a file this process can read") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ValueError("names a file that others than its owner may use; make its mode 0600")
    if len(content) > MAX_SECRET_BYTES:
        raise ValueError(f"names a file longer than {MAX_SECRET_BYTES} bytes")
    try:
        value = content.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise ValueError("must name a file of UTF-8 text") from None
    if not value:
        raise ValueError("names an empty file")
    return Secret(value)


def _bind(text: str) -> str:
    if text.startswith("unix:"):
        path = text.removeprefix("unix:")
        _path(path)
        if len(path.encode()) > _MAX_UNIX_PATH:
            raise ValueError(f"names a socket path longer than {_MAX_UNIX_PATH} bytes")
        return text
    host, _, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    try:
        six = ip_address(host[1:-1] if bracketed else host).version == _IPV6
    except ValueError:
        # A name may mean several addresses; which one to listen at must be said.
        raise ValueError("must be address:port or unix:/absolute/path") from None
    if six != bracketed or not _PORT.fullmatch(port):
        raise ValueError("must be address:port or unix:/absolute/path")
    if int(port) > _MAX_PORT:
        raise ValueError(f"must name a port up to {_MAX_PORT}")
    return text


def _database_url(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ValueError("must be a postgresql:// URI") from None
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ValueError("must be a postgresql:// URI that names a database")
    return text


def _list(text: str) -> tuple[str, ...]:
    items = tuple(item.strip() for item in text.split(","))
    if not all(items):
        raise ValueError("must be a comma separated list without empty items")
    return items


def _node(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", text, re.ASCII):
        raise ValueError("must be two upper-case letters")
    return text


_NOTHING_GIVEN: Final[Mapping[Kind, object]] = {
    Kind.INTEGER: None,
    Kind.PATH: None,
    Kind.SECRET_FILE: None,
    Kind.LIST: (),
}

_READERS: Final[Mapping[Kind, Callable[[str], object]]] = {
    Kind.TEXT: _text,
    Kind.URL: _url,
    Kind.INTEGER: _integer,
    Kind.CHOICE: _text,
    Kind.PATH: _path,
    Kind.SECRET_FILE: _secret_file,
    Kind.BIND: _bind,
    Kind.DATABASE_URL: _database_url,
    Kind.LIST: _list,
    Kind.NODE: _node,
}
