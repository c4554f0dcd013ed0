# SPDX-License-Identifier: Apache-2.0
"""The clearinghouse's settings, and the trust list they name.

A process that would trust somebody by accident must not start: every fault of the environment and
of the trust list is named at once, and a list with one bad entry trusts nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Final

from permit_service.clearinghouse.domain.trust import Binding, TrustedSource
from shared import strict_json
from shared.entry_forms import is_source
from shared.settings import Kind, ProcessSettings, SettingsError, load, own_topic, setting

MAX_STALE_SECONDS: Final = 300
"""The oldest picture that any node may decide on (architecture.md section 7)."""

_TEXT_MEMBERS: Final = (
    "name",
    "issuer",
    "jku",
    "permissions_url",
    "audience",
    "subject_issuer",
    "binding",
    "reason",
    "dataset_prefix",
)
_URL_MEMBERS: Final = ("jku", "permissions_url")
_USER_MARK: Final = "{user}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearinghouseSettings(ProcessSettings):
    """What the clearinghouse needs beside what every process needs."""

    EXAMPLES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "service": "clearinghouse",
            "host": "data.example",
            "bind": "unix:/run/placet/clearinghouse.sock",
        }
    )

    audit_topic: str = own_topic("clearinghouse")
    trusted_sources: Path = setting(
        "PLACET_TRUSTED_SOURCES",
        doc="A JSON file: the list of visa sources this node trusts.",
        kind=Kind.PATH,
        example="/etc/placet/trusted-sources.json",
    )
    consent_feed_url: str = setting(
        "PLACET_CONSENT_FEED_URL",
        doc="The consent registry's feed; its snapshot is at this URL plus /snapshot.",
        kind=Kind.URL,
        example="https://consent.example/v1/feed",
    )
    consent_feed_audience: str = setting(
        "PLACET_CONSENT_FEED_AUDIENCE",
        doc="The consent registry's resource id.",
        default="urn:placet:{node}:consent_registry",
    )
    consent_feed_jwks_url: str = setting(
        "PLACET_CONSENT_FEED_JWKS_URL",
        doc="The key set that signs the consent feed.",
        kind=Kind.URL,
        example="https://consent.example/api/jwk",
    )
    consent_feed_issuer: str = setting(
        "PLACET_CONSENT_FEED_ISSUER",
        doc="The iss of everything in the consent feed.",
        kind=Kind.URL,
        example="https://consent.example",
    )
    permit_feed_url: str = setting(
        "PLACET_PERMIT_FEED_URL",
        doc="The permit service's feed; its snapshot is at this URL plus /snapshot.",
        kind=Kind.URL,
        example="https://permits.example/v1/feed",
    )
    permit_feed_audience: str = setting(
        "PLACET_PERMIT_FEED_AUDIENCE",
        doc="The permit service's resource id.",
        default="urn:placet:{node}:permit_service",
    )
    permit_feed_jwks_url: str = setting(
        "PLACET_PERMIT_FEED_JWKS_URL",
        doc="The key set that signs the permit feed.",
        kind=Kind.URL,
        example="https://permits.example/api/feed-jwk",
    )
    permit_feed_issuer: str = setting(
        "PLACET_PERMIT_FEED_ISSUER",
        doc="The iss of everything in the permit feed.",
        kind=Kind.URL,
        example="https://permits.example",
    )
    permit_issuer: str = setting(
        "PLACET_PERMIT_ISSUER",
        doc="The iss of the permits themselves.",
        kind=Kind.URL,
        example="https://permits.example",
    )
    permit_jwks_url: str = setting(
        "PLACET_PERMIT_JWKS_URL",
        doc="The key set that signs permits.",
        kind=Kind.URL,
        example="https://permits.example/api/permit-jwk",
    )
    spool_dir: Path = setting(
        "PLACET_SPOOL_DIR",
        doc="The folder of the audit spool; one process only.",
        kind=Kind.PATH,
        example="/var/lib/placet/spool",
    )
    spool_limit_bytes: int = setting(
        "PLACET_SPOOL_LIMIT_BYTES",
        doc="How much may wait for the log before access stops.",
        kind=Kind.INTEGER,
        default="1073741824",
        minimum=65_536,
    )
    source: str = setting(
        "PLACET_SOURCE",
        doc="This producer's name in the log.",
        default="{node}/clearinghouse/1",
    )
    stale_seconds: int = setting(
        "PLACET_STALE_SECONDS",
        doc="How old what is known may be, in seconds, before nothing is admitted.",
        kind=Kind.INTEGER,
        default="60",
        minimum=1,
        maximum=MAX_STALE_SECONDS,
    )
    threads: int = setting(
        "PLACET_THREADS",
        doc="How many requests are decided at once; they share the spool's fsync.",
        kind=Kind.INTEGER,
        default="32",
        minimum=1,
        maximum=512,
    )

    def check(self) -> Iterable[str]:
        """Name a TCP address in production (the gateway asks over a unix socket), a bad name."""
        if not is_source(self.source):
            yield "PLACET_SOURCE: is not a producer's name, such as zz/clearinghouse/1"
        if not self.development and not self.bind.startswith("unix:"):
            yield "PLACET_BIND: must be a unix socket unless PLACET_ENV is development"


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Settings and trust list, both whole."""

    settings: ClearinghouseSettings
    trusted: tuple[TrustedSource, ...]


def configure(environ: Mapping[str, str]) -> Configuration:
    """Read settings and trust list; raise SettingsError with every fault of both."""
    settings = load(ClearinghouseSettings, environ)
    trusted, faults = _read_trusted(settings.trusted_sources, https=not settings.development)
    if faults:
        raise SettingsError([f"PLACET_TRUSTED_SOURCES: {fault}" for fault in faults])
    return Configuration(settings=settings, trusted=trusted)


def _read_trusted(path: Path, *, https: bool) -> tuple[tuple[TrustedSource, ...], Sequence[str]]:
    try:
        entries = strict_json.loads(path.read_bytes())
    except OSError:
        return (), ["cannot be read"]
    except ValueError as fault:
        return (), [f"is {fault}"]
    if not isinstance(entries, list) or not entries:
        return (), ["is not a list with at least one source"]
    faults: list[str] = []
    trusted: list[TrustedSource] = []
    for number, entry in enumerate(entries):
        found = list(_faults_of(entry, https=https))
        faults += [f"entry {number}: {fault}" for fault in found]
        if not found:
            trusted.append(_source_of(entry))
    names = [source.name for source in trusted]
    if len(set(names)) != len(names):
        faults.append("two sources have one name")
    return tuple(trusted), faults


def _faults_of(entry: object, *, https: bool) -> Iterable[str]:
    if not isinstance(entry, dict):
        yield "is not an object"
        return
    for member in _TEXT_MEMBERS:
        if not _is_text(entry.get(member)):
            yield f"{member} is missing or not a text"
    sources = entry.get("sources")
    if not isinstance(sources, list) or not sources or not all(map(_is_text, sources)):
        yield "sources is not a list of the authorities' URLs"
    for member in sorted(entry.keys() - {*_TEXT_MEMBERS, "sources"}):
        yield f"{member} is not known here"
    yield from _misfits(entry, https=https)


def _misfits(entry: Mapping[str, object], *, https: bool) -> Iterable[str]:
    """Name the texts that are there and cannot be right."""
    if entry.get("binding") not in {binding.value for binding in Binding}:
        yield "binding is neither broker-bound nor strict-sub"
    if _USER_MARK not in str(entry.get("permissions_url")):
        yield "permissions_url has no {user}"
    if ":" not in str(entry.get("dataset_prefix")):
        yield "dataset_prefix is not the beginning of a URL"
    schemes = ("https://",) if https else ("https://", "http://")
    for member in _URL_MEMBERS:
        if not str(entry.get(member)).startswith(schemes):
            yield f"{member} is not an {'https' if https else 'http'} URL"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _source_of(entry: Mapping[str, object]) -> TrustedSource:
    text = {member: str(entry[member]) for member in _TEXT_MEMBERS}
    sources = entry["sources"]
    return TrustedSource(
        name=text["name"],
        issuer=text["issuer"],
        key_url=text["jku"],
        permissions_url=text["permissions_url"],
        audience=text["audience"],
        subject_issuer=text["subject_issuer"],
        binding=Binding(text["binding"]),
        reason=text["reason"],
        dataset_prefix=text["dataset_prefix"],
        sources=frozenset(map(str, sources)) if isinstance(sources, list) else frozenset(),
    )
